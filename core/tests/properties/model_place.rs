//! The naive model's place: who comes in without an invite, and what is done to members and keys.

use super::model::{Answer, Expected, Maker, Model, Place, Rule, Who};
use doorward_core::Code;
use doorward_core::role::Role;

fn one(code: Code) -> Expected {
    vec![code]
}

impl Place {
    /// Why nobody, or not this one, comes in by a link.
    pub fn shut_to_links(&self, who: Option<Who>, now: u64) -> Option<Code> {
        if now < self.paused_until {
            return Some(Code::Paused);
        }
        match self.rule {
            Rule::Nobody => Some(Code::JoinClosed),
            Rule::Listed if who.is_none_or(|who| !self.listed.contains(&who)) => Some(Code::NotAllowlisted),
            Rule::Open | Rule::Invite | Rule::Listed => None,
        }
    }
}

impl Model {
    pub fn is_banned(&self, who: Who) -> bool {
        self.place.bans.get(&who).is_some_and(|until| self.now < *until)
    }

    pub fn is_full(&self) -> bool {
        let members = self.accounts.values().filter(|account| account.role.is_some()).count();
        self.place.most != 0 && members as u64 >= u64::from(self.place.most)
    }

    /// Staff change the place as they like.
    pub fn change_place(&mut self, who: Who, bad: Option<Code>, change: impl FnOnce(&mut Place)) -> Expected {
        if !self.is_staff(who) {
            return one(Code::MissingPermission);
        }
        if let Some(code) = bad {
            return one(code);
        }
        change(&mut self.place);
        one(Code::Allowed)
    }

    /// Is the target below `who`? Whoever is no member is below all staff.
    fn below(&self, who: Who, target: Who) -> Expected {
        let rank = |who: Who| self.role(who).map_or(0, Role::rank);
        one(match () {
            () if !self.is_staff(who) => Code::MissingPermission,
            () if who == target && self.owner == Some(who) => Code::LastOwner,
            () if rank(who) <= rank(target) => Code::RankTooLow,
            () => Code::Allowed,
        })
    }

    fn is_member(&self, who: Who) -> bool {
        self.role(who).is_some()
    }

    pub fn kick(&mut self, who: Who, target: Who) -> Expected {
        if self.is_staff(who) && !self.is_member(target) {
            return one(Code::NotAMember);
        }
        let expected = self.below(who, target);
        if expected[0] == Code::Allowed {
            self.put_out(target);
        }
        expected
    }

    pub fn ban(&mut self, who: Who, target: Who, until: Option<u64>) -> Expected {
        if self.is_staff(who) && until.is_some_and(|until| until <= self.now) {
            return one(Code::ExpiryInPast);
        }
        let expected = self.below(who, target);
        if expected[0] == Code::Allowed {
            self.put_out(target);
            self.place.bans.insert(target, until.unwrap_or(u64::MAX));
        }
        expected
    }

    /// No member any more; what was offered is void, and leaves the lists.
    fn put_out(&mut self, target: Who) {
        let Some(account) = self.accounts.get_mut(&target) else { return };
        account.role = None;
        account.falls += 1;
        let now = self.now;
        for invite in self.invites.values_mut() {
            let its = matches!(invite.offer.maker, Maker::Person { who, .. } if who == target);
            let used_up = invite.offer.max != 0 && invite.spent >= invite.offer.max;
            if !its || used_up || invite.cancelled || invite.void {
                continue;
            }
            match invite.offer.expires {
                Some(at) if now >= at => invite.offer.expires = Some(0),
                _ => invite.void = true,
            }
        }
    }

    pub fn set_role(&mut self, who: Who, target: Who, role: Role) -> Expected {
        let staff = self.is_staff(who);
        let (mine, its) = (self.role(who), self.role(target));
        one(match (role, its) {
            _ if !staff => Code::MissingPermission,
            (Role::Owner, _) => Code::GrantTooHigh,
            (_, None) => Code::NotAMember,
            (_, Some(Role::Owner)) => Code::IsOwner,
            (Role::Admin, Some(Role::Admin)) => Code::AlreadyAdmin,
            (Role::Member, Some(Role::Member)) => Code::AlreadyMemberRole,
            (Role::Admin, Some(Role::Member)) if !self.accounts[&target].active => Code::AccountRevoked,
            (Role::Admin, Some(Role::Member)) => {
                self.accounts.get_mut(&target).unwrap().role = Some(Role::Admin);
                Code::Allowed
            }
            (Role::Member, Some(Role::Admin)) if mine != Some(Role::Owner) => Code::RankTooLow,
            (Role::Member, Some(Role::Admin)) => {
                let account = self.accounts.get_mut(&target).unwrap();
                account.role = Some(Role::Member);
                account.falls += 1;
                Code::Allowed
            }
        })
    }

    pub fn transfer(&mut self, who: Who, target: Who) -> Expected {
        if self.owner != Some(who) {
            return one(Code::MissingPermission);
        }
        let Some(account) = self.accounts.get(&target).filter(|account| account.role.is_some()) else {
            return one(Code::NotAMember);
        };
        if who == target {
            return one(Code::AlreadyOwner);
        }
        if !account.active {
            return one(Code::AccountRevoked);
        }
        if !account.proved {
            return one(Code::Unproved);
        }
        self.accounts.get_mut(&who).unwrap().role = Some(Role::Admin);
        self.accounts.get_mut(&target).unwrap().role = Some(Role::Owner);
        self.owner = Some(target);
        self.owner_invite = None;
        one(Code::Allowed)
    }

    pub fn set_tags(&self, who: Who, target: Who) -> Expected {
        if self.is_staff(who) && !self.is_member(target) {
            return one(Code::NotAMember);
        }
        if self.is_staff(who) && who == target { one(Code::Allowed) } else { self.below(who, target) }
    }

    pub fn join(&mut self, who: Who, id: u64, content: Vec<u8>) -> Expected {
        if let Some(code) = self.before_any_verb() {
            return one(code);
        }
        let fallen = match self.accounts.get(&who) {
            Some(account) if !account.active => Some(Code::AccountRevoked),
            _ => self.is_banned(who).then_some(Code::Banned),
        };
        let stays = fallen.or((!self.is_member(who)).then_some(Code::NotAMember));
        if let Some(before) = self.answered.get(&(who, id)) {
            return one(match (before.content == content, before.code, stays) {
                (false, _, _) => Code::RequestIdReused,
                (true, Code::Allowed, Some(code)) => code,
                (true, code, _) => code,
            });
        }
        let code = self.would_join(who, fallen);
        if code == Code::Allowed {
            self.admit(who, Role::Member, true);
            self.wrote();
            self.answered.insert((who, id), Answer { content, code, created: self.asked });
        }
        one(code)
    }

    fn would_join(&self, who: Who, fallen: Option<Code>) -> Code {
        if self.unreviewed {
            return Code::RestoreUnreviewed;
        }
        if let Some(code) = self.place.shut_to_links(Some(who), self.now) {
            return code;
        }
        match (self.place.rule, fallen) {
            (Rule::Invite, _) => Code::JoinNeedsInvite,
            (_, Some(code)) => code,
            _ if self.is_member(who) => Code::AlreadyMember,
            _ if self.is_full() => Code::SpaceFull,
            _ => Code::Allowed,
        }
    }

    pub fn leave(&mut self, who: Who) -> Expected {
        if self.owner == Some(who) {
            return one(Code::LastOwner);
        }
        self.put_out(who);
        one(Code::Allowed)
    }
}
