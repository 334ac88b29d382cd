//! Requests and facts made at random *by type*: a request of any verb by anybody, a host that makes up what the policy
//! asks for, and in some cases damage on top. Each call of the core on the way to a decision is a case.

mod cast;
mod host;
mod records;
mod requests;

pub use host::Host;

use crate::apart::Apart;
use crate::damage::damage;
use crate::random::Random;
use crate::vectors::Step;
use doorward_core::check::CheckResult;
use doorward_core::wire::{Answer, decode, encode};
use std::collections::VecDeque;

/// Rounds of facts after which a request is given up; the core promises to need at most four.
const ROUNDS: usize = 6;

/// One call of the core.
#[derive(Clone, Debug)]
pub struct Case {
    /// Bytes of the request.
    pub request: Vec<u8>,
    /// Bytes of the facts.
    pub facts: Vec<u8>,
    /// What the core answers natively; empty where it panics, as a module in a runtime then traps.
    pub answer: Vec<u8>,
}

/// An endless row of cases: the same ones for the same seed.
pub struct Cases {
    random: Random,
    golden: Vec<Step>,
    ready: VecDeque<Case>,
}

impl Cases {
    /// Begins; `golden` steps are what every fourth case is made from by damage.
    pub fn new(seed: u64, golden: Vec<Step>) -> Self {
        Self { random: Random::new(seed), golden, ready: VecDeque::new() }
    }

    /// A made-up request and the rounds it takes to be decided; some of them changed on the way.
    fn made_up(&mut self) {
        let request = requests::request(&mut self.random);
        let bytes = encode(&request);
        let mut host = Host::new(&request, Random::new(self.random.bits()));
        let mut facts = Vec::new();
        for _ in 0..ROUNDS {
            let answer = native(&bytes, &facts);
            let need = match decode::<Answer>(&answer) {
                Ok(Answer::Need(need)) => Some(need),
                Ok(Answer::Decided(_) | Answer::Fault(..)) | Err(_) => None,
            };
            self.ready.push_back(Case { request: bytes.clone(), facts: facts.clone(), answer });
            let Some(need) = need else { break };
            host.find(&need);
            facts = host.facts();
        }
        match self.random.below(4) {
            0 => self.damaged(bytes, facts),
            1 => self.changed(bytes, &facts),
            _ => {}
        }
    }

    /// Bytes changed in the request, the facts, or both.
    fn damaged(&mut self, mut request: Vec<u8>, mut facts: Vec<u8>) {
        let random = &mut self.random;
        match random.below(5) {
            0 | 1 => damage(&mut request, random),
            2 | 3 => damage(&mut facts, random),
            _ => {
                damage(&mut request, random);
                damage(&mut facts, random);
            }
        }
        let answer = native(&request, &facts);
        self.ready.push_back(Case { request, facts, answer });
    }

    /// Facts that are well formed and not what was asked for: one missing, another's value, a failed check.
    fn changed(&mut self, request: Vec<u8>, facts: &[u8]) {
        let Some(mut apart) = Apart::of(facts) else { return };
        let random = &mut self.random;
        let (records, pages, checks) = (apart.records.len(), apart.pages.len(), apart.checks.len());
        match random.below(5) {
            0 if records > 0 => drop(apart.records.remove(random.below(records))),
            1 if records > 1 => {
                let (a, b) = (random.below(records), random.below(records));
                let value = apart.records[a].2.take();
                apart.records[a].2 = core::mem::replace(&mut apart.records[b].2, value);
            }
            2 if records > 0 => match &mut apart.records[random.below(records)].2 {
                Some(value) => damage(value, random),
                none => *none = Some(vec![1]),
            },
            3 if pages > 0 => apart.pages[0].1 ^= true,
            _ if checks > 0 => {
                let at = random.below(checks);
                apart.checks[at].1 = *random.pick(&[CheckResult::Bad, CheckResult::NonCanonical, CheckResult::Weak]);
            }
            _ => apart.checks.push((random.bytes(), CheckResult::Good)),
        }
        let facts = apart.encode();
        let answer = native(&request, &facts);
        self.ready.push_back(Case { request, facts, answer });
    }

    /// A golden step, whole or damaged, in some cases with the facts of another.
    fn golden(&mut self) {
        let from = self.random.pick(&self.golden).clone();
        let facts = if self.random.percent(25) { self.random.pick(&self.golden).facts.clone() } else { from.facts };
        self.damaged(from.request, facts);
    }
}

impl Iterator for Cases {
    type Item = Case;

    fn next(&mut self) -> Option<Case> {
        while self.ready.is_empty() {
            if self.golden.is_empty() || self.random.percent(75) { self.made_up() } else { self.golden() }
        }
        self.ready.pop_front()
    }
}

/// The core's answer, run in this process.
pub fn native(request: &[u8], facts: &[u8]) -> Vec<u8> {
    std::panic::catch_unwind(|| doorward_core::step(request, facts)).unwrap_or_default()
}
