//! Brings a request to its decision: asks the policy, fetches and checks what it needs, asks again.

use doorward_core::digest::Sha256Digest;
use doorward_core::wire::{Answer, Decided, MAX_INPUT, Need, RecordNeed, decode};
use doorward_core::{Code, DecisionId, Timestamp};
use doorward_engine::Policy;

use crate::answered::Refusal;
use crate::checks::{Attached, Checks};
use crate::facts::{Held, Known};
use crate::verb::{Kind, Verb};
use crate::view::View;

/// Rounds of needs a policy may have before it must decide.
const MAX_ROUNDS: usize = 4;
/// Records it may see, those on pages included.
const MAX_RECORDS: usize = 2_048;
/// Checks it may ask for.
const MAX_CHECKS: usize = 256;

/// A request on its way, as the policy gets it.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) verb: Verb,
    pub(crate) bytes: Vec<u8>,
    pub(crate) attached: Attached,
    /// The id of the decision it leads to, if it is recorded.
    pub(crate) decision: DecisionId,
    pub(crate) at: Timestamp,
}

impl Asked {
    /// Whether it only reads, and has no signatures to be checked.
    pub(crate) fn is_plain(&self) -> bool {
        self.verb.kind() == Kind::Reads && self.attached.is_empty()
    }
}

/// A decision that was reached.
pub(crate) struct Reached {
    pub(crate) decided: Box<Decided>,
    /// The answer's own bytes.
    pub(crate) answer: Vec<u8>,
    /// Who decided.
    pub(crate) policy: Policy,
}

/// Runs the rounds. All of them are answered by the same build of the policy and from the same view. What is known
/// already is not asked for again.
pub(crate) fn decide(
    asked: &Asked,
    policy: &Policy,
    checks: &Checks,
    view: &mut dyn View,
    known: &mut Known,
) -> Result<Reached, Refusal> {
    for _ in 0..=MAX_ROUNDS {
        let facts = known.encode();
        if facts.len() > MAX_INPUT {
            return Err(Refusal::undecidable("the facts are over 1 MiB"));
        }
        let stepped = match asked.verb.kind() {
            Kind::Reads => policy.step_reused(&asked.bytes, &facts),
            Kind::Writes => policy.step_fresh(&asked.bytes, &facts),
        };
        let answer = stepped.map_err(|reason| Refusal::undecidable(reason.name()))?;
        match decode::<Answer>(&answer) {
            Err(_) => return Err(Refusal::undecidable("the answer cannot be read")),
            Ok(Answer::Fault(code, line)) => return Err(fault(code, line)),
            Ok(Answer::Decided(decided)) if asked.verb.kind() == Kind::Reads && !decided.writes.is_empty() => {
                return Err(Refusal::undecidable("a verb that only reads wants to write"));
            }
            Ok(Answer::Decided(decided)) => return Ok(Reached { decided, answer, policy: policy.clone() }),
            Ok(Answer::Need(need)) => supply(&need, asked, checks, view, known)?,
        }
    }
    Err(Refusal::undecidable("no decision after four rounds"))
}

/// A fault is a refusal, and never a *yes* by another name.
fn fault(code: Code, line: String) -> Refusal {
    match code {
        Code::Allowed => Refusal::undecidable("a fault that says yes"),
        code => Refusal::new(code, line),
    }
}

/// Fetches and checks what is needed.
fn supply(need: &Need, asked: &Asked, checks: &Checks, view: &mut dyn View, known: &mut Known) -> Result<(), Refusal> {
    let Need { records, pages, checks: questions } = need;
    if known.checks.len() + questions.len() > MAX_CHECKS {
        return Err(Refusal::undecidable("too many checks"));
    }
    for question in questions {
        let digest: Sha256Digest = question.digest();
        let result = checks.answer(question, &digest, &asked.attached);
        known.checks.insert(digest, result);
    }
    let under = pages.iter().filter(|page| !page.under.is_empty());
    // A page that is safe under a record is guarded through it.
    let under = under.map(|page| RecordNeed { key: page.under.clone(), guarded: true });
    let wanted: Vec<RecordNeed> = records.iter().cloned().chain(under).collect();
    load(&wanted, view, known)?;
    for page in pages {
        if known.pages.iter().all(|found| found.need != *page) {
            let found = view.page(page)?;
            known.pages.push(found);
            known.seen_at(view.as_of());
        }
        room(known.count())?;
    }
    Ok(())
}

/// Loads those records that are not known yet.
fn load(wanted: &[RecordNeed], view: &mut dyn View, known: &mut Known) -> Result<(), Refusal> {
    room(known.count().saturating_add(wanted.len()))?;
    let mut missing: Vec<&RecordNeed> = Vec::new();
    for need in wanted {
        match known.records.get_mut(&need.key) {
            Some(held) => held.guarded |= need.guarded,
            None => missing.push(need),
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let keys: Vec<&str> = missing.iter().map(|need| need.key.as_str()).collect();
    let found = view.load(&keys)?;
    if found.len() != missing.len() {
        return Err(Refusal::new(Code::Unavailable, "the store did not answer for every key"));
    }
    known.seen_at(view.as_of());
    for (need, fact) in missing.into_iter().zip(found) {
        let guarded = need.guarded;
        // The same key may have been asked for twice in one need: once guarded is guarded.
        let held = known.records.entry(need.key.clone()).or_insert(Held { fact, guarded });
        held.guarded |= guarded;
    }
    Ok(())
}

fn room(records: usize) -> Result<(), Refusal> {
    if records > MAX_RECORDS { Err(Refusal::undecidable("too many records")) } else { Ok(()) }
}
