//! Random walks: several people ask all there is to ask, in any order; the core and the naive model must agree.

pub use crate::act::{Act, signer};
use crate::kit::{Call, Made, Outcome, Person, Rng, World};
use crate::model::{Model, Offer};
use doorward_core::record::{RequestRecord, keys};
use doorward_core::time::Timestamp;
use doorward_core::wire::{Asker, Command, Reply};
use doorward_core::{Code, DecisionId, InviteId};
use std::collections::BTreeMap;

/// A write that was asked, to be asked again.
#[derive(Clone)]
pub struct Past {
    pub act: Act,
    pub id: u64,
    pub call: Call,
    pub created: Timestamp,
    /// Its answer's code and decision.
    pub answer: (Code, DecisionId),
    /// Whether the answer was committed, and so has to be repeated.
    pub recorded: bool,
}

/// One step of a walk.
pub struct Step {
    pub act: Act,
    pub outcome: Outcome,
    /// The earlier request that this one repeats byte for byte.
    pub repeats: Option<Past>,
    pub before: Model,
}

/// A walk.
#[derive(Clone)]
pub struct Walk {
    pub world: World,
    pub model: Model,
    pub rng: Rng,
    pub people: Vec<Person>,
    pub offers: Vec<(Made, Offer)>,
    pub past: Vec<Past>,
    ids: u64,
}

/// How many people walk.
pub const PEOPLE: usize = 8;

impl Walk {
    pub fn new(seed: u64) -> Self {
        let world = World::empty();
        let people = (0..PEOPLE).map(|number| Person::new(&format!("person {number}"))).collect();
        let model = Model { now: world.now.0, ..Model::default() };
        Self { world, model, rng: Rng::new(seed), people, offers: Vec::new(), past: Vec::new(), ids: seed << 32 }
    }

    /// A walk that has begun: the server has an owner, whoever it is.
    pub fn begun(seed: u64) -> Self {
        let mut walk = Self::new(seed);
        let offer = walk.owner_offer();
        walk.act(Act::Init { offer });
        walk.act(Act::Redeem { who: 0, offer });
        assert_eq!(walk.model.owner, Some(0));
        walk
    }

    /// One random step.
    pub fn step(&mut self) -> Step {
        self.pass_time();
        if !self.past.is_empty() && self.rng.one_in(10) {
            let recent = self.past.len().min(40);
            let past = self.past[self.past.len() - 1 - self.rng.below(recent)].clone();
            return self.again(past);
        }
        let act = self.choose();
        self.act(act)
    }

    fn pass_time(&mut self) {
        let (dip, now) = (self.rng.one_in(60), self.world.now.0);
        let seconds = match self.rng.below(400) {
            0 => 86_400 * self.rng.below(4) as u64,
            1..=8 => self.rng.below(4_000) as u64,
            _ => self.rng.below(8) as u64,
        };
        // A clock that is set back a little goes on; set back further, everything waits for it.
        let now = if dip { now - self.rng.below(9) as u64 } else { now + seconds };
        (self.world.now, self.model.now) = (Timestamp(now), now);
    }

    /// Does this, as a new request (or, now and then, under an id that was used before).
    pub fn act(&mut self, act: Act) -> Step {
        self.ids += 1;
        let used: Vec<u64> = self.past.iter().rev().take(6).map(|past| past.id).collect();
        let id = if !used.is_empty() && self.rng.one_in(15) { *self.rng.pick(&used) } else { self.ids };
        let call = self.call(act, id);
        self.perform(act, id, call, self.world.now, None)
    }

    /// Sends an earlier request again, byte for byte.
    pub fn again(&mut self, past: Past) -> Step {
        self.perform(past.act, past.id, past.call.clone(), past.created, Some(past))
    }

    fn perform(&mut self, act: Act, id: u64, call: Call, created: Timestamp, repeats: Option<Past>) -> Step {
        self.before_someone_goes(act);
        let before = self.model.clone();
        let store = self.world.store.clone();
        self.model.asked = created.0;
        let expected = self.expect(act, id, &call, created);
        let outcome = self.world.ask(&call);
        let code = outcome.code();
        assert!(expected.contains(&code), "{act:?} at {}: the core says {code}, the model {expected:?}", self.model.now);
        if outcome.decided().writes.is_empty() {
            assert_eq!(self.world.store, store, "no writes, no change");
        }
        if let (true, Some(who)) = (expected.len() > 1, signer(act)) {
            self.model.settle(who, id, code);
        }
        if !crate::kit::ask::reads(&call.command) {
            let (answer, writes) = ((code, outcome.decided().decision), &outcome.decided().writes);
            if repeats.is_none() {
                self.past.push(Past { act, id, call, created, answer, recorded: !writes.is_empty() });
            }
        }
        match act {
            Act::Delete { .. } => self.housekeeping(),
            Act::Kick { .. } | Act::Ban { .. } | Act::Leave { .. } if code == Code::Allowed => self.finish_jobs(),
            Act::Sweep if code == Code::Allowed => self.sweep(),
            _ => {}
        }
        Step { act, outcome, repeats, before }
    }

    pub fn id(&self, offer: usize) -> InviteId {
        self.offers[offer].0.id()
    }

    /// A fresh request id.
    pub fn fresh_id(&mut self) -> u64 {
        self.ids += 1;
        self.ids
    }

    pub fn number(&self) -> u64 {
        self.ids << 12 | self.offers.len() as u64 & 0xfff
    }

    /// A hundred request ids from somewhere on, as a host that lost its place would find them.
    pub fn request_ids(&self, from: usize) -> Vec<String> {
        let all: Vec<&String> = self.world.store.keys().filter(|key| key.starts_with(keys::REQUEST_IDS)).collect();
        all.iter().skip(from % all.len().max(1)).take(100).map(|key| key.to_string()).collect()
    }

    /// Housekeeping goes through all of them.
    fn sweep(&mut self) {
        let all: Vec<String> = self.world.store.keys().filter(|key| key.starts_with(keys::REQUEST_IDS)).cloned().collect();
        for found in all.chunks(100) {
            let outcome = self.world.ask(&Call::of(Asker::Operator, Command::Sweep(found.to_vec())));
            assert!(outcome.allowed(), "{}", outcome.code());
        }
        self.model.swept();
        let left: BTreeMap<String, RequestRecord> = self.world.all(keys::REQUEST_IDS);
        assert_eq!(left.len(), self.model.answered.len(), "what may still be asked again stays, and nothing else");
    }

    /// Whoever goes leaves lists behind that no earlier job is still busy with, so that one answer is the true one.
    fn before_someone_goes(&mut self, act: Act) {
        let goes = matches!(act, Act::Kick { .. } | Act::Ban { .. } | Act::Leave { .. });
        if goes && self.model.before_any_verb().is_none() {
            self.finish_jobs();
        }
    }

    fn finish_jobs(&mut self) {
        let jobs: Vec<String> = self.world.store.keys().filter(|key| key.starts_with(keys::JOBS)).cloned().collect();
        if !jobs.is_empty() {
            jobs.iter().for_each(|key| self.tidy(DecisionId::from_hex(&key[2..]).unwrap()));
            self.model.tidied();
        }
    }

    /// Lets housekeeping finish, most of the time.
    fn housekeeping(&mut self) {
        let now_and_then = self.rng.one_in(3) || self.model.before_any_verb().is_some();
        let jobs: Vec<String> = self.world.store.keys().filter(|key| key.starts_with("t.")).cloned().collect();
        if jobs.is_empty() {
            // Nothing was left to do: all of it is done.
            let highest = self.model.highest;
            self.model.tidied();
            self.model.highest = highest;
        } else if !now_and_then {
            jobs.iter().for_each(|key| self.tidy(DecisionId::from_hex(&key[2..]).unwrap()));
            self.model.tidied();
        }
    }

    fn tidy(&mut self, job: DecisionId) {
        loop {
            let outcome = self.world.ask(&Call::of(Asker::Operator, Command::Tidy(job)));
            assert!(outcome.allowed(), "{}", outcome.code());
            if outcome.reply() == &Reply::Tidied(false) {
                return;
            }
        }
    }

    /// Everybody's standing is what the model says, and the store is in order.
    pub fn compare(&mut self) {
        for who in 0..PEOPLE {
            let outcome = self.world.decide(&Call::of(Asker::Service, Command::IsAuthorized(self.people[who].key())));
            assert_eq!(outcome.code(), self.model.is_authorized(who), "person {who}");
        }
        for (number, invite) in &self.model.invites {
            let record = self.world.get::<doorward_core::record::InviteRecord>(&keys::invite(&self.id(*number)));
            assert_eq!(record.expect("an invite").uses, invite.spent, "uses of invite {number}");
        }
        self.world.audit();
    }
}

/// Walks that many steps from each seed; `see` looks at every step.
pub fn walks(seeds: std::ops::Range<u64>, steps: usize, mut see: impl FnMut(&mut Walk, &Step)) {
    for seed in seeds {
        let mut walk = Walk::new(seed);
        for number in 0..steps {
            let step = walk.step();
            see(&mut walk, &step);
            if number % 250 == 249 {
                walk.compare();
            }
        }
    }
}
