//! Races: many threads, guards, and exact results.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use super::{Fixture, commit, get, put};
use crate::{Commit, Guard, Record, Store, Write};

fn number(record: &Record) -> u64 {
    let bytes = record.value.as_deref().map(<[u8; 8]>::try_from);
    bytes.map_or(0, |b| u64::from_be_bytes(b.unwrap()))
}

pub fn increments_are_not_lost(f: Fixture) {
    const THREADS: u64 = 8;
    const EACH: u64 = 50;
    let store: &dyn Store = &*f.store;
    let conflicts = AtomicU64::new(0);
    let together = Barrier::new(THREADS as usize);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                together.wait();
                let mut left = EACH;
                while left > 0 {
                    let read = get(store, "n");
                    let next = Write::put("n", (number(&read) + 1).to_be_bytes());
                    match commit(store, vec![next], vec![Guard::at("n", read.revision)]) {
                        Commit::Committed { .. } => left -= 1,
                        Commit::Conflict { keys } => {
                            assert_eq!(keys, ["n"]);
                            conflicts.fetch_add(1, Ordering::Relaxed);
                        }
                        other => panic!("{other:?}"),
                    }
                }
            });
        }
    });
    let end = get(store, "n");
    assert_eq!(number(&end), THREADS * EACH, "{conflicts:?} conflicts");
    assert_eq!(end.revision, THREADS * EACH, "only commits take numbers");
}

pub fn of_2000_attempts_one_uses_it(f: Fixture) {
    const THREADS: u64 = 16;
    let store: &dyn Store = &*f.store;
    let invite = put(store, "v.1", b"single use");
    let (won, lost) = (AtomicU64::new(0), AtomicU64::new(0));
    let together = Barrier::new(THREADS as usize);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (won, lost, together) = (&won, &lost, &together);
            scope.spawn(move || {
                together.wait();
                for attempt in 0..2_000 / THREADS {
                    let who = format!("{thread:02}{attempt:04}");
                    let writes = vec![Write::put("v.1", who.as_bytes()), Write::put(format!("w.1.{who}"), who.as_bytes())];
                    match commit(store, writes, vec![Guard::at("v.1", invite)]) {
                        Commit::Committed { .. } => won.fetch_add(1, Ordering::Relaxed),
                        Commit::Conflict { .. } => lost.fetch_add(1, Ordering::Relaxed),
                        other => panic!("{other:?}"),
                    };
                }
            });
        }
    });
    assert_eq!((won.into_inner(), lost.into_inner()), (1, 1_999));
    let uses = super::all(store, "w.1.");
    assert_eq!(uses.len(), 1);
    assert_eq!(get(store, "v.1").value, uses[0].value, "the winner's two records belong together");
}

/// Two commands that each read what the other writes: without guards on what is only read, both
/// would find a place free.
pub fn readers_who_write_do_not_cross(f: Fixture) {
    let store: &dyn Store = &*f.store;
    for round in 0..60 {
        let keys = [format!("r.{round:03}.a"), format!("r.{round:03}.b")];
        let together = Barrier::new(2);
        let take = |mine: usize| {
            together.wait();
            let mut snapshot = store.snapshot().unwrap();
            let facts = snapshot.load(&[keys[0].as_str(), keys[1].as_str()]).unwrap();
            drop(snapshot);
            if facts.iter().any(|r| r.value.is_some()) {
                return false;
            }
            let guards = facts.iter().map(|r| Guard::at(r.key.clone(), r.revision)).collect();
            match commit(store, vec![Write::put(keys[mine].clone(), *b"mine")], guards) {
                Commit::Committed { .. } => true,
                Commit::Conflict { .. } => false,
                other => panic!("{other:?}"),
            }
        };
        let taken = thread::scope(|scope| {
            let other = scope.spawn(|| take(0));
            usize::from(take(1)) + usize::from(other.join().unwrap())
        });
        assert_eq!(taken, 1, "round {round}");
    }
}
