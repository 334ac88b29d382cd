//! Pages: order, bounds, and never a silent cut.

use std::collections::BTreeMap;

use super::{Dice, Fixture, fill, put, walk};
use crate::{Cause, PageQuery, Record, Write};

pub fn pages_are_in_order_and_say_when_there_is_more(f: Fixture) {
    for key in ["p.3", "p.1", "p.2", "q.0", "o.9"] {
        put(&*f.store, key, key.as_bytes());
    }
    let mut snapshot = f.store.snapshot().unwrap();
    for (limit, after, until, keys, more) in [
        (2, "", "", "p.1 p.2", true),
        // Exactly full is not more.
        (3, "", "", "p.1 p.2 p.3", false),
        // Both ends are exclusive, and what lies past the end does not count as more.
        (9, "p.1", "", "p.2 p.3", false),
        (1, "p.1", "", "p.2", true),
        (9, "", "p.3", "p.1 p.2", false),
        (2, "", "p.3", "p.1 p.2", false),
        // An empty range is an empty page.
        (9, "p.3", "", "", false),
        (9, "p.2", "p.2", "", false),
        (9, "q", "p", "", false),
        // Bounds outside the prefix do nothing; bounds need not be keys that exist.
        (9, "a", "z", "p.1 p.2 p.3", false),
        (9, "p.15", "p.25", "p.2", false),
    ] {
        let (prefix, after, until) = ("p.".into(), after.into(), until.into());
        let query = PageQuery { prefix, after, until, limit };
        let page = snapshot.page(&query).unwrap();
        assert!(page.records.iter().all(|r| r.value.as_deref() == Some(r.key.as_bytes())));
        let found: Vec<&str> = page.records.iter().map(|r| r.key.as_str()).collect();
        assert_eq!((found.join(" ").as_str(), page.more), (keys, more), "{query:?}");
    }
}

pub fn pages_answer_like_a_sorted_map(f: Fixture) {
    let mut dice = Dice(11);
    let mut model: BTreeMap<String, Record> = BTreeMap::new();
    let parts = ["a", "ab", "b", "0", "00", "9", "f", "ff", "z"];
    let mut key = |depth: u64| {
        let part = |dice: &mut Dice| parts[dice.below(parts.len() as u64) as usize];
        (0..=dice.below(depth)).map(|_| part(&mut dice)).collect::<Vec<_>>().join(".")
    };
    for round in 0..300u64 {
        let (key, value) = (key(4), round.to_be_bytes().to_vec());
        if round % 5 == 4 {
            super::delete(&*f.store, &key);
            model.remove(&key);
        } else {
            let revision = put(&*f.store, &key, &value);
            model.insert(key.clone(), Record::present(key, revision, value));
        }
    }
    let mut dice = Dice(12);
    let mut snapshot = f.store.snapshot().unwrap();
    for _ in 0..3_000 {
        let (mut prefix, after, until) = (key(3), key(4), key(4));
        prefix.truncate(dice.below(4) as usize);
        let after = if dice.below(2) == 0 { String::new() } else { after };
        let until = if dice.below(2) == 0 { String::new() } else { until };
        let limit = 1 + dice.below(60) as u16;
        let fits = |k: &str| k.starts_with(&prefix) && k > after.as_str() && (until.is_empty() || k < until.as_str());
        let mut expected: Vec<Record> = model.values().filter(|r| fits(&r.key)).cloned().collect();
        let more = expected.len() > usize::from(limit);
        expected.truncate(usize::from(limit));
        let page = snapshot.page(&PageQuery { prefix, after, until, limit }).unwrap();
        assert_eq!((&page.records, page.more), (&expected, more), "{:?}", page.query);
    }
}

pub fn walking_pages_meets_every_record_once(f: Fixture) {
    let key = |i: u64| format!("o.{:016x}", i * 31);
    let writes: Vec<Write> = (0..2_500).map(|i| Write::put(key(i), i.to_be_bytes())).collect();
    fill(&*f.store, &writes);
    put(&*f.store, "n.0", b"below");
    put(&*f.store, "p.0", b"above");
    let mut snapshot = f.store.snapshot().unwrap();
    for limit in [1, 7, 100, 999, 1_000] {
        let keys: Vec<String> = walk(&mut *snapshot, "o.", limit).into_iter().map(|r| r.key).collect();
        assert!(keys.iter().eq((0..2_500).map(key).collect::<Vec<_>>().iter()), "limit {limit}");
    }
}

pub fn a_prefix_is_not_its_neighbour(f: Fixture) {
    for key in ["m.1", "m.1.a", "m.10.a", "m.1a.b", "m.2.a", "m", "ma.1", "n.1"] {
        put(&*f.store, key, b"");
    }
    let mut snapshot = f.store.snapshot().unwrap();
    let mut below = |prefix: &str| {
        let found = walk(&mut *snapshot, prefix, 2);
        found.into_iter().map(|r| r.key).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(below("m.1."), "m.1.a");
    assert_eq!(below("m.1"), "m.1 m.1.a m.10.a m.1a.b");
    assert_eq!(below("m."), "m.1 m.1.a m.10.a m.1a.b m.2.a");
    assert_eq!(below("m"), "m m.1 m.1.a m.10.a m.1a.b m.2.a ma.1");
    assert_eq!(below("n"), "n.1");
    assert_eq!(below("l"), "");
    assert_eq!(below("").split(' ').count(), 8);
}

pub fn limits_are_1_to_1000(f: Fixture) {
    let writes: Vec<Write> = (0..1_001).map(|i| Write::put(format!("k.{i:04}"), *b"")).collect();
    fill(&*f.store, &writes);
    let mut snapshot = f.store.snapshot().unwrap();
    for bad in [0, 1_001, u16::MAX] {
        let refused = snapshot.page(&PageQuery::below("k.", bad)).unwrap_err();
        assert_eq!(refused.cause(), Cause::Invalid, "{bad}");
        let refused = f.store.changes(0, "k.", usize::from(bad)).unwrap_err();
        assert_eq!(refused.cause(), Cause::Invalid, "{bad}");
    }
    let page = snapshot.page(&PageQuery::below("k.", 1_000)).unwrap();
    assert_eq!((page.records.len(), page.more), (1_000, true));
    assert_eq!(f.store.changes(0, "k.", 1_000).unwrap().len(), 1_000);
}
