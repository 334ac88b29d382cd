//! The naive model's verbs: a few lines each, as one would tell them.

use super::model::{Expected, Invite, Maker, Model, Offer, Who};
use doorward_core::Code;
use doorward_core::role::{Permission, Role};
use std::collections::BTreeMap;

fn one(code: Code) -> Expected {
    vec![code]
}

impl Model {
    /// The operator makes an owner invite.
    pub fn init(&mut self, number: usize, offer: &Offer) -> Expected {
        if self.founded && self.now + 5 < self.highest {
            return one(Code::ClockBehind);
        }
        if self.owner.is_some() {
            return one(Code::OwnerExists);
        }
        if self.invites.contains_key(&number) || self.expired(offer) {
            return one(Code::DamagedInvite);
        }
        self.founded = true;
        if let Some(former) = self.owner_invite.replace(number) {
            let former = self.invites.get_mut(&former).unwrap();
            former.cancelled = true;
        }
        self.enter(number, offer);
        self.wrote();
        one(Code::Allowed)
    }

    fn enter(&mut self, number: usize, offer: &Offer) {
        let (offer, epoch, uses) = (offer.clone(), self.epoch, BTreeMap::new());
        let invite = Invite { offer, spent: 0, cancelled: false, closing: false, void: false, epoch, uses, admitted: 0 };
        self.invites.insert(number, invite);
    }

    /// The operator revokes the owner's key and makes a link for another.
    pub fn recover(&mut self, number: usize, offer: &Offer) -> Expected {
        if let Some(code) = self.before_any_verb() {
            return one(code);
        }
        let Some(owner) = self.owner else { return one(Code::NotFound) };
        if offer.rebind != Some(owner) || self.invites.contains_key(&number) || self.expired(offer) {
            return one(Code::DamagedInvite);
        }
        let account = self.accounts.get_mut(&owner).unwrap();
        account.falls += u32::from(account.active);
        account.active = false;
        if let Some(former) = self.owner_invite.replace(number) {
            let former = self.invites.get_mut(&former).unwrap();
            former.cancelled |= former.spent == 0;
        }
        self.enter(number, offer);
        self.wrote();
        one(Code::Allowed)
    }

    /// The operator put a state back. (Here: the very one there is.)
    pub fn begin_restore(&mut self) -> Expected {
        if let Some(code) = self.before_any_verb() {
            return one(code);
        }
        self.epoch += 1;
        self.unreviewed = true;
        self.wrote();
        one(Code::Allowed)
    }

    /// The operator accepts it.
    pub fn accept_restore(&mut self) -> Expected {
        if let Some(code) = self.before_any_verb() {
            return one(code);
        }
        if std::mem::take(&mut self.unreviewed) {
            self.wrote();
        }
        one(Code::Allowed)
    }

    /// Housekeeping went through the request ids: those over 15 minutes old are free again.
    pub fn swept(&mut self) {
        let (now, before) = (self.now, self.answered.len());
        self.answered.retain(|_, answer| answer.created + 900 >= now);
        if before > self.answered.len() {
            self.wrote();
        }
    }

    pub fn mint(&mut self, who: Who, number: usize, offer: &Offer) -> Expected {
        let me = self.accounts[&who].clone();
        if !self.is_staff(who) {
            return one(Code::MissingPermission);
        }
        if offer.maker != (Maker::Person { who, born: me.born, falls: me.falls }) {
            return one(Code::DamagedInvite);
        }
        if self.invites.contains_key(&number) {
            return one(Code::InviteExists);
        }
        if offer.role == Role::Owner {
            return one(Code::GrantTooHigh);
        }
        let days = if offer.role == Role::Member { 365 } else { 7 };
        match offer.expires {
            Some(at) if at <= self.now => return one(Code::ExpiryInPast),
            Some(at) if at > self.now + days * 86_400 => return one(Code::ExpiryTooFar),
            None if offer.role != Role::Member => return one(Code::ExpiryTooFar),
            None if offer.max == 0 => return one(Code::UnlimitedNeedsExpiry),
            _ => {}
        }
        if offer.role != Role::Member && !(1..=10).contains(&offer.max) {
            return one(Code::TooManyUses);
        }
        self.enter(number, offer);
        one(Code::Allowed)
    }

    /// What a redeem would say now; the same for a preview with one's own proof. `true` = a use is spent.
    pub fn would_redeem(&self, who: Option<Who>, number: usize) -> (Expected, bool) {
        let Some(invite) = self.invites.get(&number) else { return (one(Code::NotFound), false) };
        let account = who.and_then(|who| self.accounts.get(&who));
        let born = account.map_or(0, |account| account.born);
        let seated = account.is_some_and(|account| account.role.is_some());
        // Whoever came in, and lost the place to new keys, has left.
        if who.and_then(|who| invite.uses.get(&who)).is_some_and(|used| used.0 == born && (seated || !used.1)) {
            return (one(Code::UsedByYou), false);
        }
        if invite.cancelled {
            return (one(Code::InviteCancelled), false);
        }
        if self.expired(&invite.offer) {
            return (if invite.closing { vec![Code::Expired, Code::InviteCancelled] } else { one(Code::Expired) }, false);
        }
        if invite.offer.max != 0 && invite.spent >= invite.offer.max {
            return (one(Code::UsedUp), false);
        }
        if let Some(code) = self.stands_behind(number, &invite.offer) {
            return (if invite.closing { vec![code, Code::InviteCancelled] } else { one(code) }, false);
        }
        if self.unreviewed {
            return (one(Code::RestoreUnreviewed), false);
        }
        let rebinds = invite.offer.rebind.is_some();
        if let Some(code) = self.place.shut_to_links(who, self.now).filter(|_| !rebinds) {
            return (one(code), false);
        }
        match account {
            Some(account) if !account.active => (one(Code::AccountRevoked), true),
            _ if who.is_some_and(|who| self.is_banned(who)) => (one(Code::Banned), true),
            Some(account) if account.role.is_some() || rebinds => (one(Code::AccountExists), true),
            _ if !rebinds && self.is_full() => (one(Code::SpaceFull), false),
            Some(_) | None => (one(Code::Allowed), true),
        }
    }

    pub fn redeem(&mut self, who: Who, number: usize, id: u64, content: Vec<u8>) -> Expected {
        if let Some(code) = self.before_any_verb() {
            return one(code);
        }
        if !self.invites.contains_key(&number) {
            return one(Code::NotFound);
        }
        if let Some(before) = self.answered.get(&(who, id)) {
            let admitted = self.invites[&number].uses.get(&who).map_or(0, |used| used.0);
            let account = self.accounts.get(&who).filter(|account| account.born == admitted);
            return one(match (before.content == content, account) {
                (false, _) => Code::RequestIdReused,
                (true, None) if before.code == Code::Allowed => Code::UnknownAccount,
                (true, Some(account)) if before.code == Code::Allowed && !account.active => Code::AccountRevoked,
                (true, Some(_)) if before.code == Code::Allowed && self.is_banned(who) => Code::Banned,
                (true, _) => before.code,
            });
        }
        let (expected, spends) = self.would_redeem(Some(who), number);
        if !spends {
            return expected;
        }
        let code = expected[0];
        let mut born = self.accounts.get(&who).map_or(0, |account| account.born);
        if code == Code::Allowed {
            let Offer { role, rebind, .. } = self.invites[&number].offer;
            born = self.admit(who, role, true);
            if let Some(old) = rebind {
                self.accounts.get_mut(&old).unwrap().role = None;
            }
            if role == Role::Owner {
                self.owner = Some(who);
                self.owner_invite = None;
            }
        }
        let invite = self.invites.get_mut(&number).unwrap();
        invite.spent += 1;
        invite.admitted += u32::from(code == Code::Allowed);
        invite.uses.insert(who, (born, code == Code::Allowed));
        self.wrote();
        self.answered.insert((who, id), super::model::Answer { content, code, created: self.asked });
        expected
    }

    /// The code of a preview's answer.
    pub fn preview(&self, own: Option<Who>, number: usize) -> Expected {
        if let Some(code) = self.before_any_verb() {
            return one(code);
        }
        let Some(invite) = self.invites.get(&number) else { return one(Code::NotFound) };
        let used_up = invite.offer.max != 0 && invite.spent >= invite.offer.max;
        let dead =
            invite.cancelled || self.expired(&invite.offer) || used_up || self.stands_behind(number, &invite.offer).is_some();
        if dead { self.would_redeem(own, number).0 } else { one(Code::Allowed) }
    }

    pub fn cancel(&mut self, who: Who, number: usize) -> Expected {
        let staff = self.is_staff(who);
        let refused = one(if staff { Code::RankTooLow } else { Code::MissingPermission });
        let Some(invite) = self.invites.get(&number) else {
            return one(if staff { Code::NotFound } else { Code::MissingPermission });
        };
        let me = &self.accounts[&who];
        match &invite.offer.maker {
            Maker::Server => return refused,
            Maker::Person { who: maker, born, .. } if *maker == who && *born == me.born => {}
            Maker::Person { who: maker, born, .. } => match self.accounts.get(maker).filter(|account| account.born == *born) {
                _ if !staff => return refused,
                Some(account) if account.role.is_some_and(|role| me.role.unwrap().rank() <= role.rank()) => return refused,
                Some(_) | None => {}
            },
        }
        let closing = invite.closing;
        let expected = if invite.cancelled {
            one(Code::Allowed)
        } else if self.expired(&invite.offer) {
            one(Code::Expired)
        } else if invite.offer.max != 0 && invite.spent >= invite.offer.max {
            return one(Code::UsedUp);
        } else if invite.void {
            one(Code::IssuerLostAuthority)
        } else {
            self.invites.get_mut(&number).unwrap().cancelled = true;
            one(Code::Allowed)
        };
        // Housekeeping may have cancelled before it expired, or after.
        if closing && expected[0] == Code::Expired { vec![Code::Expired, Code::Allowed] } else { expected }
    }

    pub fn register(&mut self, who: Who, target: Who) -> Expected {
        if !self.is_staff(who) {
            return one(Code::MissingPermission);
        }
        if self.accounts.contains_key(&target) {
            return one(Code::AccountExists);
        }
        if self.is_banned(target) {
            return one(Code::Banned);
        }
        if self.is_full() {
            return one(Code::SpaceFull);
        }
        self.admit(target, Role::Member, false);
        one(Code::Allowed)
    }

    pub fn prove(&mut self, who: Who, good: bool) -> Expected {
        if good {
            self.accounts.get_mut(&who).unwrap().proved = true;
        }
        one(if good { Code::Allowed } else { Code::Unauthenticated })
    }

    /// May `who` change the account of `target` at all?
    fn refuses_change(&self, who: Who, target: Who) -> Option<Code> {
        if !self.is_staff(who) {
            return Some(Code::MissingPermission);
        }
        let Some(account) = self.accounts.get(&target) else { return Some(Code::NotFound) };
        let role = account.role.unwrap_or(Role::Member);
        (self.role(who)?.rank() <= role.rank()).then_some(Code::RankTooLow)
    }

    pub fn revoke(&mut self, who: Who, target: Who) -> Expected {
        if who == target && self.owner == Some(who) {
            return one(Code::LastOwner);
        }
        if let Some(code) = self.refuses_change(who, target) {
            return one(code);
        }
        let account = self.accounts.get_mut(&target).unwrap();
        account.falls += u32::from(account.active);
        account.active = false;
        one(Code::Allowed)
    }

    pub fn restore(&mut self, who: Who, target: Who) -> Expected {
        if let Some(code) = self.refuses_change(who, target) {
            return one(code);
        }
        self.accounts.get_mut(&target).unwrap().active = true;
        one(Code::Allowed)
    }

    pub fn delete(&mut self, who: Who, target: Who) -> Expected {
        if who == target && self.owner == Some(who) {
            return one(Code::LastOwner);
        }
        if let Some(code) = self.refuses_change(who, target) {
            return one(code);
        }
        let gone = self.accounts.remove(&target).unwrap();
        self.place.listed.remove(&target);
        for invite in self.invites.values_mut() {
            let used_up = invite.offer.max != 0 && invite.spent >= invite.offer.max;
            let its = matches!(invite.offer.maker, Maker::Person { who, born, .. } if who == target && born == gone.born);
            invite.closing |= its && !used_up && !invite.cancelled && !invite.void;
        }
        one(Code::Allowed)
    }

    /// All housekeeping is done.
    pub fn tidied(&mut self) {
        let now = self.now;
        for invite in self.invites.values_mut().filter(|invite| invite.closing) {
            let expired = invite.offer.expires.is_some_and(|at| now >= at);
            (invite.closing, invite.cancelled) = (false, !expired);
            // What was archived as expired stays so, whatever the clock says later.
            invite.offer.expires = if expired { Some(0) } else { invite.offer.expires };
        }
        self.wrote();
    }

    /// Is there an owner, and may he be here?
    pub fn has_admin(&self) -> Code {
        let nobody = self.before_any_verb().unwrap_or(Code::NotFound);
        self.owner.map_or(nobody, |owner| self.is_authorized(owner))
    }

    pub fn is_authorized(&self, who: Who) -> Code {
        self.before_any_verb().unwrap_or(match self.accounts.get(&who) {
            _ if self.unreviewed => Code::RestoreUnreviewed,
            None => Code::UnknownAccount,
            Some(account) if !account.active => Code::AccountRevoked,
            Some(_) if self.is_banned(who) => Code::Banned,
            Some(account) if account.role.is_none() => Code::NotAMember,
            Some(_) => Code::Allowed,
        })
    }

    pub fn can(&self, who: Who, permission: Permission) -> Code {
        match (self.is_authorized(who), self.role(who)) {
            (Code::Allowed, Some(Role::Owner)) => Code::Allowed,
            (Code::Allowed, Some(Role::Admin)) if !["transfer", "delete-space"].contains(&permission.name()) => Code::Allowed,
            (Code::Allowed, Some(Role::Member)) if ["read", "send"].contains(&permission.name()) => Code::Allowed,
            (Code::Allowed, _) => Code::MissingPermission,
            (code, _) => code,
        }
    }
}
