//! Watching: ordered, resumable changes, and waiting for them.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::{Fixture, committed, delete, last, put};
use crate::{Change, Store, Write};

fn names(changes: &[Change]) -> String {
    changes.iter().map(|c| c.key.as_str()).collect::<Vec<_>>().join(" ")
}

pub fn changes_come_in_order_of_revision(f: Fixture) {
    put(&*f.store, "d.9", b"1");
    put(&*f.store, "d.1", b"2");
    put(&*f.store, "d.5", b"3");
    let again = put(&*f.store, "d.9", b"4");
    delete(&*f.store, "d.1");
    let found = f.store.changes(0, "", 100).unwrap();
    assert_eq!(names(&found), "d.5 d.9", "the newest write of each key, no deletions");
    let newest = Change { key: "d.9".into(), revision: again, value: b"4".to_vec() };
    assert_eq!(found[1], newest);
    assert_eq!(f.store.changes(last(&*f.store), "", 100).unwrap(), []);
    assert_eq!(f.store.changes(u64::MAX, "", 100).unwrap(), [], "an impossible number is not an error");
}

pub fn changes_resume_where_they_stopped(f: Fixture) {
    // Keys fall while revisions rise.
    let writes = (0..500u32).map(|i| Write::put(format!("d.{:04}", 9_999 - i), *b"x")).collect();
    committed(&*f.store, writes, vec![]);
    let whole = f.store.changes(0, "d.", 1_000).unwrap();
    assert_eq!(whole.len(), 500);
    assert!(whole.windows(2).all(|w| w[0].revision < w[1].revision && w[0].key > w[1].key));
    for step in [1, 7, 499, 500] {
        let (mut after, mut met) = (0, Vec::new());
        loop {
            let part = f.store.changes(after, "d.", step).unwrap();
            assert!(part.len() <= step);
            let Some(newest) = part.last() else { break };
            after = newest.revision;
            met.extend(part);
        }
        assert_eq!(met, whole, "step {step}");
    }
}

pub fn changes_keep_to_their_prefix(f: Fixture) {
    for key in ["d.1", "da.1", "d", "c.9", "e.0", "d.2"] {
        put(&*f.store, key, b"");
    }
    assert_eq!(names(&f.store.changes(0, "d.", 10).unwrap()), "d.1 d.2");
    assert_eq!(names(&f.store.changes(1, "d.", 10).unwrap()), "d.2");
    assert_eq!(names(&f.store.changes(0, "d.", 1).unwrap()), "d.1");
    assert_eq!(names(&f.store.changes(0, "d", 10).unwrap()), "d.1 da.1 d d.2");
    assert_eq!(names(&f.store.changes(0, "f", 10).unwrap()), "");
}

pub fn the_newest_come_first_and_resume(f: Fixture) {
    for number in 0..40 {
        put(&*f.store, &format!("d.{number:02}"), b"");
        put(&*f.store, &format!("e.{number:02}"), b"");
    }
    put(&*f.store, "d.07", b"again");
    delete(&*f.store, "d.39");
    let mut whole = f.store.changes(0, "d.", 1_000).unwrap();
    whole.reverse();
    assert_eq!((whole.len(), whole[0].key.as_str()), (39, "d.07"));
    for step in [1, 7, 39, 1_000] {
        let (mut met, mut before) = (Vec::new(), u64::MAX);
        loop {
            let part = f.store.newest(before, "d.", step).unwrap();
            met.extend(part.iter().cloned());
            match part.last() {
                Some(last) if part.len() == step => before = last.revision,
                Some(_) | None => break,
            }
        }
        assert_eq!(met, whole, "step {step}");
    }
    assert_eq!(f.store.newest(0, "d.", 9).unwrap(), []);
    assert_eq!(f.store.newest(u64::MAX, "f", 9).unwrap(), []);
    assert!(f.store.newest(9, "d.", 0).is_err(), "a page holds something");
}

pub fn a_follower_meets_every_new_key_once(f: Fixture) {
    const WRITERS: u64 = 4;
    const EACH: u64 = 60;
    let store: &dyn Store = &*f.store;
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            scope.spawn(move || {
                for i in 0..EACH {
                    let record = Write::put(format!("d.{writer}.{i:03}"), *b"r");
                    committed(store, vec![Write::put("hot", *b"h"), record], vec![]);
                }
            });
        }
        let (mut after, mut met) = (0, Vec::new());
        while met.len() < (WRITERS * EACH) as usize {
            let reached = store.wait(after, Duration::from_secs(20)).unwrap();
            let part = store.changes(after, "d.", 13).unwrap();
            assert!(reached > after || !part.is_empty(), "the follower starved at {after}");
            // What is not a decision moves the counter too; go on from where the answer ended.
            after = part.last().map_or(after, |c| c.revision);
            met.extend(part.into_iter().map(|c| (c.revision, c.key)));
        }
        assert!(met.windows(2).all(|w| w[0].0 < w[1].0));
        let mut keys: Vec<_> = met.into_iter().map(|(_, key)| key).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len() as u64, WRITERS * EACH);
    });
}

pub fn a_wait_wakes_on_a_commit(f: Fixture) {
    put(&*f.store, "a", b"1");
    let before = last(&*f.store);
    let store: &dyn Store = &*f.store;
    thread::scope(|scope| {
        let (tell, told) = mpsc::channel();
        for _ in 0..3 {
            let tell = tell.clone();
            scope.spawn(move || tell.send(store.wait(before, Duration::from_secs(60))));
        }
        assert!(told.recv_timeout(Duration::from_millis(50)).is_err(), "it woke without a commit");
        let reached = put(store, "b", b"2");
        for _ in 0..3 {
            let woken = told.recv_timeout(Duration::from_secs(20)).expect("it did not wake");
            assert_eq!(woken.unwrap(), reached);
        }
    });
}

pub fn a_wait_that_is_over_returns_at_once(f: Fixture) {
    put(&*f.store, "a", b"1");
    put(&*f.store, "a", b"2");
    let store: &dyn Store = &*f.store;
    thread::scope(|scope| {
        let (tell, told) = mpsc::channel();
        scope.spawn(move || tell.send(store.wait(1, Duration::from_secs(60))));
        let woken = told.recv_timeout(Duration::from_secs(20)).expect("it waited for nothing");
        assert_eq!(woken.unwrap(), 2);
    });
}

pub fn a_wait_ends_at_its_timeout(f: Fixture) {
    assert_eq!(f.store.wait(0, Duration::from_millis(20)).unwrap(), 0);
    put(&*f.store, "a", b"1");
    assert_eq!(f.store.wait(1, Duration::from_millis(20)).unwrap(), 1);
    assert_eq!(f.store.wait(u64::MAX, Duration::ZERO).unwrap(), 1);
}
