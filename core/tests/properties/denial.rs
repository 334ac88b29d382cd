//! I1 and I9: what is missing, unreadable or hostile is refused; and the same bytes get the same bytes.

use crate::kit::Rng;
use crate::kit::host::Exchange;
use crate::walk::Walk;
use doorward_core::check::CheckResult;
use doorward_core::wire::{Answer, Decided, FactsBuilder, PageFact, PageNeed, Reader, RecordFact, Verdict, Wire, decode, encode};
use doorward_core::{Code, step};
use std::collections::BTreeSet;

type Record = (String, u64, Option<Vec<u8>>);

/// Facts taken apart, so that some can be left out or changed.
struct Apart {
    records: Vec<Record>,
    pages: Vec<(PageNeed, bool, Vec<Record>)>,
    checks: Vec<([u8; 32], CheckResult)>,
}

impl Apart {
    fn of(bytes: &[u8]) -> Self {
        let mut r = Reader::new(bytes);
        r.take(1);
        let records = read_records(&mut r);
        let pages = (0..u16::read(&mut r)).map(|_| (PageNeed::read(&mut r), bool::read(&mut r), read_records(&mut r))).collect();
        let checks = (0..u16::read(&mut r)).map(|_| (r.array(), CheckResult::read(&mut r))).collect();
        r.finish().unwrap();
        Self { records, pages, checks }
    }

    /// Whether the request was answered before.
    fn repeats(&self) -> bool {
        self.records.iter().any(|(key, _, value)| key.starts_with("r.") && value.is_some())
    }

    /// In any order; the encoding has but one.
    fn encode(&self, rng: &mut Rng) -> Vec<u8> {
        let mut facts = FactsBuilder::default();
        let mut order: Vec<usize> = (0..self.records.len()).collect();
        for at in 0..order.len() {
            order.swap(at, rng.below(at + 1));
        }
        for at in order {
            let (key, revision, value) = &self.records[at];
            facts.record(key, *revision, value.as_deref());
        }
        for (need, more, records) in &self.pages {
            let records =
                records.iter().map(|(key, revision, value)| RecordFact { key, revision: *revision, value: value.as_deref() });
            facts.page(PageFact { need: need.clone(), more: *more, records: records.collect() });
        }
        self.checks.iter().rev().for_each(|(digest, result)| facts.check(*digest, *result));
        facts.encode()
    }
}

fn read_records(r: &mut Reader<'_>) -> Vec<Record> {
    let count = u16::read(r);
    (0..count).map(|_| (String::read(r), u64::read(r), Option::<Vec<u8>>::read(r))).collect()
}

fn decided(bytes: &[u8]) -> Option<Decided> {
    match decode::<Answer>(bytes).expect("well formed") {
        Answer::Decided(decided) => Some(*decided),
        Answer::Need(_) | Answer::Fault(..) => None,
    }
}

fn allowed(bytes: &[u8]) -> bool {
    decided(bytes).is_some_and(|decided| decided.verdict == Verdict::Allow)
}

/// The calls of a walk, the last of each decision, one of each kind of rule and shape first.
fn exchanges(seed: u64, steps: usize) -> Vec<Exchange> {
    let mut walk = Walk::begun(seed);
    walk.world.log = Some(Vec::new());
    (0..steps).for_each(|_| drop(walk.step()));
    walk.world.log.take().unwrap()
}

/// Without any one of its facts, or with any one unreadable or any one check failed, nothing is allowed that was.
#[test]
fn i1_default_deny() {
    let mut rng = Rng::new(1);
    let (mut tried, mut rules) = (0, BTreeSet::new());
    for exchange in exchanges(81, 900).iter().filter(|exchange| allowed(&exchange.answer)) {
        let facts = Apart::of(&exchange.facts);
        if facts.repeats() {
            continue; // answered before: only standing and the request id are looked at
        }
        let rule = decided(&exchange.answer).unwrap().rule;
        for at in 0..facts.records.len() {
            let mut less = Apart::of(&exchange.facts);
            let taken = less.records.remove(at);
            assert!(!allowed(&step(&exchange.request, &less.encode(&mut rng))), "{rule} without {}", taken.0);
            for damage in [1, 2, 3] {
                let mut torn = Apart::of(&exchange.facts);
                let Some(value) = &mut torn.records[at].2 else { continue };
                match damage {
                    1 => drop(value.pop()),
                    2 => value.push(0),
                    _ => value[0] = 77,
                }
                let answer = step(&exchange.request, &torn.encode(&mut rng));
                // Only what was looked at can matter, and then it is a fault.
                assert!(!allowed(&answer) || answer == exchange.answer, "{rule} with a damaged {}", facts.records[at].0);
                tried += 1;
            }
        }
        for at in 0..facts.checks.len() {
            let mut less = Apart::of(&exchange.facts);
            less.checks.remove(at);
            assert!(!allowed(&step(&exchange.request, &less.encode(&mut rng))), "{rule} without a check");
            for bad in [CheckResult::Bad, CheckResult::NonCanonical, CheckResult::Weak] {
                let mut failed = Apart::of(&exchange.facts);
                failed.checks[at].1 = bad;
                assert!(!allowed(&step(&exchange.request, &failed.encode(&mut rng))), "{rule} with a failed check");
                tried += 1;
            }
        }
        for at in 0..facts.pages.len() {
            let mut less = Apart::of(&exchange.facts);
            less.pages.remove(at);
            assert!(!allowed(&step(&exchange.request, &less.encode(&mut rng))), "{rule} without its page");
        }
        rules.insert(rule);
    }
    assert!(tried > 3_000 && rules.len() > 15, "{tried} {rules:?}");
}

#[test]
fn i1_nothing_is_nothing() {
    for (request, facts) in [(&[][..], &[][..]), (&[1], &[]), (&[0; 200], &[0; 200]), (&[255; 3_000], &[255; 3_000])] {
        let answer = decode::<Answer>(&step(request, facts)).unwrap();
        assert!(matches!(answer, Answer::Fault(Code::Malformed | Code::Undecidable, _)), "{answer:?}");
    }
    let large = vec![1; doorward_core::wire::MAX_INPUT + 1];
    assert!(matches!(decode::<Answer>(&step(&large, &large)).unwrap(), Answer::Fault(Code::Malformed, _)));
}

/// Bytes that someone changed: an answer all the same, the same one twice, never a panic.
#[test]
fn i9_same_everywhere() {
    let calls = exchanges(91, 500);
    let mut rng = Rng::new(2);
    for exchange in &calls {
        assert_eq!(step(&exchange.request, &exchange.facts), exchange.answer, "the same input gives the same bytes");
        if !exchange.facts.is_empty() {
            assert_eq!(
                Apart::of(&exchange.facts).encode(&mut rng),
                exchange.facts,
                "facts have one encoding, in whatever order they came"
            );
        }
    }
    let elsewhere: Vec<Vec<u8>> = {
        let calls = calls.clone();
        let run = move || calls.iter().map(|exchange| step(&exchange.request, &exchange.facts)).collect();
        std::thread::spawn(run).join().unwrap()
    };
    assert!(calls.iter().zip(&elsewhere).all(|(exchange, answer)| exchange.answer == *answer), "on another thread too");
    for _ in 0..20_000 {
        let exchange = rng.pick(&calls);
        let (request, facts) = (hostile(&exchange.request, &mut rng), hostile(&exchange.facts, &mut rng));
        let answer = step(&request, &facts);
        assert_eq!(answer, step(&request, &facts));
        match decode::<Answer>(&answer) {
            Ok(read) => assert_eq!(encode(&read), answer, "an answer has one encoding"),
            // A repeat hands on the recorded answer unread; a host that cannot read it refuses.
            Err(_) => assert!(Apart::of(&exchange.facts).repeats(), "well formed"),
        }
    }
}

fn hostile(bytes: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..rng.below(3) {
        if bytes.is_empty() {
            return rng.bytes(40);
        }
        let at = rng.below(bytes.len());
        match rng.below(5) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, rng.next() as u8),
            2 => bytes[at] ^= 1 << rng.below(8),
            3 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][rng.below(5)],
            _ => {
                let end = (at + rng.below(40)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                bytes.extend(part);
            }
        }
    }
    bytes
}
