//! The owner link: made while there is no owner, shown to a terminal or left in a private file, gone when it was used.

use std::path::Path;

use doorward_core::wire::{Asker, Command, Description, Reply};
use doorward_core::{Code, Timestamp};
use doorward_shell::{Answered, OwnerInvite, Shell};
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
    hand_over(
        &made,
        "This server has no owner yet. Open this link once, on the device that is to hold the owner's keys:",
        config,
        folder,
    )?;
    Ok(true)
}

/// Shows a link to a terminal, or leaves it in the private file.
fn hand_over(made: &OwnerInvite, words: &str, config: &Config, folder: &DataFolder) -> Result<(), Failure> {
    let link = Zeroizing::new(made.link.to_url(config.public_url.as_str()));
    if qr::is_terminal() {
        show(words, &link, &made.link.token.to_typed_code(), made.expires);
        // A link in a file from an earlier start is void by now.
        return remove_file(folder);
    }
    let path = folder.file(FILE);
    data::write_private(&path, format!("{}\n", *link).as_bytes())?;
    tracing::info!(file = %path.display(), expires = made.expires.to_rfc3339(), "the owner link is in this file; it is deleted when it was used");
    Ok(())
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
    Ok(describe(shell).await?.is_some_and(|description| description.has_owner))
}

/// What the server says of itself; nothing before it is set up.
pub(super) async fn describe(shell: &Shell) -> Result<Option<Description>, Code> {
    let answered = shell.ask(Asker::Operator, Command::Describe, Vec::new()).await;
    match (answered.code, answered.reply) {
        (Code::Allowed, Reply::Description(description)) => Ok(Some(description)),
        (Code::NotInitialised, _) => Ok(None),
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

fn show(words: &str, link: &str, typed: &str, expires: Timestamp) {
    println!("\n{words}\n\n  {link}\n");
    if let Some(code) = qr::blocks(link) {
        println!("{code}\n");
    }
    println!("  Typed code: {typed}\n  Good until {}, for one use.\n", expires.to_rfc3339());
}

/// `doorward init`: everything a first start does, without serving.
///
/// # Errors
/// One line: what is in the way.
pub async fn init(config: &Config) -> Result<bool, Failure> {
    let opened = run::open(config, policy::load(config.policy.as_deref())?)?;
    let made = offer(&opened.shell, config, &opened.folder).await;
    opened.stop().await;
    made
}

/// `doorward owner recover`: revokes the present owner's key, and hands over a link that moves the ownership to new ones.
///
/// # Errors
/// One line: what is in the way.
pub async fn recover(config: &Config) -> Result<(), Failure> {
    let opened = run::open(config, policy::load(config.policy.as_deref())?)?;
    let words = "Open this link once, on the device that is to hold the owner's new keys:";
    let made = match opened.shell.recover_owner(Zeroizing::new(entropy::fresh())).await {
        Ok(made) => hand_over(&made, words, config, &opened.folder),
        Err(Answered { code: Code::NotFound | Code::NotInitialised, .. }) => {
            Err(Failure("there is no owner yet; make the first owner's link with: doorward init".into()))
        }
        Err(Answered { code, .. }) => Err(Failure(format!("the owner cannot be recovered: {code}: {}", code.text()))),
    };
    opened.stop().await;
    made
}

/// Where the link is when it was not printed.
pub fn file_of(data: &Path) -> std::path::PathBuf {
    data.join(FILE)
}
