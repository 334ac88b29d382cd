//! Numbered, additive migrations, and the record of what was applied.

use doorward_store::{Cause, Reason};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use sha2::{Digest, Sha256};

use crate::Options;
use crate::error::sqlite;

/// `DOOR`, in the header of every store (`PRAGMA application_id`).
const APPLICATION: i64 = 0x444f_4f52;

struct Migration {
    version: i64,
    name: &'static str,
    sql: &'static str,
}

/// Every migration there ever was, in order. One that was released is never changed again: its
/// digest is in the stores.
const MIGRATIONS: &[Migration] =
    &[Migration { version: 1, name: "records", sql: include_str!("../migrations/0001_records.sql") }];

const LEDGER: &str = "CREATE TABLE migrations (
    version INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    applied_at INTEGER NOT NULL,
    applied_by TEXT NOT NULL
) STRICT";

/// What kind of file was opened.
pub(crate) enum Found {
    /// Nothing in it yet.
    Empty,
    /// A store, older or newer.
    Store,
}

/// Says what the file is, before anything in it is changed.
pub(crate) fn identify(connection: &Connection) -> Result<Found, Reason> {
    let number = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let ask = |sql| number(sql).map_err(|e| sqlite("reading the head of the file", &e));
    let objects = ask("SELECT count(*) FROM sqlite_schema")?;
    match (ask("PRAGMA application_id")?, objects) {
        (APPLICATION, _) => Ok(Found::Store),
        (0, 0) => Ok(Found::Empty),
        (_, _) => {
            let line = "the file is a SQLite database, but of another program";
            Err(Reason::new(Cause::Foreign, line))
        }
    }
}

/// Brings the store to this program's schema: all of it or nothing.
pub(crate) fn run(writer: &mut Connection, found: Found, options: &Options) -> Result<(), Reason> {
    let failed = |e: rusqlite::Error| sqlite("migrating the store", &e);
    let tx = Transaction::new(writer, TransactionBehavior::Immediate).map_err(failed)?;
    match found {
        Found::Empty => {
            tx.pragma_update(None, "application_id", APPLICATION).map_err(failed)?;
            tx.execute_batch(LEDGER).map_err(failed)?;
        }
        Found::Store => {}
    }
    let applied = check(&tx)?;
    for migration in MIGRATIONS.iter().skip(applied) {
        apply(&tx, migration, options).map_err(failed)?;
    }
    tx.commit().map_err(failed)
}

/// Refuses a store of any other schema than this program's, changing nothing.
pub(crate) fn is_current(connection: &Connection) -> Result<(), Reason> {
    match identify(connection)? {
        Found::Empty => return Err(Reason::new(Cause::Foreign, "there is nothing in the file")),
        Found::Store => {}
    }
    let (applied, newest) = (check(connection)?, MIGRATIONS.len());
    if applied < newest {
        return Err(schema(format!(
            "the store has schema {applied}, this program reads {newest}: start the server once to bring it there"
        )));
    }
    Ok(())
}

fn apply(tx: &Transaction<'_>, migration: &Migration, options: &Options) -> rusqlite::Result<()> {
    let Migration { version, name, sql } = migration;
    tx.execute_batch(sql)?;
    let at = i64::try_from(options.applied_at).unwrap_or(i64::MAX);
    tx.execute(
        "INSERT INTO migrations (version, name, sha256, applied_at, applied_by)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![version, name, digest(sql), at, options.applied_by],
    )?;
    Ok(())
}

/// How many of the known migrations were applied; every one of them must be the one known here.
fn check(tx: &Connection) -> Result<usize, Reason> {
    let failed = |e: rusqlite::Error| sqlite("reading which migrations were applied", &e);
    let mut ask = tx.prepare("SELECT version, sha256, applied_by FROM migrations ORDER BY version").map_err(failed)?;
    let rows = ask.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).map_err(failed)?;
    let rows: Vec<(i64, String, String)> = rows.collect::<Result<_, _>>().map_err(failed)?;
    let newest = MIGRATIONS.len();
    for (index, (version, sha256, by)) in rows.iter().enumerate() {
        let Some(known) = MIGRATIONS.get(index) else {
            return Err(schema(format!(
                "the store has schema {version}, written by version {by}; this program knows \
                 schemas up to {newest}: use version {by} or newer"
            )));
        };
        if *version != known.version {
            return Err(schema(format!("migration {} is missing in the store", known.version)));
        }
        if *sha256 != digest(known.sql) {
            return Err(schema(format!("migration {version}, applied by version {by}, is not the one this program knows")));
        }
    }
    Ok(rows.len())
}

fn schema(line: String) -> Reason {
    Reason::new(Cause::Schema, line)
}

fn digest(sql: &str) -> String {
    Sha256::digest(sql.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn released_migrations_are_never_changed() {
        let is: Vec<_> = MIGRATIONS.iter().map(|m| (m.version, m.name, digest(m.sql))).collect();
        let was = [(1, "records", include_str!("../migrations/0001_records.sha256"))];
        assert_eq!(is.len(), was.len(), "a new migration needs its digest beside it");
        for (is, was) in is.iter().zip(was) {
            assert_eq!((is.0, is.1, is.2.as_str()), (was.0, was.1, was.2.trim()));
        }
        assert!(is.iter().zip(1..).all(|(m, number)| m.0 == number), "numbered from 1, no gaps");
    }
}
