//! Random walks: several people ask all there is to ask, in any order; the core and the naive model must agree.

pub use crate::act::{Act, signer};
use crate::kit::{Call, Made, Outcome, Person, Rng, World};
use crate::model::{Account, Expected, Model, Offer, Who};
use doorward_core::record::{RequestRecord, keys};
use doorward_core::role::Permission;
use doorward_core::time::Timestamp;
use doorward_core::wire::{Asker, Can, Command, InviteFilter, ListInvites, Paging, Prove, Register, Reply, ShowInvite, encode};
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

    pub fn choose(&mut self) -> Act {
        if !self.model.founded && self.rng.one_in(2) {
            return *self.rng.pick(&[Act::BeginRestore, Act::AcceptRestore, Act::Sweep]);
        }
        if !self.model.founded || (self.model.owner.is_none() && self.rng.one_in(4)) || self.rng.one_in(400) {
            return Act::Init { offer: self.owner_offer() };
        }
        if self.model.unreviewed && self.rng.one_in(12) {
            return Act::AcceptRestore;
        }
        // Somebody takes the place of an owner that is being recovered, soon.
        if let (Some(_), Some(offer)) = (self.model.owner, self.model.owner_invite.filter(|_| self.rng.one_in(3))) {
            let strangers: Vec<Who> = (0..PEOPLE).filter(|who| !self.model.accounts.contains_key(who)).collect();
            let who = if strangers.is_empty() { self.rng.below(PEOPLE) } else { *self.rng.pick(&strangers) };
            let dead = self.model.would_redeem(None, offer).0 != [Code::Allowed];
            return if dead { Act::Recover { offer: self.recovery_offer() } } else { Act::Redeem { who, offer } };
        }
        match self.rng.below(800) {
            0 => return Act::BeginRestore,
            1 => return Act::AcceptRestore,
            2 | 3 => return Act::Recover { offer: self.recovery_offer() },
            4..=12 => return Act::Sweep,
            _ => {}
        }
        let (who, target, any) = (self.rng.below(PEOPLE), self.rng.below(PEOPLE), self.rng.below(100));
        let staff: Vec<Who> = (0..PEOPLE).filter(|who| self.model.is_staff(*who)).collect();
        let who = if staff.is_empty() || self.rng.one_in(4) { who } else { *self.rng.pick(&staff) };
        match any {
            0..=15 => Act::Mint { who, offer: self.offer_of(who) },
            16..=44 => Act::Redeem { who: target, offer: self.some_offer() },
            45..=49 => Act::Preview { own: self.rng.one_in(2).then_some(target), offer: self.some_offer() },
            50..=54 => Act::Cancel { who, offer: self.some_offer() },
            55..=60 => Act::Register { who, target },
            61..=62 => Act::Prove { who: target, good: !self.rng.one_in(3) },
            63..=68 => Act::Revoke { who, target },
            69..=75 => Act::Restore { who, target },
            76..=81 => Act::Delete { who, target },
            82..=87 => Act::IsAuthorized { target },
            88 => Act::HasAdmin,
            89..=92 => Act::Can { target, permission: *self.rng.pick(Permission::ALL) },
            93..=94 => Act::ListInvites { who },
            95..=96 => Act::ShowInvite { who, offer: self.some_offer() },
            97 => Act::ShowAccount { who, target },
            98 => Act::ListAccounts { who },
            _ if self.rng.one_in(2) => Act::Audit { who: target },
            _ => Act::Describe,
        }
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
            Act::Sweep if code == Code::Allowed => self.sweep(),
            _ => {}
        }
        Step { act, outcome, repeats, before }
    }

    /// What the model says.
    fn expect(&mut self, act: Act, id: u64, call: &Call, created: Timestamp) -> Expected {
        let stale = created.distance(self.world.now) > 300;
        let proven =
            !matches!(call.asker, Asker::Service | Asker::Operator | Asker::Stranger) || matches!(act, Act::Redeem { .. });
        if stale && proven {
            return vec![Code::StaleRequest];
        }
        let content = match &call.command {
            Command::Redeem(redeem) => encode(&redeem.statement),
            command => encode(command),
        };
        let offer = |walk: &Self, offer: usize| walk.offers[offer].1.clone();
        let model = &mut self.model;
        let door = model.before_any_verb();
        let member = |model: &Model, who: Who| door.or_else(|| model.refuses(who)).or_else(|| model.refuses_review(who));
        match act {
            Act::Init { offer: n } => {
                let offer = offer(self, n);
                self.model.init(n, &offer)
            }
            Act::Recover { offer: n } => {
                let offer = offer(self, n);
                self.model.recover(n, &offer)
            }
            Act::BeginRestore => model.begin_restore(),
            Act::AcceptRestore => model.accept_restore(),
            Act::Sweep => vec![door.unwrap_or(Code::Allowed)],
            Act::Mint { who, offer: n } => {
                let offer = offer(self, n);
                self.model.write(who, id, content, false, |model| model.mint(who, n, &offer))
            }
            Act::Redeem { who, offer } => model.redeem(who, offer, id, content),
            Act::Preview { own, offer } => model.preview(own, offer),
            Act::Cancel { who, offer } => model.write(who, id, content, true, |model| model.cancel(who, offer)),
            Act::Register { who, target } => model.write(who, id, content, false, |model| model.register(who, target)),
            Act::Prove { who, good } => {
                model.write(who, id, content, false, |_| vec![if good { Code::Allowed } else { Code::Unauthenticated }])
            }
            Act::Revoke { who, target } => model.write(who, id, content, true, |model| model.revoke(who, target)),
            Act::Restore { who, target } => model.write(who, id, content, false, |model| model.restore(who, target)),
            Act::Delete { who, target } => model.write(who, id, content, false, |model| model.delete(who, target)),
            Act::IsAuthorized { target } => vec![model.is_authorized(target)],
            Act::HasAdmin => vec![model.has_admin()],
            Act::Can { target, permission } => vec![model.can(target, permission)],
            Act::ListInvites { who } | Act::ShowInvite { who, .. } if member(model, who).is_some() => {
                vec![member(model, who).unwrap()]
            }
            Act::ListInvites { who } | Act::ShowInvite { who, .. } if !model.is_staff(who) => vec![Code::MissingPermission],
            Act::ListInvites { .. } => vec![Code::Allowed],
            Act::ShowInvite { offer, .. } => {
                vec![if model.invites.contains_key(&offer) { Code::Allowed } else { Code::NotFound }]
            }
            Act::ShowAccount { who, target } => {
                let seen = |account: &Account| account.role.is_some() || who == target || model.is_staff(who);
                let shown = if model.accounts.get(&target).is_some_and(seen) { Code::Allowed } else { Code::NotFound };
                vec![member(model, who).unwrap_or(shown)]
            }
            Act::ListAccounts { who } => vec![member(model, who).unwrap_or(Code::Allowed)],
            Act::Audit { who } => {
                let shown = if model.is_staff(who) { Code::Allowed } else { Code::MissingPermission };
                vec![member(model, who).unwrap_or(shown)]
            }
            Act::Describe => vec![door.unwrap_or(Code::Allowed)],
        }
    }

    /// The request for it.
    pub fn call(&self, act: Act, id: u64) -> Call {
        let world = &self.world;
        let paging = Paging { after: String::new(), limit: 50 };
        let signed = |who: Who, command| world.signed(&self.people[who], id, command);
        let key = |who: Who| self.people[who].key();
        match act {
            Act::Init { offer } => Call::of(Asker::Operator, self.offers[offer].0.init("Walk")),
            Act::Recover { offer } => Call::of(Asker::Operator, self.offers[offer].0.recover()),
            Act::BeginRestore => Call::of(Asker::Operator, Command::BeginRestore(0)),
            Act::AcceptRestore => Call::of(Asker::Operator, Command::AcceptRestore),
            Act::Sweep => Call::of(Asker::Operator, Command::Sweep(self.request_ids(id as usize))),
            Act::Mint { who, offer } => signed(who, self.offers[offer].0.mint()),
            Act::Redeem { who, offer } => world.redeem(&self.offers[offer].0, &self.people[who], id),
            Act::Preview { own, offer } => world.preview(&self.offers[offer].0, own.map(|who| &self.people[who])),
            Act::Cancel { who, offer } => signed(who, Command::CancelInvite(self.id(offer))),
            Act::Register { who, target } => {
                let person = &self.people[target];
                signed(
                    who,
                    Command::Register(
                        Register { sign_key: person.key(), kex_key: person.kex_key(), handle: person.name.clone() }.into(),
                    ),
                )
            }
            Act::Prove { who, good } => {
                let person = &self.people[who];
                let binding = if good { person.binding(&world.server.key()) } else { person.sign(b"nothing") };
                signed(who, Command::Prove(Prove { binding }))
            }
            Act::Revoke { who, target } => signed(who, Command::Revoke(key(target))),
            Act::Restore { who, target } => signed(who, Command::Restore(key(target))),
            Act::Delete { who, target } => signed(who, Command::Delete(key(target))),
            Act::IsAuthorized { target } => Call::of(Asker::Service, Command::IsAuthorized(key(target))),
            Act::HasAdmin => Call::of(Asker::Service, Command::HasAdmin),
            Act::Can { target, permission } => Call::of(
                Asker::Service,
                Command::Can(Can { account: key(target), permission, space: doorward_core::SpaceId::SERVER }),
            ),
            Act::ListInvites { who } => signed(who, Command::ListInvites(ListInvites { filter: InviteFilter::Live, paging })),
            Act::ShowInvite { who, offer } => signed(who, Command::ShowInvite(ShowInvite { invite: self.id(offer), paging })),
            Act::ShowAccount { who, target } => signed(who, Command::ShowAccount(key(target))),
            Act::ListAccounts { who } => signed(who, Command::ListAccounts(paging)),
            Act::Audit { who } => signed(who, Command::Audit),
            Act::Describe => Call::of(Asker::Stranger, Command::Describe),
        }
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
    fn request_ids(&self, from: usize) -> Vec<String> {
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
