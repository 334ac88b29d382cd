//! `doorward man --out DIR`: the manual pages, one a command.

use std::path::PathBuf;
use std::process::ExitCode;

use super::{CliError, command};

/// What `man` understands.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  doorward man --out ~/.local/share/man/man1              then: man doorward-invite-create

The Debian package brings them along. Needs no server.")]
pub(super) struct Args {
    /// The folder to write them into; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Writes them.
pub(super) fn run(args: &Args) -> Result<ExitCode, CliError> {
    let written = std::fs::create_dir_all(&args.out).and_then(|()| clap_mangen::generate_to(command(), &args.out));
    written.map_err(|error| CliError::Fault(format!("cannot write into {}: {error}", args.out.display())))?;
    Ok(ExitCode::SUCCESS)
}
