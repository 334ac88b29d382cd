//! The request for an act of a walk among networks.

use super::act::{Act, Change, NAMES};
use super::model::{At, Who};
use super::walk::Walk;
use crate::kit::network::{list_members, list_spaces, member_of, set_role_in, set_tags_in, update_of};
use crate::kit::{Call, govern};
use doorward_core::record::keys;
use doorward_core::time::{Expiry, Timestamp};
use doorward_core::wire::{
    Asker, Ban, Can, Command, CreateSpace, Event, EventKind, InviteFilter, ListInvites, ListKeys, Paging, Prove, Register, Sees,
    ShowInvite, SpaceFilter,
};
use doorward_core::{Incarnation, SignKey};

/// The kinds of events that somebody is asked about: seen by members, by those who read the history, and about oneself.
pub const KINDS: [(EventKind, bool); 3] =
    [(EventKind::MemberJoined, false), (EventKind::InviteMinted, false), (EventKind::KeyBanned, true)];

impl Walk {
    pub fn call(&mut self, act: Act) -> Call {
        let id = self.fresh_id();
        let key = |who: Who| self.people[who].key();
        let offer = |offer: usize| &self.offers[offer].0;
        match act {
            Act::Recover { offer: number } => Call::of(Asker::Operator, offer(number).recover()),
            Act::Redeem { who, offer: number } => self.world.redeem(offer(number), &self.people[who], id),
            Act::Preview { own, offer: number } => self.world.preview(offer(number), own.map(|who| &self.people[who])),
            Act::IsAuthorized { target } => Call::of(Asker::Service, Command::IsAuthorized(key(target))),
            Act::Can { asker, target, permission, at } => {
                let can = Command::Can(Can { account: key(target), permission, space: self.spaces[at] });
                match asker {
                    Some(asker) => self.world.signed(&self.people[asker], id, can),
                    None => Call::of(Asker::Service, can),
                }
            }
            Act::Sees { who, at } => Call::of(Asker::Service, self.sees(who, at)),
            _ => {
                let (who, command) = self.signed(act);
                self.world.signed(&self.people[who], id, command)
            }
        }
    }

    fn sees(&self, who: Who, at: At) -> Command {
        let record: doorward_core::record::KeyRecord =
            self.world.get(&keys::account(&self.people[who].key())).unwrap_or_default();
        let incarnation = record.account.map_or(Incarnation::NONE, |account| account.incarnation);
        let key = |own: bool| if own { self.people[who].key() } else { SignKey([7; 32]) };
        let event = |(kind, own)| Event { kind, space: self.spaces[at], account: Some(key(own)), invite: None };
        let events = KINDS.map(event).to_vec();
        Command::Sees(Sees { account: self.people[who].key(), incarnation, events }.into())
    }

    /// Who signs it, and what it is.
    fn signed(&self, act: Act) -> (Who, Command) {
        let key = |who: Who| self.people[who].key();
        let at = |at: At| self.spaces[at];
        let paging = || Paging { after: String::new(), limit: 100 };
        match act {
            Act::Register { who, target } => {
                let person = &self.people[target];
                let register = Register { sign_key: person.key(), kex_key: person.kex_key(), handle: person.name.clone() };
                (who, Command::Register(register.into()))
            }
            Act::Prove { who } => (who, Command::Prove(Prove { binding: self.people[who].binding(&self.world.server.key()) })),
            Act::Revoke { who, target } => (who, Command::Revoke(key(target))),
            Act::Restore { who, target } => (who, Command::Restore(key(target))),
            Act::Delete { who, target } => (who, Command::Delete(key(target))),
            Act::Join { who } => (who, Command::Join(govern::join(&self.world, &self.people[who]).into())),
            Act::Create { who, name, rule, most, listed } => {
                let (name, description) = (NAMES[name].into(), "About it".into());
                (who, Command::CreateSpace(CreateSpace { name, description, join_rule: rule, max_members: most, listed }.into()))
            }
            Act::DeleteSpace { who, at: space } => (who, Command::DeleteSpace(at(space))),
            Act::Update { who, at: space, change } => (who, update(at(space), change)),
            Act::ListSpaces { who, mine } => (who, list_spaces(if mine { SpaceFilter::Mine } else { SpaceFilter::Found })),
            Act::ShowSpace { who, at: space } => (who, Command::ShowSpace(at(space))),
            Act::ListMembers { who, at: space } => (who, list_members(at(space))),
            Act::ListBans { who, at: space } => (who, Command::ListBans(ListKeys { space: at(space), paging: paging() })),
            Act::ListAllowed { who, at: space } => (who, Command::ListAllowed(ListKeys { space: at(space), paging: paging() })),
            Act::ListInvites { who, at: space } => {
                (who, Command::ListInvites(ListInvites { space: at(space), filter: InviteFilter::Live, paging: paging() }))
            }
            Act::Mint { who, offer } => (who, self.offers[offer].0.mint()),
            Act::Cancel { who, offer } => (who, Command::CancelInvite(self.offers[offer].0.id())),
            Act::ShowInvite { who, offer } => {
                (who, Command::ShowInvite(ShowInvite { invite: self.offers[offer].0.id(), paging: paging() }))
            }
            act => self.signed_about_people(act),
        }
    }

    /// The same, of what is done to people in a place.
    fn signed_about_people(&self, act: Act) -> (Who, Command) {
        let at = |at: At| self.spaces[at];
        let member = |space: At, who: Who| member_of(at(space), &self.people[who]);
        match act {
            Act::Enter { who, at: space } => (who, Command::Enter(at(space))),
            Act::Leave { who, at: space } => (who, Command::Leave(at(space))),
            Act::Kick { who, target, at } => (who, Command::Kick(member(at, target))),
            Act::Ban { who, target, at, until } => {
                let until = until.map_or(Expiry::Never, |at| Expiry::At(Timestamp(at)));
                (who, Command::Ban(Ban { member: member(at, target), reason: "loud".into(), until }.into()))
            }
            Act::Unban { who, target, at } => (who, Command::Unban(member(at, target))),
            Act::SetRole { who, target, at: space, role } => (who, set_role_in(at(space), &self.people[target], role)),
            Act::Transfer { who, target, at } => (who, Command::Transfer(member(at, target))),
            Act::SetTags { who, target, at: space, tagged } => {
                (who, set_tags_in(at(space), &self.people[target], if tagged { &["tea"] } else { &[] }))
            }
            Act::Allow { who, target, at } => (who, Command::Allow(member(at, target))),
            Act::Disallow { who, target, at } => (who, Command::Disallow(member(at, target))),
            other => unreachable!("{other:?}"),
        }
    }
}

fn update(space: doorward_core::SpaceId, change: Change) -> Command {
    update_of(space, |update| match change {
        Change::Rule(rule) => update.join_rule = Some(rule),
        Change::Pause(pause) => update.pause = Some(pause),
        Change::Most(most) => update.max_members = Some(most),
        Change::Listed(listed) => update.listed = Some(listed),
        Change::Governed(on, rule) => (update.governed, update.join_rule) = (Some(on), rule),
        Change::Name(name) => update.name = Some(NAMES[name].into()),
    })
}
