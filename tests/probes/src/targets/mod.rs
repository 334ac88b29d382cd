//! The bodies of the fuzz targets. Each takes any bytes and panics where a promise does not hold.

mod facts;
mod link;
mod records;
mod request;
mod signature_base;

pub use facts::facts;
pub(crate) use facts::number_of;
pub use link::link;
pub use records::records;
pub use request::request;
pub use signature_base::signature_base;

use crate::apart::Apart;
use doorward_core::record::{RequestRecord, Stored, keys};
use doorward_core::wire::{Answer, Decided, MAX_INPUT, Request, Verdict, decode, encode};
use doorward_core::{Code, DecisionId, rule::Rule, step};

/// A target's body.
pub type Body = fn(&[u8]);

/// Every target by its name, which is also that of its file in `fuzz/fuzz_targets`.
pub const ALL: &[(&str, Body)] =
    &[("link", link), ("request", request), ("facts", facts), ("records", records), ("signature_base", signature_base)];

/// Asks the core, twice: the same bytes get the same answer.
fn asked(request: &[u8], facts: &[u8]) -> Vec<u8> {
    let answer = step(request, facts);
    assert_eq!(answer, step(request, facts), "the same bytes get the same answer");
    assert!(answer.len() <= MAX_INPUT, "an answer of {} bytes", answer.len());
    answer
}

/// The decision in an answer, if it is one and can be read.
fn decision(answer: &[u8]) -> Option<Decided> {
    match decode::<Answer>(answer) {
        Ok(Answer::Decided(decided)) => Some(*decided),
        Ok(Answer::Need(_) | Answer::Fault(..)) | Err(_) => None,
    }
}

/// Whether an answer is a yes. One that cannot be read is none: a host refuses it.
fn is_yes(answer: &[u8]) -> bool {
    decision(answer).is_some_and(|decided| decided.verdict == Verdict::Allow)
}

/// Whether an answer is one of these facts' recorded ones, handed on unread.
fn is_repeat(facts: &Apart, answer: &[u8]) -> bool {
    let records = facts.records.iter().filter(|record| record.0.starts_with("r."));
    let mut answers = records.filter_map(|record| RequestRecord::from_stored(record.2.as_deref()?).ok());
    answers.any(|recorded| answer.get(2..) == Some(&recorded.answer))
}

/// An answer that the core made itself (and did not hand on from a record) reads back, and keeps the laws of all
/// answers.
fn check_answer(request: &Request, answer: &[u8]) {
    let read = decode::<Answer>(answer).expect("an answer is well formed");
    assert_eq!(encode(&read), answer, "an answer has one encoding");
    match read {
        Answer::Need(need) => {
            assert!(!(need.records.is_empty() && need.pages.is_empty() && need.checks.is_empty()), "a need needs something");
            assert!(need.records.len() <= 2_048);
            need.records.iter().for_each(|record| check_key(&record.key));
            need.pages.iter().for_each(|page| assert!((1..=1_000).contains(&page.limit), "a page has a length"));
        }
        Answer::Decided(decided) => check_decided(request, &decided),
        Answer::Fault(code, line) => {
            assert_ne!(code, Code::Allowed);
            assert!(line.len() <= 200, "a line for the log is a line");
        }
    }
}

fn check_decided(request: &Request, decided: &Decided) {
    match decided.verdict {
        // Row 2 of redeem repeats a welcome under its own code, and so does a second invite by name.
        Verdict::Allow => {
            let yes = matches!(decided.code, Code::Allowed | Code::UsedByYou | Code::AlreadyInvited);
            assert!(yes, "yes, but {}", decided.code);
        }
        Verdict::Deny => assert_ne!(decided.code, Code::Allowed, "no, but allowed"),
    }
    assert!(Rule::find(&decided.rule).is_some(), "a rule of the table: {}", decided.rule);
    let id = if decided.writes.is_empty() { DecisionId::NONE } else { DecisionId::fresh(&request.context.entropy) };
    assert_eq!(decided.decision, id, "what is written is recorded under a fresh id, and nothing else is");
    for write in &decided.writes {
        check_key(&write.key);
        let Some(value) = &write.value else { continue };
        assert!(records::is_readable(&write.key, value), "{} is written unreadably", write.key);
    }
}

/// Parts of `[a-z0-9]` joined by dots, within the length of keys.
fn check_key(key: &str) {
    let part = |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    assert!(key.len() <= keys::LONGEST && key.split('.').all(part), "not a key: {key}");
}
