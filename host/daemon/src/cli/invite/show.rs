//! `doorward invite show`.

use doorward_core::view::{InviteShown, UseItem};
use doorward_core::{InviteId, SpaceId, Timestamp};

use super::uses;
use crate::cli::context::invite_id;
use crate::cli::failure::explain;
use crate::cli::output::{Table, clean, field, person, print, print_json};
use crate::cli::places::name_of;
use crate::cli::{CliError, Global, words};

/// What `invite show` understands.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  doorward invite show 4f0c…\n\nIds: doorward invite list --state all")]
pub(super) struct Args {
    /// The invite's id, 32 hexadecimal characters
    #[arg(value_parser = invite_id)]
    id: InviteId,
}

/// Shows it, with everybody who came through.
pub(super) async fn run(args: Args, global: &Global) -> Result<(), CliError> {
    let session = global.session().await?;
    let mut shown = session.show_invite(args.id, None, Some(1_000)).await.map_err(explain)?;
    while shown.next.is_some() {
        let more = session.show_invite(args.id, shown.next.as_ref(), Some(1_000)).await.map_err(explain)?;
        shown.uses.extend(more.uses);
        shown.next = more.next;
    }
    if global.json {
        return print_json(&shown);
    }
    let place = match shown.invite.space.read() {
        Ok(SpaceId::SERVER) | Err(_) => clean(&session.client().well_known().name),
        Ok(id) => name_of(&session, &id).await,
    };
    print(&in_words(&shown, &place, session.client().now()))
}

fn in_words(shown: &InviteShown, place: &str, now: Timestamp) -> String {
    let item = &shown.invite;
    let mut text = format!("Invite {}\n", clean(item.id.as_str()));
    text += &field("state", item.state.as_str());
    text += &field("leads to", place);
    text += &field("role", item.role.as_str());
    text += &field("used", &uses(item));
    text += &field("good until", &item.expires.read().map_or("-".into(), |expires| words::expiry_in_full(expires, now)));
    text += &field("made by", &person(&item.issuer_handle, &item.issuer_fingerprint));
    text += &field("made", &item.minted_at.read().map_or("-".into(), |at| words::in_full(at, now)));
    for (name, value) in [("label", &item.label), ("greeting", &item.greeting)] {
        if !value.is_empty() {
            text += &field(name, &format!("\"{value}\""));
        }
    }
    if shown.uses.is_empty() {
        return text + "\nNobody has come through it.\n";
    }
    let mut table = Table::new(&["WHO", "WHEN", "ANSWER"]);
    for UseItem { fingerprint, handle, at, code, .. } in &shown.uses {
        let when = at.read().map_or("-".into(), |at| words::relative(at, now));
        table.row(vec![person(handle, fingerprint), when, code.as_str().to_owned()]);
    }
    text + "\n" + &table.text()
}
