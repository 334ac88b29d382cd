//! Batches: revisions, guards, all or nothing.

use super::{Fixture, all, commit, committed, delete, get, last, put};
use crate::{Batch, Cause, Commit, Guard, MAX_BATCH_WRITES, Record, Write};

pub fn revisions_follow_the_law(f: Fixture) {
    let mut expected = 0;
    for n in [1usize, 3, 10, 1, 257] {
        // Keys out of order, so that a store that sorts is found out.
        let key = |i: usize| format!("k.{:04}", (i * 7 + 3) % 1_009);
        let writes = (0..n).map(|i| Write::put(key(i), *b"v")).collect();
        let batch = Batch { writes, guards: vec![] };
        let Commit::Committed { last } = f.store.commit(&batch) else { panic!("not committed") };
        expected += n as u64;
        assert_eq!(last, expected, "each write takes the next number");
        for i in 0..n {
            let law = last - n as u64 + 1 + i as u64;
            assert_eq!(batch.revision(last, i), Some(law));
            assert_eq!(get(&*f.store, &key(i)).revision, law, "write {i} of {n}");
        }
    }
    // Deletes count like puts, wherever they stand.
    let writes = vec![Write::put("a", *b"1"), Write::delete("k.0003"), Write::put("b", *b"2")];
    let last = committed(&*f.store, writes, vec![]);
    assert_eq!(last, expected + 3);
    assert_eq!(get(&*f.store, "a").revision, last - 2);
    assert_eq!(get(&*f.store, "k.0003"), Record::absent("k.0003"));
    assert_eq!(get(&*f.store, "b").revision, last);
    assert_eq!(super::last(&*f.store), last);
}

pub fn a_batch_is_all_or_nothing(f: Fixture) {
    put(&*f.store, "b", b"old");
    let before = all(&*f.store, "");
    let writes = || vec![Write::put("a", *b"1"), Write::put("b", *b"2"), Write::delete("b.x")];
    // The guard that fails stands last, after two that hold.
    let b = get(&*f.store, "b").revision;
    let guards = vec![Guard::at("a", 0), Guard::at("b", b), Guard::at("z", 9)];
    assert_eq!(commit(&*f.store, writes(), guards), Commit::Conflict { keys: vec!["z".into()] });
    assert_eq!(all(&*f.store, ""), before);
    let guards = vec![Guard::at("a", 0), Guard::at("b", b), Guard::at("z", 0)];
    committed(&*f.store, writes(), guards);
    assert_eq!(get(&*f.store, "a").value.unwrap(), b"1");
    assert_eq!(get(&*f.store, "b").value.unwrap(), b"2");
}

pub fn a_conflict_names_every_moved_key(f: Fixture) {
    let a = put(&*f.store, "a", b"1");
    let b = put(&*f.store, "b", b"1");
    put(&*f.store, "a", b"2");
    delete(&*f.store, "b");
    let guards = vec![Guard::at("c", 0), Guard::at("b", b), Guard::at("d", 4), Guard::at("a", a)];
    let outcome = commit(&*f.store, vec![Write::put("e", *b"x")], guards);
    assert_eq!(outcome, Commit::Conflict { keys: vec!["b".into(), "d".into(), "a".into()] });
}

pub fn of_two_creators_one_wins(f: Fixture) {
    let create = |value: &[u8]| commit(&*f.store, vec![Write::put("u.name", value)], vec![Guard::at("u.name", 0)]);
    assert!(matches!(create(b"first"), Commit::Committed { .. }));
    assert_eq!(create(b"second"), Commit::Conflict { keys: vec!["u.name".into()] });
    assert_eq!(get(&*f.store, "u.name").value.unwrap(), b"first");
}

pub fn a_guard_protects_what_is_only_read(f: Fixture) {
    let rule = put(&*f.store, "s", b"open");
    put(&*f.store, "s", b"closed");
    let join = vec![Write::put("m", *b"member")];
    let outcome = commit(&*f.store, join, vec![Guard::at("s", rule)]);
    assert_eq!(outcome, Commit::Conflict { keys: vec!["s".into()] });
    assert_eq!(get(&*f.store, "m"), Record::absent("m"));
    // Reading alone does not move a key: its guard goes on holding.
    let rule = get(&*f.store, "s").revision;
    for name in ["m.1", "m.2", "m.3"] {
        committed(&*f.store, vec![Write::put(name, *b"")], vec![Guard::at("s", rule)]);
    }
    assert_eq!(get(&*f.store, "s").revision, rule);
}

pub fn a_conflict_changes_nothing_and_takes_no_number(f: Fixture) {
    put(&*f.store, "a", b"1");
    let before = last(&*f.store);
    let outcome = commit(&*f.store, vec![Write::delete("a")], vec![Guard::at("a", 77)]);
    assert!(matches!(outcome, Commit::Conflict { .. }));
    assert_eq!(last(&*f.store), before);
    assert_eq!(put(&*f.store, "b", b"2"), before + 1);
}

pub fn a_batch_needs_a_write(f: Fixture) {
    for guards in [vec![], vec![Guard::at("a", 0)]] {
        match commit(&*f.store, vec![], guards) {
            Commit::Unavailable(reason) => assert_eq!(reason.cause(), Cause::Invalid),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(last(&*f.store), 0);
}

pub fn a_key_is_written_once_in_a_batch(f: Fixture) {
    let writes = vec![Write::put("a", *b"1"), Write::put("b", *b"1"), Write::delete("a")];
    match commit(&*f.store, writes, vec![]) {
        Commit::Unavailable(reason) => assert_eq!(reason.cause(), Cause::Invalid),
        other => panic!("{other:?}"),
    }
    assert_eq!(all(&*f.store, ""), []);
}

pub fn deleting_what_is_not_there_takes_a_number(f: Fixture) {
    let first = delete(&*f.store, "a");
    assert_eq!(first, 1);
    assert_eq!(put(&*f.store, "b", b"x"), first + 1);
    assert_eq!(get(&*f.store, "a"), Record::absent("a"));
}

pub fn the_largest_batch_is_taken_and_no_larger(f: Fixture) {
    let most = f.store.max_writes();
    assert!((200..=MAX_BATCH_WRITES).contains(&most), "one decision must fit");
    let key = |i: usize| format!("k.{i:08x}");
    let mut writes: Vec<Write> = (0..=most).map(|i| Write::put(key(i), [7; 16])).collect();
    match commit(&*f.store, writes.clone(), vec![]) {
        Commit::Unavailable(reason) => assert_eq!(reason.cause(), Cause::Invalid),
        other => panic!("{other:?}"),
    }
    assert_eq!(last(&*f.store), 0);
    writes.pop();
    let guards = writes.iter().map(|w| Guard::at(w.key.clone(), 0)).collect();
    assert_eq!(committed(&*f.store, writes, guards), most as u64);
    assert_eq!(all(&*f.store, "k.").len(), most);
}
