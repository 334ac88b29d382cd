//! The command line: one subcommand a file, each with `Args` (what can be typed) and `run` (what happens then).
//!
//! Exit codes: 0 done or allowed, 1 fault or wrong usage, 2 denied with the code printed.

mod account;
mod backup;
mod context;
mod doctor;
mod error;
mod failure;
mod init;
mod invite;
mod key;
mod output;
mod owner;
mod preview;
mod redeem;
mod restore;
mod serve;
mod whoami;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

pub use error::CliError;

/// Decides who may be here, and how they get in.
#[derive(Debug, Parser)]
#[command(name = "doorward", version, about, arg_required_else_help = false)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Options every subcommand understands.
#[derive(Clone, Debug, clap::Args)]
pub struct Global {
    /// Print JSON for scripts instead of text for people
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub json: bool,

    /// The server to talk to [default: where the link leads, or http://127.0.0.1:8460]
    #[arg(long, global = true, value_name = "URL", env = "DOORWARD_SERVER", help_heading = "Everywhere")]
    pub server: Option<String>,

    /// The directory with your keys [default: $XDG_DATA_HOME/doorward/keys or ~/.local/share/doorward/keys]
    #[arg(long, global = true, value_name = "DIR", env = "DOORWARD_KEYS", help_heading = "Everywhere")]
    pub keys: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server (what `doorward` does without arguments)
    Serve(serve::Args),
    /// Set the server up, or make a new owner link while there is no owner; the server must not be running
    Init(init::Args),
    /// Write the whole state into one signed file, while the server runs or not
    Backup(backup::Args),
    /// Put a backup back, check one, or accept what was put back
    Restore(restore::Args),
    /// Say what is wrong with this server, and what to do about it
    Doctor(doctor::Args),
    /// Hand the ownership to new keys when the owner's are lost
    Owner(owner::Args),
    /// Make, list, show and cancel invites
    Invite(invite::Args),
    /// Say what an invite link says, without using it
    Preview(preview::Args),
    /// Come in through an invite link
    Redeem(redeem::Args),
    /// List, show, revoke, restore, delete and add accounts
    Account(account::Args),
    /// Your keys on this machine
    Key(key::Args),
    /// Who the server takes you for
    Whoami(whoami::Args),
}

/// Reads the command line, does what it says, and says how it ended.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Printing to a closed pipe fails, and then there is nobody to tell.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(error::FAULT) } else { ExitCode::SUCCESS };
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return CliError::Fault(format!("cannot start the async runtime: {error}")).report(),
    };
    let ended = runtime.block_on(run(cli)).unwrap_or_else(|error| error.report());
    // A store that hangs must not keep the process from ending.
    runtime.shutdown_timeout(Duration::from_secs(2));
    ended
}

async fn run(cli: Cli) -> Result<ExitCode, CliError> {
    let global = &cli.global;
    match cli.command {
        None => serve::run(serve::Args::parse_from(["doorward serve"]), global).await,
        Some(Command::Serve(args)) => serve::run(args, global).await,
        Some(Command::Init(args)) => init::run(args, global).await,
        Some(Command::Backup(args)) => backup::run(args, global).await,
        Some(Command::Restore(args)) => restore::run(args, global).await,
        Some(Command::Doctor(args)) => doctor::run(args, global).await,
        Some(Command::Owner(args)) => owner::run(args, global).await,
        Some(Command::Invite(args)) => invite::run(args, global).await,
        Some(Command::Preview(args)) => preview::run(args, global).await,
        Some(Command::Redeem(args)) => redeem::run(args, global).await,
        Some(Command::Account(args)) => account::run(args, global).await,
        Some(Command::Key(args)) => key::run(args, global).await,
        Some(Command::Whoami(args)) => whoami::run(args, global).await,
    }
}
