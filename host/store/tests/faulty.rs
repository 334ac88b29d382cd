//! The wrapper that fails on purpose fails as planned, and only as planned.

use doorward_store::conformance::{Fixture, suite};
use doorward_store::faulty::{Fault, Faulty};
use doorward_store::{Batch, Cause, Commit, Memory, Reason, Store, Write};

// With nothing planned it keeps the contract of what it wraps.
suite!(Fixture::new(Faulty::new(Memory::new())));

fn put(store: &dyn Store, key: &str) -> Commit {
    store.commit(&Batch { writes: vec![Write::put(key, *b"x")], guards: vec![] })
}

fn has(store: &dyn Store, key: &str) -> bool {
    let mut snapshot = store.snapshot().expect("the reads are not planned to fail");
    snapshot.load(&[key]).expect("a good key")[0].value.is_some()
}

#[test]
fn planned_faults_come_at_their_commit() {
    let store = Faulty::new(Memory::new());
    store.fail(2, Fault::IndeterminateApplied);
    store.fail(3, Fault::IndeterminateLost);
    store.fail(4, Fault::Unavailable);
    assert!(matches!(put(&store, "a"), Commit::Committed { last: 1 }));
    assert!(matches!(put(&store, "b"), Commit::Indeterminate(_)));
    assert!(matches!(put(&store, "c"), Commit::Indeterminate(_)));
    assert!(matches!(put(&store, "d"), Commit::Unavailable(_)));
    assert!(matches!(put(&store, "e"), Commit::Committed { last: 3 }));
    let there = ["a", "b", "c", "d", "e"].map(|key| has(&store, key));
    assert_eq!(there, [true, true, false, false, true]);
    assert_eq!(store.commits(), 5);
}

#[test]
fn a_rival_gets_there_first() {
    let store = Faulty::new(Memory::new());
    store.before_commit(|number, inner| {
        if number == 1 {
            assert!(matches!(put(inner, "rival"), Commit::Committed { last: 1 }));
        }
    });
    assert!(matches!(put(&store, "mine"), Commit::Committed { last: 2 }));
    assert!(has(&store, "rival"));
}

#[test]
fn reads_fail_until_told_otherwise() {
    let store = Faulty::new(Memory::new());
    store.fail_reads(Some(Reason::new(Cause::Io, "planned")));
    assert_eq!(store.snapshot().err().map(|e| e.cause()), Some(Cause::Io));
    assert!(store.changes(0, "", 1).is_err());
    assert!(matches!(put(&store, "a"), Commit::Committed { .. }), "commits are another matter");
    store.fail_reads(None);
    assert!(has(&store, "a"));
}
