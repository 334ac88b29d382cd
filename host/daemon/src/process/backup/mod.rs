//! `doorward backup`: the whole state of one moment into one signed file, while the server serves or not; and what
//! `restore` reads back.
//!
//! The server's key is not in it: whoever holds a backup learns who is here, but signs as nobody.

mod file;
mod source;

use std::fs::{self, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use doorward_core::statement::Export;
use doorward_core::{ServerKey, Timestamp};
use doorward_shell::{Audit, Place, ServerSigner};
use doorward_store::Store;

use super::data::{DATABASE, DataFolder, sync_folder};
use super::{Failure, Progress, store};
use crate::ambient::clock;
use crate::config::Config;

use source::Pages;
pub(super) use source::Source;

/// A state that was read whole.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Where it was read from.
    pub path: PathBuf,
    /// How many records.
    pub records: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// The server it belongs to.
    pub server: ServerKey,
    /// The store's last revision.
    pub revision: u64,
    /// The end of its history.
    pub place: Place,
    /// When the server signed it; `None` of a database file, which nobody signs.
    pub signed_at: Option<Timestamp>,
}

/// Writes a backup, reads it back, and only then gives it its name. `force` replaces what has the name.
///
/// # Errors
/// One line: the store cannot be read, something in it is not right, the file is there already or cannot be written.
pub fn backup(config: &Config, to: &Path, force: bool) -> Result<Checked, Failure> {
    if !force && fs::symlink_metadata(to).is_ok() {
        return Err(is_there(to));
    }
    let folder = DataFolder::find(&config.data)?;
    let signer = folder.signer(false, || [0; 32])?;
    let store = store::look(&folder.file(DATABASE))?;
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let made = write(&*store, &signer, &part).and_then(|()| Source::open(&part)?.check(&signer.public()));
    let named = made.and_then(|checked| name(&part, to, force).map(|()| Checked { path: to.to_owned(), ..checked }));
    if named.is_err() {
        // Half a backup is of no use to anyone.
        let _ = fs::remove_file(&part);
    }
    named
}

fn is_there(path: &Path) -> Failure {
    Failure::at(path, "is there already; choose another name, or replace it with --force")
}

fn write(store: &dyn Store, signer: &ServerSigner, part: &Path) -> Result<(), Failure> {
    let fault = |error: std::io::Error| Failure::at(part, error);
    match fs::remove_file(part) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(fault(error)),
        Ok(()) | Err(_) => {}
    }
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(part).map_err(fault)?;
    let mut writer = file::Writer::new(BufWriter::with_capacity(1 << 16, made)).map_err(fault)?;
    let (mut audit, mut progress) = (Audit::default(), Progress::new("backing up"));
    let snapshot = store.snapshot()?;
    let revision = snapshot.as_of();
    for record in Pages::of(snapshot) {
        let record = record?;
        let value = record.value.unwrap_or_default();
        audit.note(&record.key, record.revision, &value).map_err(|line| Failure(format!("the store is damaged: {line}")))?;
        writer.record(&record.key, record.revision, &value).map_err(fault)?;
        progress.step();
    }
    progress.end();
    let server = signer.public();
    let Place { sequence, chain } = audit.end(&server).map_err(|line| Failure(format!("the store is damaged: {line}")))?;
    let (records, digest) = writer.sum();
    let export = Export { server, records, digest, revision, sequence, chain, at: clock::now() };
    let written = writer.end(&export, signer).and_then(|mut out| {
        out.flush()?;
        out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()
    });
    written.map_err(fault)
}

/// Gives a finished backup its name, over nothing that was not to be replaced.
fn name(part: &Path, to: &Path, force: bool) -> Result<(), Failure> {
    let named = if force {
        fs::rename(part, to)
    } else {
        // Unlike a rename, a link never replaces.
        fs::hard_link(part, to).and_then(|()| fs::remove_file(part))
    };
    match named {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(is_there(to)),
        Err(error) => Err(Failure::at(to, error)),
        Ok(()) => sync_folder(to).map_err(|error| Failure::at(to, error)),
    }
}

/// Whether this is a file, and how long.
fn length(path: &Path) -> Result<u64, Failure> {
    // Not opened: closing it would drop the locks that SQLite holds on it in this process.
    match fs::metadata(path) {
        Ok(found) if found.is_file() => Ok(found.len()),
        Ok(_) => Err(Failure::at(path, "is not a file")),
        Err(error) => Err(Failure::at(path, error)),
    }
}
