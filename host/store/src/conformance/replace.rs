//! Import: built beside, swapped in one step.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::{Fixture, all, commit, get, last, put};
use crate::{Cause, Commit, Guard, Reason, Record, Store, Unavailable, Write};

fn records(list: &[(&str, u64, &str)]) -> Vec<Result<Record, Unavailable>> {
    list.iter().map(|(k, r, v)| Ok(Record::present(*k, *r, v.as_bytes().to_vec()))).collect()
}

fn import(store: &dyn Store, list: &[(&str, u64, &str)]) -> Result<(), Unavailable> {
    store.replace(&mut records(list).into_iter())
}

fn pairs(records: Vec<Record>) -> Vec<(String, String)> {
    let text = |r: Record| (r.key, String::from_utf8(r.value.unwrap()).unwrap());
    records.into_iter().map(text).collect()
}

pub fn replace_swaps_everything(f: Fixture) {
    put(&*f.store, "old.1", b"x");
    put(&*f.store, "both", b"before");
    import(&*f.store, &[("both", 7, "after"), ("new", 3, "y"), ("a", 9, "")]).unwrap();
    let is = [("a", ""), ("both", "after"), ("new", "y")].map(|(k, v)| (k.into(), v.into()));
    assert_eq!(pairs(all(&*f.store, "")), is);
    assert_eq!(get(&*f.store, "old.1"), Record::absent("old.1"));
    put(&*f.store, "next", b"z");
    assert_eq!(all(&*f.store, "").len(), 4);
}

pub fn replace_keeps_the_order_and_outdates_old_guards(f: Fixture) {
    // A store that was never written keeps the revisions as they are.
    import(&*f.store, &[("k.1", 30, "a"), ("k.2", 10, "b"), ("k.3", 20, "c")]).unwrap();
    let found = f.store.changes(0, "", 10).unwrap();
    let seen: Vec<_> = found.iter().map(|c| (c.key.as_str(), c.revision)).collect();
    assert_eq!(seen, [("k.2", 10), ("k.3", 20), ("k.1", 30)]);
    assert_eq!(last(&*f.store), 30);
    assert_eq!(put(&*f.store, "k.4", b"d"), 31);

    // One that was written moves them above everything it ever gave out.
    let before = last(&*f.store);
    import(&*f.store, &[("k.1", 30, "other"), ("k.2", 10, "b")]).unwrap();
    let found = f.store.changes(before, "", 10).unwrap();
    let seen: Vec<_> = found.iter().map(|c| c.key.as_str()).collect();
    assert_eq!(seen, ["k.2", "k.1"], "a watcher meets the new state from where it stood");
    let outcome = commit(&*f.store, vec![Write::delete("k.1")], vec![Guard::at("k.1", 30)]);
    assert_eq!(outcome, Commit::Conflict { keys: vec!["k.1".into()] }, "an old guard held");
    assert!(put(&*f.store, "k.5", b"e") > found[1].revision);
}

pub fn a_failed_replace_changes_nothing(f: Fixture) {
    put(&*f.store, "a", b"1");
    put(&*f.store, "b", b"2");
    let before = (last(&*f.store), all(&*f.store, ""));
    let good = Ok(Record::present("c", 1, b"3".to_vec()));
    let broken = || Err(Unavailable(Reason::new(Cause::Io, "the source broke off")));
    let large = Ok(Record::present("d", 2, vec![0; crate::MAX_VALUE + 1]));
    for (what, cause, bad) in [
        ("a source that breaks off", Cause::Io, vec![good.clone(), broken()]),
        ("a key twice", Cause::Invalid, records(&[("c", 1, "x"), ("d", 2, "y"), ("c", 3, "z")])),
        ("a revision twice", Cause::Invalid, records(&[("c", 1, "x"), ("d", 1, "y")])),
        ("revision 0", Cause::Invalid, records(&[("c", 1, "x"), ("d", 0, "y")])),
        ("an absent record", Cause::Invalid, vec![good.clone(), Ok(Record::absent("d"))]),
        ("a bad key", Cause::Invalid, records(&[("c", 1, "x"), ("D", 2, "y")])),
        ("a huge value", Cause::Invalid, vec![good, large]),
        ("a revision past the end", Cause::Invalid, records(&[("c", u64::MAX, "x")])),
        ("nothing", Cause::Invalid, vec![]),
    ] {
        let refused = f.store.replace(&mut bad.into_iter()).expect_err(what);
        assert_eq!(refused.cause(), cause, "{what}");
        assert_eq!((last(&*f.store), all(&*f.store, "")), before, "{what}");
    }
    assert_eq!(put(&*f.store, "c", b"3"), before.0 + 1, "and commits go on");
}

pub fn commits_wait_outside_a_replace(f: Fixture) {
    put(&*f.store, "a", b"old");
    let store: &dyn Store = &*f.store;
    let busy = |outcome: Result<(), Unavailable>| {
        assert_eq!(outcome.unwrap_err().cause(), Cause::Busy);
    };
    let mut source = records(&[("b", 1, "new"), ("c", 2, "new")]).into_iter().inspect(|_| {
        match commit(store, vec![Write::put("lost", *b"x")], vec![]) {
            Commit::Unavailable(reason) => assert_eq!(reason.cause(), Cause::Busy),
            other => panic!("a commit during an import gave {other:?}"),
        }
        busy(import(store, &[("d", 1, "second import")]));
        assert_eq!(pairs(all(store, "")), [("a".to_owned(), "old".to_owned())]);
    });
    store.replace(&mut source).unwrap();
    assert_eq!(all(store, "").len(), 2);
    put(store, "d", b"x");
}

pub fn a_snapshot_outlives_a_replace(f: Fixture) {
    put(&*f.store, "a", b"old");
    let mut held = f.store.snapshot().unwrap();
    let old = held.load(&["a", "b"]).unwrap();
    import(&*f.store, &[("b", 1, "new")]).unwrap();
    assert_eq!(held.load(&["a", "b"]).unwrap(), old);
    assert_eq!(super::walk(&mut *held, "", 5), old[..1]);
    assert_eq!(get(&*f.store, "b").value.unwrap(), b"new");
}

pub fn a_replace_is_seen_whole_or_not_at_all(f: Fixture) {
    let state = |n: u8| (0..50u64).map(move |i| Record::present(format!("k.{i:02}"), i + 1, vec![n]));
    let store: &dyn Store = &*f.store;
    store.replace(&mut state(0).map(Ok)).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let seen = all(store, "");
                assert_eq!(seen.len(), 50);
                assert!(seen.iter().all(|r| r.value == seen[0].value), "two states at once");
            }
        });
        for n in 1..20 {
            store.replace(&mut state(n).map(Ok)).unwrap();
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(get(store, "k.00").value.unwrap(), [19]);
}
