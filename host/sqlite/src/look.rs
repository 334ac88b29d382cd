//! Looking into a store that another process may have open.

use std::path::{Path, PathBuf};
use std::time::Duration;

use doorward_store::{Batch, Cause, Change, Commit, Import, Reason, Snapshot, Store, Unavailable};

use crate::read::Readers;
use crate::{Options, connect, files, migrate, upkeep};

/// A store that is only read. It takes no lock of ours, so a server may run on the file meanwhile; SQLite keeps what
/// each snapshot shows together.
pub struct ReadOnly {
    path: PathBuf,
    readers: Readers,
}

impl ReadOnly {
    /// Opens the store at `path`, and changes nothing.
    ///
    /// # Errors
    /// As [`Sqlite::open`](crate::Sqlite::open), except that nobody is in the way; a store of an older schema is
    /// [`Schema`](Cause::Schema), too.
    pub fn open(path: &Path, options: &Options) -> Result<ReadOnly, Unavailable> {
        let path = files::resolve(path)?;
        let named = |reason: Reason| Reason::new(reason.cause(), format!("{}: {}", path.display(), reason.line()));
        let connection = connect::reader(&path, options.busy_timeout).map_err(named)?;
        migrate::is_current(&connection).map_err(named)?;
        drop(connection);
        Ok(ReadOnly { readers: Readers::new(path.clone(), options.readers.max(1), options.busy_timeout), path })
    }

    /// Where the file is, with every symbolic link resolved.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// As [`Sqlite::verify`](crate::Sqlite::verify).
    ///
    /// # Errors
    /// [`Corrupt`](Cause::Corrupt) with the first thing found.
    pub fn verify(&self) -> Result<(), Unavailable> {
        upkeep::verify(&self.readers)
    }
}

impl Store for ReadOnly {
    fn snapshot(&self) -> Result<Box<dyn Snapshot + '_>, Unavailable> {
        Ok(Box::new(self.readers.snapshot()?))
    }

    fn commit(&self, _batch: &Batch) -> Commit {
        Commit::Unavailable(only_read())
    }

    fn changes(&self, after: u64, prefix: &str, limit: usize) -> Result<Vec<Change>, Unavailable> {
        Ok(self.readers.changes(after, prefix, limit)?)
    }

    fn wait(&self, _after: u64, _timeout: Duration) -> Result<u64, Unavailable> {
        Err(only_read().into())
    }

    fn replace(&self, _records: &mut Import<'_>) -> Result<(), Unavailable> {
        Err(only_read().into())
    }
}

fn only_read() -> Reason {
    Reason::new(Cause::ReadOnly, "the store was opened to be looked at only")
}
