//! The naive model's verbs about accounts, and the questions of services.

use super::model::{At, Model, Move, Place, SERVER, Seat, Who};
use doorward_core::Code;
use doorward_core::record::JoinRule;
use doorward_core::role::{Permission as P, Role};

impl Model {
    pub fn is_authorized(&self, who: Who) -> Code {
        let unknown = |code| if code == Code::Unauthenticated { Code::UnknownAccount } else { code };
        self.clock().or_else(|| self.refuses(who)).map_or(Code::Allowed, unknown)
    }

    pub fn can(&self, asker: Option<Who>, target: Who, permission: P, at: At) -> Code {
        if let Some(asker) = asker {
            let audits = self.may(asker, SERVER, P::ReadAudit);
            if let Some(code) = self.refuses_at(asker, SERVER) {
                return code;
            }
            if asker != target && !audits {
                return Code::MissingPermission;
            }
            if !audits && !self.is_visible(asker, at) {
                return Code::NotFound;
            }
        }
        match self.is_authorized(target) {
            Code::ClockBehind => Code::ClockBehind,
            _ if !self.places[at].there => Code::NotFound,
            Code::Allowed if self.may(target, at, permission) => Code::Allowed,
            Code::Allowed if self.is_banned(target, at) => Code::Banned,
            Code::Allowed => Code::MissingPermission,
            code => code,
        }
    }

    pub fn registers(&mut self, who: Who, target: Who) -> Code {
        let code = match () {
            () if self.people.contains_key(&target) => Code::AccountExists,
            () if self.is_banned(target, SERVER) => Code::Banned,
            () if self.is_full(SERVER) => Code::SpaceFull,
            () => Code::Allowed,
        };
        let code = self.refuses_to(who, SERVER, P::ManageAccounts).unwrap_or(code);
        if code == Code::Allowed {
            self.register(target, false);
            self.seat(target, SERVER, Role::Member, None);
        }
        code
    }

    pub fn proves(&mut self, who: Who) -> Code {
        if let Some(code) = self.refuses_at(who, SERVER) {
            return code;
        }
        self.people.get_mut(&who).unwrap().proved = true;
        Code::Allowed
    }

    /// May `who` change the account of `target`?
    fn refuses_to_change(&self, who: Who, target: Who, takes: bool) -> Option<Code> {
        let refused = self.refuses_to(who, SERVER, P::ManageAccounts);
        refused.or_else(|| match () {
            () if !self.people.contains_key(&target) => Some(Code::NotFound),
            () if takes && who == target && self.role(who, SERVER) == Some(Role::Owner) => Some(Code::LastOwner),
            () => (!self.outranks(who, target, SERVER)).then_some(Code::RankTooLow),
        })
    }

    pub fn revoke(&mut self, who: Who, target: Who) -> Code {
        if let Some(code) = self.refuses_to_change(who, target, true) {
            return code;
        }
        let person = self.people.get_mut(&target).unwrap();
        person.falls += u32::from(person.active);
        person.active = false;
        Code::Allowed
    }

    pub fn restore(&mut self, who: Who, target: Who) -> Code {
        if let Some(code) = self.refuses_to_change(who, target, false) {
            return code;
        }
        self.people.get_mut(&target).unwrap().active = true;
        Code::Allowed
    }

    pub fn delete(&mut self, who: Who, target: Who) -> Code {
        let owner = || self.owns(target).then_some(Code::OwnsSpaces);
        if let Some(code) = self.refuses_to_change(who, target, true).or_else(owner) {
            return code;
        }
        self.drop_offers_of(target);
        self.people.remove(&target);
        self.places[SERVER].seats.remove(&target);
        // In networks, what was given to this account does not wait for another; what was given to the key before it had
        // one does.
        self.places[SERVER].allowed.remove(&target);
        Code::Allowed
    }

    /// A key takes the place of another at the server; the rest of it follows.
    pub fn take_place(&mut self, who: Who, old: Who) {
        let born = self.register(who, true);
        let from = (old, self.people[&old].born);
        let server = &mut self.places[SERVER];
        let seat = server.seats.remove(&old).unwrap();
        server.seats.insert(who, Seat { born, ..seat });
        server.owner = Some((who, born));
        self.owner_invite = None;
        // Whatever was on its way to the old key goes on to the new one.
        self.moves.iter_mut().filter(|mv| mv.to == from).for_each(|mv| mv.to = (who, born));
        self.moves.push(Move { from, to: (who, born) });
    }

    /// A server with its owner.
    pub fn founded(now: u64, owner: Who) -> Self {
        let mut model = Self { now, highest: now, ..Self::default() };
        model.places.push(Place::new("Walk", (owner, 1), JoinRule::Invite));
        model.register(owner, true);
        model.seat(owner, SERVER, Role::Owner, None);
        model
    }
}
