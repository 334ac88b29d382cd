//! Snapshots: one moment, however long it is held.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::{Fixture, all, committed, delete, last, put, walk};
use crate::{Snapshot, Store, Write};

fn look(snapshot: &mut dyn Snapshot) -> (u64, Vec<crate::Record>, Vec<crate::Record>) {
    let loaded = snapshot.load(&["a", "b", "c", "d"]).unwrap();
    (snapshot.as_of(), loaded, walk(snapshot, "", 3))
}

pub fn a_snapshot_does_not_move(f: Fixture) {
    put(&*f.store, "a", b"1");
    put(&*f.store, "b", b"1");
    let mut held = f.store.snapshot().unwrap();
    let as_of = held.as_of();
    // Nothing has been read through it yet: the moment is when it was taken, not first used.
    put(&*f.store, "a", b"2");
    delete(&*f.store, "b");
    put(&*f.store, "c", b"2");
    assert_eq!(held.as_of(), as_of);
    let seen = held.load(&["a", "b", "c"]).unwrap();
    let values: Vec<_> = seen.iter().map(|r| r.value.as_deref()).collect();
    assert_eq!(values, [Some(b"1".as_slice()), Some(b"1"), None]);
    assert_eq!(walk(&mut *held, "", 1), seen[..2]);
    assert_eq!(all(&*f.store, "").len(), 2);
    assert_eq!(last(&*f.store), as_of + 3);
    drop(held);
    assert_eq!(last(&*f.store), as_of + 3, "a dropped snapshot does not haunt the next one");
}

pub fn snapshots_of_different_moments_stand_side_by_side(f: Fixture) {
    put(&*f.store, "a", b"1");
    let mut first = f.store.snapshot().unwrap();
    put(&*f.store, "b", b"2");
    let mut second = f.store.snapshot().unwrap();
    delete(&*f.store, "a");
    let mut third = f.store.snapshot().unwrap();
    let keys = |s: &mut dyn Snapshot| walk(s, "", 9).into_iter().map(|r| r.key).collect::<String>();
    for _ in 0..2 {
        assert_eq!(keys(&mut *third), "b");
        assert_eq!(keys(&mut *first), "a");
        assert_eq!(keys(&mut *second), "ab");
    }
    assert_eq!([first.as_of(), second.as_of(), third.as_of()], [1, 2, 3]);
}

pub fn no_snapshot_sees_half_a_batch(f: Fixture) {
    const KEYS: [&str; 4] = ["a", "m.1", "m.2", "z"];
    let store: &dyn Store = &*f.store;
    let write = |n: u64| {
        let writes = KEYS.iter().map(|k| Write::put(*k, n.to_be_bytes())).collect();
        committed(store, writes, vec![]);
    };
    write(0);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let mut snapshot = store.snapshot().unwrap();
                    let loaded = snapshot.load(&KEYS).unwrap();
                    let paged = walk(&mut *snapshot, "", 1);
                    assert_eq!(loaded, paged, "a load and a page of one snapshot differ");
                    assert!(loaded.iter().all(|r| r.value == loaded[0].value), "{loaded:?}");
                    assert_eq!(snapshot.as_of(), loaded[3].revision);
                }
            });
        }
        (1..200).for_each(write);
        done.store(true, Ordering::Relaxed);
    });
}

pub fn a_snapshot_survives_many_commits(f: Fixture) {
    for key in ["a", "b", "c"] {
        put(&*f.store, key, key.as_bytes());
    }
    let mut held = f.store.snapshot().unwrap();
    let before = look(&mut *held);
    for round in 0..40u8 {
        let writes = (0..100).map(|i| Write::put(format!("k.{i:03}"), vec![round; 2_000]));
        committed(&*f.store, writes.chain([Write::put("a", [round])]).collect(), vec![]);
    }
    assert_eq!(look(&mut *held), before);
}
