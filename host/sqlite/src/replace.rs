//! Import: the new state is built in a table of its own, then takes the place of the old one in
//! one transaction.

use std::sync::atomic::{AtomicBool, Ordering};

use doorward_store::{Cause, Change, Import, Reason, Unavailable, admit};
use rusqlite::params;

use crate::Sqlite;
use crate::commit::{Outcome, Writer, signed};
use crate::error::{cause, sqlite};
use crate::sum::sum;

const BUILD: &str = "DROP TABLE IF EXISTS incoming;
    CREATE TABLE incoming (
        revision INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        sum INTEGER NOT NULL,
        value BLOB NOT NULL
    ) STRICT;";
const ADD: &str = "INSERT INTO incoming (revision, key, sum, value) VALUES (?1, ?2, ?3, ?4)";
const SWAP: &str = "DROP TABLE records; ALTER TABLE incoming RENAME TO records;";
const CLEAR: &str = "DROP TABLE IF EXISTS incoming";

/// How much is built between two commits, so that the WAL stays small.
const PART: usize = 16 * 1024 * 1024;

impl Sqlite {
    pub(crate) fn swap(&self, records: &mut Import<'_>) -> Result<(), Unavailable> {
        if self.replacing.swap(true, Ordering::AcqRel) {
            return Err(Reason::new(Cause::Busy, "the state is being replaced already").into());
        }
        let _released = Release(&self.replacing);
        let mut writer = self.writer()?;
        self.alive()?;
        let built = self.build(&mut writer, records);
        let swapped = built.and_then(|last| self.exchange(&mut writer, last));
        let Err(fault) = swapped else { return Ok(()) };
        // What is left of it costs room until then, but is never read: opening clears it too.
        let _ = writer.roll_back();
        let _ = writer.connection.execute_batch(CLEAR);
        Err(fault)
    }

    /// Fills `incoming`; the last revision of what is in it.
    fn build(&self, writer: &mut Writer, records: &mut Import<'_>) -> Result<u64, Unavailable> {
        let base = writer.last;
        let mut last = base;
        writer.connection.execute_batch(BUILD).map_err(|e| sqlite("beginning an import", &e))?;
        writer.begin()?;
        let mut size = 0usize;
        for record in records {
            let change = admit(record?, base)?;
            last = last.max(change.revision);
            // A row costs about this much beside its bytes.
            size += change.key.len() + change.value.len() + 64;
            add(writer, &change)?;
            if size >= PART {
                size = 0;
                self.part(writer)?;
                writer.begin()?;
            }
        }
        self.part(writer)?;
        if last == base {
            return Err(Reason::new(Cause::Invalid, "the import holds no records").into());
        }
        Ok(last)
    }

    /// Commits what was built so far.
    fn part(&self, writer: &mut Writer) -> Result<(), Reason> {
        self.settle(writer)?;
        self.fold(writer);
        Ok(())
    }

    /// Commits, and stops the store when nobody knows how that ended.
    pub(crate) fn settle(&self, writer: &Writer) -> Result<(), Reason> {
        writer.finish().map_err(|(known, reason)| {
            match known {
                Outcome::NotApplied => {}
                Outcome::Unknown => self.stop(&reason),
            }
            reason
        })
    }

    fn exchange(&self, writer: &mut Writer, last: u64) -> Result<(), Unavailable> {
        writer.begin()?;
        let swapped = writer.connection.execute_batch(SWAP);
        swapped.map_err(|e| sqlite("swapping the state", &e))?;
        writer.count(last)?;
        self.settle(writer)?;
        writer.last = last;
        self.fold(writer);
        self.reach(last);
        Ok(())
    }
}

fn add(writer: &Writer, change: &Change) -> Result<(), Reason> {
    let Change { key, revision, value } = change;
    let sum = sum(*revision, key, value);
    let added =
        writer.connection.prepare_cached(ADD).and_then(|mut put| put.execute(params![signed(*revision), key, sum, value]));
    let Err(error) = added else { return Ok(()) };
    // The only constraints here are the two unique ones.
    if cause(&error) == Cause::Invalid {
        let line = format!("the import has the key or the revision of {key} twice");
        return Err(Reason::new(Cause::Invalid, line));
    }
    Err(sqlite("importing", &error))
}

/// Lets commits in again, even when the records of an import panicked.
struct Release<'a>(&'a AtomicBool);

impl Drop for Release<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}
