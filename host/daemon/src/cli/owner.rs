//! `doorward owner`: when the owner's keys are lost or in wrong hands.

use std::process::ExitCode;

use clap::Subcommand;

use super::output::{confirm, note};
use super::serve::Settings;
use super::{CliError, Global};
use crate::config::Config;
use crate::process;

/// What `owner` understands.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Revoke the owner's key and make a link that hands the ownership to new keys; the server must not be running
    #[command(after_help = "Examples:
  doorward owner recover
  doorward owner recover --yes --data /var/lib/doorward --public-url https://door.example

The present owner's key is refused from now on, and everything it had moves to the keys of whoever opens the link: one
use, 24 hours. Run it again and the former link is void. Every admin sees that the host's operator did this.

The link is shown on a terminal only; otherwise it is in `owner-link.txt` (0600) in the data folder.")]
    Recover(Recover),
}

#[derive(Debug, clap::Args)]
struct Recover {
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    settings: Settings,
}

/// Does it.
pub(super) async fn run(args: Args, global: &Global) -> Result<ExitCode, CliError> {
    let Verb::Recover(Recover { yes, settings }) = args.verb;
    let config = Config::read(&settings.layers()?)?;
    if !yes && !confirm("Revoke the present owner's key and make a link for new ones?") {
        return Err(CliError::Usage("nothing was changed; where nobody can be asked, say --yes".into()));
    }
    process::recover_owner(&config).await?;
    super::output::link_file(&process::owner_link_file(&config.data), global)?;
    note("The server can be started now. The link works once it serves.");
    Ok(ExitCode::SUCCESS)
}
