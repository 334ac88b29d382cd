//! `doorward restore`: puts a backup back, and accepts what was put back.

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;

use super::backup::{as_json, in_words};
use super::error::NEXT;
use super::output::{confirm, note, print, print_json};
use super::serve::Folder;
use super::{CliError, Global};
use crate::process::{self, Checked, Restored};

/// What `restore` understands.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  doorward restore door-monday.backup --check       reads it all; changes nothing, and the server may run
  doorward restore door-monday.backup               the server must not be running
  doorward serve                                    … look who is here: doorward account list, doorward invite list
  doorward restore --accept                         … stop the server first; from then on everyone is let in again

What happened after the backup is gone: people who came in since are unknown, and people who were shown the door since
may be back. Therefore links that were open in the backup are void, and nobody is let in until you have looked and said
--accept. The database that was there is kept beside the new one.")]
pub(super) struct Args {
    /// The backup
    #[arg(required_unless_present = "accept", conflicts_with = "accept")]
    file: Option<PathBuf>,
    /// Read and check all of it, and change nothing
    #[arg(long, conflicts_with = "accept")]
    check: bool,
    /// Take a state that this server did not sign: a database file that was copied, or the one in the data folder as it
    /// is. It must be of this server, and nobody vouches for what is in it
    #[arg(long, conflicts_with = "accept")]
    adopt: bool,
    /// Let people in again after a restore
    #[arg(long)]
    accept: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    folder: Folder,
}

/// Does it.
pub(super) async fn run(args: Args, global: &Global) -> Result<ExitCode, CliError> {
    let Args { file, check, adopt, accept, yes, folder } = args;
    let config = folder.config()?;
    let Some(file) = file.filter(|_| !accept) else {
        let waited = process::accept_restore(&config).await?;
        report_accepted(waited, global)?;
        return Ok(ExitCode::SUCCESS);
    };
    let checked = process::check_backup(&config, &file)?;
    if check {
        if global.json {
            print_json(&as_json(&checked))?
        } else {
            print(&format!("Whole, and good to restore\n{}", in_words(&checked)))?
        }
        return Ok(ExitCode::SUCCESS);
    }
    if checked.signed_at.is_none() && !adopt {
        return Err(CliError::Usage(format!(
            "{} is a database file: no server signed it, so nobody vouches for what is in it{NEXT}If you do, say --adopt.",
            file.display()
        )));
    }
    if !yes && !ask(&checked) {
        return Err(CliError::Usage("nothing was restored; where nobody can be asked, say --yes".into()));
    }
    let restored = process::restore(&config, checked).await?;
    report(&restored, global)?;
    Ok(ExitCode::SUCCESS)
}

fn ask(checked: &Checked) -> bool {
    let question = "Put this in the place of what is there? Open links become void, and nobody is let in until you accept it.";
    confirm(&format!("{}{question}", in_words(checked)))
}

fn report(restored: &Restored, global: &Global) -> Result<(), CliError> {
    let Restored { checked, epoch, kept, fault } = restored;
    if global.json {
        let kept = kept.as_ref().map(|path| path.display().to_string());
        return print_json(&json!({"restored": as_json(checked), "restore_epoch": epoch, "kept": kept, "fault": fault}));
    }
    print(&format!("Restored from {}\n{}", checked.path.display(), in_words(checked)))?;
    if let Some(kept) = kept {
        let why = fault.as_ref().map_or(String::new(), |fault| format!("; it could not be opened: {fault}"));
        note(&format!("What was there is kept as {}{why}", kept.display()));
    }
    note("Nobody is let in yet. Start the server, look at accounts and invites, stop it, then: doorward restore --accept");
    Ok(())
}

fn report_accepted(waited: bool, global: &Global) -> Result<(), CliError> {
    if global.json {
        return print_json(&json!({"accepted": true, "waited": waited}));
    }
    print(if waited { "Accepted. People are let in again when the server runs.\n" } else { "No restore waits to be accepted.\n" })
}
