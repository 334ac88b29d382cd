//! What a backend on a disk or a network must find again.

use super::{Fixture, all, commit, committed, delete, get, last, put};
use crate::{Cause, Commit, Guard, Reason, Record, Unavailable, Write};

pub fn what_was_committed_is_there_after_a_restart(f: Fixture) {
    let writes = (0..300).map(|i| Write::put(format!("k.{i:03}"), vec![7; i * 11])).collect();
    committed(&*f.store, writes, vec![]);
    delete(&*f.store, "k.100");
    put(&*f.store, "k.200", b"again");
    let before = (last(&*f.store), all(&*f.store, ""), f.store.changes(0, "", 1_000).unwrap());
    let mut f = f.restart();
    for _ in 0..2 {
        let after = (last(&*f.store), all(&*f.store, ""), f.store.changes(0, "", 1_000).unwrap());
        assert!(after == before, "the state differs after a restart");
        f = f.restart();
    }
    let revision = get(&*f.store, "k.200").revision;
    committed(&*f.store, vec![Write::delete("k.200")], vec![Guard::at("k.200", revision)]);
}

pub fn numbers_go_on_after_a_restart(f: Fixture) {
    let first = put(&*f.store, "a", b"1");
    // The newest number belongs to a deletion, which leaves no record to count from.
    let gone = delete(&*f.store, "a");
    let f = f.restart();
    assert_eq!(last(&*f.store), gone);
    let again = put(&*f.store, "a", b"1");
    assert_eq!(again, gone + 1);
    let outcome = commit(&*f.store, vec![Write::delete("a")], vec![Guard::at("a", first)]);
    assert_eq!(outcome, Commit::Conflict { keys: vec!["a".into()] });
}

pub fn a_replace_survives_a_restart(f: Fixture) {
    put(&*f.store, "old", b"x");
    let new = (1..=40).map(|i| Ok(Record::present(format!("k.{i:02}"), i, vec![1; 500])));
    f.store.replace(&mut { new }).unwrap();
    let before = (last(&*f.store), all(&*f.store, ""));
    let f = f.restart();
    assert_eq!((last(&*f.store), all(&*f.store, "")), before);
    assert_eq!(before.1.len(), 40);
}

pub fn a_failed_replace_leaves_no_trace(f: Fixture) {
    put(&*f.store, "old", b"x");
    let before = (last(&*f.store), all(&*f.store, ""));
    let some = (1..=40).map(|i| Ok(Record::present(format!("k.{i:02}"), i, vec![1; 500])));
    let broken = [Err(Unavailable(Reason::new(Cause::Io, "the source broke off")))];
    assert!(f.store.replace(&mut some.chain(broken)).is_err());
    let f = f.restart();
    assert_eq!((last(&*f.store), all(&*f.store, "")), before);
    let new = [Ok(Record::present("new", 1, vec![1]))];
    f.store.replace(&mut new.into_iter()).unwrap();
    assert_eq!(all(&*f.store, "").len(), 1);
}
