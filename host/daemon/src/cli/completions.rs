//! `doorward completions SHELL`: what a shell offers when Tab is pressed.

use std::process::ExitCode;

use clap_complete::Shell;

use super::output::print;
use super::{CliError, command};

/// What `completions` understands.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  doorward completions bash > ~/.local/share/bash-completion/completions/doorward
  doorward completions zsh > ~/.zfunc/_doorward           (with ~/.zfunc in fpath, before compinit)
  doorward completions fish > ~/.config/fish/completions/doorward.fish
  doorward completions powershell >> $PROFILE

The Debian package brings them along. Needs no server.")]
pub(super) struct Args {
    /// Which shell
    shell: Shell,
}

/// Prints the script.
pub(super) fn run(args: &Args) -> Result<ExitCode, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "doorward", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}
