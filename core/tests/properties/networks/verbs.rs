//! The naive model's verbs about places and their people: a few lines each, as the specification tells them.

use super::act::{Act, Change, NAMES};
use super::model::{At, Expected, Model, Place, SERVER, Stand, Who};
use doorward_core::Code;
use doorward_core::record::{JoinRule, Pause};
use doorward_core::role::{Permission as P, Role};

impl Model {
    /// What the answer should be; and if it is yes, what follows.
    pub fn answer(&mut self, act: Act) -> Expected {
        let code = match act {
            Act::Register { who, target } => self.registers(who, target),
            Act::Prove { who } => self.proves(who),
            Act::Revoke { who, target } => self.revoke(who, target),
            Act::Restore { who, target } => self.restore(who, target),
            Act::Delete { who, target } => self.delete(who, target),
            Act::Join { who } => self.join(who),
            Act::IsAuthorized { target } => self.is_authorized(target),
            Act::Create { who, name, rule, most, listed } => self.create(who, name, (rule, most, listed)),
            Act::DeleteSpace { who, at } => self.delete_space(who, at),
            Act::Update { who, at, change } => self.update(who, at, change),
            Act::ListSpaces { who, .. } => self.refuses_at(who, SERVER).unwrap_or(Code::Allowed),
            Act::ShowSpace { who, at } => self.refuses_at(who, at).unwrap_or(Code::Allowed),
            Act::ListMembers { who, at } => self.refuses_to(who, at, P::Read).unwrap_or(Code::Allowed),
            Act::ListBans { who, at } => self.refuses_to(who, at, P::Ban).unwrap_or(Code::Allowed),
            Act::ListAllowed { who, at } => self.refuses_to(who, at, P::ManageSpace).unwrap_or(Code::Allowed),
            Act::ListInvites { who, at } => self.refuses_to(who, at, P::Invite).unwrap_or(Code::Allowed),
            Act::Enter { who, at } => self.enter(who, at),
            Act::Leave { who, at } => self.leave(who, at),
            Act::Kick { who, target, at } => self.kick(who, target, at),
            Act::Ban { who, target, at, until } => self.ban(who, target, at, until),
            Act::Unban { who, target, at } => self.unban(who, target, at),
            Act::SetRole { who, target, at, role } => self.set_role(who, target, at, role),
            Act::Transfer { who, target, at } => self.transfer(who, target, at),
            Act::SetTags { who, target, at, tagged } => self.set_tags(who, target, at, tagged),
            Act::Allow { who, target, at } => self.allow(who, target, at, true),
            Act::Disallow { who, target, at } => self.allow(who, target, at, false),
            Act::Can { asker, target, permission, at } => self.can(asker, target, permission, at),
            Act::Sees { who, .. } => self.is_authorized(who),
            _ => unreachable!("an act with an offer"),
        };
        vec![code]
    }

    fn create(&mut self, who: Who, name: usize, (rule, most, listed): (JoinRule, u32, bool)) -> Code {
        if let Some(code) = self.refuses_at(who, SERVER) {
            return code;
        }
        match () {
            () if !self.governs(who) => return Code::MissingPermission,
            () if name >= 3 => return Code::BadName,
            () if self.has(NAMES[name]) => return Code::NameTaken,
            () if !self.people[&who].proved => return Code::Unproved,
            () => {}
        }
        let owner = (who, self.people[&who].born);
        self.places.push(Place { listed, most, ..Place::new(NAMES[name], owner, rule) });
        self.seat(who, self.places.len() - 1, Role::Owner, None);
        Code::Allowed
    }

    fn has(&self, name: &str) -> bool {
        self.places[1..].iter().any(|place| place.there && place.name == name)
    }

    fn delete_space(&mut self, who: Who, at: At) -> Code {
        if let Some(code) = self.refuses_to(who, at, P::DeleteSpace) {
            return code;
        }
        if at == SERVER {
            return Code::MissingPermission;
        }
        self.places[at].there = false;
        Code::Allowed
    }

    fn update(&mut self, who: Who, at: At, change: Change) -> Code {
        if let Some(code) = self.refuses_to(who, at, P::ManageSpace) {
            return code;
        }
        let (now, place) = (self.now, &self.places[at]);
        let switches = matches!(change, Change::Governed(on, _) if on != place.governed);
        let (governed, rule) = match change {
            Change::Governed(on, rule) => (on, rule.unwrap_or(place.rule)),
            Change::Rule(rule) => (place.governed, rule),
            _ => (place.governed, place.rule),
        };
        match change {
            _ if switches && !matches!(self.stand(who, at), Stand::Above(_)) => return Code::MissingPermission,
            Change::Name(name) if NAMES[name] == place.name => return Code::Allowed,
            Change::Name(name) if name >= 3 => return Code::BadName,
            Change::Name(name) if self.has(NAMES[name]) => return Code::NameTaken,
            Change::Pause(Pause::Until(until)) if until.0 <= now => return Code::ExpiryInPast,
            _ if !governed && rule == JoinRule::Invite => return Code::NotGoverned,
            _ => {}
        }
        if switches && governed && !self.find_owner(at) {
            return Code::NotGoverned;
        }
        let place = &mut self.places[at];
        match change {
            Change::Rule(_) | Change::Governed(..) => (place.rule, place.governed) = (rule, governed),
            Change::Pause(Pause::No) => place.paused_until = 0,
            Change::Pause(Pause::Until(until)) => place.paused_until = until.0,
            Change::Pause(Pause::UntilLifted) => place.paused_until = u64::MAX,
            Change::Most(most) => place.most = most,
            Change::Listed(listed) => place.listed = listed,
            Change::Name(name) => place.name = NAMES[name],
        }
        if switches && !governed {
            self.clear_roles(at);
        }
        Code::Allowed
    }

    /// Whoever had more than a member's role has fallen: what he offered does not come back with a role.
    fn clear_roles(&mut self, at: At) {
        let higher: Vec<Who> =
            self.places[at].seats.iter().filter(|(_, seat)| seat.role != Role::Member).map(|(who, _)| *who).collect();
        for who in higher {
            self.places[at].seats.get_mut(&who).unwrap().role = Role::Member;
            self.fall(who, at);
        }
    }

    /// Who owns a network that begins to be governed: the remembered owner, else the earliest active member.
    pub fn heir(&self, at: At) -> Option<Who> {
        let place = &self.places[at];
        let mut line: Vec<(u64, Who)> = place.seats.iter().map(|(who, seat)| (seat.since, *who)).collect();
        line.sort_unstable();
        let remembered = place.owner.filter(|(who, born)| self.born(*who) == Some(*born)).map(|(who, _)| who);
        let fit = |who: &Who| self.role(*who, at).is_some() && self.fallen(*who, at).is_none();
        remembered.into_iter().chain(line.into_iter().map(|(_, who)| who)).find(fit)
    }

    fn find_owner(&mut self, at: At) -> bool {
        let Some(owner) = self.heir(at) else { return false };
        let born = self.people[&owner].born;
        let place = &mut self.places[at];
        place.owner = Some((owner, born));
        place.seats.get_mut(&owner).unwrap().role = Role::Owner;
        true
    }

    /// The direct join, in the order of the specification.
    fn would_join(&self, who: Who, at: At) -> Code {
        let place = &self.places[at];
        match place.rule {
            _ if self.now < place.paused_until => Code::Paused,
            JoinRule::Closed => Code::JoinClosed,
            JoinRule::Invite | JoinRule::Token => Code::JoinNeedsInvite,
            JoinRule::Allowlist if !self.is_allowed(who, at) => Code::NotAllowlisted,
            JoinRule::Open | JoinRule::Allowlist => match self.fallen(who, at) {
                Some(code) => code,
                None if self.role(who, at).is_some() => Code::AlreadyMember,
                None if self.is_full(at) => Code::SpaceFull,
                None => Code::Allowed,
            },
        }
    }

    fn enter(&mut self, who: Who, at: At) -> Code {
        let code = self.refuses_at(who, at).unwrap_or_else(|| self.would_join(who, at));
        if code == Code::Allowed {
            self.seat(who, at, Role::Member, None);
        }
        code
    }

    fn join(&mut self, who: Who) -> Code {
        let code = self.clock().unwrap_or_else(|| self.would_join(who, SERVER));
        if code == Code::Allowed {
            if !self.people.contains_key(&who) {
                self.register(who, true);
            }
            self.people.get_mut(&who).unwrap().proved = true;
            self.seat(who, SERVER, Role::Member, None);
        }
        code
    }

    fn leave(&mut self, who: Who, at: At) -> Code {
        if let Some(code) = self.refuses_at(who, at) {
            return code;
        }
        match self.role(who, at) {
            None => Code::NotAMember,
            Some(Role::Owner) if at == SERVER => Code::LastOwner,
            Some(Role::Owner) => Code::IsOwner,
            Some(_) => {
                self.put_out(who, at);
                Code::Allowed
            }
        }
    }

    fn put_out(&mut self, who: Who, at: At) {
        if self.role(who, at).is_some() {
            self.places[at].seats.remove(&who);
        }
        self.fall(who, at);
    }

    /// May `who` act on this member, or at least on this key?
    fn refuses_to_put_out(&self, who: Who, target: Who, at: At) -> Option<Code> {
        let owner = self.role(target, at) == Some(Role::Owner);
        match self.stand(who, at) {
            _ if owner && who == target && at == SERVER => Some(Code::LastOwner),
            Stand::Above(_) if owner => Some(Code::IsOwner),
            _ if owner && who == target => Some(Code::IsOwner),
            _ => (!self.outranks(who, target, at)).then_some(Code::RankTooLow),
        }
    }

    fn kick(&mut self, who: Who, target: Who, at: At) -> Code {
        let stranger = || self.role(target, at).is_none().then_some(Code::NotAMember);
        let refused = self.refuses_to(who, at, P::Kick).or_else(stranger);
        if let Some(code) = refused.or_else(|| self.refuses_to_put_out(who, target, at)) {
            return code;
        }
        self.put_out(target, at);
        Code::Allowed
    }

    fn ban(&mut self, who: Who, target: Who, at: At, until: Option<u64>) -> Code {
        let past = || until.is_some_and(|until| until <= self.now).then_some(Code::ExpiryInPast);
        let refused = self.refuses_to(who, at, P::Ban).or_else(past);
        if let Some(code) = refused.or_else(|| self.refuses_to_put_out(who, target, at)) {
            return code;
        }
        self.put_out(target, at);
        self.places[at].bans.insert(target, until.unwrap_or(u64::MAX));
        Code::Allowed
    }

    fn unban(&mut self, who: Who, target: Who, at: At) -> Code {
        if let Some(code) = self.refuses_to(who, at, P::Ban) {
            return code;
        }
        self.places[at].bans.remove(&target);
        Code::Allowed
    }

    fn allow(&mut self, who: Who, target: Who, at: At, on: bool) -> Code {
        if let Some(code) = self.refuses_to(who, at, P::ManageSpace) {
            return code;
        }
        let (now, born) = (self.is_allowed(target, at), self.born(target));
        let allowed = &mut self.places[at].allowed;
        if on && !now {
            allowed.insert(target, born);
        } else if now && !on {
            allowed.remove(&target);
        }
        Code::Allowed
    }

    fn set_role(&mut self, who: Who, target: Who, at: At, role: Role) -> Code {
        if let Some(code) = self.refuses_to(who, at, P::ManageRoles) {
            return code;
        }
        let code = match (role, self.role(target, at)) {
            _ if !self.places[at].governed => Code::NotGoverned,
            (role, _) if !self.may_grant(who, at, role) => Code::GrantTooHigh,
            (_, None) => Code::NotAMember,
            (_, Some(Role::Owner)) => Code::IsOwner,
            (Role::Admin, Some(Role::Admin)) => Code::AlreadyAdmin,
            (Role::Member, Some(Role::Member)) => Code::AlreadyMemberRole,
            _ if !self.outranks(who, target, at) => Code::RankTooLow,
            (Role::Admin, _) => self.unfit(target, at).unwrap_or(Code::Allowed),
            _ => Code::Allowed,
        };
        if code == Code::Allowed {
            self.places[at].seats.get_mut(&target).unwrap().role = role;
            if role == Role::Member {
                self.fall(target, at);
            }
        }
        code
    }

    /// Why nothing is given to somebody.
    fn unfit(&self, who: Who, at: At) -> Option<Code> {
        let banned = self.is_banned(who, SERVER) || self.is_banned(who, at);
        if banned { Some(Code::Banned) } else { self.fallen(who, at) }
    }

    fn transfer(&mut self, who: Who, target: Who, at: At) -> Code {
        if let Some(code) = self.refuses_to(who, at, P::Transfer) {
            return code;
        }
        let place = &self.places[at];
        let owner = place.owner.map(|(owner, _)| owner);
        // Its owner hands it over; who governs the server takes it from an owner of lower rank there.
        let may = owner == Some(who) || owner.is_some_and(|owner| self.outranks(who, owner, at));
        let code = match self.role(target, at) {
            _ if !place.governed => Code::NotGoverned,
            None => Code::NotAMember,
            Some(Role::Owner) => Code::AlreadyOwner,
            Some(_) if !may => Code::RankTooLow,
            Some(_) => match self.unfit(target, at) {
                Some(code) => code,
                None if !self.people[&target].proved => Code::Unproved,
                None => Code::Allowed,
            },
        };
        if code == Code::Allowed {
            let born = self.people[&target].born;
            let place = &mut self.places[at];
            owner.and_then(|owner| place.seats.get_mut(&owner)).unwrap().role = Role::Admin;
            place.seats.get_mut(&target).unwrap().role = Role::Owner;
            place.owner = Some((target, born));
            if at == SERVER {
                self.owner_invite = None;
            }
        }
        code
    }

    fn set_tags(&mut self, who: Who, target: Who, at: At, tagged: bool) -> Code {
        let refused = self.refuses_to(who, at, P::ManageTags);
        if let Some(code) = refused.or_else(|| self.role(target, at).is_none().then_some(Code::NotAMember)) {
            return code;
        }
        if who != target && !self.outranks(who, target, at) {
            return Code::RankTooLow;
        }
        self.places[at].seats.get_mut(&target).unwrap().tag = tagged.then_some("tea");
        Code::Allowed
    }
}
