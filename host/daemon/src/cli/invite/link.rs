//! `doorward invite link`.

use doorward_core::InviteId;
use serde_json::json;

use super::{hand_out, link_of};
use crate::cli::context::invite_id;
use crate::cli::failure::explain;
use crate::cli::output::{is_terminal, note, print_json};
use crate::cli::{CliError, Global};

/// What `invite link` understands.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  doorward invite link 4f0c…

The link is worked out again on this machine from your keys; the server does not have it. It is shown only if everything
about it fits: a server cannot hand you one invite for another.")]
pub(super) struct Args {
    /// The invite's id, 32 hexadecimal characters
    #[arg(value_parser = invite_id)]
    id: InviteId,
    /// Draw the QR code even if the output is not a terminal
    #[arg(long)]
    qr: bool,
}

/// Derives it, checks it, shows it.
pub(super) async fn run(args: Args, global: &Global) -> Result<(), CliError> {
    let session = global.session().await?;
    let shown = session.show_invite(args.id, None, Some(1)).await.map_err(explain)?;
    let invitation = session.derive_link(args.id, &shown).map_err(explain)?;
    let state = shown.invite.state.as_str();
    if global.json {
        return print_json(&json!({
            "id": args.id.to_hex(), "link": link_of(&invitation)?, "typed_code": invitation.typed_code(),
            "token": invitation.token.to_text(), "expires": invitation.expires.map(|expires| expires.to_text()), "state": state,
        }));
    }
    hand_out(&invitation, args.qr || is_terminal(), session.client().now())?;
    if state != "live" {
        note(&format!("It lets nobody in any more: {}.", crate::cli::output::clean(state)));
    }
    Ok(())
}
