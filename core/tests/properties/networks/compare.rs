//! Whether the core's records and replies say of people and places what the naive model says.

use super::act::Act;
use super::calls::KINDS;
use super::model::{At, Model, SERVER, Seat, Who};
use super::walk::{PEOPLE, Walk};
use crate::kit::Outcome;
use doorward_core::record::{InviteRecord, MemberCount, Space, Standing, keys};
use doorward_core::role::{Permission, Role};
use doorward_core::wire::{InviteState, MemberPage, Reply, Sight, SpaceView};
use doorward_core::{Code, SignKey, SpaceId};
use std::collections::BTreeSet;

impl Walk {
    /// Every account, membership, role, ban, owner, count and use is what the model says, and the store is in order.
    pub fn compare(&self) {
        self.world.audit();
        for who in 0..PEOPLE {
            let record = self.world.key_record(&self.people[who]);
            let account = record.account.as_ref();
            let core = account.map(|account| (account.standing == Standing::Active, account.binding.is_some()));
            let person = self.model.people.get(&who);
            assert_eq!(core, person.map(|person| (person.active, person.proved)), "the account of person {who}");
            let role = record.current_seat().map(|seat| seat.role);
            assert_eq!(role, self.model.role(who, SERVER), "what person {who} is at the server");
        }
        let count: MemberCount = self.world.get(&keys::members(&SpaceId::SERVER)).unwrap_or_default();
        assert_eq!(count.members as usize, self.model.places[SERVER].seats.len());
        for (at, space) in self.networks() {
            self.compare_network(at, space);
        }
        assert_eq!(self.world.count("s."), 1 + self.networks().count(), "there are the networks that there are");
        for (number, invite) in &self.model.invites {
            let record: InviteRecord = self.world.get(&keys::invite(&self.offers[*number].0.id())).expect("an invite");
            assert_eq!(record.uses, invite.spent, "uses of invite {number}");
        }
    }

    fn compare_network(&self, at: At, space: SpaceId) {
        let place = &self.model.places[at];
        let root: Space = self.world.space(space);
        let child = root.child.as_ref().expect("a network");
        assert_eq!((root.name.as_str(), child.listed, root.governed), (place.name, place.listed, place.governed));
        assert_eq!((root.join_rule, root.max_members), (place.rule, place.most));
        let owner = place.owner.filter(|_| place.governed).map(|(owner, _)| self.people[owner].key());
        assert_eq!(root.owner.filter(|_| root.governed), owner, "the owner of network {at}");
        let count: MemberCount = self.world.get(&keys::members(&space)).unwrap_or_default();
        assert_eq!(count.members as usize, place.seats.len(), "members of network {at}");
        for who in 0..PEOPLE {
            let record = self.world.member_record(space, &self.people[who]);
            let account = self.world.key_record(&self.people[who]).account;
            let allowed = record.allowlisted_by(account.as_ref()).is_some();
            let roles = place.governed && record.era == child.era;
            let core = record.seat.map(|seat| (if roles { seat.role } else { Role::Member }, seat.joined_at.0, seat.tags));
            let here = place.seats.get(&who);
            let model =
                here.map(|Seat { role, since, tag, .. }| (*role, *since, tag.map(str::to_owned).into_iter().collect::<Vec<_>>()));
            // The role of a seat that is inert is nobody's.
            let inert = here.is_some_and(|seat| self.model.born(who) != Some(seat.born));
            assert!(core == model || (inert && core.is_some()), "person {who} in network {at}: {core:?}, {model:?}");
            assert_eq!(allowed, self.model.is_allowed(who, at), "person {who} on the allowlist of {at}");
            let banned = record.ban.is_some_and(|ban| ban.stands(self.world.now));
            assert_eq!(banned, self.model.is_banned(who, at), "person {who} banned from {at}");
        }
    }

    /// What is told is what the model says. `before`: the model as it was when it was asked.
    pub fn see_reply(&self, act: Act, outcome: &Outcome, before: &Model) {
        if outcome.code() != Code::Allowed {
            return;
        }
        match (act, outcome.reply()) {
            (Act::ShowSpace { who, at }, Reply::Space(view)) => self.see_space(view, who, at),
            (Act::ListSpaces { who, mine }, Reply::Spaces(page)) => {
                let seen: BTreeSet<SpaceId> = page.items.iter().map(|view| view.space).collect();
                let its = |at: &At| if mine { before.role(who, *at).is_some() } else { before.is_visible(who, *at) };
                let there: BTreeSet<SpaceId> = self.networks().filter(|(at, _)| its(at)).map(|(_, space)| space).collect();
                assert_eq!(seen, there, "the networks of person {who}");
                for view in &page.items {
                    let at = self.spaces.iter().position(|space| *space == view.space).unwrap();
                    self.see_space(view, who, at);
                }
            }
            (Act::ListMembers { at, .. }, Reply::Members(page)) => {
                let mut line: Vec<(u64, Who)> = before.places[at].seats.iter().map(|(who, seat)| (seat.since, *who)).collect();
                line.retain(|(_, who)| before.role(*who, at).is_some());
                line.sort_unstable();
                let told = page.items.iter().map(|item| (item.key, item.account.as_ref().and_then(|account| account.role)));
                let known = line.iter().map(|(_, who)| (self.people[*who].key(), before.role(*who, at)));
                assert!(told.eq(known), "the members of {at}, in order of joining");
            }
            (Act::ListBans { at, .. }, Reply::Members(page)) => self.see_keys(page, |who| before.is_banned(who, at)),
            (Act::ListAllowed { at, .. }, Reply::Members(page)) => self.see_keys(page, |who| before.is_allowed(who, at)),
            (Act::ListInvites { at, .. }, Reply::Invites(page)) => {
                let live = page.items.iter().filter(|item| item.state == InviteState::Live).map(|item| item.invite);
                let is_live = |number: &&usize| before.invites[*number].offer.at == at && before.is_live(**number);
                let known = before.invites.keys().filter(is_live).map(|number| self.offers[*number].0.id());
                assert_eq!(live.collect::<BTreeSet<_>>(), known.collect::<BTreeSet<_>>(), "the live invites into {at}");
            }
            (Act::Preview { offer, .. }, Reply::Preview(preview)) => {
                let place = &before.places[before.invites[&offer].offer.at];
                assert_eq!((preview.space_name.as_str(), preview.members as usize), (place.name, place.seats.len()));
            }
            (Act::Sees { who, at }, Reply::Seen(seen)) => {
                let known = KINDS.iter().enumerate().map(|(number, (_, own))| self.sight(before, who, at, (number, *own)));
                assert_eq!(seen, &known.collect::<Vec<_>>(), "what person {who} sees of {at}");
            }
            _ => {}
        }
    }

    fn see_keys(&self, page: &MemberPage, is_on_it: impl Fn(Who) -> bool) {
        let told: Vec<SignKey> = page.items.iter().map(|item| item.key).collect();
        let known = (0..PEOPLE).filter(|who| is_on_it(*who)).map(|who| self.people[who].key());
        assert_eq!(told, known.collect::<Vec<_>>());
    }

    fn see_space(&self, view: &SpaceView, who: Who, at: At) {
        let (model, place) = (&self.model, &self.model.places[at]);
        let may: Vec<Permission> = Permission::ALL.iter().copied().filter(|permission| model.may(who, at, *permission)).collect();
        assert_eq!((view.you.role, &view.you.may), (model.role(who, at), &may), "as what person {who} stands in {at}");
        let gives = |role: &Role| may.contains(&Permission::Invite) && model.may_grant(who, at, *role);
        let grants = [Role::Admin, Role::Member].into_iter().find(gives);
        assert_eq!(view.you.grants, grants);
        assert_eq!(view.members, model.may(who, at, Permission::Read).then_some(place.seats.len() as u32));
        let owner = place.owner.filter(|_| place.governed).map(|(owner, _)| self.people[owner].key());
        assert_eq!((view.owner, view.listed, view.governed), (owner, place.listed, place.governed));
        assert_eq!((view.name.as_str(), view.paused), (place.name, model.now < place.paused_until));
    }

    /// Members see who is there; whoever reads the history, everything; everybody what is about himself. Of a network that is
    /// gone, its members see the last.
    fn sight(&self, model: &Model, who: Who, at: At, (number, own): (usize, bool)) -> Sight {
        let place = &model.places[at];
        let was_in = place.seats.get(&who).is_some_and(|seat| Some(seat.born) == model.born(who));
        let (reads, audits) = match place.there {
            true => (model.may(who, at, Permission::Read), model.may(who, at, Permission::ReadAudit)),
            false => (was_in || model.governs(who), model.governs(who)),
        };
        match () {
            () if own || audits => Sight::Whole,
            () if reads && number == 0 => Sight::Bare,
            () => Sight::Nothing,
        }
    }
}
