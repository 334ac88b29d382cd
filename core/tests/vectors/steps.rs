//! The core's own golden bytes: request and facts in, answer out.

use crate::files::{array, blessing, golden, read, unhex};
use crate::kit::ask::hex;
use crate::story;
use doorward_core::digest::sha256;
use doorward_core::step;
use doorward_core::wire::{Answer, Request, Verdict, decode};
use std::collections::{BTreeMap, BTreeSet};

const REMARK: &str = "name request facts answer (hexadecimal; - is empty): step(request, facts) = answer, byte for byte";

/// The story is told again and gives the same bytes.
#[test]
fn the_story_gives_the_golden_bytes() {
    let told = story::tell();
    for (file, scenes) in &told {
        let lines = scenes
            .iter()
            .map(|(name, exchange)| vec![name.clone(), hex(&exchange.request), hex(&exchange.facts), hex(&exchange.answer)])
            .collect();
        golden(&format!("step/{file}.txt"), REMARK, &lines);
    }
}

/// Read from the files alone, as other runtimes read them.
#[test]
fn step_reproduces_every_line() {
    if blessing() {
        return; // while they are being written
    }
    let mut names = BTreeSet::new();
    for file in story::tell().keys() {
        for line in read(&format!("step/{file}.txt")) {
            let [name, request, facts, answer] = &line[..] else { panic!("{file}: {} columns", line.len()) };
            assert_eq!(hex(&step(&unhex(request), &unhex(facts))), *answer, "{file}: {name}");
            assert!(names.insert(name.clone()), "a name of its own: {name}");
        }
    }
    assert!(names.len() > 100, "{}", names.len());
}

/// Every verb, and every kind of answer for each: a need, a yes, a no; and faults.
#[test]
fn every_verb_and_kind_of_answer_is_told() {
    let mut kinds: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (file, scenes) in story::tell() {
        for (_, exchange) in scenes {
            let kind = match decode::<Answer>(&exchange.answer).unwrap() {
                Answer::Need(_) => "need",
                Answer::Decided(decided) if decided.verdict == Verdict::Allow => "yes",
                Answer::Decided(_) => "no",
                Answer::Fault(..) => "fault",
            };
            let verb = decode::<Request>(&exchange.request).map_or("unreadable", |request| story::verb(&request.command));
            assert!(file == verb || file == "hostile", "{verb} among {file}");
            kinds.entry(file.to_string()).or_default().insert(kind);
        }
    }
    assert_eq!(kinds.remove("hostile"), Some(BTreeSet::from(["fault", "need", "no", "yes"])));
    let verbs: Vec<&str> = kinds.keys().map(String::as_str).collect();
    let mut all = story::VERBS.to_vec();
    all.sort_unstable();
    assert_eq!(verbs, all);
    for (verb, kinds) in kinds {
        assert!(kinds.is_superset(&BTreeSet::from(["need", "yes", "no"])), "{verb} is only told with {kinds:?}");
    }
}

/// One number for the whole story, to compare with another runtime's at a glance.
#[test]
fn the_story_has_one_digest() {
    let mut all = [0u8; 32];
    let mut count = 0;
    for (file, scenes) in story::tell() {
        for (name, exchange) in scenes {
            all = sha256(&[&all, file.as_bytes(), &[0], name.as_bytes(), &[0], &exchange.answer]);
            count += 1;
        }
    }
    golden(
        "digest.txt",
        "lines sha256: over all step files by name and all their lines in order, d' = SHA-256(d | file | 0 | name | 0 | answer), d starts as 32 zero bytes",
        &vec![vec![count.to_string(), hex(&all)]],
    );
    assert_eq!(array::<32>(&read("digest.txt")[0][1]), all);
}
