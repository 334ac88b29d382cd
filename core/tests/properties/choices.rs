//! What people do next in a walk.

use crate::model::Who;
use crate::walk::{Act, PEOPLE, Walk};
use doorward_core::Code;
use doorward_core::record::{JoinRule, Pause};
use doorward_core::role::{Permission, Role};
use doorward_core::time::Timestamp;

impl Walk {
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
        if self.rng.one_in(4) {
            return self.choose_to_govern(who, target);
        }
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

    /// Something about the place, its members, or who may come in.
    fn choose_to_govern(&mut self, who: Who, target: Who) -> Act {
        let now = self.world.now.0;
        let role = *self.rng.pick(&[Role::Admin, Role::Admin, Role::Admin, Role::Member, Role::Member, Role::Owner]);
        match self.rng.below(40) {
            0..=2 => Act::Kick { who, target },
            3..=5 => {
                let until = *self.rng.pick(&[None, Some(now), Some(now + 1), Some(now + 40), Some(now + 4_000)]);
                Act::Ban { who, target, until }
            }
            6..=10 => Act::Unban { who, target },
            11..=15 => Act::SetRole { who, target, role },
            16..=18 => Act::Transfer { who: if self.rng.one_in(2) { self.model.owner.unwrap_or(who) } else { who }, target },
            19..=20 => Act::SetTags { who, target },
            21..=23 => Act::Allow { who, target },
            24 => Act::Disallow { who, target },
            25 => Act::ListBans { who },
            26 => Act::ListAllowed { who },
            27 if self.rng.one_in(2) => Act::Watch { who: target },
            27 => Act::ShowSpace { who: target },
            28 => Act::Leave { who: target },
            29..=30 => {
                use JoinRule as R;
                let rules = [R::Invite, R::Invite, R::Invite, R::Open, R::Open, R::Allowlist, R::Closed];
                Act::SetRule { who, rule: *self.rng.pick(&rules) }
            }
            31 => {
                let pauses = [Pause::No, Pause::No, Pause::No, Pause::UntilLifted, Pause::Until(Timestamp(now + 30))];
                let pause = if self.rng.one_in(5) { Pause::Until(Timestamp(now)) } else { *self.rng.pick(&pauses) };
                Act::SetPause { who, pause }
            }
            32 => Act::SetMost { who, most: *self.rng.pick(&[0, 0, 0, 3, 5]) },
            _ => Act::Join { who: target },
        }
    }
}
