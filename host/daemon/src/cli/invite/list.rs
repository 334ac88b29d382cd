//! `doorward invite list`.

use clap::ValueEnum;
use doorward_core::view::InviteItem;
use doorward_core::wire::InviteFilter;

use super::{ends, uses};
use crate::cli::failure::explain;
use crate::cli::output::{Table, note, person, print, print_json};
use crate::cli::places::At;
use crate::cli::{CliError, Global};

/// What `invite list` understands.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  doorward invite list\n  doorward invite list --state closed --json\n  doorward invite list --space crew\n\nNeeds a role that may invite: owner or admin."
)]
pub(super) struct Args {
    /// Which
    #[arg(long, value_enum, default_value_t = State::Live)]
    state: State,
    #[command(flatten)]
    at: At,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum State {
    /// Open, by expiry
    Live,
    /// Expired
    Expired,
    /// Cancelled, used up, or long expired
    Closed,
    /// All of them
    All,
}

/// Lists all of them, however many pages that takes.
pub(super) async fn run(args: Args, global: &Global) -> Result<(), CliError> {
    let session = global.session().await?;
    let place = args.at.find(&session).await?;
    let filters: &[InviteFilter] = match args.state {
        State::Live => &[InviteFilter::Live],
        State::Expired => &[InviteFilter::Expired],
        State::Closed => &[InviteFilter::Closed],
        State::All => &[InviteFilter::Live, InviteFilter::Expired, InviteFilter::Closed],
    };
    let mut items: Vec<InviteItem> = Vec::new();
    for filter in filters {
        let mut after = None;
        loop {
            let page = session.invites(&place.id, *filter, after.as_ref(), Some(1_000)).await.map_err(explain)?;
            items.extend(page.items);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    if global.json {
        return print_json(&items);
    }
    if items.is_empty() {
        note(&format!("None. Make one with: doorward invite create{}", place.option()));
        return Ok(());
    }
    let now = session.client().now();
    let mut table = Table::new(&["ID", "STATE", "ROLE", "USED", "EXPIRES", "MADE BY", "LABEL"]);
    for item in &items {
        table.row(vec![
            item.id.as_str().to_owned(),
            item.state.as_str().to_owned(),
            item.role.as_str().to_owned(),
            uses(item),
            ends(item, now),
            person(&item.issuer_handle, &item.issuer_fingerprint),
            item.label.clone(),
        ]);
    }
    print(&table.text())
}
