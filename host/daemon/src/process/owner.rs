//! The owner link: made while there is no owner, shown to a terminal or left in a private file, gone when it was used.

use std::path::Path;

use doorward_core::wire::{Asker, Command, Reply};
use doorward_core::{Code, Timestamp};
use doorward_shell::{Answered, Shell};
use zeroize::Zeroizing;

use super::data::{self, DataFolder};
use super::{Failure, policy, qr, run};
use crate::ambient::entropy;
use crate::config::Config;

const FILE: &str = "owner-link.txt";

/// Makes an owner link if there is no owner, and hands it over. `false` if there is one.
///
/// # Errors
/// The answer that refused it, or a file that cannot be written.
pub(super) async fn offer(shell: &Shell, config: &Config, folder: &DataFolder) -> Result<bool, Failure> {
    match exists(shell).await {
        Ok(false) => {}
        Ok(true) => return remove_file(folder).map(|()| false),
        // That passes; meanwhile everything is refused, and `/readyz` says why.
        Err(code @ Code::ClockBehind) => {
            tracing::warn!(%code, "{} No owner link is made", code.text());
            return Ok(false);
        }
        Err(code) => return Err(Failure(format!("the server cannot say whether it has an owner: {code}: {}", code.text()))),
    }
    let made = match shell.owner_invite(&config.name, Zeroizing::new(entropy::fresh())).await {
        Ok(made) => made,
        // Somebody used the former link a moment ago.
        Err(Answered { code: Code::OwnerExists, .. }) => return Ok(false),
        Err(Answered { code, .. }) => return Err(Failure(format!("no owner link: {code}: {}", code.text()))),
    };
    let link = Zeroizing::new(made.link.to_url(config.public_url.as_str()));
    if qr::is_terminal() {
        show(&link, &made.link.token.to_typed_code(), made.expires);
        // A link in a file from an earlier start is void by now.
        remove_file(folder)?;
    } else {
        let path = folder.file(FILE);
        data::write_private(&path, format!("{}\n", *link).as_bytes())?;
        tracing::info!(file = %path.display(), expires = made.expires.to_rfc3339(), "the owner link is in this file; it is deleted when it was used");
    }
    Ok(true)
}

/// Deletes the file with the owner link once there is an owner.
pub(super) async fn clear(shell: &Shell, folder: &DataFolder) {
    match exists(shell).await {
        Ok(true) => {
            if let Err(failure) = remove_file(folder) {
                tracing::warn!("{failure}");
            }
        }
        Ok(false) => {}
        Err(code) => tracing::debug!(%code, "whether there is an owner is not known"),
    }
}

/// Whether there is an owner, or why nobody can say.
async fn exists(shell: &Shell) -> Result<bool, Code> {
    let answered = shell.ask(Asker::Operator, Command::Describe, Vec::new()).await;
    match (answered.code, answered.reply) {
        (Code::Allowed, Reply::Description(description)) => Ok(description.has_owner),
        (Code::NotInitialised, _) => Ok(false),
        (Code::Allowed, _) => Err(Code::Undecidable),
        (code, _) => Err(code),
    }
}

fn remove_file(folder: &DataFolder) -> Result<(), Failure> {
    let path = folder.file(FILE);
    match std::fs::remove_file(&path) {
        Ok(()) => {
            tracing::info!(file = %path.display(), "the owner link was used or is void; its file is deleted");
            Ok(())
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::at(&path, error)),
    }
}

fn show(link: &str, typed: &str, expires: Timestamp) {
    println!(
        "\nThis server has no owner yet. Open this link once, on the device that is to hold the owner's keys:\n\n  {link}\n"
    );
    if let Some(code) = qr::blocks(link) {
        println!("{code}\n");
    }
    println!("  Typed code: {typed}\n  Good until {}, for one use. A new start makes a new link.\n", expires.to_rfc3339());
}

/// `doorward init`: everything a first start does, without serving.
///
/// # Errors
/// One line: what is in the way.
pub async fn init(config: &Config) -> Result<bool, Failure> {
    let opened = run::open(config, policy::load(config.policy.as_deref())?)?;
    let made = offer(&opened.shell, config, &opened.folder).await;
    opened.shell.stop().await;
    made
}

/// Where the link is when it was not printed.
pub fn file_of(data: &Path) -> std::path::PathBuf {
    data.join(FILE)
}
