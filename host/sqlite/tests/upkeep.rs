//! Checkpoints and the size of the WAL.

mod kit;

use std::fs;
use std::time::Duration;

use doorward_sqlite::{Options, Sqlite};
use doorward_store::{Batch, Cause, Commit, Store, Write};
use kit::{Dir, get, must_put, open, options};

#[test]
fn a_checkpoint_empties_the_wal_and_spares_snapshots() {
    let dir = Dir::new();
    let path = dir.path("store.db");
    let patience = Duration::from_millis(50);
    let options = Options { busy_timeout: patience, ..options() };
    let store = Sqlite::open(&path, &options).expect("it opens");
    must_put(&store, "a", b"1");
    let mut held = store.snapshot().expect("a snapshot");
    must_put(&store, "a", b"2");
    assert_eq!(store.checkpoint().expect_err("a snapshot is held").cause(), Cause::Busy);
    assert_eq!(held.load(&["a"]).expect("a record")[0].value.as_deref(), Some(b"1".as_slice()));
    drop(held);
    store.checkpoint().expect("nothing is in the way");
    assert_eq!(fs::metadata(dir.path("store.db-wal")).expect("the WAL").len(), 0);
    // The file alone is now the whole store.
    fs::copy(&path, dir.path("alone.db")).expect("a copy");
    assert_eq!(get(&open(&dir.path("alone.db")), "a").value.as_deref(), Some(b"2".as_slice()));
    must_put(&store, "a", b"3");
}

#[test]
fn the_wal_does_not_grow_for_ever() {
    let dir = Dir::new();
    let store = open(&dir.path("store.db"));
    for round in 0..60u8 {
        let put = |i: u32| Write::put(format!("k.{i:02}"), vec![round; 60_000]);
        let batch = Batch { writes: (0..20).map(put).collect(), guards: vec![] };
        assert!(matches!(store.commit(&batch), Commit::Committed { .. }));
    }
    // 72 MB went through it.
    let wal = fs::metadata(dir.path("store.db-wal")).expect("the WAL").len();
    assert!(wal < 24_000_000, "{wal}");
    assert_eq!(store.trouble(), None);
}
