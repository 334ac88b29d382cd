//! The invites people offer in a walk: good ones, and all kinds of others.

use crate::model::{Maker, Offer, Who};
use crate::walk::{PEOPLE, Walk};
use doorward_core::role::Role;
use doorward_core::time::{Expiry, Timestamp};

impl Walk {
    pub fn owner_offer(&mut self) -> usize {
        let made = self.world.owner_offer(self.number());
        let expires = Some(self.world.now.0 + 86_400);
        self.offers.push((made, Offer { maker: Maker::Server, role: Role::Owner, max: 1, expires, rebind: None }));
        self.offers.len() - 1
    }

    /// A link that gives the owner's place, or, now and then, somebody else's.
    pub fn recovery_offer(&mut self) -> usize {
        let other = self.rng.below(PEOPLE);
        let target = self.model.owner.filter(|_| !self.rng.one_in(6)).unwrap_or(other);
        let made = self.world.recovery_offer(self.number(), self.people[target].key());
        let expires = Some(self.world.now.0 + 86_400);
        self.offers.push((made, Offer { maker: Maker::Server, role: Role::Owner, max: 1, expires, rebind: Some(target) }));
        self.offers.len() - 1
    }

    /// An offer this person makes now, or one made earlier and never minted.
    pub fn offer_of(&mut self, who: Who) -> usize {
        if !self.offers.is_empty() && self.rng.one_in(6) {
            return self.some_offer();
        }
        let role = [Role::Member, Role::Member, Role::Member, Role::Admin, Role::Admin, Role::Owner][self.rng.below(6)];
        let max = *self.rng.pick(&[1, 1, 1, 2, 3, 5, 0, 11]);
        let now = self.world.now.0;
        let expires = match self.rng.below(12) {
            0 => None,
            1 => Some(now - self.rng.below(3) as u64),
            2 => Some(now + 366 * 86_400),
            3 => Some(now + 1 + self.rng.below(30) as u64),
            _ => Some(now + 1 + self.rng.below(6 * 86_400) as u64),
        };
        self.offer(who, role, max, expires)
    }

    /// An offer this person makes now.
    pub fn offer(&mut self, who: Who, role: Role, max: u32, expires: Option<u64>) -> usize {
        let made = self.world.offer(&self.people[who], self.number(), |claims| {
            claims.role = role;
            claims.max_uses = max;
            claims.expires = expires.map_or(Expiry::Never, |at| Expiry::At(Timestamp(at)));
        });
        let (born, falls) = self.model.accounts.get(&who).map_or((0, 0), |account| (account.born, account.falls));
        self.offers.push((made, Offer { maker: Maker::Person { who, born, falls }, role, max, expires, rebind: None }));
        self.offers.len() - 1
    }

    pub fn some_offer(&mut self) -> usize {
        if self.offers.is_empty() {
            return self.owner_offer();
        }
        let minted: Vec<usize> = self.model.invites.keys().copied().collect();
        if minted.is_empty() || self.rng.one_in(5) {
            return self.rng.below(self.offers.len());
        }
        let recent = if self.rng.one_in(5) { minted.len() } else { minted.len().min(12) };
        minted[minted.len() - 1 - self.rng.below(recent)]
    }
}
