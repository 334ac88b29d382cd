//! What a server should be, in plain words and plain structs: people, invites, who may what. It knows nothing of
//! records, keys, facts or rules, and predicts the code of every answer.

use doorward_core::Code;
use doorward_core::role::Role;
use std::collections::{BTreeMap, BTreeSet};

/// A person's number; the same number is the same key for ever.
pub type Who = usize;

/// Someone with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub active: bool,
    /// `None`: an account without a place at the server.
    pub role: Option<Role>,
    /// Which registration this is, counted over the whole server.
    pub born: u32,
    /// How often it fell since.
    pub falls: u32,
    /// Whether it signed its keys.
    pub proved: bool,
}

/// Who made an invite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Maker {
    Server,
    Person { who: Who, born: u32, falls: u32 },
}

/// An offer: what claims say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub maker: Maker,
    pub role: Role,
    pub max: u32,
    /// `None` = never.
    pub expires: Option<u64>,
    /// Whose place it gives.
    pub rebind: Option<Who>,
}

/// A minted invite.
#[derive(Clone, Debug)]
pub struct Invite {
    pub offer: Offer,
    pub spent: u32,
    pub cancelled: bool,
    /// Its maker was deleted and housekeeping may not have come to it yet.
    pub closing: bool,
    /// It was closed because its maker fell.
    pub void: bool,
    /// Of which restore epoch it is.
    pub epoch: u32,
    /// By whom it was spent: which registration then (0 = none), and whether it let them in.
    pub uses: BTreeMap<Who, (u32, bool)>,
    /// How many it ever let in.
    pub admitted: u32,
}

/// An answered write.
#[derive(Clone, Debug)]
pub struct Answer {
    pub content: Vec<u8>,
    pub code: Code,
    /// When the request was made.
    pub created: u64,
}

/// Who may come in, and who may not.
#[derive(Clone, Debug, Default)]
pub struct Place {
    pub rule: Rule,
    /// Until when joining is paused; `u64::MAX` = until lifted.
    pub paused_until: u64,
    /// 0 = no limit.
    pub most: u32,
    /// Barred keys, until when.
    pub bans: BTreeMap<Who, u64>,
    pub listed: BTreeSet<Who>,
}

/// How one may come in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rule {
    Open,
    #[default]
    Invite,
    Listed,
    Nobody,
}

/// The whole server.
#[derive(Clone, Debug, Default)]
pub struct Model {
    pub now: u64,
    /// When the request at hand was made.
    pub asked: u64,
    pub founded: bool,
    pub owner: Option<Who>,
    pub owner_invite: Option<usize>,
    pub accounts: BTreeMap<Who, Account>,
    pub invites: BTreeMap<usize, Invite>,
    pub answered: BTreeMap<(Who, u64), Answer>,
    pub refused: BTreeMap<(Who, u64), u32>,
    pub highest: u64,
    pub births: u32,
    pub epoch: u32,
    /// A restore waits for the operator.
    pub unreviewed: bool,
    pub place: Place,
}

/// What may be answered. Usually one code; while housekeeping is behind, more than one tells the truth.
pub type Expected = Vec<Code>;

impl Model {
    /// The code that every request meets before its verb, if it does not get there.
    pub fn before_any_verb(&self) -> Option<Code> {
        if !self.founded {
            return Some(Code::NotInitialised);
        }
        (self.now + 5 < self.highest).then_some(Code::ClockBehind)
    }

    /// Why this person's signed requests are refused whatever they ask.
    pub fn refuses(&self, who: Who) -> Option<Code> {
        match self.accounts.get(&who) {
            None => Some(Code::Unauthenticated),
            Some(account) if !account.active => Some(Code::AccountRevoked),
            Some(_) if self.is_banned(who) => Some(Code::Banned),
            Some(account) if account.role.is_none() => Some(Code::NotAMember),
            Some(_) => None,
        }
    }

    /// Why this person may not even look while a restore is unreviewed.
    pub fn refuses_review(&self, who: Who) -> Option<Code> {
        (self.unreviewed && !self.is_staff(who)).then_some(Code::RestoreUnreviewed)
    }

    pub fn role(&self, who: Who) -> Option<Role> {
        self.accounts.get(&who).and_then(|account| account.role)
    }

    /// Owner and admins do everything but a few things that no verb here does.
    pub fn is_staff(&self, who: Who) -> bool {
        matches!(self.role(who), Some(Role::Admin | Role::Owner))
    }

    /// Something was committed now.
    pub fn wrote(&mut self) {
        self.highest = self.highest.max(self.now);
    }

    /// A signed write by someone who got past the door: repeats, or decides and remembers. `takes`: it only takes
    /// something away.
    pub fn write(
        &mut self,
        who: Who,
        id: u64,
        content: Vec<u8>,
        takes: bool,
        verb: impl FnOnce(&mut Model) -> Expected,
    ) -> Expected {
        let waits = (self.unreviewed && !takes).then_some(Code::RestoreUnreviewed);
        if let Some(code) = self.before_any_verb().or_else(|| self.refuses(who)).or(waits).or_else(|| self.refuses_review(who)) {
            return vec![code];
        }
        if let Some(before) = self.answered.get(&(who, id)) {
            return vec![if before.content == content { before.code } else { Code::RequestIdReused }];
        }
        let expected = verb(self);
        if expected[0] != Code::Allowed {
            let count = self.refused.entry((who, self.now / 3600)).or_default();
            if *count >= 60 {
                return expected;
            }
            *count += 1;
        }
        self.wrote();
        // Where two codes are true, the one that was given is what a repeat must give; the walk settles it.
        self.answered.insert((who, id), Answer { content, code: expected[0], created: self.asked });
        expected
    }

    /// Tells the model which of several true codes was given.
    pub fn settle(&mut self, who: Who, id: u64, code: Code) {
        if let Some(answer) = self.answered.get_mut(&(who, id)) {
            answer.code = code;
        }
    }

    /// A new account, or a new place for one.
    pub fn admit(&mut self, who: Who, role: Role, proved: bool) -> u32 {
        if let Some(account) = self.accounts.get_mut(&who) {
            (account.role, account.proved) = (Some(role), true);
            return account.born;
        }
        self.births += 1;
        self.accounts.insert(who, Account { active: true, role: Some(role), born: self.births, falls: 0, proved });
        self.births
    }

    /// Whether the maker of this offer could make it again now.
    pub fn stands_behind(&self, number: usize, offer: &Offer) -> Option<Code> {
        let restored = self.invites.get(&number).is_some_and(|invite| invite.epoch != self.epoch);
        match &offer.maker {
            Maker::Server if self.owner.is_some() && offer.rebind.is_none() => Some(Code::OwnerExists),
            Maker::Server if self.owner_invite == Some(number) && self.owner == offer.rebind && !restored => None,
            Maker::Server => Some(Code::IssuerLostAuthority),
            Maker::Person { .. } if restored => Some(Code::IssuerLostAuthority),
            Maker::Person { who, born, falls } => {
                let same = self.accounts.get(who).is_some_and(|a| a.active && a.born == *born && a.falls == *falls);
                (!same || !self.is_staff(*who)).then_some(Code::IssuerLostAuthority)
            }
        }
    }

    pub fn expired(&self, offer: &Offer) -> bool {
        offer.expires.is_some_and(|at| self.now >= at)
    }
}
