//! `doorward invite cancel`.

use doorward_core::InviteId;

use crate::cli::context::invite_id;
use crate::cli::failure::explain;
use crate::cli::output::{clean, print, print_json};
use crate::cli::{CliError, Global};

/// What `invite cancel` understands.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  doorward invite cancel 4f0c…\n\nWho came in already stays in. Cancelling again is fine.")]
pub(super) struct Args {
    /// The invites' ids, 32 hexadecimal characters each
    #[arg(required = true, value_name = "ID", value_parser = invite_id)]
    ids: Vec<InviteId>,
}

/// Cancels them, one after the other, until one is refused.
pub(super) async fn run(args: Args, global: &Global) -> Result<(), CliError> {
    let session = global.session().await?;
    let mut items = Vec::with_capacity(args.ids.len());
    for id in &args.ids {
        let item = session.cancel(*id).await.map_err(explain)?;
        if !global.json {
            print(&format!("{id}: {}\n", clean(item.state.as_str())))?;
        }
        items.push(item);
    }
    if global.json { print_json(&items) } else { Ok(()) }
}
