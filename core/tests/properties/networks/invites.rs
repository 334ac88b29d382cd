//! The naive model's invites, into the server and into networks: made, cancelled, held by somebody, spent.

use super::act::Act;
use super::model::{At, Expected, Invite, Maker, Model, Offer, SERVER, Stand, Who};
use doorward_core::Code;
use doorward_core::record::JoinRule;
use doorward_core::role::{Permission as P, Role};
use std::collections::BTreeMap;

const DAY: u64 = 86_400;

fn one(code: Code) -> Expected {
    vec![code]
}

impl Model {
    /// The same as [`Model::answer`], of what is done with an offer.
    pub fn answer_to(&mut self, act: Act, offer: &Offer) -> Expected {
        match act {
            Act::Recover { offer: number } => one(self.recover(number, offer)),
            Act::Mint { who, offer: number } => one(self.mint(who, number, offer)),
            Act::Redeem { who, offer } => self.redeem(who, offer),
            Act::Preview { own, offer } => self.preview(own, offer),
            Act::Cancel { who, offer } => self.cancel(who, offer),
            Act::ShowInvite { who, offer } => one(self.show_invite(who, offer)),
            other => unreachable!("{other:?}"),
        }
    }

    /// Tells the model which of two true codes was given.
    pub fn settle(&mut self, act: Act, code: Code) {
        if let (Act::Cancel { offer, .. }, Code::Allowed) = (act, code) {
            let invite = self.invites.get_mut(&offer).unwrap();
            (invite.cancelled, invite.unsure) = (true, false);
        }
    }

    fn enter_invite(&mut self, number: usize, offer: &Offer) {
        let (offer, uses) = (offer.clone(), BTreeMap::new());
        self.invites.insert(number, Invite { offer, spent: 0, cancelled: false, unsure: false, uses });
    }

    /// The operator revokes the owner's key and makes a link for another.
    fn recover(&mut self, number: usize, offer: &Offer) -> Code {
        if let Some(code) = self.clock() {
            return code;
        }
        let Some((owner, _)) = self.places[SERVER].owner.filter(|(owner, _)| offer.rebind == Some(*owner)) else {
            return Code::DamagedInvite;
        };
        let person = self.people.get_mut(&owner).unwrap();
        person.falls += u32::from(person.active);
        person.active = false;
        if let Some(former) = self.owner_invite.replace(number) {
            let former = self.invites.get_mut(&former).unwrap();
            former.cancelled |= former.spent == 0;
        }
        self.enter_invite(number, offer);
        Code::Allowed
    }

    fn mint(&mut self, who: Who, number: usize, offer: &Offer) -> Code {
        if let Some(code) = self.refuses_to(who, offer.at, P::Invite) {
            return code;
        }
        let elevated = offer.role != Role::Member;
        let furthest = self.now + if elevated { 7 } else { 365 } * DAY;
        match offer.expires {
            _ if self.maker(who, offer.at) != Some(offer.maker.clone()) => return Code::DamagedInvite,
            _ if self.invites.contains_key(&number) => return Code::InviteExists,
            _ if !self.may_grant(who, offer.at, offer.role) => return Code::GrantTooHigh,
            Some(at) if at <= self.now => return Code::ExpiryInPast,
            Some(at) if at > furthest => return Code::ExpiryTooFar,
            None if elevated => return Code::ExpiryTooFar,
            None if offer.max == 0 => return Code::UnlimitedNeedsExpiry,
            _ if elevated && !(1..=10).contains(&offer.max) => return Code::TooManyUses,
            _ => {}
        }
        self.enter_invite(number, offer);
        Code::Allowed
    }

    /// Whoever would make an offer there now.
    pub fn maker(&self, who: Who, at: At) -> Option<Maker> {
        let person = self.people.get(&who)?;
        let there = self.falls_at(who, at);
        Some(Maker::Person { who, born: person.born, falls: person.falls, there })
    }

    /// Whether whoever made it fell since; then it is void for good.
    pub fn fell(&self, offer: &Offer) -> bool {
        match &offer.maker {
            Maker::Server => false,
            Maker::Person { who, .. } => self.maker(*who, offer.at).as_ref() != Some(&offer.maker),
        }
    }

    /// Whether whoever made it could make it again now.
    fn stands_behind(&self, number: usize, offer: &Offer) -> bool {
        match &offer.maker {
            Maker::Server => {
                self.owner_invite == Some(number) && self.places[SERVER].owner.map(|(owner, _)| owner) == offer.rebind
            }
            Maker::Person { who, .. } => {
                let fit = !self.fell(offer) && self.fallen(*who, offer.at).is_none();
                fit && self.may(*who, offer.at, P::Invite) && self.may_grant(*who, offer.at, offer.role)
            }
        }
    }

    /// What has become of an invite itself: the codes of one that is over.
    fn over(&self, invite: &Invite) -> Option<Expected> {
        let Invite { offer, spent, cancelled, unsure, .. } = invite;
        let expired = offer.expires.is_some_and(|at| self.now >= at);
        match () {
            () if *cancelled => Some(one(Code::InviteCancelled)),
            () if *unsure && expired => Some(vec![Code::InviteCancelled, Code::Expired]),
            () if *unsure => Some(vec![Code::InviteCancelled, Code::IssuerLostAuthority]),
            () if expired => Some(one(Code::Expired)),
            () if offer.max != 0 && *spent >= offer.max => Some(one(Code::UsedUp)),
            () => None,
        }
    }

    /// The same, and of its issuer.
    fn dead(&self, number: usize, invite: &Invite) -> Option<Expected> {
        let gone = !self.places[invite.offer.at].there;
        self.over(invite).or_else(|| match () {
            // Both are true, of a place that is gone.
            () if gone => Some(vec![Code::IssuerLostAuthority, Code::NotFound]),
            () if !self.stands_behind(number, &invite.offer) => Some(one(Code::IssuerLostAuthority)),
            () => None,
        })
    }

    /// What a redeem would say now, in the order of the specification; the same for a preview with one's own proof.
    /// `true` = a use is spent.
    fn would_redeem(&self, who: Option<Who>, number: usize) -> (Expected, bool) {
        let Some(invite) = self.invites.get(&number) else { return (one(Code::NotFound), false) };
        let at = invite.offer.at;
        let is_member = who.is_some_and(|who| self.role(who, at).is_some());
        let born = who.and_then(|who| self.born(who)).unwrap_or(0);
        let used = who.and_then(|who| invite.uses.get(&who)).filter(|(then, _)| *then == born);
        if used.is_some_and(|(_, admitted)| is_member || !admitted) {
            return (one(Code::UsedByYou), false);
        }
        if let Some(codes) = self.dead(number, invite) {
            return (codes, false);
        }
        let newcomer = at != SERVER && who.is_none_or(|who| self.role(who, SERVER).is_none());
        let rebinds = invite.offer.rebind.is_some();
        if let Some(code) = self.gate(invite, who, newcomer).filter(|_| !rebinds) {
            return (one(code), false);
        }
        let known = who.is_some_and(|who| self.people.contains_key(&who));
        match who.and_then(|who| self.fallen(who, at)) {
            Some(code) => (one(code), true),
            None if at == SERVER && (is_member || (rebinds && known)) => (one(Code::AccountExists), true),
            None if is_member => (one(Code::AlreadyMember), true),
            None if !rebinds && (self.is_full(at) || (newcomer && self.is_full(SERVER))) => (one(Code::SpaceFull), false),
            None => (one(Code::Allowed), true),
        }
    }

    /// Why the place lets nobody in, or not this one; and, for a newcomer, the server.
    fn gate(&self, invite: &Invite, who: Option<Who>, newcomer: bool) -> Option<Code> {
        let shut = |at: At| {
            let place = &self.places[at];
            match place.rule {
                _ if self.now < place.paused_until => Some(Code::Paused),
                JoinRule::Closed => Some(Code::JoinClosed),
                JoinRule::Allowlist if who.is_none_or(|who| !self.is_allowed(who, at)) => Some(Code::NotAllowlisted),
                _ => None,
            }
        };
        let lets_in = match invite.offer.maker {
            Maker::Person { who, .. } => self.may(who, SERVER, P::Invite),
            Maker::Server => true,
        };
        shut(invite.offer.at).or_else(|| match newcomer {
            true if !lets_in => Some(Code::AccountRequired),
            true => shut(SERVER),
            false => None,
        })
    }

    fn redeem(&mut self, who: Who, number: usize) -> Expected {
        if let Some(code) = self.clock() {
            return one(code);
        }
        let (expected, spends) = self.would_redeem(Some(who), number);
        if !spends {
            return expected;
        }
        let admitted = expected == [Code::Allowed];
        if admitted {
            self.admit(who, &self.invites[&number].offer.clone());
        }
        let born = self.born(who).unwrap_or(0);
        let invite = self.invites.get_mut(&number).unwrap();
        invite.spent += 1;
        invite.uses.insert(who, (born, admitted));
        expected
    }

    fn admit(&mut self, who: Who, offer: &Offer) {
        if let Some(old) = offer.rebind {
            return self.take_place(who, old);
        }
        if !self.people.contains_key(&who) {
            self.register(who, true);
        }
        self.people.get_mut(&who).unwrap().proved = true;
        if offer.at != SERVER && self.role(who, SERVER).is_none() {
            self.seat(who, SERVER, Role::Member, None);
        }
        self.seat(who, offer.at, offer.role, offer.tag);
    }

    /// The code of a preview's answer.
    fn preview(&self, own: Option<Who>, number: usize) -> Expected {
        if let Some(code) = self.clock() {
            return one(code);
        }
        match self.invites.get(&number) {
            Some(invite) if self.dead(number, invite).is_none() => one(Code::Allowed),
            _ => self.would_redeem(own, number).0,
        }
    }

    fn cancel(&mut self, who: Who, number: usize) -> Expected {
        if let Some(code) = self.refuses_at(who, SERVER) {
            return one(code);
        }
        let Some(invite) = self.invites.get(&number) else { return one(self.unknown_invite(who)) };
        let at = invite.offer.at;
        if !self.places[at].there {
            return one(Code::NotFound);
        }
        let (own, maker) = match &invite.offer.maker {
            Maker::Server => (false, None),
            Maker::Person { who: maker, born, .. } => (*maker == who && self.born(who) == Some(*born), Some((*maker, *born))),
        };
        if !own {
            if !self.may(who, at, P::Invite) {
                return one(Code::MissingPermission);
            }
            // Whoever made it and is no member any more ranks below everybody; the server itself above.
            let below = |(maker, born)| {
                self.born(maker) != Some(born) || !self.is_ranked(maker, who, at) || self.outranks(who, maker, at)
            };
            if !maker.is_some_and(below) {
                return one(Code::RankTooLow);
            }
        }
        let void = self.fell(&invite.offer);
        match self.over(invite) {
            Some(codes) if codes[0] == Code::InviteCancelled => {
                codes.into_iter().map(|code| if code == Code::InviteCancelled { Code::Allowed } else { code }).collect()
            }
            Some(codes) => codes,
            None if void => vec![Code::Allowed, Code::IssuerLostAuthority],
            None => one(Code::Allowed),
        }
    }

    /// Whether the maker of an invite is somebody there, in the eyes of whoever would cancel it.
    fn is_ranked(&self, maker: Who, who: Who, at: At) -> bool {
        let place = if matches!(self.stand(who, at), Stand::Above(_)) { SERVER } else { at };
        self.role(maker, place).is_some()
    }

    /// Whoever may not see invites learns nothing about which exist.
    fn unknown_invite(&self, who: Who) -> Code {
        if self.may(who, SERVER, P::Invite) { Code::NotFound } else { Code::MissingPermission }
    }

    fn show_invite(&self, who: Who, number: usize) -> Code {
        if let Some(code) = self.refuses_at(who, SERVER) {
            return code;
        }
        match self.invites.get(&number) {
            None => self.unknown_invite(who),
            Some(invite) if self.may(who, invite.offer.at, P::Invite) && self.places[invite.offer.at].there => Code::Allowed,
            Some(_) => Code::MissingPermission,
        }
    }

    /// Whether somebody could come in by it now, for those who list invites.
    pub fn is_live(&self, number: usize) -> bool {
        self.dead(number, &self.invites[&number]).is_none()
    }

    /// A deleted account's live invites are cancelled; those that were void before may be filed as that.
    pub fn drop_offers_of(&mut self, target: Who) {
        let born = self.born(target);
        let its =
            |offer: &Offer| matches!(offer.maker, Maker::Person { who, born: then, .. } if who == target && Some(then) == born);
        let numbers: Vec<usize> =
            self.invites.iter().filter(|(_, invite)| its(&invite.offer)).map(|(number, _)| *number).collect();
        for number in numbers {
            let invite = &self.invites[&number];
            if self.over(invite).is_some() {
                continue;
            }
            let unsure = self.fell(&invite.offer) || !self.places[invite.offer.at].there;
            let invite = self.invites.get_mut(&number).unwrap();
            (invite.cancelled, invite.unsure) = (!unsure, unsure);
        }
    }
}
