//! One key: there or not there, and what it holds.

use super::{Fixture, commit, committed, delete, get, last, put};
use crate::{Cause, Commit, Guard, MAX_VALUE, PageQuery, Record, Write};

pub fn absence_is_a_fact(f: Fixture) {
    assert_eq!(get(&*f.store, "a.1"), Record::absent("a.1"));
    assert_eq!(last(&*f.store), 0, "an empty store has given out no number");
    // A key that never was and one that was deleted are the same fact, of the same type.
    put(&*f.store, "a.2", b"x");
    delete(&*f.store, "a.2");
    assert_eq!(get(&*f.store, "a.2"), Record::absent("a.2"));
    // A fact can be relied on: a guard of 0 holds for both.
    let guards = vec![Guard::at("a.1", 0), Guard::at("a.2", 0)];
    committed(&*f.store, vec![Write::put("a.3", *b"y")], guards);
}

pub fn an_empty_value_is_there(f: Fixture) {
    let revision = put(&*f.store, "a.1", b"");
    assert!(revision > 0);
    assert_eq!(get(&*f.store, "a.1"), Record::present("a.1", revision, vec![]));
    let clash = commit(&*f.store, vec![Write::put("a.1", *b"x")], vec![Guard::at("a.1", 0)]);
    assert_eq!(clash, Commit::Conflict { keys: vec!["a.1".into()] });
}

pub fn bytes_come_back_as_they_were(f: Fixture) {
    let every: Vec<u8> = (0..=255).collect();
    let large: Vec<u8> = every.iter().copied().cycle().take(MAX_VALUE).collect();
    let long = "k".repeat(160);
    for (key, value) in [("a", &every), ("b", &large), (long.as_str(), &every)] {
        let revision = put(&*f.store, key, value);
        assert_eq!(get(&*f.store, key), Record::present(key, revision, value.clone()));
    }
    let again = put(&*f.store, "a", b"shorter");
    assert_eq!(get(&*f.store, "a"), Record::present("a", again, b"shorter".to_vec()));
}

pub fn a_load_keeps_the_order_asked(f: Fixture) {
    let b = put(&*f.store, "b", b"2");
    let a = put(&*f.store, "a", b"1");
    let mut snapshot = f.store.snapshot().unwrap();
    let found = snapshot.load(&["c", "b", "a", "b"]).unwrap();
    let two = Record::present("b", b, b"2".to_vec());
    let one = Record::present("a", a, b"1".to_vec());
    assert_eq!(found, [Record::absent("c"), two.clone(), one, two]);
    assert_eq!(snapshot.load(&[]).unwrap(), []);
}

pub fn a_deleted_key_is_not_there(f: Fixture) {
    put(&*f.store, "a.1", b"x");
    put(&*f.store, "a.2", b"y");
    delete(&*f.store, "a.1");
    assert_eq!(get(&*f.store, "a.1"), Record::absent("a.1"));
    let page = f.store.snapshot().unwrap().page(&PageQuery::below("a.", 10)).unwrap();
    let keys: Vec<&str> = page.records.iter().map(|r| r.key.as_str()).collect();
    assert_eq!(keys, ["a.2"]);
}

pub fn a_recreated_key_is_another(f: Fixture) {
    let first = put(&*f.store, "a.1", b"same");
    let gone = delete(&*f.store, "a.1");
    let second = put(&*f.store, "a.1", b"same");
    assert!(first < gone && gone < second, "{first} {gone} {second}");
    assert_eq!(get(&*f.store, "a.1").revision, second);
    for stale in [first, gone, 0] {
        let guards = vec![Guard::at("a.1", stale)];
        let outcome = commit(&*f.store, vec![Write::put("a.1", *b"z")], guards);
        assert_eq!(outcome, Commit::Conflict { keys: vec!["a.1".into()] }, "guard {stale}");
    }
}

pub fn bad_keys_are_refused_everywhere(f: Fixture) {
    let long = "a".repeat(161);
    for bad in ["", "A", "a b", "a..b", ".a", "a.", "a*", "a\0b", "é", "a'b", "a%", &long] {
        let mut snapshot = f.store.snapshot().unwrap();
        assert_eq!(snapshot.load(&["a", bad]).unwrap_err().cause(), Cause::Invalid, "{bad:?}");
        drop(snapshot);
        for (writes, guards) in [
            (vec![Write::put(bad, *b"x")], vec![]),
            (vec![Write::put("a", *b"x"), Write::delete(bad)], vec![]),
            (vec![Write::put("a", *b"x")], vec![Guard::at(bad, 0)]),
        ] {
            match commit(&*f.store, writes, guards) {
                Commit::Unavailable(reason) => assert_eq!(reason.cause(), Cause::Invalid),
                other => panic!("{bad:?} gave {other:?}"),
            }
        }
    }
    for bad in ["A", "a ", "a..", ".", "%", "a\0", &long] {
        let refused = f.store.changes(0, bad, 10).unwrap_err();
        assert_eq!(refused.cause(), Cause::Invalid, "{bad:?}");
        let page = f.store.snapshot().unwrap().page(&PageQuery::below(bad, 10)).unwrap_err();
        assert_eq!(page.cause(), Cause::Invalid, "{bad:?}");
    }
    assert_eq!(last(&*f.store), 0, "what was refused took no number");
}

pub fn oversized_values_are_refused(f: Fixture) {
    let writes = vec![Write::put("a", *b"x"), Write::put("b", vec![0; MAX_VALUE + 1])];
    match commit(&*f.store, writes, vec![]) {
        Commit::Unavailable(reason) => assert_eq!(reason.cause(), Cause::Invalid),
        other => panic!("{other:?}"),
    }
    assert_eq!(get(&*f.store, "a"), Record::absent("a"), "nothing of it was applied");
    put(&*f.store, "b", &vec![0; MAX_VALUE]);
}
