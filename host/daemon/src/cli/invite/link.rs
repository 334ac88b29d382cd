//! `doorward invite link`.

use doorward_core::{InviteId, Timestamp};

use super::share::{Card, Forms};
use crate::cli::context::invite_id;
use crate::cli::failure::explain;
use crate::cli::output::print_json;
use crate::cli::{CliError, Global};

/// What `invite link` understands.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  doorward invite link 4f0c…
  doorward invite link 4f0c… 92ab… --sheet again.html

The link is worked out again on this machine from your keys; the server does not have it. It is shown only if everything
about it fits: a server cannot hand you one invite for another. Ids: doorward invite list

With --json, one id gives one object, and several give a list.")]
pub(super) struct Args {
    /// The invites' ids, 32 hexadecimal characters each
    #[arg(required = true, value_name = "ID", value_parser = invite_id)]
    ids: Vec<InviteId>,
    #[command(flatten)]
    forms: Forms,
}

/// Derives them, checks them, shows them.
pub(super) async fn run(args: Args, global: &Global) -> Result<(), CliError> {
    let session = global.session().await?;
    let files = args.forms.reserve()?;
    let mut cards = Vec::with_capacity(args.ids.len());
    for id in args.ids {
        let shown = session.show_invite(id, None, Some(1)).await.map_err(explain)?;
        let invitation = session.derive_link(id, &shown).map_err(explain)?;
        cards.push(Card::of(&shown.invite, &invitation)?);
    }
    show(&args.forms, global, &cards, session.client().now())?;
    files.write(&cards, &session)
}

fn show(forms: &Forms, global: &Global, cards: &[Card], now: Timestamp) -> Result<(), CliError> {
    match (global.json, cards) {
        (true, [one]) => print_json(&one.as_json()),
        (true, many) => print_json(&many.iter().map(Card::as_json).collect::<Vec<_>>()),
        (false, [one]) => forms.hand_out(one, now),
        (false, many) => Card::list(many),
    }
}
