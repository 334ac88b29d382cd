//! `doorward invite`: links that let people in.

mod cancel;
mod create;
mod link;
mod list;
mod show;

use std::process::ExitCode;

use clap::Subcommand;
use doorward_client::Invitation;
use doorward_core::Timestamp;
use doorward_core::view::InviteItem;

use super::output::{field, print, qr};
use super::{CliError, Global, words};

/// What `invite` understands.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A link is a secret: whoever has it can use it. The server never learns it, and keeps only what lets the maker of the
invite show it again."
)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make an invite, and show its link, QR code and typed code
    Create(create::Args),
    /// List invites
    List(list::Args),
    /// Show one invite, and who came through it
    Show(show::Args),
    /// Cancel invites: nobody comes in through them any more
    Cancel(cancel::Args),
    /// Show the link of an invite you made once more
    Link(link::Args),
}

/// Does it.
pub(super) async fn run(args: Args, global: &Global) -> Result<ExitCode, CliError> {
    match args.verb {
        Verb::Create(args) => create::run(args, global).await?,
        Verb::List(args) => list::run(args, global).await?,
        Verb::Show(args) => show::run(args, global).await?,
        Verb::Cancel(args) => cancel::run(args, global).await?,
        Verb::Link(args) => link::run(args, global).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints a link in every form it can be handed on in. `with_qr` draws it, too.
fn hand_out(invitation: &Invitation, with_qr: bool, now: Timestamp) -> Result<(), CliError> {
    let link = link_of(invitation)?;
    let mut text = format!("\n{link}\n\n");
    if with_qr {
        text += &qr(&link);
    }
    text += &field("typed code", &invitation.typed_code());
    if let Some(expires) = invitation.expires {
        text += &field("good until", &words::expiry_in_full(expires, now));
    }
    text += &field("invite id", &invitation.id().to_hex());
    print(&text)
}

fn link_of(invitation: &Invitation) -> Result<String, CliError> {
    invitation.link().ok_or_else(|| CliError::Fault("this invite does not say where it leads".into()))
}

/// `1 of 3`, `4 (unlimited)`.
fn uses(item: &InviteItem) -> String {
    match item.max_uses {
        0 => format!("{} (unlimited)", item.uses),
        most => format!("{} of {most}", item.uses),
    }
}

/// When it ends or ended.
fn ends(item: &InviteItem, now: Timestamp) -> String {
    // Reading an expiry never fails: what cannot be read has expired.
    item.expires.read().map_or("-".into(), |expires| words::expiry(expires, now))
}
