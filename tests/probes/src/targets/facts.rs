//! Bytes of facts, for requests that are known to be good.

use super::{asked, check_answer, is_repeat, is_yes};
use crate::apart::Apart;
use crate::vectors::{self, Step};
use doorward_core::check::CheckResult;
use doorward_core::wire::{Answer, Facts, Request, VERSION, decode};
use doorward_core::{Code, step};
use std::sync::LazyLock;

/// The golden requests that can be read. A fuzzer's first two bytes say which.
static REQUESTS: LazyLock<Vec<(Request, Vec<u8>)>> = LazyLock::new(|| {
    let readable = |step: Step| decode::<Request>(&step.request).ok().map(|read| (read, step.request));
    let mut requests: Vec<_> = vectors::steps().unwrap_or_default().into_iter().filter_map(readable).collect();
    requests.retain(|(read, _)| read.version == VERSION);
    requests.dedup_by(|a, b| a.1 == b.1);
    requests
});

/// The two bytes that name this request in [`facts`]; `None` for one that is not golden.
pub(crate) fn number_of(request: &[u8]) -> Option<[u8; 2]> {
    REQUESTS.iter().position(|known| known.1 == request).and_then(|at| u16::try_from(at).ok()).map(u16::to_be_bytes)
}

/// Facts are read as two readers read them or refused; an answer is well formed; and no yes survives the loss of what it
/// follows from: without a record or with a damaged one it is the very same answer (nobody read it) or no yes any more,
/// and a check without which there is no answer is one that must be good.
pub fn facts(data: &[u8]) {
    let Some((number, facts)) = data.split_first_chunk::<2>() else { return };
    let (read, request) = &REQUESTS[usize::from(u16::from_be_bytes(*number)) % REQUESTS.len()];
    let answer = asked(request, facts);
    let apart = Apart::of(facts);
    assert_eq!(apart.is_some() || facts.is_empty(), Facts::read(facts).is_ok(), "two readers agree");
    let Some(apart) = apart else {
        let fault = || matches!(decode(&answer), Ok(Answer::Fault(Code::Undecidable, _)));
        assert!(facts.is_empty() || fault(), "facts that cannot be read are a fault");
        return;
    };
    assert_eq!(apart.encode(), facts, "some facts, one encoding");
    // A repeat hands on the recorded answer unread; nothing else may.
    if is_repeat(&apart, &answer) {
        return;
    }
    check_answer(read, &answer);
    if is_yes(&answer) {
        nothing_lost(&apart, request, &answer);
    }
}

fn nothing_lost(facts: &Apart, request: &[u8], yes: &[u8]) {
    let still = |facts: &Apart| {
        let answer = step(request, &facts.encode());
        answer != yes && is_yes(&answer)
    };
    for at in 0..facts.records.len() {
        let mut less = facts.clone();
        let (key, ..) = less.records.remove(at);
        assert!(!still(&less), "another yes without {key}");
        let mut torn = facts.clone();
        let Some(value) = &mut torn.records[at].2 else { continue };
        value.pop();
        assert!(!still(&torn), "another yes with {key} cut short");
    }
    for at in 0..facts.checks.len() {
        let mut less = facts.clone();
        let (digest, _) = less.checks.remove(at);
        let looked = step(request, &less.encode()) != yes;
        less.checks.insert(at, (digest, CheckResult::Bad));
        assert!(!looked || !is_yes(&step(request, &less.encode())), "still a yes with a failed check");
    }
}
