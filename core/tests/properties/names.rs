//! Every invariant has a test here that bears its name.

use std::collections::BTreeMap;
use std::path::Path;

/// The invariants of the specification, by the names their tests begin with.
const INVARIANTS: [&str; 11] = [
    "i1_default_deny",
    "i2_single_use",
    "i3_owned",
    "i4_no_escalation",
    "i5_revoked_is_out",
    "i6_no_resurrection",
    "i7_nothing_to_steal",
    "i8_one_commit",
    "i9_same_everywhere",
    "i10_quiet_to_strangers",
    "i11_retry_safe",
];

/// Tests by name, in the sources of this folder: a function right below `#[test]` that is not ignored.
fn tests() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/properties"), &mut found);
    found
}

fn collect(folder: &Path, found: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for after in text.split("#[test]\n").skip(1) {
            let name = after.strip_prefix("fn ").and_then(|rest| rest.split('(').next()).unwrap_or_default();
            found.insert(name.to_owned(), path.display().to_string());
        }
    }
}

#[test]
fn every_invariant_has_its_test() {
    let tests = tests();
    for name in INVARIANTS {
        assert!(tests.contains_key(name), "no test is called {name}; there are {:?}", tests.keys());
    }
}

/// And nothing claims to be the test of an invariant that there is not.
#[test]
fn no_test_bears_another_number() {
    for (name, path) in tests() {
        let number =
            name.strip_prefix('i').and_then(|rest| rest.split('_').next()).and_then(|digits| digits.parse::<usize>().ok());
        assert!(number.is_none_or(|number| (1..=INVARIANTS.len()).contains(&number)), "{path}: {name}");
    }
}
