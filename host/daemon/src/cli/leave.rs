//! `doorward leave`: goes.

use std::process::ExitCode;

use doorward_core::SpaceId;
use serde_json::json;

use super::failure::explain;
use super::output::{clean, confirm, note, print, print_json};
use super::{CliError, Global};

/// What `leave` understands.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  doorward leave --server https://door.example

Your very next request is refused, and links you made stop working for good. Your account and your keys stay: with them
you can come in again by a new invite, or by 'doorward join' where the server is open. The owner hands the server over
first: doorward member transfer KEY")]
pub(super) struct Args {
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// Goes.
pub(super) async fn run(args: Args, global: &Global) -> Result<ExitCode, CliError> {
    let session = global.session().await?;
    let name = clean(&session.client().well_known().name);
    if !args.yes && !confirm(&format!("Leave {name}? Links you made there stop working.")) {
        return Err(CliError::Usage("you have not left; where nobody can be asked, say --yes".into()));
    }
    let code = session.leave(&SpaceId::SERVER).await.map_err(explain)?;
    if global.json {
        print_json(&json!({"key": session.sign_key().to_hex(), "code": code.name()}))?;
        return Ok(ExitCode::SUCCESS);
    }
    print(&format!("You left {name}.\n"))?;
    note(&format!("Your keys stay here, should you come back: {}", global.ring()?.path(session.client().server_key()).display()));
    Ok(ExitCode::SUCCESS)
}
