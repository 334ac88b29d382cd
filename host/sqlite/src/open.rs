//! From a path to an open store.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Condvar, Mutex, OnceLock};

use doorward_store::{Cause, Reason};
use rusqlite::Connection;

use crate::commit::Writer;
use crate::connect::{self, Sync};
use crate::error::{corrupt, sqlite};
use crate::files::{self, Lock, Scratch};
use crate::read::Readers;
use crate::{Options, Sqlite, migrate};

pub(crate) fn durable(path: &Path, options: &Options) -> Result<Sqlite, Reason> {
    let path = files::resolve(path)?;
    let lock = Lock::take(&path)?;
    files::prepare(&path)?;
    open(path, lock, None, Sync::Full, options)
}

pub(crate) fn temporary(parent: &Path, options: &Options) -> Result<Sqlite, Reason> {
    let scratch = Scratch::new(&files::resolve(parent)?)?;
    let path = scratch.path().join("store.db");
    let lock = Lock::take(&path)?;
    files::prepare(&path)?;
    open(path, lock, Some(scratch), Sync::Off, options)
}

fn open(path: PathBuf, lock: Lock, scratch: Option<Scratch>, how: Sync, options: &Options) -> Result<Sqlite, Reason> {
    let (writer, last) = writer(&path, how, options).map_err(|reason| at(&path, &reason))?;
    Ok(Sqlite {
        readers: Readers::new(path.clone(), options.readers.max(1), options.busy_timeout),
        path,
        writer: Mutex::new(writer),
        last: Mutex::new(last),
        moved: Condvar::new(),
        replacing: AtomicBool::new(false),
        stopped: OnceLock::new(),
        trouble: Mutex::new(None),
        sync_delay: options.sync_delay,
        _lock: lock,
        _scratch: scratch,
    })
}

fn writer(path: &Path, how: Sync, options: &Options) -> Result<(Writer, u64), Reason> {
    let mut connection = connect::writer(path, options.busy_timeout)?;
    let found = migrate::identify(&connection)?;
    connect::make_durable(&connection, how)?;
    migrate::run(&mut connection, found, options)?;
    // What an import left that did not come to its end.
    connection.execute_batch("DROP TABLE IF EXISTS incoming").map_err(|e| sqlite("clearing an unfinished import", &e))?;
    let last = counter(&connection)?;
    Ok((Writer::new(connection, last)?, last))
}

/// The last revision given out. It is never behind the records.
pub(crate) fn counter(connection: &Connection) -> Result<u64, Reason> {
    let sql = "SELECT last, (SELECT coalesce(max(revision), 0) FROM records) FROM counter";
    let read = connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)));
    let (last, highest): (i64, i64) = match read {
        Ok(pair) => pair,
        Err(rusqlite::Error::QueryReturnedNoRows) => return Err(corrupt("the counter is gone")),
        Err(e) => return Err(sqlite("reading the last revision", &e)),
    };
    match u64::try_from(last) {
        Ok(number) if highest <= last => Ok(number),
        Ok(_) | Err(_) => Err(corrupt("a record is newer than the last revision given out")),
    }
}

/// The same reason, with the file it is about.
fn at(path: &Path, reason: &Reason) -> Reason {
    let line = match reason.cause() {
        Cause::ReadOnly | Cause::Locked => reason.line().to_owned(),
        Cause::Invalid
        | Cause::Busy
        | Cause::Full
        | Cause::Corrupt
        | Cause::Foreign
        | Cause::Schema
        | Cause::Io
        | Cause::Stopped => format!("{}: {}", path.display(), reason.line()),
    };
    Reason::new(reason.cause(), line)
}
