//! Random walks among networks: eight people on one server ask all there is to ask, in any order, while housekeeping is
//! late now and then and the clock steps; the core and the naive model must agree.

use super::act::{Act, Change};
use super::model::{Model, Offer, SERVER};
use crate::kit::{Call, Made, Person, Rng, World};
use doorward_core::record::keys;
use doorward_core::time::Timestamp;
use doorward_core::wire::{Asker, Command, Reply};
use doorward_core::{Code, DecisionId, SpaceId};

/// How many people walk.
pub const PEOPLE: usize = 8;

/// A walk.
#[derive(Clone)]
pub struct Walk {
    pub world: World,
    pub model: Model,
    pub rng: Rng,
    /// In order of their keys, so that whoever comes first on a list comes first here.
    pub people: Vec<Person>,
    /// The server, and networks in order of making.
    pub spaces: Vec<SpaceId>,
    pub offers: Vec<(Made, Offer)>,
    ids: u64,
    /// For how many steps housekeeping does nothing.
    asleep: usize,
    /// What is being done.
    doing: Option<Act>,
}

/// One step of a walk.
pub struct Step {
    pub act: Act,
    pub code: Code,
}

impl Walk {
    /// A server with an owner, whoever it is.
    pub fn begun(seed: u64) -> Self {
        let mut people: Vec<Person> = (0..PEOPLE).map(|number| Person::new(&format!("person {number}"))).collect();
        people.sort_by_key(Person::key);
        let mut world = World::empty();
        let made = world.owner_offer(seed << 32);
        assert!(world.ask(&Call::of(Asker::Operator, made.init("Walk"))).allowed());
        let mut rng = Rng::new(seed);
        let owner = rng.below(PEOPLE);
        assert!(world.ask(&world.redeem(&made, &people[owner], seed << 32)).allowed());
        let model = Model::founded(world.now.0, owner);
        let spaces = vec![SpaceId::SERVER];
        Self { world, model, rng, people, spaces, offers: Vec::new(), ids: seed << 32, asleep: 0, doing: None }
    }

    /// One random step.
    pub fn step(&mut self) -> Step {
        self.pass_time();
        let act = self.choose();
        self.doing = Some(act);
        self.before(act);
        self.act(act)
    }

    /// Plain memberships that move to a key are lost on the way if that key is rebound in its turn, or the one they come from
    /// is deleted, before housekeeping is done: a known gap, written down in `ARCHITECTURE.md`. Here housekeeping comes first.
    fn before(&mut self, act: Act) {
        let rebinds = matches!(act, Act::Redeem { offer, .. } if self.offers[offer].1.rebind.is_some());
        if rebinds || matches!(act, Act::Recover { .. } | Act::Delete { .. }) && !self.model.moves.is_empty() {
            self.tidy();
        }
    }

    /// Does this, and looks whether the model foresaw it.
    pub fn act(&mut self, act: Act) -> Step {
        let before = self.model.clone();
        let call = self.call(act);
        let expected = match act {
            Act::Recover { offer }
            | Act::Mint { offer, .. }
            | Act::Redeem { offer, .. }
            | Act::Preview { offer, .. }
            | Act::Cancel { offer, .. }
            | Act::ShowInvite { offer, .. } => self.model.answer_to(act, &self.offers[offer].1),
            act => self.model.answer(act),
        };
        let outcome = self.world.ask(&call);
        let code = outcome.code();
        let waits = code == Code::Conflict && !before.moves.is_empty() && is_of_owners(act);
        if waits {
            // What a key owned is on its way to another; nothing is done until it has come.
            self.model = before.clone();
        }
        assert!(waits || expected.contains(&code), "{act:?} at {}: the core says {code}, the model {expected:?}", self.model.now);
        self.model.settle(act, code);
        if let (Act::Create { .. }, Code::Allowed, Reply::Space(view)) = (act, code, outcome.reply()) {
            self.spaces.push(view.space);
        }
        self.see_reply(act, &outcome, &before);
        if !outcome.decided().writes.is_empty() {
            self.model.highest = self.model.highest.max(self.model.now);
            self.housekeeping();
            self.compare();
        }
        Step { act, code }
    }

    /// The same, and tells where it was if it goes wrong.
    pub fn step_or_tell(&mut self, seed: u64, number: usize) -> Step {
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.step())).unwrap_or_else(|why| {
            eprintln!("in step {number} of the walk from seed {seed}: {:?}", self.doing);
            std::panic::resume_unwind(why)
        })
    }

    /// Forwards, by seconds or by days, or a little back; but not back over what ended meanwhile, which was seen to end.
    fn pass_time(&mut self) {
        let now = self.world.now.0;
        let seconds = match self.rng.below(400) {
            0 => 86_400 * self.rng.below(4) as u64,
            1..=8 => self.rng.below(4_000) as u64,
            _ => self.rng.below(6) as u64,
        };
        let now = if self.rng.one_in(60) { self.last_end().max(now - self.rng.below(9) as u64) } else { now + seconds };
        (self.world.now, self.model.now) = (Timestamp(now), now);
    }

    fn last_end(&self) -> u64 {
        let Model { now, places, invites, .. } = &self.model;
        let ends = places.iter().flat_map(|place| place.bans.values().copied().chain([place.paused_until]));
        ends.chain(invites.values().filter_map(|invite| invite.offer.expires)).filter(|end| end <= now).max().unwrap_or(0)
    }

    /// Most of the time everything left to do is done at once; now and then nothing is, for a while.
    fn housekeeping(&mut self) {
        if self.asleep == 0 && self.rng.one_in(25) {
            self.asleep = 1 + self.rng.below(40);
        }
        self.asleep = self.asleep.saturating_sub(1);
        if self.asleep == 0 {
            self.tidy();
        }
    }

    /// Does all that is left to do, in any order.
    pub fn tidy(&mut self) {
        if self.model.clock().is_some() {
            return;
        }
        let mut jobs: Vec<String> = self.world.store.keys().filter(|key| key.starts_with(keys::JOBS)).cloned().collect();
        if !jobs.is_empty() {
            self.model.highest = self.model.highest.max(self.model.now);
        }
        while !jobs.is_empty() {
            let job = jobs.swap_remove(self.rng.below(jobs.len()));
            self.finish(DecisionId::from_hex(&job[keys::JOBS.len()..]).unwrap());
        }
        self.model.tidied();
    }

    fn finish(&mut self, job: DecisionId) {
        loop {
            let outcome = self.world.ask(&Call::of(Asker::Operator, Command::Tidy(job)));
            assert!(outcome.allowed(), "{}", outcome.code());
            if outcome.reply() == &Reply::Tidied(false) {
                return;
            }
        }
    }

    pub fn is_tidy(&self) -> bool {
        self.world.count(keys::JOBS) == 0
    }

    pub fn fresh_id(&mut self) -> u64 {
        self.ids += 1;
        self.ids
    }

    pub fn number(&self) -> u64 {
        self.ids << 12 | self.offers.len() as u64 & 0xfff
    }

    /// The networks that are there.
    pub fn networks(&self) -> impl Iterator<Item = (usize, SpaceId)> + '_ {
        let there = |at: &usize| *at != SERVER && self.model.places[*at].there;
        (0..self.spaces.len()).filter(there).map(|at| (at, self.spaces[at]))
    }
}

/// Whether it takes a network from its owner, who may be about to change.
fn is_of_owners(act: Act) -> bool {
    let ends = matches!(act, Act::Update { change: Change::Governed(..), .. });
    ends || matches!(act, Act::Recover { .. } | Act::Transfer { .. } | Act::DeleteSpace { .. })
}

/// Walks that many steps from each seed; `see` looks at every step.
pub fn walks(seeds: std::ops::Range<u64>, steps: usize, mut see: impl FnMut(&Step)) {
    for seed in seeds {
        let mut walk = Walk::begun(seed);
        for number in 0..steps {
            see(&walk.step_or_tell(seed, number));
        }
    }
}
