//! What people do next in a walk among networks.

use super::act::{Act, Change};
use super::model::{At, Offer, SERVER, Stand, Who};
use super::walk::{PEOPLE, Walk};
use doorward_core::record::{JoinRule as R, Pause};
use doorward_core::role::{Permission, Role};
use doorward_core::time::{Expiry, Timestamp};
use doorward_core::wire::{Command, Reply};

impl Walk {
    pub fn choose(&mut self) -> Act {
        if let Some(act) = self.choose_to_recover() {
            return act;
        }
        let at = self.some_place();
        let (who, target) = (self.someone(at), self.rng.below(PEOPLE));
        match self.rng.below(100) {
            0..=13 => self.choose_at_server(target),
            14..=24 => self.choose_of_networks(who, at),
            25..=49 => {
                let target = if self.rng.one_in(3) { target } else { self.member_of(at) };
                self.choose_of_people(who, target, at)
            }
            50..=77 => self.choose_of_invites(who, target, at),
            78..=84 => Act::Enter { who: self.member_of(SERVER), at },
            85..=87 => Act::Leave { who: self.member_of(at), at: if self.rng.one_in(6) { SERVER } else { at } },
            _ => {
                let who = if self.rng.one_in(4) { target } else { self.member_of(SERVER) };
                self.choose_to_look(who, at)
            }
        }
    }

    /// Somebody who is in a place, if anybody is, mostly.
    fn member_of(&mut self, at: At) -> Who {
        let members: Vec<Who> = (0..PEOPLE).filter(|who| self.model.role(*who, at).is_some()).collect();
        if members.is_empty() || self.rng.one_in(6) { self.rng.below(PEOPLE) } else { *self.rng.pick(&members) }
    }

    /// Somebody takes the place of an owner that is being recovered, soon.
    fn choose_to_recover(&mut self) -> Option<Act> {
        let pending = self.model.owner_invite;
        if pending.is_none() {
            return self.rng.one_in(250).then(|| Act::Recover { offer: self.recovery_offer() });
        }
        let offer = pending.filter(|_| self.rng.one_in(4))?;
        if !self.model.is_live(offer) {
            return Some(Act::Recover { offer: self.recovery_offer() });
        }
        let strangers: Vec<Who> = (0..PEOPLE).filter(|who| !self.model.people.contains_key(who)).collect();
        if strangers.is_empty() && !self.rng.one_in(8) {
            return Some(Act::Delete { who: self.someone(SERVER), target: self.rng.below(PEOPLE) });
        }
        let who = if strangers.is_empty() { self.rng.below(PEOPLE) } else { *self.rng.pick(&strangers) };
        Some(Act::Redeem { who, offer })
    }

    /// A network that is there, mostly.
    fn some_place(&mut self) -> At {
        let there: Vec<At> = (1..self.spaces.len()).filter(|at| self.model.places[*at].there).collect();
        match self.rng.below(20) {
            0 => SERVER,
            1 if self.spaces.len() > 1 => self.spaces.len() - 1 - self.rng.below(3.min(self.spaces.len() - 1)),
            _ if there.is_empty() => SERVER,
            _ => *self.rng.pick(&there),
        }
    }

    /// Somebody who may do something there, mostly.
    fn someone(&mut self, at: At) -> Who {
        let model = &self.model;
        let in_it = |who: &Who| matches!(model.stand(*who, at), Stand::In(role) if role != Role::Member);
        let chosen: Vec<Who> = match self.rng.below(8) {
            0..=3 => (0..PEOPLE).filter(in_it).collect(),
            4 | 5 => (0..PEOPLE).filter(|who| model.governs(*who)).collect(),
            _ => Vec::new(),
        };
        if chosen.is_empty() { self.member_of(SERVER) } else { *self.rng.pick(&chosen) }
    }

    fn choose_at_server(&mut self, target: Who) -> Act {
        let who = self.someone(SERVER);
        match self.rng.below(40) {
            0..=5 => Act::Register { who, target },
            6..=9 => Act::Prove { who: self.member_of(SERVER) },
            10..=11 => Act::Revoke { who, target },
            12..=15 => Act::Restore { who, target },
            16..=18 => Act::Delete { who, target },
            19..=20 => Act::Kick { who, target, at: SERVER },
            21 => Act::Ban { who, target, at: SERVER, until: self.an_end() },
            22..=24 => Act::Unban { who, target, at: SERVER },
            25..=28 => Act::SetRole { who, target, at: SERVER, role: self.some_role() },
            29 => Act::Transfer { who, target, at: SERVER },
            30..=33 => Act::Join { who: target },
            34 => Act::Allow { who, target, at: SERVER },
            35..=37 => {
                let rule = *self.rng.pick(&[R::Invite, R::Invite, R::Open, R::Open, R::Allowlist, R::Closed]);
                Act::Update { who, at: SERVER, change: Change::Rule(rule) }
            }
            38 => Act::Update { who, at: SERVER, change: Change::Most(*self.rng.pick(&[0, 0, 4, 6])) },
            _ => Act::IsAuthorized { target },
        }
    }

    fn choose_of_networks(&mut self, who: Who, at: At) -> Act {
        let here = self.model.places[1..].iter().filter(|place| place.there).count();
        if here < 2 && self.rng.one_in(2) || self.rng.one_in(12) {
            let name = self.rng.below(if here < 2 { 3 } else { 5 });
            let (rule, listed) = (self.some_rule(), !self.rng.one_in(3));
            return Act::Create { who: self.someone(SERVER), name, rule, most: *self.rng.pick(&[0, 0, 0, 3]), listed };
        }
        let change = match self.rng.below(24) {
            0 => return Act::DeleteSpace { who, at },
            1..=8 => Change::Rule(self.some_rule()),
            9..=11 => Change::Pause(self.a_pause()),
            12..=13 => Change::Most(*self.rng.pick(&[0, 0, 0, 1, 3, 5])),
            14..=17 if at != SERVER => Change::Listed(self.rng.one_in(2)),
            18..=21 if at != SERVER => {
                let on = !self.model.places[at].governed || self.rng.one_in(4);
                Change::Governed(on, if self.rng.one_in(4) { None } else { Some(*self.rng.pick(&[R::Open, R::Allowlist])) })
            }
            _ if at != SERVER => Change::Name(self.rng.below(5)),
            _ => Change::Rule(R::Invite),
        };
        Act::Update { who, at, change }
    }

    fn choose_of_people(&mut self, who: Who, target: Who, at: At) -> Act {
        match self.rng.below(25) {
            0..=3 => Act::Kick { who, target, at },
            4..=5 => Act::Ban { who, target, at, until: self.an_end() },
            6..=8 => Act::Unban { who, target, at },
            9..=14 => Act::SetRole { who, target, at, role: self.some_role() },
            15..=18 => Act::Transfer { who, target, at },
            19..=20 => Act::SetTags { who, target, at, tagged: !self.rng.one_in(3) },
            21..=23 => Act::Allow { who, target, at },
            _ => Act::Disallow { who, target, at },
        }
    }

    fn choose_of_invites(&mut self, who: Who, target: Who, at: At) -> Act {
        match self.rng.below(28) {
            0..=7 => Act::Mint { who, offer: self.offer_of(who, at) },
            8..=21 => Act::Redeem { who: target, offer: self.some_offer() },
            22..=24 => Act::Preview { own: self.rng.one_in(2).then_some(target), offer: self.some_offer() },
            25..=26 => Act::Cancel { who, offer: self.some_offer() },
            _ => Act::ShowInvite { who, offer: self.some_offer() },
        }
    }

    fn choose_to_look(&mut self, who: Who, at: At) -> Act {
        let permission = *self.rng.pick(Permission::ALL);
        match self.rng.below(12) {
            0..=1 => Act::ListSpaces { who, mine: self.rng.one_in(2) },
            2..=3 => Act::ShowSpace { who, at },
            4..=5 => Act::ListMembers { who, at },
            6 => Act::ListBans { who, at },
            7 => Act::ListAllowed { who, at },
            8 => Act::ListInvites { who, at },
            9 => Act::Can { asker: None, target: who, permission, at },
            10 => Act::Can { asker: Some(self.rng.below(PEOPLE)), target: who, permission, at },
            _ => Act::Sees { who, at },
        }
    }

    fn some_rule(&mut self) -> R {
        *self.rng.pick(&[R::Open, R::Open, R::Invite, R::Invite, R::Invite, R::Allowlist, R::Closed])
    }

    fn some_role(&mut self) -> Role {
        *self.rng.pick(&[Role::Admin, Role::Admin, Role::Admin, Role::Member, Role::Member, Role::Owner])
    }

    fn a_pause(&mut self) -> Pause {
        let now = self.world.now.0;
        let until = Pause::Until(Timestamp(now + self.rng.below(60) as u64));
        *self.rng.pick(&[Pause::No, Pause::No, Pause::No, Pause::UntilLifted, until])
    }

    fn an_end(&mut self) -> Option<u64> {
        let now = self.world.now.0;
        *self.rng.pick(&[None, Some(now), Some(now + 1), Some(now + 40), Some(now + 400)])
    }

    fn recovery_offer(&mut self) -> usize {
        let owner = self.model.places[SERVER].owner.map_or(0, |(owner, _)| owner);
        let target = if self.rng.one_in(8) { self.rng.below(PEOPLE) } else { owner };
        let made = self.world.recovery_offer(self.number(), self.people[target].key());
        let expires = Some(self.world.now.0 + 86_400);
        let maker = super::model::Maker::Server;
        let offer = Offer { at: SERVER, maker, role: Role::Owner, max: 1, expires, tag: None, rebind: Some(target) };
        self.offers.push((made, offer));
        self.offers.len() - 1
    }

    /// An offer this person makes now, or one made earlier.
    fn offer_of(&mut self, who: Who, at: At) -> usize {
        if self.rng.one_in(6) && !self.offers.is_empty() {
            return self.some_offer();
        }
        let at = if self.rng.one_in(10) { SERVER } else { at };
        let role = *self.rng.pick(&[Role::Member, Role::Member, Role::Member, Role::Admin, Role::Admin, Role::Owner]);
        let max = *self.rng.pick(&[1, 1, 2, 3, 3, 5, 0, 11]);
        let now = self.world.now.0;
        let expires = match self.rng.below(14) {
            0 => None,
            1 => Some(now - self.rng.below(3) as u64),
            2 => Some(now + 366 * 86_400),
            3 => Some(now + 1 + self.rng.below(30) as u64),
            _ => Some(now + 1 + self.rng.below(6 * 86_400) as u64),
        };
        let tag = self.rng.one_in(4).then_some("guest");
        let epoch = self.epoch_of(who, at);
        let made = self.world.offer(&self.people[who], self.number(), |claims| {
            (claims.space, claims.role) = (self.spaces[at], role);
            claims.issuer_epoch = epoch.unwrap_or(claims.issuer_epoch);
            claims.max_uses = max;
            claims.expires = expires.map_or(Expiry::Never, |at| Expiry::At(Timestamp(at)));
            claims.tags = tag.iter().map(|tag| (*tag).to_owned()).collect();
        });
        let nobody = super::model::Maker::Person { who, born: 0, falls: 0, there: 0 };
        let maker = self.model.maker(who, at).unwrap_or(nobody);
        self.offers.push((made, Offer { at, maker, role, max, expires, tag, rebind: None }));
        self.offers.len() - 1
    }

    /// What somebody is told to name in claims.
    fn epoch_of(&mut self, who: Who, at: At) -> Option<u32> {
        let id = self.fresh_id();
        let outcome = self.world.decide(&self.world.signed(&self.people[who], id, Command::ShowSpace(self.spaces[at])));
        match outcome.reply() {
            Reply::Space(view) => Some(view.you.epoch),
            _ => None,
        }
    }

    /// One that was minted, mostly a recent one.
    fn some_offer(&mut self) -> usize {
        let minted: Vec<usize> = self.model.invites.keys().copied().collect();
        if minted.is_empty() {
            return if self.offers.is_empty() { self.recovery_offer() } else { self.rng.below(self.offers.len()) };
        }
        if self.rng.one_in(12) {
            return self.rng.below(self.offers.len());
        }
        let recent = if self.rng.one_in(5) { minted.len() } else { minted.len().min(10) };
        minted[minted.len() - 1 - self.rng.below(recent)]
    }
}
