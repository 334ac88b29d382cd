//! What networks should be, in plain words and plain structs, as the specification tells it: people, places with seats
//! and bans, offers. It knows nothing of records, keys, facts or rules, and predicts the code of every answer.

use doorward_core::Code;
use doorward_core::record::JoinRule;
use doorward_core::role::{Permission, Role};
use std::collections::BTreeMap;

/// A person's number, in order of keys; the same number is the same key for ever.
pub type Who = usize;
/// A place's number, in order of making; networks that are gone keep theirs.
pub type At = usize;
/// The first place.
pub const SERVER: At = 0;

/// Someone with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Which registration this is, counted over the whole server.
    pub born: u32,
    pub active: bool,
    /// How often it fell everywhere since.
    pub falls: u32,
    /// Whether it signed its keys.
    pub proved: bool,
}

/// A membership. Of a registration that is over it is inert, until housekeeping takes it away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    pub born: u32,
    pub role: Role,
    pub since: u64,
    pub tag: Option<&'static str>,
}

/// The server or a network.
#[derive(Clone, Debug)]
pub struct Place {
    pub name: &'static str,
    /// Whether it is there still.
    pub there: bool,
    pub listed: bool,
    pub governed: bool,
    /// Its owner, or who owned it last; and which registration.
    pub owner: Option<(Who, u32)>,
    pub rule: JoinRule,
    /// Until when joining is paused; `u64::MAX` = until lifted.
    pub paused_until: u64,
    /// 0 = no limit.
    pub most: u32,
    pub seats: BTreeMap<Who, Seat>,
    /// Barred keys, until when.
    pub bans: BTreeMap<Who, u64>,
    /// The allowlist: keys, and for which registration, if they had one then.
    pub allowed: BTreeMap<Who, Option<u32>>,
    /// How often keys fell here.
    pub falls: BTreeMap<Who, u32>,
}

/// Who made an invite, and how often that one had fallen then, everywhere and there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Maker {
    Server,
    Person { who: Who, born: u32, falls: u32, there: u32 },
}

/// An offer: what claims say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub at: At,
    pub maker: Maker,
    pub role: Role,
    pub max: u32,
    /// `None` = never.
    pub expires: Option<u64>,
    pub tag: Option<&'static str>,
    /// Whose place it gives.
    pub rebind: Option<Who>,
}

/// A minted invite.
#[derive(Clone, Debug)]
pub struct Invite {
    pub offer: Offer,
    pub spent: u32,
    pub cancelled: bool,
    /// It was void, and its maker was deleted: it is filed as the one or as the other.
    pub unsure: bool,
    /// By whom it was spent: which registration then (0 = none), and whether it let them in.
    pub uses: BTreeMap<Who, (u32, bool)>,
}

/// A key took another's place: its memberships of networks follow by housekeeping.
#[derive(Clone, Debug)]
pub struct Move {
    pub from: (Who, u32),
    pub to: (Who, u32),
}

/// As what somebody acts in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// As the member he is.
    In(Role),
    /// As who governs the server.
    Above(Role),
    Out,
}

/// The whole server.
#[derive(Clone, Debug, Default)]
pub struct Model {
    pub now: u64,
    /// The latest time of anything that was kept.
    pub highest: u64,
    pub births: u32,
    pub people: BTreeMap<Who, Person>,
    pub places: Vec<Place>,
    pub invites: BTreeMap<usize, Invite>,
    pub owner_invite: Option<usize>,
    pub moves: Vec<Move>,
}

/// What may be answered. Usually one code; where two are true, both.
pub type Expected = Vec<Code>;

impl Model {
    /// The code of every request, if the clock is behind.
    pub fn clock(&self) -> Option<Code> {
        (self.now + 5 < self.highest).then_some(Code::ClockBehind)
    }

    /// Why this person's signed requests are refused whatever they ask.
    pub fn refuses(&self, who: Who) -> Option<Code> {
        let code = match self.people.get(&who) {
            None => Code::Unauthenticated,
            Some(person) if !person.active => Code::AccountRevoked,
            Some(_) if self.is_banned(who, SERVER) => Code::Banned,
            Some(_) if self.role(who, SERVER).is_none() => Code::NotAMember,
            Some(_) => return None,
        };
        Some(code)
    }

    /// The same, and what a place is to those who may not see it.
    pub fn refuses_at(&self, who: Who, at: At) -> Option<Code> {
        let unseen = || (!self.is_visible(who, at)).then_some(Code::NotFound);
        self.clock().or_else(|| self.refuses(who)).or_else(unseen)
    }

    /// The same, and what it takes.
    pub fn refuses_to(&self, who: Who, at: At, permission: Permission) -> Option<Code> {
        let missing = || (!self.may(who, at, permission)).then_some(Code::MissingPermission);
        self.refuses_at(who, at).or_else(missing)
    }

    pub fn born(&self, who: Who) -> Option<u32> {
        self.people.get(&who).map(|person| person.born)
    }

    /// What somebody is in a place.
    pub fn role(&self, who: Who, at: At) -> Option<Role> {
        let place = &self.places[at];
        let seat = place.seats.get(&who).filter(|_| place.there)?;
        (Some(seat.born) == self.born(who)).then_some(seat.role)
    }

    pub fn governs(&self, who: Who) -> bool {
        self.role(who, SERVER) >= Some(Role::Admin)
    }

    pub fn stand(&self, who: Who, at: At) -> Stand {
        match (self.role(who, SERVER), self.role(who, at)) {
            (Some(role), _) if at != SERVER && role != Role::Member => Stand::Above(role),
            (Some(_), Some(role)) => Stand::In(role),
            _ => Stand::Out,
        }
    }

    /// The table of roles.
    pub fn may(&self, who: Who, at: At, permission: Permission) -> bool {
        let name = permission.name();
        match (self.stand(who, at), at) {
            (Stand::Out, _) => false,
            (Stand::Above(_), _) => name != "manage-accounts",
            (Stand::In(Role::Owner), SERVER) => true,
            (Stand::In(Role::Owner), _) => name != "manage-accounts",
            (Stand::In(Role::Admin), SERVER) => !["transfer", "delete-space"].contains(&name),
            (Stand::In(Role::Admin), _) => {
                ["read", "send", "invite", "kick", "ban", "manage-tags", "manage-space"].contains(&name)
            }
            (Stand::In(Role::Member), _) => ["read", "send"].contains(&name),
        }
    }

    /// Whether somebody may give that role there: `member` is no more than the door.
    pub fn may_grant(&self, who: Who, at: At, role: Role) -> bool {
        match role {
            Role::Owner => false,
            Role::Admin => self.places[at].governed && self.may(who, at, Permission::ManageRoles),
            Role::Member => true,
        }
    }

    /// Whether `who` ranks above `target`. Who governs the server compares ranks there.
    pub fn outranks(&self, who: Who, target: Who, at: At) -> bool {
        let rank = |role: Option<Role>| role.map_or(0, Role::rank);
        match self.stand(who, at) {
            Stand::Above(role) => role.rank() > rank(self.role(target, SERVER)),
            Stand::In(role) => role.rank() > rank(self.role(target, at)),
            Stand::Out => false,
        }
    }

    pub fn is_visible(&self, who: Who, at: At) -> bool {
        let place = &self.places[at];
        place.there && (place.listed || self.stand(who, at) != Stand::Out || self.is_allowed(who, at))
    }

    /// On its allowlist, as the account that it is now.
    pub fn is_allowed(&self, who: Who, at: At) -> bool {
        let entry = self.places[at].allowed.get(&who);
        entry.is_some_and(|born| at == SERVER || born.is_none() || *born == self.born(who))
    }

    /// Banned from this very place.
    pub fn is_banned(&self, who: Who, at: At) -> bool {
        self.places[at].bans.get(&who).is_some_and(|until| self.now < *until)
    }

    /// Why somebody may not be in a place, whatever else.
    pub fn fallen(&self, who: Who, at: At) -> Option<Code> {
        match self.people.get(&who) {
            Some(person) if !person.active => Some(Code::AccountRevoked),
            _ => (self.is_banned(who, SERVER) || self.is_banned(who, at)).then_some(Code::Banned),
        }
    }

    pub fn is_full(&self, at: At) -> bool {
        let place = &self.places[at];
        place.most != 0 && place.seats.len() >= place.most as usize
    }

    /// Whether somebody owns networks, also those that are on their way.
    pub fn owns(&self, who: Who) -> bool {
        let its = |owner: &(Who, u32)| match self.moves.iter().find(|mv| mv.from == *owner) {
            Some(mv) => mv.to.0 == who,
            None => owner.0 == who,
        };
        self.places[1..].iter().any(|place| place.there && place.governed && place.owner.as_ref().is_some_and(its))
    }

    /// How often somebody has fallen there by itself.
    pub fn falls_at(&self, who: Who, at: At) -> u32 {
        self.places[at].falls.get(&who).copied().unwrap_or(0)
    }

    /// What somebody offered is void from now on: there, or, of the server, everywhere.
    pub fn fall(&mut self, who: Who, at: At) {
        let Some(person) = self.people.get_mut(&who) else { return };
        if at == SERVER {
            person.falls += 1;
        } else {
            *self.places[at].falls.entry(who).or_default() += 1;
        }
    }

    /// A new account.
    pub fn register(&mut self, who: Who, proved: bool) -> u32 {
        self.births += 1;
        self.people.insert(who, Person { born: self.births, active: true, falls: 0, proved });
        self.births
    }

    pub fn seat(&mut self, who: Who, at: At, role: Role, tag: Option<&'static str>) {
        let (born, since) = (self.people[&who].born, self.now);
        self.places[at].seats.insert(who, Seat { born, role, since, tag });
    }

    /// Housekeeping is done with everything.
    pub fn tidied(&mut self) {
        let moves = std::mem::take(&mut self.moves);
        for place in self.places[1..].iter_mut().filter(|place| place.there) {
            moves.iter().for_each(|mv| place.follow(mv, self.people.get(&mv.to.0).map(|person| person.born)));
            place.seats.retain(|who, seat| self.people.get(who).is_some_and(|person| person.born == seat.born));
        }
        self.places[1..].iter_mut().filter(|place| !place.there).for_each(|place| place.seats.clear());
    }
}

impl Place {
    /// A place that is listed and governed, with an owner and no members yet.
    pub fn new(name: &'static str, owner: (Who, u32), rule: JoinRule) -> Self {
        let (seats, bans, allowed, falls) = Default::default();
        let (there, listed, governed, owner, paused_until, most) = (true, true, true, Some(owner), 0, 0);
        Self { name, there, listed, governed, owner, rule, paused_until, most, seats, bans, allowed, falls }
    }

    /// A membership goes to the key that took the place of its holder's, if that is still the same account.
    fn follow(&mut self, mv: &Move, now: Option<u32>) {
        let ((from, born), (to, new)) = (mv.from, mv.to);
        if self.governed && self.owner == Some(mv.from) {
            self.owner = Some(mv.to);
        }
        let Some(seat) = self.seats.get(&from).filter(|seat| seat.born == born).cloned() else { return };
        self.seats.remove(&from);
        if now != Some(new) {
            return;
        }
        match self.seats.get_mut(&to).filter(|own| own.born == new) {
            Some(own) => own.role = own.role.max(seat.role),
            None => drop(self.seats.insert(to, Seat { born: new, ..seat })),
        }
    }
}
