//! A host without IO: a sorted map as store, and the loop that asks the core until it has decided.

use super::{Call, Person, law};
use doorward_core::check::{self, Check, CheckResult, Proof, SignatureCheck};
use doorward_core::digest::{Sha256Digest, derive, sha256};
use doorward_core::record::Stored;
use doorward_core::wire::{
    Answer, Context, Decided, EventKind, FactsBuilder, Need, PageFact, PageNeed, RecordFact, Reply, Request, VERSION, Verdict,
    decode, encode,
};
use doorward_core::{Code, Signature, Timestamp, step};
use std::collections::{BTreeMap, BTreeSet};

/// Records by key, each with the revision that wrote it.
pub type Store = BTreeMap<String, (u64, Vec<u8>)>;

/// One call of the core, byte for byte.
#[derive(Clone)]
pub struct Exchange {
    pub request: Vec<u8>,
    pub facts: Vec<u8>,
    pub answer: Vec<u8>,
}

/// A server in the making of its decisions.
#[derive(Clone)]
pub struct World {
    pub store: Store,
    pub now: Timestamp,
    pub server: Person,
    revision: u64,
    drawn: u64,
    known: BTreeMap<Sha256Digest, CheckResult>,
    /// Every call of the core so far, if wanted.
    pub log: Option<Vec<Exchange>>,
}

/// How a request ended, and what it looked at.
#[derive(Clone)]
pub struct Outcome {
    pub answer: Answer,
    /// The records it followed from, with the revisions they had (0 = absent).
    pub guards: BTreeMap<String, u64>,
    pub pages: Vec<PageNeed>,
    pub needs: usize,
}

#[derive(Default)]
struct Found {
    keys: BTreeSet<String>,
    pages: Vec<PageNeed>,
    checks: BTreeMap<Sha256Digest, CheckResult>,
}

/// The time at which the tests' worlds begin: 2026-11-20T04:00:00Z.
pub const START: Timestamp = Timestamp(1_795_147_200);

impl World {
    /// An empty store, belonging to nobody yet.
    pub fn empty() -> Self {
        let server = Person::new("the server");
        Self { store: Store::new(), now: START, server, revision: 0, drawn: 0, known: BTreeMap::new(), log: None }
    }

    /// Lets the core decide, and changes nothing.
    pub fn decide(&mut self, call: &Call) -> Outcome {
        self.drawn += 1;
        let entropy = derive("test/entropy", &self.drawn.to_be_bytes());
        let context = Context { server: self.server.key(), now: self.now, entropy };
        let request = Request { version: VERSION, context, asker: call.asker.clone(), command: call.command.clone() };
        let bytes = encode(&request);
        assert_eq!(decode::<Request>(&bytes).as_ref(), Ok(&request), "a request reads back as it was written");
        let mut found = Found::default();
        let mut needs = 0;
        loop {
            let facts = self.facts(&found, needs);
            let answer = self.call(&bytes, facts);
            let Answer::Need(need) = answer else {
                let outcome = Outcome { answer, guards: self.revisions(&found), pages: found.pages, needs };
                law::check(&self.store, &request, &outcome);
                return outcome;
            };
            needs += 1;
            self.fetch(&need, &mut found, call);
        }
    }

    /// One call of the core; the same bytes must give the same bytes, and only the canonical ones.
    fn call(&mut self, request: &[u8], facts: Vec<u8>) -> Answer {
        let bytes = step(request, &facts);
        assert_eq!(bytes, step(request, &facts), "the same input gives the same bytes");
        let answer = decode::<Answer>(&bytes).expect("an answer is well formed");
        assert_eq!(encode(&answer), bytes, "an answer has one encoding");
        if let Some(log) = &mut self.log {
            log.push(Exchange { request: request.to_vec(), facts, answer: bytes });
        }
        answer
    }

    fn fetch(&mut self, need: &Need, found: &mut Found, call: &Call) {
        law::check_need(&self.store, need, &found.keys, &found.pages);
        found.keys.extend(need.records.iter().map(|record| record.key.clone()));
        found.pages.extend(need.pages.iter().cloned());
        for check in &need.checks {
            let digest = check.digest();
            let result = if is_answerable(check, &call.attached) {
                *self.known.entry(digest).or_insert_with(|| check::run(check, &call.attached))
            } else {
                check::run(check, &call.attached)
            };
            found.checks.insert(digest, result);
        }
    }

    fn facts(&self, found: &Found, needs: usize) -> Vec<u8> {
        if needs == 0 {
            return Vec::new();
        }
        let mut facts = FactsBuilder::default();
        for key in &found.keys {
            let record = self.store.get(key);
            facts.record(key, record.map_or(0, |record| record.0), record.map(|record| record.1.as_slice()));
        }
        for need in &found.pages {
            facts.page(self.page(need));
        }
        found.checks.iter().for_each(|(digest, result)| facts.check(*digest, *result));
        facts.encode()
    }

    fn page(&self, need: &PageNeed) -> PageFact<'_> {
        let on = |key: &str| {
            key.starts_with(&need.prefix) && key > need.after.as_str() && (need.until.is_empty() || key < need.until.as_str())
        };
        let mut rest = self
            .store
            .range(need.prefix.clone()..)
            .take_while(|(key, _)| key.starts_with(&need.prefix))
            .filter(|(key, _)| on(key));
        let records = rest.by_ref().take(need.limit.into()).map(|(key, (revision, value))| RecordFact {
            key,
            revision: *revision,
            value: Some(value),
        });
        let records: Vec<RecordFact<'_>> = records.collect();
        PageFact { need: need.clone(), more: rest.next().is_some(), records }
    }

    fn revisions(&self, found: &Found) -> BTreeMap<String, u64> {
        found.keys.iter().map(|key| (key.clone(), self.store.get(key).map_or(0, |record| record.0))).collect()
    }

    /// Commits a decision if nothing it followed from has changed since. All of it or nothing.
    pub fn commit(&mut self, outcome: &Outcome) -> bool {
        let Answer::Decided(decided) = &outcome.answer else { return true };
        if decided.writes.is_empty() {
            return true;
        }
        let current = |key: &String| self.store.get(key).map_or(0, |record| record.0);
        if outcome.guards.iter().any(|(key, revision)| current(key) != *revision) {
            return false;
        }
        for write in &decided.writes {
            self.revision += 1;
            match &write.value {
                Some(value) => drop(self.store.insert(write.key.clone(), (self.revision, value.clone()))),
                None => drop(self.store.remove(&write.key)),
            }
        }
        true
    }

    /// Decides and commits.
    pub fn ask(&mut self, call: &Call) -> Outcome {
        let outcome = self.decide(call);
        assert!(self.commit(&outcome), "nobody else writes");
        outcome
    }

    /// The number of draws from the entropy so far; two worlds with the same number draw the same next.
    pub fn drawn(&mut self) -> &mut u64 {
        &mut self.drawn
    }

    /// What is stored, whichever revision wrote it.
    pub fn contents(&self) -> BTreeMap<String, Vec<u8>> {
        self.store.iter().map(|(key, (_, value))| (key.clone(), value.clone())).collect()
    }

    /// Puts a record where a test wants it, past the core.
    pub fn put<T: Stored>(&mut self, key: &str, record: &T) {
        self.revision += 1;
        self.store.insert(key.into(), (self.revision, record.to_stored()));
    }

    /// The record there.
    pub fn get<T: Stored>(&self, key: &str) -> Option<T> {
        self.store.get(key).map(|(_, bytes)| T::from_stored(bytes).expect("a record of this type"))
    }

    /// Changes the record there, past the core.
    pub fn edit<T: Stored>(&mut self, key: &str, change: impl FnOnce(&mut T)) {
        let mut record = self.get::<T>(key).expect("a record to change");
        change(&mut record);
        self.put(key, &record);
    }
}

/// Whether the answer is the same for every request: a signature that did not come with this one is another matter.
fn is_answerable(check: &Check, attached: &[Signature]) -> bool {
    match check {
        Check::Signature(SignatureCheck { proof: Proof::Attached(digest), .. }) => {
            attached.iter().any(|one| sha256(&[&one.0]) == *digest)
        }
        Check::Signature(_) | Check::SignKey(_) | Check::KexKey(_) | Check::Nfc(_) => true,
    }
}

impl Outcome {
    /// The decision.
    pub fn decided(&self) -> &Decided {
        match &self.answer {
            Answer::Decided(decided) => decided,
            Answer::Need(_) => unreachable!("the loop ends with an answer"),
            Answer::Fault(code, line) => panic!("a fault: {code} ({line})"),
        }
    }

    pub fn code(&self) -> Code {
        match &self.answer {
            Answer::Decided(decided) => decided.code,
            Answer::Fault(code, _) => *code,
            Answer::Need(_) => unreachable!("the loop ends with an answer"),
        }
    }

    /// The rule's id; empty for a fault.
    pub fn rule(&self) -> &str {
        match &self.answer {
            Answer::Decided(decided) => &decided.rule,
            Answer::Fault(..) | Answer::Need(_) => "",
        }
    }

    pub fn allowed(&self) -> bool {
        matches!(&self.answer, Answer::Decided(decided) if decided.verdict == Verdict::Allow)
    }

    /// What happened.
    pub fn answer_events(&self) -> Vec<EventKind> {
        self.decided().events.iter().map(|event| event.kind).collect()
    }

    pub fn reply(&self) -> &Reply {
        &self.decided().reply
    }

    /// The record it writes under this key.
    pub fn written<T: Stored>(&self, key: &str) -> Option<T> {
        let write = self.decided().writes.iter().find(|write| write.key == key)?;
        write.value.as_ref().map(|bytes| T::from_stored(bytes).expect("a record of this type"))
    }
}
