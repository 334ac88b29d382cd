//! The store contract kept in one SQLite file: WAL, `synchronous=FULL`, one writer, held
//! snapshots.
//!
//! A commit that is answered *committed* has been synced to the disk. A commit that met a full
//! disk, a read-only file or a conflict was not applied. When the disk fails while a commit is
//! being made durable, nobody knows: the answer is *indeterminate*, and the store stops, for only
//! reading the file again, after a restart, tells what was kept.
//!
//! No value is interpreted here and no SQL compares anything but keys and revisions. One process
//! at a time has the file (a lock beside it); others may look at it with [`ReadOnly`].
//!
//! Reading order: [`Options`], [`Sqlite`], then `open`, `commit`, `read`, `replace`, `upkeep`.

mod commit;
mod connect;
mod error;
mod files;
mod look;
mod migrate;
mod open;
mod read;
mod replace;
mod sum;
mod upkeep;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Condvar, Mutex, OnceLock};
use std::time::Duration;

use doorward_store::{Batch, Change, Commit, Import, Reason, Snapshot, Store, Unavailable};

use commit::Writer;
pub use files::Lock;
use files::Scratch;
pub use look::ReadOnly;
use read::Readers;

/// How to open a store. Times and names are arguments: nothing here looks at a clock.
#[derive(Debug, Clone)]
pub struct Options {
    /// Seconds since 1970, written beside a migration that is applied now.
    pub applied_at: u64,
    /// The version of the program, written beside a migration that is applied now.
    pub applied_by: String,
    /// The most snapshots held at one time, at least 1.
    pub readers: usize,
    /// How long a snapshot waits for a free reader, and SQLite for a lock.
    pub busy_timeout: Duration,
    /// Added to every commit after its sync: stands for a slower disk in figures. `None` for use.
    pub sync_delay: Option<Duration>,
}

impl Options {
    /// What is right for use: 8 readers, 2 s of patience, no added delay.
    pub fn new(applied_at: u64, applied_by: impl Into<String>) -> Options {
        Options { applied_at, applied_by: applied_by.into(), readers: 8, busy_timeout: Duration::from_secs(2), sync_delay: None }
    }
}

/// A store in one SQLite file.
///
/// The fields are dropped from top to bottom: the writer closes after the readers (the last one
/// out folds the WAL into the file), the lock goes after both, the scratch directory last.
pub struct Sqlite {
    path: PathBuf,
    readers: Readers,
    writer: Mutex<Writer>,
    /// The last revision, for those who wait; never ahead of what is durable.
    last: Mutex<u64>,
    moved: Condvar,
    replacing: AtomicBool,
    /// Set once, when an outcome nobody knows made this process's view of the file worthless.
    stopped: OnceLock<Reason>,
    /// The last checkpoint that failed, if the newest did.
    trouble: Mutex<Option<Reason>>,
    sync_delay: Option<Duration>,
    _lock: Lock,
    _scratch: Option<Scratch>,
}

impl Sqlite {
    /// Opens the store at `path`, or makes a new one (mode 0600). The directory must exist.
    ///
    /// # Errors
    /// [`Locked`](doorward_store::Cause::Locked): another process has it.
    /// [`Schema`](doorward_store::Cause::Schema): written by a newer program, or a migration is
    /// not the one that was applied. [`Foreign`](doorward_store::Cause::Foreign): not a store.
    /// [`ReadOnly`](doorward_store::Cause::ReadOnly), [`Corrupt`](doorward_store::Cause::Corrupt),
    /// [`Full`](doorward_store::Cause::Full), [`Io`](doorward_store::Cause::Io). The line names
    /// the file and says what is wrong.
    pub fn open(path: &Path, options: &Options) -> Result<Sqlite, Unavailable> {
        Ok(open::durable(path, options)?)
    }

    /// A store for tests and trials, in a new directory (mode 0700) below `parent` that is removed
    /// when the store is dropped. Not `:memory:`, because held snapshots need the WAL, which needs
    /// a file; nothing is synced, so it is as fast.
    ///
    /// # Errors
    /// As [`open`](Sqlite::open).
    pub fn temporary(parent: &Path, options: &Options) -> Result<Sqlite, Unavailable> {
        Ok(open::temporary(parent, options)?)
    }

    /// Where the file is, with every symbolic link resolved.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Refuses everything after an outcome nobody knows.
    fn alive(&self) -> Result<(), Reason> {
        self.stopped.get().map_or(Ok(()), |reason| Err(reason.clone()))
    }
}

impl Store for Sqlite {
    fn snapshot(&self) -> Result<Box<dyn Snapshot + '_>, Unavailable> {
        self.alive()?;
        Ok(Box::new(self.readers.snapshot()?))
    }

    fn commit(&self, batch: &Batch) -> Commit {
        self.apply(batch)
    }

    fn changes(&self, after: u64, prefix: &str, limit: usize) -> Result<Vec<Change>, Unavailable> {
        self.alive()?;
        Ok(self.readers.changes(after, prefix, limit)?)
    }

    fn newest(&self, before: u64, prefix: &str, limit: usize) -> Result<Vec<Change>, Unavailable> {
        self.alive()?;
        Ok(self.readers.newest(before, prefix, limit)?)
    }

    fn wait(&self, after: u64, timeout: Duration) -> Result<u64, Unavailable> {
        Ok(self.await_above(after, timeout)?)
    }

    fn replace(&self, records: &mut Import<'_>) -> Result<(), Unavailable> {
        self.swap(records)
    }

    fn fold(&self) -> Result<(), Unavailable> {
        self.checkpoint()
    }
}
