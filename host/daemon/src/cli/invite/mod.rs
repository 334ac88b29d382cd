//! `doorward invite`: links that let people in.

mod cancel;
mod create;
mod labels;
mod link;
mod list;
mod share;
mod sheet;
mod show;

use std::process::ExitCode;

use clap::Subcommand;
use doorward_core::Timestamp;
use doorward_core::view::InviteItem;

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
    /// Show the link of invites you made once more
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
