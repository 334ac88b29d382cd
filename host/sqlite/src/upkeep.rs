//! What keeps the file in shape: folding the WAL, a check of everything.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use doorward_store::{Cause, MAX_PAGE, MAX_REVISION, Reason, Unavailable};
use rusqlite::MAIN_DB;
use rusqlite::wal::CheckpointMode;

use crate::Sqlite;
use crate::commit::Writer;
use crate::error::{corrupt, sqlite};
use crate::open;
use crate::read::Readers;

/// Pages (of 4 KiB) in the WAL at which a commit folds it into the file: 16 MiB.
pub(crate) const FOLD_AT: i32 = 4_096;
/// Pages at which folding waits a moment for readers, so that the WAL can begin anew: 256 MiB.
const PRESS_AT: i32 = 65_536;
/// That moment.
const PRESS_FOR: Duration = Duration::from_millis(100);

impl Sqlite {
    /// Folds the WAL into the file when it has grown. Never changes the outcome of the commit that
    /// comes before: what is in the WAL is durable there.
    pub(crate) fn fold(&self, writer: &mut Writer) {
        let pages = writer.pages.load(Ordering::Relaxed);
        if pages < FOLD_AT {
            writer.fold_at = FOLD_AT;
        }
        if pages < writer.fold_at {
            return;
        }
        let mode = if pages < PRESS_AT { CheckpointMode::PASSIVE } else { CheckpointMode::RESTART };
        let pressed = pages >= PRESS_AT && writer.connection.busy_timeout(PRESS_FOR).is_ok();
        let folded = writer.connection.wal_checkpoint_v2(Some(MAIN_DB), mode);
        if pressed {
            // The writer never waits for a lock otherwise: it has the file to itself.
            let _ = writer.connection.busy_timeout(self.readers.patience());
        }
        let trouble = match folded {
            Ok((_, _)) => None,
            Err(e) => Some(sqlite("folding the WAL", &e)).filter(|r| r.cause() != Cause::Busy),
        };
        // A held snapshot stops folding half way; try again when there is something to gain.
        writer.fold_at = pages.saturating_add(FOLD_AT);
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    /// What went wrong when the WAL was last folded into the file, if it did. Commits go on, but
    /// the WAL grows until it works again.
    #[must_use]
    pub fn trouble(&self) -> Option<Reason> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Folds the whole WAL into the file and empties it: for a graceful stop, after the last
    /// commit and the last snapshot.
    ///
    /// # Errors
    /// [`Busy`](Cause::Busy) when a snapshot is still held; nothing is lost by it.
    pub fn checkpoint(&self) -> Result<(), Unavailable> {
        self.alive()?;
        let mut writer = self.writer()?;
        let done = writer.connection.wal_checkpoint_v2(Some(MAIN_DB), CheckpointMode::TRUNCATE);
        done.map_err(|e| sqlite("folding the WAL", &e))?;
        writer.fold_at = FOLD_AT;
        Ok(())
    }

    /// Gives out no revision up to `last` any more. For a state that was put back: a number that stood for something
    /// before never stands for something else.
    ///
    /// # Errors
    /// `last` is above what revisions can be, or the store does not take it; then the counter is what it was.
    pub fn raise(&self, last: u64) -> Result<(), Unavailable> {
        self.alive()?;
        let mut writer = self.writer()?;
        if last > MAX_REVISION {
            return Err(Reason::new(Cause::Invalid, "a revision above the largest").into());
        }
        if last <= writer.last {
            return Ok(());
        }
        writer.begin()?;
        let counted = writer.count(last).and_then(|()| self.settle(&writer));
        if counted.is_err() {
            // Whatever of it is still open.
            let _ = writer.roll_back();
        }
        counted?;
        writer.last = last;
        self.reach(last);
        Ok(())
    }

    /// Reads every page and checks that tables, indexes, counter and sums agree. Takes as long as
    /// reading the whole file.
    ///
    /// Reads notice a damaged page and a damaged record by themselves. What only this finds is a
    /// key damaged inside the index of keys, which looks like absence: run it after a restore and
    /// whenever the disk is in doubt.
    ///
    /// # Errors
    /// [`Corrupt`](Cause::Corrupt) with the first thing found.
    pub fn verify(&self) -> Result<(), Unavailable> {
        self.alive()?;
        verify(&self.readers)
    }
}

/// See [`Sqlite::verify`].
pub(crate) fn verify(readers: &Readers) -> Result<(), Unavailable> {
    let lease = readers.lease()?;
    let checked: Result<String, _> = lease.connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0));
    match checked.map_err(|e| sqlite("checking the file", &e))?.as_str() {
        "ok" => {}
        fault => return Err(corrupt(fault).into()),
    }
    open::counter(&lease.connection)?;
    drop(lease);
    // Reading a record checks its sum.
    let mut after = 0;
    while let Some(newest) = readers.changes(after, "", MAX_PAGE)?.last() {
        after = newest.revision;
    }
    Ok(())
}
