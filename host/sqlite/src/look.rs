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

    fn newest(&self, before: u64, prefix: &str, limit: usize) -> Result<Vec<Change>, Unavailable> {
        Ok(self.readers.newest(before, prefix, limit)?)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sqlite;
    use doorward_store::Write;

    fn put(store: &dyn Store, key: &str) -> Commit {
        store.commit(&Batch { writes: vec![Write::put(key, *b"1")], guards: vec![] })
    }

    #[test]
    fn it_looks_past_the_lock_and_writes_nothing() {
        let options = Options::new(0, "test");
        let store = Sqlite::temporary(&std::env::temp_dir(), &options).expect("it opens");
        assert_eq!(put(&store, "a"), Commit::Committed { last: 1 });
        let other = ReadOnly::open(store.path(), &options).expect("the lock is no hindrance");
        let mut held = other.snapshot().expect("a snapshot");
        assert_eq!(put(&store, "b"), Commit::Committed { last: 2 });
        assert_eq!((held.as_of(), held.load(&["b"]).expect("loads")[0].revision), (1, 0), "one moment");
        assert_eq!(other.snapshot().expect("a snapshot").as_of(), 2, "and the next");
        assert_eq!(other.changes(0, "", 9).expect("changes").len(), 2);
        other.verify().expect("whole");
        assert!(matches!(put(&other, "c"), Commit::Unavailable(reason) if reason.cause() == Cause::ReadOnly));
        let refused = other.replace(&mut std::iter::empty()).expect_err("only read");
        assert_eq!(refused.cause(), Cause::ReadOnly);
        let missing = ReadOnly::open(&store.path().with_file_name("none.db"), &options);
        assert!(missing.is_err() && !store.path().with_file_name("none.db").exists());
    }

    #[test]
    fn numbers_that_were_given_out_elsewhere_are_not_given_out_again() {
        let store = Sqlite::temporary(&std::env::temp_dir(), &Options::new(0, "test")).expect("it opens");
        assert_eq!(put(&store, "a"), Commit::Committed { last: 1 });
        store.raise(40).expect("it takes it");
        store.raise(7).expect("which it is above already");
        assert_eq!(store.snapshot().expect("a snapshot").as_of(), 40);
        assert_eq!(put(&store, "b"), Commit::Committed { last: 41 });
        assert_eq!(store.raise(u64::MAX).expect_err("too large").cause(), Cause::Invalid);
        assert_eq!(put(&store, "c"), Commit::Committed { last: 42 });
    }
}
