//! The request for an act of a walk.

use crate::kit::{Call, govern};
use crate::model::Who;
use crate::walk::{Act, Walk};
use doorward_core::SpaceId;
use doorward_core::time::{Expiry, Timestamp};
use doorward_core::wire::{Asker, Can, Command, InviteFilter, ListInvites, ListKeys, Paging, Prove, Register, ShowInvite};

impl Walk {
    /// The request for it.
    pub fn call(&self, act: Act, id: u64) -> Call {
        let world = &self.world;
        let paging = Paging { after: String::new(), limit: 50 };
        let signed = |who: Who, command| world.signed(&self.people[who], id, command);
        let key = |who: Who| self.people[who].key();
        match act {
            Act::Init { offer } => Call::of(Asker::Operator, self.offers[offer].0.init("Walk")),
            Act::Recover { offer } => Call::of(Asker::Operator, self.offers[offer].0.recover()),
            Act::BeginRestore => Call::of(Asker::Operator, Command::BeginRestore(0)),
            Act::AcceptRestore => Call::of(Asker::Operator, Command::AcceptRestore),
            Act::Sweep => Call::of(Asker::Operator, Command::Sweep(self.request_ids(id as usize))),
            Act::Mint { who, offer } => signed(who, self.offers[offer].0.mint()),
            Act::Redeem { who, offer } => world.redeem(&self.offers[offer].0, &self.people[who], id),
            Act::Preview { own, offer } => world.preview(&self.offers[offer].0, own.map(|who| &self.people[who])),
            Act::Cancel { who, offer } => signed(who, Command::CancelInvite(self.id(offer))),
            Act::Register { who, target } => {
                let person = &self.people[target];
                signed(
                    who,
                    Command::Register(
                        Register { sign_key: person.key(), kex_key: person.kex_key(), handle: person.name.clone() }.into(),
                    ),
                )
            }
            Act::Prove { who, good } => {
                let person = &self.people[who];
                let binding = if good { person.binding(&world.server.key()) } else { person.sign(b"nothing") };
                signed(who, Command::Prove(Prove { binding }))
            }
            Act::Revoke { who, target } => signed(who, Command::Revoke(key(target))),
            Act::Restore { who, target } => signed(who, Command::Restore(key(target))),
            Act::Delete { who, target } => signed(who, Command::Delete(key(target))),
            Act::IsAuthorized { target } => Call::of(Asker::Service, Command::IsAuthorized(key(target))),
            Act::HasAdmin => Call::of(Asker::Service, Command::HasAdmin),
            Act::Can { target, permission } => Call::of(
                Asker::Service,
                Command::Can(Can { account: key(target), permission, space: doorward_core::SpaceId::SERVER }),
            ),
            Act::ListInvites { who } => {
                signed(who, Command::ListInvites(ListInvites { space: SpaceId::SERVER, filter: InviteFilter::Live, paging }))
            }
            Act::ShowInvite { who, offer } => signed(who, Command::ShowInvite(ShowInvite { invite: self.id(offer), paging })),
            Act::ShowAccount { who, target } => signed(who, Command::ShowAccount(key(target))),
            Act::ListAccounts { who } => signed(who, Command::ListAccounts(paging)),
            Act::Audit { who } => signed(who, Command::Audit),
            Act::Describe => Call::of(Asker::Stranger, Command::Describe),
            act => self.call_of_place(act, id),
        }
    }

    /// The same, for what governs the place.
    fn call_of_place(&self, act: Act, id: u64) -> Call {
        let signed = |who: Who, command| self.world.signed(&self.people[who], id, command);
        let member = |who: Who| govern::member(&self.people[who]);
        let list = ListKeys { space: SpaceId::SERVER, paging: Paging { after: String::new(), limit: 50 } };
        match act {
            Act::ShowSpace { who } => signed(who, Command::ShowSpace(SpaceId::SERVER)),
            Act::SetRule { who, rule } => signed(who, govern::update(|update| update.join_rule = Some(rule))),
            Act::SetPause { who, pause } => signed(who, govern::update(|update| update.pause = Some(pause))),
            Act::SetMost { who, most } => signed(who, govern::update(|update| update.max_members = Some(most))),
            Act::Kick { who, target } => signed(who, Command::Kick(member(target))),
            Act::Ban { who, target, until } => {
                let until = until.map_or(Expiry::Never, |at| Expiry::At(Timestamp(at)));
                signed(who, govern::ban(&self.people[target], until))
            }
            Act::Unban { who, target } => signed(who, Command::Unban(member(target))),
            Act::SetRole { who, target, role } => signed(who, govern::set_role(&self.people[target], role)),
            Act::Transfer { who, target } => signed(who, Command::Transfer(member(target))),
            Act::SetTags { who, target } => signed(who, govern::set_tags(&self.people[target], &["tea"])),
            Act::Allow { who, target } => signed(who, Command::Allow(member(target))),
            Act::Disallow { who, target } => signed(who, Command::Disallow(member(target))),
            Act::ListBans { who } => signed(who, Command::ListBans(list)),
            Act::ListAllowed { who } => signed(who, Command::ListAllowed(list)),
            Act::Join { who } => signed(who, Command::Join(govern::join(&self.world, &self.people[who]).into())),
            Act::Watch { who } => signed(who, Command::Watch),
            Act::Leave { who } => signed(who, Command::Leave(SpaceId::SERVER)),
            other => unreachable!("{other:?}"),
        }
    }
}
