//! Backups, checkpoints and the size of the WAL.

mod kit;

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use doorward_sqlite::{Options, Sqlite};
use doorward_store::{Batch, Cause, Commit, PageQuery, Snapshot, Store, Write};
use kit::{Dir, get, must_put, open, options};

#[test]
fn a_backup_is_one_moment_while_commits_go_on() {
    let dir = Dir::new();
    let store = open(&dir.path("store.db"));
    let pair = |n: u32| Batch {
        writes: vec![
            Write::put("a", n.to_be_bytes()),
            Write::put(format!("k.{n:06}"), vec![7; 3_000]),
            Write::put("z", n.to_be_bytes()),
        ],
        guards: vec![],
    };
    let commit = |n| assert!(matches!(store.commit(&pair(n)), Commit::Committed { .. }));
    commit(0);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for n in 1.. {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                commit(n);
            }
        });
        for copy in 0..5 {
            let to = dir.path(&format!("copy-{copy}.db"));
            let before = store.snapshot().expect("a snapshot").as_of();
            store.backup(&to).expect("a backup");
            let copy = open(&to);
            copy.verify().expect("a whole copy");
            let (a, z) = (get(&copy, "a"), get(&copy, "z"));
            assert_eq!(a.value, z.value, "half a commit in a backup");
            let mut snapshot = copy.snapshot().expect("a snapshot");
            assert_eq!(snapshot.as_of(), z.revision);
            assert!(z.revision >= before, "older than what was there when it began");
            let count = count(&mut *snapshot);
            assert_eq!((count - 1).to_be_bytes().as_slice(), a.value.as_deref().expect("there"));
        }
        done.store(true, Ordering::Relaxed);
    });
    // One that is there is never overwritten.
    let refused = store.backup(&dir.path("copy-0.db")).expect_err("it is there");
    assert_eq!(refused.cause(), Cause::Invalid);
    assert!(store.backup(&dir.path("none/copy.db")).is_err());
    assert!(!dir.path("copy-0.db.part").exists());
}

/// How many records there are below `k.`.
fn count(snapshot: &mut dyn Snapshot) -> u32 {
    let mut query = PageQuery::below("k.", 1_000);
    let mut count = 0;
    loop {
        let page = snapshot.page(&query).expect("a page");
        count += page.records.len() as u32;
        let Some(newest) = page.records.last() else {
            return count;
        };
        query.after = newest.key.clone();
    }
}

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
