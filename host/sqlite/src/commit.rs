//! The one writer.

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, MutexGuard};
use std::thread;
use std::time::Duration;

use doorward_store::{Batch, Cause, Commit, Guard, MAX_REVISION, Reason, Write};
use rusqlite::{Connection, OptionalExtension, params};

use crate::Sqlite;
use crate::error::{cause, panicked, sqlite};
use crate::sum::sum;
use crate::upkeep::FOLD_AT;

const REVISION: &str = "SELECT revision FROM records WHERE key = ?1";
const PUT: &str = "INSERT INTO records (revision, key, sum, value) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (key) DO UPDATE SET revision = excluded.revision, sum = excluded.sum,
        value = excluded.value";
const DELETE: &str = "DELETE FROM records WHERE key = ?1";
const COUNT: &str = "UPDATE counter SET last = ?1 WHERE last = ?2";

/// The connection that writes, and what it knows.
pub(crate) struct Writer {
    pub(crate) connection: Connection,
    /// The last revision given out; the same as in the table whenever no transaction is open.
    pub(crate) last: u64,
    /// Pages in the WAL after the newest commit, told by SQLite.
    pub(crate) pages: Arc<AtomicI32>,
    /// The number of pages at which to fold the WAL into the file next.
    pub(crate) fold_at: i32,
}

/// How an attempt to write ended, other than well.
enum Ended {
    /// Nothing was applied.
    Refused(Reason),
    /// Nothing was applied: these guards did not hold.
    Moved(Vec<String>),
    /// Nobody knows.
    Unknown(Reason),
}

impl Writer {
    pub(crate) fn new(mut connection: Connection, last: u64) -> Result<Writer, Reason> {
        let pages = Arc::new(AtomicI32::new(0));
        let told = Arc::clone(&pages);
        connection
            .wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, count| {
                told.store(count, Ordering::Relaxed);
                // An error here would turn a commit that was made into one that failed.
                Ok(())
            }))
            .map_err(|e| sqlite("watching the WAL", &e))?;
        Ok(Writer { connection, last, pages, fold_at: FOLD_AT })
    }

    /// Begins, writes and commits; `last` is what the counter shall be after it.
    fn transact(&mut self, batch: &Batch, last: u64) -> Result<(), Ended> {
        self.begin().map_err(Ended::Refused)?;
        match self.write(batch, last) {
            Ok(()) => self.finish().map_err(|(known, reason)| match known {
                Outcome::NotApplied => Ended::Refused(reason),
                Outcome::Unknown => Ended::Unknown(reason),
            }),
            Err(ended) => {
                self.roll_back().map_err(Ended::Unknown)?;
                Err(ended)
            }
        }
    }

    fn write(&mut self, batch: &Batch, last: u64) -> Result<(), Ended> {
        let failed = |e: rusqlite::Error| Ended::Refused(sqlite("writing", &e));
        let moved = self.moved(&batch.guards).map_err(failed)?;
        if !moved.is_empty() {
            return Err(Ended::Moved(moved));
        }
        let mut revision = self.last;
        let mut put = self.connection.prepare_cached(PUT).map_err(failed)?;
        let mut delete = self.connection.prepare_cached(DELETE).map_err(failed)?;
        for Write { key, value } in &batch.writes {
            revision += 1;
            match value {
                Some(value) => {
                    let sum = sum(revision, key, value);
                    put.execute(params![signed(revision), key, sum, value])
                }
                None => delete.execute([key]),
            }
            .map_err(failed)?;
        }
        drop((put, delete));
        self.count(last).map_err(Ended::Refused)
    }

    /// The keys of the guards that do not hold.
    fn moved(&self, guards: &[Guard]) -> rusqlite::Result<Vec<String>> {
        let mut ask = self.connection.prepare_cached(REVISION)?;
        let mut moved = Vec::new();
        for Guard { key, revision } in guards {
            let now: Option<i64> = ask.query_row([key], |row| row.get(0)).optional()?;
            // No row has revision 0, so absence and 0 are the same here. A guard above what the
            // column can hold never matches.
            if i64::try_from(*revision) != Ok(now.unwrap_or(0)) {
                moved.push(key.clone());
            }
        }
        Ok(moved)
    }

    /// Sets the counter, inside the open transaction.
    pub(crate) fn count(&self, last: u64) -> Result<(), Reason> {
        let failed = |e: rusqlite::Error| sqlite("counting", &e);
        let mut set = self.connection.prepare_cached(COUNT).map_err(failed)?;
        match set.execute([signed(last), signed(self.last)]).map_err(failed)? {
            1 => Ok(()),
            _ => Err(Reason::new(Cause::Corrupt, "another program has written to the store; stop it and start again")),
        }
    }

    pub(crate) fn begin(&self) -> Result<(), Reason> {
        let began = self.connection.prepare_cached("BEGIN IMMEDIATE");
        began.and_then(|mut s| s.execute([])).map(|_| ()).map_err(|e| sqlite("beginning", &e))
    }

    /// COMMIT, and what its failure means.
    pub(crate) fn finish(&self) -> Result<(), (Outcome, Reason)> {
        let done = self.connection.prepare_cached("COMMIT").and_then(|mut s| s.execute([]));
        let Err(error) = done else { return Ok(()) };
        let reason = sqlite("committing", &error);
        match cause(&error) {
            // INVARIANT: a transaction is in the WAL when its last frame, which carries the commit
            // mark, is there whole. The frames are written in order and nothing follows the last
            // one but the sync (the padding that could follow is off where a sector write is
            // atomic, SQLITE_POWERSAFE_OVERWRITE). A write that found no room therefore left no
            // whole commit frame. Busy is said before anything is written.
            Cause::Full | Cause::Busy => match self.roll_back() {
                Ok(()) => Err((Outcome::NotApplied, reason)),
                Err(second) => Err((Outcome::Unknown, second)),
            },
            Cause::Invalid
            | Cause::ReadOnly
            | Cause::Corrupt
            | Cause::Foreign
            | Cause::Schema
            | Cause::Locked
            | Cause::Io
            | Cause::Stopped => Err((Outcome::Unknown, reason)),
        }
    }

    /// Ends an open transaction without a trace. SQLite may have done so already.
    pub(crate) fn roll_back(&self) -> Result<(), Reason> {
        if self.connection.is_autocommit() {
            return Ok(());
        }
        let done = self.connection.execute_batch("ROLLBACK");
        done.map_err(|e| sqlite("rolling back", &e))
    }
}

/// What is known after a failed COMMIT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    NotApplied,
    Unknown,
}

impl Sqlite {
    pub(crate) fn apply(&self, batch: &Batch) -> Commit {
        match self.attempt(batch) {
            Ok(last) => Commit::Committed { last },
            Err(Ended::Refused(reason)) => Commit::Unavailable(reason),
            Err(Ended::Moved(keys)) => Commit::Conflict { keys },
            Err(Ended::Unknown(reason)) => {
                self.stop(&reason);
                Commit::Indeterminate(reason)
            }
        }
    }

    fn attempt(&self, batch: &Batch) -> Result<u64, Ended> {
        batch.check().map_err(Ended::Refused)?;
        // Before the lock: who imports may commit from the same thread, and must be told, not hang.
        self.not_replacing().map_err(Ended::Refused)?;
        let mut writer = self.writer().map_err(Ended::Refused)?;
        // After it: an outcome nobody knows, or an import, may have come while this waited.
        self.alive().map_err(Ended::Refused)?;
        self.not_replacing().map_err(Ended::Refused)?;
        let last = u64::try_from(batch.writes.len())
            .ok()
            .and_then(|count| writer.last.checked_add(count))
            .filter(|last| *last <= MAX_REVISION)
            .ok_or_else(|| Ended::Refused(Reason::new(Cause::Full, "the revisions are used up")))?;
        writer.transact(batch, last)?;
        if let Some(delay) = self.sync_delay {
            thread::sleep(delay);
        }
        writer.last = last;
        self.fold(&mut writer);
        drop(writer);
        self.reach(last);
        Ok(last)
    }

    pub(crate) fn writer(&self) -> Result<MutexGuard<'_, Writer>, Reason> {
        self.writer.lock().map_err(|_| panicked())
    }

    pub(crate) fn not_replacing(&self) -> Result<(), Reason> {
        if self.replacing.load(Ordering::Acquire) {
            return Err(Reason::new(Cause::Busy, "the state is being replaced"));
        }
        Ok(())
    }

    /// Tells those who wait that `last` is durable.
    pub(crate) fn reach(&self, last: u64) {
        if let Ok(mut reached) = self.last.lock() {
            // Commits leave the writer in order, but need not arrive here in order.
            *reached = last.max(*reached);
        }
        self.moved.notify_all();
    }

    /// Ends all work: this process's view of the file may not be what a restart will find.
    pub(crate) fn stop(&self, reason: &Reason) {
        let line = format!("the store has stopped after: {}; start again", reason.line());
        // Only the first reason counts.
        let _ = self.stopped.set(Reason::new(Cause::Stopped, line));
        // Under the lock, so that nobody is between looking and waiting.
        drop(self.last.lock());
        self.moved.notify_all();
    }

    pub(crate) fn await_above(&self, after: u64, timeout: Duration) -> Result<u64, Reason> {
        let held = self.last.lock().map_err(|_| panicked())?;
        let idle = |last: &mut u64| *last <= after && self.stopped.get().is_none();
        let (last, _) = self.moved.wait_timeout_while(held, timeout, idle).map_err(|_| panicked())?;
        self.alive()?;
        Ok(*last)
    }
}

/// A revision as SQLite holds it. None is above `MAX_REVISION`: see `attempt` and `admit`.
pub(crate) fn signed(revision: u64) -> i64 {
    i64::try_from(revision).unwrap_or(i64::MAX)
}
