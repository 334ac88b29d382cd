//! A disk that is full, fails, or does not take writes, met for real: SQLite runs on a layer that
//! does what a bad disk does.

mod disk;
mod kit;

use std::fs;
use std::path::Path;
use std::time::Duration;

use disk::{Disk, Fault};
use doorward_sqlite::{Options, Sqlite};
use doorward_store::{Batch, Cause, Commit, Guard, Record, Store, Write};
use kit::{Dir, get, must_put, open, options, put};

/// What a restart after a crash at this moment would find.
fn crash_copy(dir: &Dir, name: &str) -> Sqlite {
    for suffix in ["", "-wal"] {
        let from = dir.path(&format!("store.db{suffix}"));
        fs::copy(from, dir.path(&format!("{name}.db{suffix}"))).expect("a copy");
    }
    let store = open(&dir.path(&format!("{name}.db")));
    store.verify().expect("a whole store");
    store
}

fn large(value: u8) -> Batch {
    let put = |i: u32| Write::put(format!("k.{i}"), vec![value; 9_000]);
    Batch { writes: (0..3).map(put).collect(), guards: vec![] }
}

#[test]
fn every_commit_is_synced_before_its_answer() {
    let disk = Disk::take();
    let dir = Dir::new();
    let store = open(&dir.path("store.db"));
    for i in 0..20u64 {
        let before = disk.wal_syncs();
        must_put(&store, "a", &i.to_be_bytes());
        assert_eq!(disk.wal_syncs(), before + 1, "one sync for each commit");
    }
    let before = disk.wal_syncs();
    let stale = Batch { writes: vec![Write::delete("a")], guards: vec![Guard::at("a", 1)] };
    assert!(matches!(store.commit(&stale), Commit::Conflict { .. }));
    assert_eq!(disk.wal_syncs(), before, "a conflict writes nothing");
}

#[test]
fn a_full_disk_refuses_and_loses_nothing() {
    let disk = Disk::take();
    let dir = Dir::new();
    let store = open(&dir.path("store.db"));
    must_put(&store, "a", b"kept");
    assert!(matches!(store.commit(&large(1)), Commit::Committed { .. }));
    let before = store.snapshot().expect("a snapshot").as_of();
    // Room for one more write each time, until there is enough: every place it can run out at,
    // the frame that carries the commit mark included.
    let mut refusals = 0;
    for room in 0.. {
        disk.wal_fails(room, Fault::Full);
        match store.commit(&large(2)) {
            Commit::Unavailable(reason) => {
                assert_eq!(reason.cause(), Cause::Full);
                assert!(reason.line().contains("the disk that holds the store is full"), "{reason}");
            }
            Commit::Committed { last } => {
                assert_eq!(last, before + 3);
                break;
            }
            other => panic!("{other:?}"),
        }
        refusals += 1;
        disk.heals();
        for store in [&store, &crash_copy(&dir, &format!("copy-{room}"))] {
            assert_eq!(store.snapshot().expect("a snapshot").as_of(), before);
            assert_eq!(get(store, "k.0").value, Some(vec![1; 9_000]));
            assert_eq!(get(store, "a").value.as_deref(), Some(b"kept".as_slice()));
        }
    }
    assert!(refusals > 10, "only {refusals} writes were tried");
    disk.heals();
    must_put(&store, "a", b"goes on");
}

#[test]
fn a_failed_sync_is_an_outcome_nobody_knows() {
    let disk = Disk::take();
    let dir = Dir::new();
    let store = open(&dir.path("store.db"));
    must_put(&store, "a", b"kept");
    disk.wal_sync_fails(0);
    match put(&store, "b", b"?") {
        Commit::Indeterminate(reason) => assert_eq!(reason.cause(), Cause::Io),
        other => panic!("{other:?}"),
    }
    disk.heals();
    // From here on it says nothing more, though the disk would: it might be wrong.
    assert_stopped(&store);
    // Here it was kept after all; what was acknowledged is there in any case.
    let restarted = crash_copy(&dir, "copy");
    assert_eq!(get(&restarted, "a").value.as_deref(), Some(b"kept".as_slice()));
    assert_eq!(get(&restarted, "b").value.as_deref(), Some(b"?".as_slice()));
    must_put(&restarted, "c", b"goes on");
}

/// Every write of a commit in turn, once and for good, and the sync after them.
#[test]
fn a_failed_write_is_an_outcome_nobody_knows() {
    let disk = Disk::take();
    for passes in [true, false] {
        let mut struck = 0;
        for room in 0.. {
            let dir = Dir::new();
            let store = open(&dir.path("store.db"));
            assert!(matches!(store.commit(&large(1)), Commit::Committed { .. }));
            disk.faults_pass(passes);
            disk.wal_fails(room, Fault::Broken);
            let outcome = store.commit(&large(2));
            let is_hit = disk.struck() > 0;
            disk.heals();
            match outcome {
                Commit::Indeterminate(reason) if is_hit => assert_eq!(reason.cause(), Cause::Io),
                Commit::Committed { .. } if !is_hit => break,
                other => panic!("write {room}: {other:?}"),
            }
            struck += 1;
            assert_stopped(&store);
            let restarted = crash_copy(&dir, "copy");
            assert_eq!(get(&restarted, "k.2").value, Some(vec![1; 9_000]));
        }
        assert!(struck > 10, "only {struck} writes were tried");
    }
}

#[test]
fn a_failed_read_is_never_an_answer() {
    let disk = Disk::take();
    let dir = Dir::new();
    let path = dir.path("store.db");
    assert!(matches!(open(&path).commit(&large(1)), Commit::Committed { .. }));
    let mut struck = 0;
    for left in 0.. {
        // Opened anew, so that nothing is in memory yet.
        let store = open(&path);
        disk.reads_fail(left);
        let found = store.snapshot().and_then(|mut snapshot| snapshot.load(&["k.0", "k.2", "none"]));
        let is_hit = disk.struck() > 0;
        disk.heals();
        match found {
            Err(refused) if is_hit => assert_eq!(refused.cause(), Cause::Io, "{refused}"),
            Ok(found) => assert_eq!(found[1].value, Some(vec![1; 9_000]), "read {left}"),
            Err(refused) => panic!("read {left}: {refused}"),
        }
        if !is_hit {
            break;
        }
        struck += 1;
        assert_eq!(get(&store, "k.0").value, Some(vec![1; 9_000]), "it reads again");
    }
    assert!(struck > 2, "only {struck} reads were tried");
}

fn assert_stopped(store: &Sqlite) {
    match put(store, "c", b"x") {
        Commit::Unavailable(reason) => {
            assert_eq!(reason.cause(), Cause::Stopped);
            assert!(reason.line().contains("start again"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(store.snapshot().map(|_| ()).expect_err("stopped").cause(), Cause::Stopped);
    assert_eq!(store.changes(0, "", 1).expect_err("stopped").cause(), Cause::Stopped);
    let waited = store.wait(u64::MAX, Duration::from_secs(60));
    assert_eq!(waited.expect_err("stopped").cause(), Cause::Stopped);
    let mut one = [Ok(Record::present("n", 1, vec![]))].into_iter();
    assert_eq!(store.replace(&mut one).expect_err("stopped").cause(), Cause::Stopped);
    assert_eq!(store.checkpoint().expect_err("stopped").cause(), Cause::Stopped);
}

#[test]
fn a_file_that_takes_no_writes_is_refused() {
    let disk = Disk::take();
    let dir = Dir::new();
    let path = dir.path("store.db");
    must_put(&open(&path), "a", b"1");
    disk.is_read_only(true);
    let refused = Sqlite::open(&path, &options()).map(|_| ()).expect_err("it takes no writes");
    assert_eq!(refused.cause(), Cause::ReadOnly);
    assert!(refused.to_string().contains("does not take writes"), "{refused}");
    disk.is_read_only(false);
    assert_eq!(get(&open(&path), "a").value.as_deref(), Some(b"1".as_slice()));
}

#[test]
fn folding_the_wal_may_fail_without_failing_commits() {
    let disk = Disk::take();
    let dir = Dir::new();
    let store = open(&dir.path("store.db"));
    disk.file_fails(true);
    let huge = |value: u8| {
        let put = |i: u32| Write::put(format!("k.{i:03}"), vec![value; 60_000]);
        let batch = Batch { writes: (0..300).map(put).collect(), guards: vec![] };
        assert!(matches!(store.commit(&batch), Commit::Committed { .. }));
    };
    huge(1);
    let trouble = store.trouble().expect("folding was tried and failed");
    assert_eq!(trouble.cause(), Cause::Io);
    assert_eq!(get(&store, "k.299").value, Some(vec![1; 60_000]));
    disk.file_fails(false);
    assert_eq!(get(&crash_copy(&dir, "copy"), "k.299").value, Some(vec![1; 60_000]));
    disk.file_sync_fails(true);
    huge(2);
    assert_eq!(store.trouble().map(|trouble| trouble.cause()), Some(Cause::Io), "its sync was tried and failed");
    disk.file_sync_fails(false);
    assert_eq!(get(&crash_copy(&dir, "copy"), "k.299").value, Some(vec![2; 60_000]));
    huge(3);
    assert_eq!(store.trouble(), None, "it works again");
    store.verify().expect("a whole store");
}

#[test]
fn a_full_disk_ends_an_import_and_keeps_the_old_state() {
    let disk = Disk::take();
    let dir = Dir::new();
    let store = open(&dir.path("store.db"));
    must_put(&store, "a", b"old");
    let state = || (1..=50u64).map(|i| Ok(Record::present(format!("k.{i}"), i, vec![1; 9_000])));
    let mut refusals = 0;
    for room in (0..).step_by(23) {
        disk.wal_fails(room, Fault::Full);
        let outcome = store.replace(&mut state());
        disk.heals();
        let Err(refused) = outcome else { break };
        refusals += 1;
        assert_eq!(refused.cause(), Cause::Full);
        assert_eq!(get(&store, "a").value.as_deref(), Some(b"old".as_slice()));
        assert_eq!(get(&store, "k.1"), Record::absent("k.1"));
    }
    assert!(refusals > 5, "only {refusals}");
    assert_eq!(get(&store, "a"), Record::absent("a"));
    assert_eq!(get(&store, "k.50").value, Some(vec![1; 9_000]));
}

#[test]
fn a_slower_disk_can_be_stood_for() {
    let dir = Dir::new();
    let _disk = Disk::take();
    let delay = Duration::from_millis(20);
    let slow = Options { sync_delay: Some(delay), ..options() };
    let store = Sqlite::open(&dir.path("store.db"), &slow).expect("it opens");
    let began = std::time::Instant::now();
    for i in 0..5u8 {
        must_put(&store, "a", &[i]);
    }
    assert!(began.elapsed() >= delay * 5);
    assert_eq!(Path::new(store.path()).file_name(), Path::new("store.db").file_name());
}
