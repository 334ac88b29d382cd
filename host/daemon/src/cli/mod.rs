//! The command line: one subcommand a file, each with `Args` (what can be typed) and `run` (what happens then).
//!
//! Exit codes: 0 done or allowed, 1 fault or wrong usage, 2 denied with the code printed.

mod account;
mod allow;
mod audit;
mod backup;
mod ban;
mod completions;
mod context;
mod doctor;
mod error;
mod events;
mod failure;
mod inbox;
mod init;
mod invite;
mod join;
mod key;
mod leave;
mod man;
mod member;
mod newcomer;
mod output;
mod owner;
mod places;
mod preview;
mod private;
mod redeem;
mod restore;
mod serve;
mod space;
mod whoami;
mod why;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory, Parser, Subcommand};

pub use error::CliError;

/// Decides who may be here, and how they get in.
#[derive(Debug, Parser)]
#[command(
    name = "doorward",
    version,
    about,
    arg_required_else_help = false,
    after_help = "First steps:
  doorward serve                              start a server; it prints the link that makes you its owner
  doorward redeem LINK --handle Ada           come in with that link, in another terminal
  doorward invite create --label 'for Cyd'    make a link for somebody else
  doorward COMMAND --help                     what a command needs, with an example
  doorward doctor                             what is wrong, and what to do about it

Ends with 0 when something was done or allowed, 2 when it was refused (the code is printed), 1 when something was wrong."
)]
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
    #[arg(long, global = true, value_name = "URL", env = "DOORWARD_SERVER", hide_env_values = true, help_heading = "Everywhere")]
    pub server: Option<String>,

    /// The directory with your keys [default: $XDG_DATA_HOME/doorward/keys or ~/.local/share/doorward/keys]
    #[arg(long, global = true, value_name = "DIR", env = "DOORWARD_KEYS", hide_env_values = true, help_heading = "Everywhere")]
    pub keys: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server (what `doorward` does without arguments)
    Serve(serve::Args),
    /// Come in through an invite link
    Redeem(redeem::Args),
    /// Come in without an invite, where a server lets you
    Join(join::Args),
    /// Leave a server
    Leave(leave::Args),
    /// Say what an invite link says, without using it
    Preview(preview::Args),
    /// Make, list, show and cancel invites
    Invite(invite::Args),
    /// List, show, revoke, restore, delete and add accounts
    Account(account::Args),
    /// List members, give them roles and tags, show them the door, hand a place over
    Member(member::Args),
    /// What you were invited to by name, and what you say to it
    Inbox(inbox::Args),
    /// Bar keys from the server or a network, for a time or for good
    Ban(ban::Args),
    /// Look after the keys that an allowlist lets in
    Allow(allow::Args),
    /// Look after the place and its networks: names, who may come in, how many
    Space(space::Args),
    /// Say whether somebody may do something, and why
    Why(why::Args),
    /// List what was decided, and by which rule
    Audit(audit::Args),
    /// Watch what happens, as it happens
    Events(events::Args),
    /// Say who the server takes you for
    Whoami(whoami::Args),
    /// Look after your keys on this machine
    Key(key::Args),
    /// Set the server up, or make a new owner link while there is no owner; the server must not be running
    Init(init::Args),
    /// Hand the ownership to new keys when the owner's are lost
    Owner(owner::Args),
    /// Say what is wrong with this server, and what to do about it
    Doctor(doctor::Args),
    /// Write the whole state into one signed file, while the server runs or not
    Backup(backup::Args),
    /// Put a backup back, check one, or accept what was put back
    Restore(restore::Args),
    /// Print what a shell needs to complete commands
    Completions(completions::Args),
    /// Write the manual pages into a folder
    Man(man::Args),
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
        Err(error) => return CliError::Fault(format!("cannot start the async runtime: {error}")).report(cli.global.json),
    };
    let json = cli.global.json;
    let ended = runtime.block_on(run(cli)).unwrap_or_else(|error| error.report(json));
    // A store that hangs must not keep the process from ending.
    runtime.shutdown_timeout(Duration::from_secs(2));
    ended
}

/// The whole command line, as completions and manual pages describe it.
fn command() -> clap::Command {
    Cli::command()
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
        Some(Command::Join(args)) => join::run(args, global).await,
        Some(Command::Leave(args)) => leave::run(args, global).await,
        Some(Command::Member(args)) => member::run(args, global).await,
        Some(Command::Inbox(args)) => inbox::run(args, global).await,
        Some(Command::Ban(args)) => ban::run(args, global).await,
        Some(Command::Allow(args)) => allow::run(args, global).await,
        Some(Command::Space(args)) => space::run(args, global).await,
        Some(Command::Account(args)) => account::run(args, global).await,
        Some(Command::Key(args)) => key::run(args, global).await,
        Some(Command::Whoami(args)) => whoami::run(args, global).await,
        Some(Command::Audit(args)) => audit::run(args, global).await,
        Some(Command::Events(args)) => events::run(args, global).await,
        Some(Command::Why(args)) => why::run(args, global).await,
        Some(Command::Completions(args)) => completions::run(&args),
        Some(Command::Man(args)) => man::run(&args),
    }
}
