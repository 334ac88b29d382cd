//! Readers: a few connections, each holding one moment while it is used.

use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use doorward_store::key::{check_prefix, prefix_end};
use doorward_store::{Cause, Change, Page, PageQuery, Reason, Record, Snapshot, Unavailable, check_limit, check_load};
use rusqlite::{Connection, Row, params};

use crate::commit::signed;
use crate::connect;
use crate::error::{corrupt, sqlite};
use crate::sum::sum;

const LAST: &str = "SELECT last FROM counter";
const LOAD: &str = "SELECT revision, key, sum, value FROM records WHERE key = ?1";
const PAGE_FROM: &str = "SELECT revision, key, sum, value FROM records
    WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3";
const PAGE_AFTER: &str = "SELECT revision, key, sum, value FROM records
    WHERE key > ?1 AND key < ?2 ORDER BY key LIMIT ?3";
// NOT INDEXED: in order of revision, which is the order of the table, and never through the keys,
// which would sort everything below the prefix each time.
const CHANGES: &str = "SELECT revision, key, sum, value FROM records NOT INDEXED
    WHERE revision > ?1 AND key >= ?2 AND key < ?3 ORDER BY revision LIMIT ?4";
const NEWEST: &str = "SELECT revision, key, sum, value FROM records NOT INDEXED
    WHERE revision < ?1 AND key >= ?2 AND key < ?3 ORDER BY revision DESC LIMIT ?4";

/// The connections that read.
pub(crate) struct Readers {
    path: PathBuf,
    most: usize,
    patience: Duration,
    pool: Mutex<Pool>,
    freed: Condvar,
}

struct Pool {
    idle: Vec<Connection>,
    /// Idle and lent.
    open: usize,
}

impl Readers {
    pub(crate) fn new(path: PathBuf, most: usize, patience: Duration) -> Readers {
        let pool = Mutex::new(Pool { idle: Vec::new(), open: 0 });
        Readers { path, most, patience, pool, freed: Condvar::new() }
    }

    /// How long to wait for a reader or a lock.
    pub(crate) fn patience(&self) -> Duration {
        self.patience
    }

    pub(crate) fn snapshot(&self) -> Result<Held<'_>, Reason> {
        let lease = self.lease()?;
        let failed = |e: rusqlite::Error| sqlite("taking a snapshot", &e);
        // From here on a failure drops `held`, which ends the transaction.
        let mut held = Held { lease, as_of: 0 };
        let connection = &held.lease.connection;
        connection.prepare_cached("BEGIN").and_then(|mut s| s.execute([])).map_err(failed)?;
        // BEGIN alone fixes nothing: the first read does.
        let last: i64 =
            connection.prepare_cached(LAST).and_then(|mut ask| ask.query_row([], |row| row.get(0))).map_err(failed)?;
        held.as_of = unsigned(last)?;
        Ok(held)
    }

    pub(crate) fn changes(&self, after: u64, prefix: &str, limit: usize) -> Result<Vec<Change>, Reason> {
        self.by_revision(CHANGES, after, prefix, limit)
    }

    pub(crate) fn newest(&self, before: u64, prefix: &str, limit: usize) -> Result<Vec<Change>, Reason> {
        self.by_revision(NEWEST, before, prefix, limit)
    }

    fn by_revision(&self, question: &str, bound: u64, prefix: &str, limit: usize) -> Result<Vec<Change>, Reason> {
        check_prefix(prefix)?;
        check_limit(limit)?;
        let lease = self.lease()?;
        let failed = |e: rusqlite::Error| sqlite("reading changes", &e);
        let mut ask = lease.connection.prepare_cached(question).map_err(failed)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut rows = ask.query(params![signed(bound), prefix, prefix_end(prefix), limit]).map_err(failed)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            let (revision, key, value) = present(row)?;
            found.push(Change { key, revision, value });
        }
        Ok(found)
    }

    /// A connection of one's own; waits for one when all are lent.
    pub(crate) fn lease(&self) -> Result<Lease<'_>, Reason> {
        let full = |pool: &mut Pool| pool.idle.is_empty() && pool.open >= self.most;
        let waited = self.freed.wait_timeout_while(self.pool(), self.patience, full);
        let (mut pool, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() {
            return Err(Reason::new(Cause::Busy, "every reader of the store is taken"));
        }
        let connection = match pool.idle.pop() {
            Some(connection) => connection,
            None => {
                // Counted before it is opened, without the lock, so that nobody waits for a disk.
                pool.open += 1;
                drop(pool);
                connect::reader(&self.path, self.patience).inspect_err(|_| self.forget())?
            }
        };
        Ok(Lease { readers: self, connection: Slot(Some(connection)), broken: false })
    }

    fn forget(&self) {
        let mut pool = self.pool();
        pool.open = pool.open.saturating_sub(1);
        drop(pool);
        self.freed.notify_one();
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        // The pool is whole at every point where its holder could panic.
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A borrowed connection; goes back when dropped.
pub(crate) struct Lease<'a> {
    readers: &'a Readers,
    pub(crate) connection: Slot,
    broken: bool,
}

/// Full until the lease is dropped.
pub(crate) struct Slot(Option<Connection>);

impl std::ops::Deref for Slot {
    type Target = Connection;

    #[allow(clippy::expect_used, reason = "only `Lease::drop` empties it, and nothing runs after")]
    fn deref(&self) -> &Connection {
        self.0.as_ref().expect("a lease has its connection until it is dropped")
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        match self.connection.0.take() {
            Some(connection) if !self.broken => {
                self.readers.pool().idle.push(connection);
                self.readers.freed.notify_one();
            }
            Some(_) | None => self.readers.forget(),
        }
    }
}

/// One moment of the file.
pub(crate) struct Held<'a> {
    lease: Lease<'a>,
    as_of: u64,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let connection = &self.lease.connection;
        let ended = connection.is_autocommit() || connection.prepare_cached("ROLLBACK").and_then(|mut s| s.execute([])).is_ok();
        // A connection that may still hold an old moment must not be lent again.
        self.lease.broken = !ended;
    }
}

impl Snapshot for Held<'_> {
    fn as_of(&self) -> u64 {
        self.as_of
    }

    fn load(&mut self, keys: &[&str]) -> Result<Vec<Record>, Unavailable> {
        check_load(keys)?;
        Ok(load(&self.lease.connection, keys)?)
    }

    fn page(&mut self, query: &PageQuery) -> Result<Page, Unavailable> {
        query.check()?;
        let (records, more) = page(&self.lease.connection, query)?;
        Ok(Page { query: query.clone(), as_of: self.as_of, records, more })
    }
}

fn load(connection: &Connection, keys: &[&str]) -> Result<Vec<Record>, Reason> {
    let failed = |e: rusqlite::Error| sqlite("loading", &e);
    let mut ask = connection.prepare_cached(LOAD).map_err(failed)?;
    let mut found = Vec::with_capacity(keys.len());
    for key in keys {
        let mut rows = ask.query([key]).map_err(failed)?;
        found.push(match rows.next().map_err(failed)? {
            Some(row) => {
                let (revision, key, value) = present(row)?;
                Record::present(key, revision, value)
            }
            None => Record::absent(*key),
        });
    }
    Ok(found)
}

fn page(connection: &Connection, query: &PageQuery) -> Result<(Vec<Record>, bool), Reason> {
    let failed = |e: rusqlite::Error| sqlite("reading a page", &e);
    let PageQuery { prefix, after, until: _, limit } = query;
    let (sql, from) = if !after.is_empty() && after >= prefix { (PAGE_AFTER, after) } else { (PAGE_FROM, prefix) };
    let limit = usize::from(*limit);
    let mut ask = connection.prepare_cached(sql).map_err(failed)?;
    // One more than asked for says whether there is more.
    let mut rows = ask.query(params![from, query.end(), i64::from(query.limit) + 1]).map_err(failed)?;
    let mut records = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        if records.len() == limit {
            return Ok((records, true));
        }
        let (revision, key, value) = present(row)?;
        records.push(Record::present(key, revision, value));
    }
    Ok((records, false))
}

fn present(row: &Row<'_>) -> Result<(u64, String, Vec<u8>), Reason> {
    let columns = || Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
    let read: rusqlite::Result<(i64, String, i64, Vec<u8>)> = columns();
    let (revision, key, kept, value) = read.map_err(|e| sqlite("reading a row", &e))?;
    let revision = positive(revision)?;
    if kept != sum(revision, &key, &value) {
        return Err(corrupt(&format!("the record {} is not as it was written", key.escape_debug())));
    }
    Ok((revision, key, value))
}

fn positive(revision: i64) -> Result<u64, Reason> {
    match unsigned(revision)? {
        0 => Err(corrupt("a record has revision 0")),
        revision => Ok(revision),
    }
}

fn unsigned(number: i64) -> Result<u64, Reason> {
    u64::try_from(number).map_err(|_| corrupt("a revision is below 0"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, Sqlite};

    /// Every question is answered by walking one range, never by scanning or sorting.
    #[test]
    fn reads_walk_one_range() {
        let options = Options::new(0, "test");
        let store = Sqlite::temporary(&std::env::temp_dir(), &options).expect("it opens");
        let lease = store.readers.lease().expect("a reader");
        for (sql, plan) in [
            (LOAD, "SEARCH records USING INDEX sqlite_autoindex_records_1 (key=?)"),
            (PAGE_FROM, "SEARCH records USING INDEX sqlite_autoindex_records_1 (key>? AND key<?)"),
            (PAGE_AFTER, "SEARCH records USING INDEX sqlite_autoindex_records_1 (key>? AND key<?)"),
            (CHANGES, "SEARCH records USING INTEGER PRIMARY KEY (rowid>?)"),
            (NEWEST, "SEARCH records USING INTEGER PRIMARY KEY (rowid<?)"),
        ] {
            let mut ask = lease.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect(sql);
            let count = ask.parameter_count();
            let nothing = vec![0i64; count];
            let rows = ask.query_map(rusqlite::params_from_iter(nothing), |row| row.get(3));
            let steps: Vec<String> = rows.expect(sql).map(|step| step.expect(sql)).collect();
            assert_eq!(steps, [plan], "{sql}");
        }
    }

    #[test]
    fn readers_are_few_and_come_back() {
        let patience = Duration::from_millis(30);
        let options = Options { readers: 2, busy_timeout: patience, ..Options::new(0, "test") };
        let store = Sqlite::temporary(&std::env::temp_dir(), &options).expect("it opens");
        let one = store.readers.snapshot().expect("the first");
        let _two = store.readers.snapshot().expect("the second");
        let refused = store.readers.snapshot().map(|_| ()).expect_err("there are only two");
        assert_eq!(refused.cause(), Cause::Busy);
        drop(one);
        store.readers.snapshot().expect("one came back");
        assert_eq!(store.readers.pool().open, 2);
    }
}
