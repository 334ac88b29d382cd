//! The file: who may have it, which files are refused.

mod kit;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use doorward_sqlite::Sqlite;
use doorward_store::{Batch, Cause, Reason, Store, Write};
use kit::{Dir, get, must_put, open, options, put};
use rusqlite::Connection;

fn refused(path: &Path) -> Reason {
    match Sqlite::open(path, &options()) {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(unavailable) => unavailable.0,
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("the file is there").permissions().mode() & 0o777
}

#[test]
fn one_process_has_the_file_whatever_it_is_called() {
    let dir = Dir::new();
    let path = dir.path("store.db");
    let store = open(&path);
    symlink(&path, dir.path("other.db")).expect("a link");
    fs::create_dir(dir.path("sub")).expect("a directory");
    for name in ["store.db", "other.db", "sub/../store.db"] {
        let reason = refused(&dir.path(name));
        assert_eq!(reason.cause(), Cause::Locked, "{name}");
        assert!(reason.line().contains("another process has the store"), "{reason}");
        assert!(reason.line().contains("store.db"), "{reason}");
    }
    must_put(&store, "a", b"1");
    drop(store);
    let store = open(&dir.path("other.db"));
    assert_eq!(get(&store, "a").value.as_deref(), Some(b"1".as_slice()));
}

#[test]
fn only_the_owner_may_read_it() {
    let dir = Dir::new();
    let path = dir.path("store.db");
    let store = open(&path);
    must_put(&store, "a", b"1");
    for name in ["store.db", "store.db-wal", "store.db-shm", "store.db.lock"] {
        assert_eq!(mode(&dir.path(name)), 0o600, "{name}");
    }
    drop(store);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("chmod");
    let store = open(&path);
    must_put(&store, "a", b"2");
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&dir.path("store.db-wal")), 0o600);
}

#[test]
fn other_schemas_are_refused_and_left_alone() {
    let newer = "INSERT INTO migrations VALUES (2, 'later', 'ff', 1800000000, '9.9.9')";
    for (change, says) in [
        (newer, "use version 9.9.9 or newer"),
        ("UPDATE migrations SET sha256 = 'ff'", "is not the one this program knows"),
        ("UPDATE migrations SET version = 7", "migration 1 is missing"),
    ] {
        let dir = Dir::new();
        let path = dir.path("store.db");
        must_put(&open(&path), "a", b"1");
        let raw = Connection::open(&path).expect("the file is SQLite");
        raw.execute_batch(change).expect(change);
        drop(raw);
        let before = fs::read(&path).expect("the file");
        for _ in 0..2 {
            let reason = refused(&path);
            assert_eq!(reason.cause(), Cause::Schema, "{reason}");
            assert!(reason.line().contains(says), "{reason}");
        }
        assert!(fs::read(&path).expect("the file") == before, "the refused file was changed");
    }
}

#[test]
fn what_was_applied_is_written_down_once() {
    let dir = Dir::new();
    let path = dir.path("store.db");
    drop(open(&path));
    let later = doorward_sqlite::Options::new(1_900_000_000, "2.0.0");
    drop(Sqlite::open(&path, &later).expect("it opens again"));
    let raw = Connection::open(&path).expect("the file is SQLite");
    let sql = "SELECT version, name, length(sha256), applied_at, applied_by FROM migrations";
    let rows: Vec<(i64, String, i64, i64, String)> = raw
        .prepare(sql)
        .and_then(|mut ask| {
            let rows = ask.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?;
            rows.collect()
        })
        .expect(sql);
    assert_eq!(rows, [(1, "records".into(), 64, 1_700_000_000, "1.2.3".into())]);
    let mode: String = raw.query_row("PRAGMA journal_mode", [], |row| row.get(0)).expect("a mode");
    assert_eq!(mode, "wal");
}

#[test]
fn what_is_not_a_store_is_refused_and_left_alone() {
    let dir = Dir::new();
    let text = dir.path("text");
    fs::write(&text, "not a database, but long enough to be looked at\n".repeat(100)).expect("text");
    let other = dir.path("other.db");
    let raw = Connection::open(&other).expect("a database");
    raw.execute_batch("CREATE TABLE mine (x); INSERT INTO mine VALUES (1)").expect("a table");
    drop(raw);
    for path in [text, other] {
        let before = fs::read(&path).expect("the file");
        assert_eq!(refused(&path).cause(), Cause::Foreign);
        assert!(fs::read(&path).expect("the file") == before, "the refused file was changed");
    }
    assert_eq!(refused(&dir.path("")).cause(), Cause::Foreign, "a directory");
    assert_eq!(refused(&dir.path("none/store.db")).cause(), Cause::Io, "no such directory");
}

#[test]
fn damage_is_noticed_and_never_read_as_bytes() {
    let dir = Dir::new();
    let path = dir.path("store.db");
    let store = open(&path);
    let key = |i: u32| format!("k.{i:04}");
    let writes = (0..400).map(|i| Write::put(key(i), value(i))).collect();
    let filled = store.commit(&Batch { writes, guards: vec![] });
    assert!(matches!(filled, doorward_store::Commit::Committed { .. }));
    store.verify().expect("a whole store");
    drop(store);
    let whole = fs::read(&path).expect("the file");
    let pages = whole.len() / 4_096;
    assert!(pages > 30, "{pages}");
    let damaged = dir.path("damaged.db");
    for page in 0..pages {
        // A page lost, a page overwritten, the second half of one sector lost.
        let start = page * 4_096;
        let last_sector = start + 3_840..start + 4_096;
        for (range, fill) in [(start..start + 4_096, 0u8), (start..start + 4_096, 0xaa), (last_sector, 0x0d)] {
            let mut bytes = whole.clone();
            bytes[range.clone()].fill(fill);
            if bytes == whole {
                continue;
            }
            fs::write(&damaged, &bytes).expect("the file");
            assert!(probe(&damaged, &key), "{range:?} of page {page} filled with {fill}");
        }
    }
    fs::write(&damaged, &whole[..whole.len() / 2 + 100]).expect("the file");
    assert!(probe(&damaged, &key), "half a file went unnoticed");
    fs::write(&damaged, &whole).expect("the file");
    assert!(!probe(&damaged, &key), "the probe cries wolf");
}

/// Some in the tree, some long enough for pages of their own.
fn value(i: u32) -> Vec<u8> {
    vec![i as u8; if i.is_multiple_of(10) { 9_000 } else { 300 }]
}

/// Whether anything was noticed; panics on a wrong answer.
fn probe(path: &Path, key: &dyn Fn(u32) -> String) -> bool {
    let store = match Sqlite::open(path, &options()) {
        Ok(store) => store,
        Err(e) => {
            // The first pages say what the file is; without them, it is something else.
            let refused = matches!(e.cause(), Cause::Corrupt | Cause::Foreign | Cause::Schema);
            assert!(refused, "{e}");
            return true;
        }
    };
    let checked = store.verify().is_err();
    let mut noticed = checked;
    for i in 0..400 {
        let loaded = store.snapshot().and_then(|mut s| s.load(&[&key(i)]));
        match loaded {
            // A name that is damaged where the index of names keeps it is not found under its own
            // name. No read notices that; the check of the whole file must.
            Ok(found) if checked && found[0].value.is_none() => {}
            Ok(found) => assert!(found[0].value == Some(value(i)), "a wrong answer for {i}"),
            Err(e) => {
                assert_eq!(e.cause(), Cause::Corrupt, "{e}");
                assert!(e.to_string().contains("restore a backup"), "{e}");
                noticed = true;
            }
        }
    }
    noticed
}

#[test]
fn another_program_that_writes_is_found_out() {
    let dir = Dir::new();
    let path = dir.path("store.db");
    let store = open(&path);
    must_put(&store, "a", b"1");
    let raw = Connection::open(&path).expect("the file is SQLite");
    raw.execute_batch("UPDATE counter SET last = 9").expect("an update");
    match put(&store, "a", b"2") {
        doorward_store::Commit::Unavailable(reason) => {
            assert_eq!(reason.cause(), Cause::Corrupt);
            assert!(reason.line().contains("another program"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(get(&store, "a").value.as_deref(), Some(b"1".as_slice()), "refused, and written");
    raw.execute_batch("UPDATE counter SET last = 0").expect("an update");
    drop(raw);
    drop(store);
    assert_eq!(refused(&path).cause(), Cause::Corrupt, "the counter is behind a record");
}

#[test]
fn a_temporary_store_leaves_nothing() {
    let dir = Dir::new();
    let parent = dir.path("");
    let store = Sqlite::temporary(&parent, &options()).expect("it opens");
    let second = Sqlite::temporary(&parent, &options()).expect("another one");
    must_put(&store, "a", b"1");
    assert_eq!(get(&second, "a").revision, 0);
    assert_eq!(mode(store.path().parent().expect("a directory")), 0o700);
    drop((store, second));
    assert_eq!(fs::read_dir(&parent).expect("the directory").count(), 0);
}
