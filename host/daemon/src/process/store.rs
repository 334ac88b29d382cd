//! The one place that names a concrete store.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use doorward_core::Timestamp;
use doorward_sqlite::{Lock, Options, ReadOnly, Sqlite};
use doorward_store::{Cause, Import, Reason, Store, Unavailable};

use super::Failure;
use super::data::{DATABASE, DataFolder, sync_folder};

/// What stands beside a database while it is open or was not closed.
const BESIDE: [&str; 2] = ["-wal", "-shm"];
/// A database, what stands beside it, and its lock.
const ALL: [&str; 4] = ["", "-wal", "-shm", ".lock"];

/// A file of at most so many bytes is read whole before it is served: some milliseconds. In a larger one, damage is
/// noticed by the reads that meet it.
const CHECKED_WHOLE: u64 = 8 << 20;

/// Opens the store in the data folder, or makes it.
///
/// # Errors
/// One line: who has it, or what is wrong with the file.
pub(super) fn open(data: &DataFolder, now: Timestamp, sync_delay: Duration) -> Result<Arc<dyn Store>, Failure> {
    let sync_delay = Some(sync_delay).filter(|delay| !delay.is_zero());
    let path = data.file(DATABASE);
    match Sqlite::open(&path, &Options { sync_delay, ..options(now) }) {
        Ok(store) => {
            if std::fs::metadata(store.path()).is_ok_and(|found| found.len() <= CHECKED_WHOLE) {
                store.verify().map_err(|error| Failure::at(&path, error))?;
            }
            Ok(Arc::new(store))
        }
        Err(Unavailable(reason)) => Err(in_words(&reason)),
    }
}

fn options(now: Timestamp) -> Options {
    Options::new(now.0, env!("CARGO_PKG_VERSION"))
}

fn in_words(reason: &Reason) -> Failure {
    match reason.cause() {
        Cause::Locked => Failure(format!("{reason}; is another doorward running on this data folder? Stop it first")),
        _ => Failure(reason.to_string()),
    }
}

/// Opens a store's file to be looked at only, whoever else has it open.
///
/// # Errors
/// The store's reason.
pub(super) fn look(database: &Path) -> Result<Box<dyn Store>, Unavailable> {
    Ok(Box::new(ReadOnly::open(database, &options(Timestamp(0)))?))
}

/// Reads all of a store's file and checks that it is whole. Whoever else has it open is not disturbed.
///
/// # Errors
/// The first thing that is wrong with it.
pub(super) fn verify(database: &Path) -> Result<(), Unavailable> {
    ReadOnly::open(database, &options(Timestamp(0)))?.verify()
}

/// Whether it has never been written.
///
/// # Errors
/// It does not answer.
pub(super) fn is_new(store: &dyn Store) -> Result<bool, Failure> {
    Ok(store.snapshot()?.as_of() == 0)
}

/// The store's place in the data folder, held against every other process while another state is put there.
pub(super) struct Held {
    database: PathBuf,
    /// The present state, if it can be opened.
    present: Option<Sqlite>,
    /// Why it cannot.
    fault: Option<String>,
    _lock: Option<Lock>,
}

impl Held {
    /// Takes it, whatever state the present one is in.
    ///
    /// # Errors
    /// Another process has it.
    pub(super) fn take(data: &DataFolder, now: Timestamp) -> Result<Self, Failure> {
        let database = data.file(DATABASE);
        // One file has one lock, whatever it is called.
        let database = fs::canonicalize(&database).unwrap_or(database);
        let locked = |fault| match Lock::take(&database) {
            Ok(lock) => Ok(Self { database: database.clone(), present: None, fault, _lock: Some(lock) }),
            Err(reason) => Err(in_words(&reason)),
        };
        if !database.exists() {
            return locked(None);
        }
        match Sqlite::open(&database, &options(now)) {
            Ok(store) => Ok(Self { database, present: Some(store), fault: None, _lock: None }),
            Err(error) if error.cause() == Cause::Locked => Err(in_words(&error.0)),
            Err(error) => locked(Some(error.to_string())),
        }
    }

    /// The present state, if it can be opened.
    pub(super) fn present(&self) -> Option<&dyn Store> {
        self.present.as_ref().map(|store| store as &dyn Store)
    }

    /// Why there is a present state that cannot be opened.
    pub(super) fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// Builds another state beside the present one: these records, and no revision up to `floor` given out again.
    ///
    /// # Errors
    /// A record is not good, or the disk does not take it; nothing is left behind.
    pub(super) fn build(&self, records: &mut Import<'_>, floor: u64, now: Timestamp) -> Result<Built, Failure> {
        let path = beside(&self.database, ".new");
        remove(&path, &ALL).map_err(|error| Failure::at(&path, error))?;
        let litter = Litter(path.clone());
        let store = Sqlite::open(&path, &options(now))?;
        store.replace(records)?;
        store.raise(floor)?;
        Ok(Built { store: Arc::new(store), litter })
    }

    /// Puts what was built in the place of the present state, in one step. What was there is kept under `name`, if
    /// anything was; nothing may have that name.
    ///
    /// # Errors
    /// A file cannot be named; the present state is then still the one.
    pub(super) fn swap(self, built: Built, name: &str) -> Result<Option<PathBuf>, Failure> {
        let Self { database, present, fault: _, _lock } = self;
        let fault = |error: std::io::Error| Failure::at(&database, error);
        if let Some(store) = &present {
            // From here on the file alone is the whole state.
            store.checkpoint()?;
        }
        let kept = database.with_file_name(name);
        let mut any = false;
        // A database that could not be opened is kept with what stands beside it.
        let suffixes = if present.is_some() { &[""][..] } else { &["", BESIDE[0], BESIDE[1]] };
        for suffix in suffixes {
            match fs::hard_link(beside(&database, suffix), beside(&kept, suffix)) {
                Ok(()) => any = true,
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(fault(error)),
            }
        }
        sync_folder(&database).map_err(fault)?;
        if present.is_none() {
            // SQLite would take them for the new one's.
            remove(&database, &BESIDE).map_err(fault)?;
        }
        let Built { store, litter } = built;
        drop(store);
        fs::rename(&litter.0, &database).and_then(|()| sync_folder(&database)).map_err(fault)?;
        // Closing the former takes its own files beside with it; until then nobody else has the place.
        drop(present);
        Ok(any.then_some(kept))
    }
}

/// A state that was built beside the present one. Gone when it is dropped.
pub(super) struct Built {
    store: Arc<Sqlite>,
    litter: Litter,
}

impl Built {
    /// The state.
    pub(super) fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store) as Arc<dyn Store>
    }

    /// Reads all of it back and makes the file alone the whole state. Nothing may be written after.
    ///
    /// # Errors
    /// It is not what was written, or the disk fails.
    pub(super) fn settle(&self) -> Result<(), Failure> {
        self.store.verify()?;
        Ok(self.store.checkpoint()?)
    }
}

/// Removes a database and what stands beside it, if it is still under this name.
struct Litter(PathBuf);

impl Drop for Litter {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next restore.
        let _ = remove(&self.0, &ALL);
    }
}

fn remove(path: &Path, suffixes: &[&str]) -> std::io::Result<()> {
    for suffix in suffixes {
        match fs::remove_file(beside(path, suffix)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
