//! Connections and what is set on each of them.

use std::path::Path;
use std::time::Duration;

use doorward_store::{Cause, Reason};
use rusqlite::{Connection, OpenFlags};

use crate::error::sqlite;

/// How durable commits are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sync {
    /// Every commit syncs the WAL.
    Full,
    /// Nothing is synced: for stores that are thrown away.
    Off,
}

/// Opens the connection that writes. The file exists already.
pub(crate) fn writer(path: &Path, busy: Duration) -> Result<Connection, Reason> {
    // No CREATE: the file was made with its mode. No URI: a path is a path.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = open(path, flags, busy)?;
    // SQLite falls back to reading when it may not write, and says so only when asked.
    match connection.is_readonly(rusqlite::MAIN_DB) {
        Ok(false) => Ok(connection),
        Ok(true) => {
            let line = format!("the store {} does not take writes", path.display());
            Err(Reason::new(Cause::ReadOnly, line))
        }
        Err(e) => Err(sqlite("opening the store", &e)),
    }
}

/// Opens a connection that only reads. The writer is open already.
pub(crate) fn reader(path: &Path, busy: Duration) -> Result<Connection, Reason> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = open(path, flags, busy)?;
    set(&connection, "query_only", "ON")?;
    // KiB when negative. Several readers share the memory the daemon may take.
    set(&connection, "cache_size", "-2048")?;
    Ok(connection)
}

fn open(path: &Path, flags: OpenFlags, busy: Duration) -> Result<Connection, Reason> {
    let opened = Connection::open_with_flags(path, flags);
    let connection = opened.map_err(|e| sqlite("opening the store", &e))?;
    connection.busy_timeout(busy).map_err(|e| sqlite("opening the store", &e))?;
    // Damage is met when a page is loaded, not when a cell of it happens to be used.
    set(&connection, "cell_size_check", "ON")?;
    set(&connection, "trusted_schema", "OFF")?;
    // A failing disk under a mapping is a signal; under a read it is an error.
    set(&connection, "mmap_size", "0")?;
    set(&connection, "temp_store", "MEMORY")?;
    Ok(connection)
}

/// What must be in force on the writer before anything is written; each is read back, because
/// SQLite ignores what it does not like.
pub(crate) fn make_durable(writer: &Connection, how: Sync) -> Result<(), Reason> {
    let mode: String = writer
        .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))
        .map_err(|e| sqlite("turning the WAL on", &e))?;
    if mode != "wal" {
        let line = format!("the store's file cannot have a WAL (its journal is \"{mode}\")");
        return Err(Reason::new(Cause::Io, line));
    }
    let level = match how {
        Sync::Full => 2i64,
        Sync::Off => 0,
    };
    set(writer, "synchronous", &level.to_string())?;
    let is: i64 =
        writer.pragma_query_value(None, "synchronous", |row| row.get(0)).map_err(|e| sqlite("reading synchronous back", &e))?;
    if is != level {
        return Err(Reason::new(Cause::Io, "SQLite does not take synchronous=FULL"));
    }
    // Checkpoints are made after the commit that fills the WAL, see `upkeep`.
    set(writer, "wal_autocheckpoint", "0")?;
    set(writer, "journal_size_limit", "67108864")?;
    set(writer, "cache_size", "-16384")?;
    // What is deleted is overwritten where that costs no further page.
    set(writer, "secure_delete", "FAST")
}

fn set(connection: &Connection, pragma: &str, value: &str) -> Result<(), Reason> {
    // Some pragmas answer with a row, some do not; neither is of interest.
    let text = format!("PRAGMA {pragma}={value}");
    connection.execute_batch(&text).map_err(|e| sqlite(&text, &e))
}
