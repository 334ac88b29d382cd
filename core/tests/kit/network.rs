//! Networks: requests about them, and worlds that have one.

use super::{Made, Person, World, govern};
use doorward_core::SpaceId;
use doorward_core::claims::Claims;
use doorward_core::record::{JoinRule, MemberRecord, Seat, Space, Via, keys};
use doorward_core::role::Role;
use doorward_core::time::Expiry;
use doorward_core::wire::{
    Ban, Command, CreateSpace, ListKeys, ListSpaces, Member, Paging, Reply, SetRole, SetTags, SpaceFilter, UpdateSpace,
};

/// Somebody, in a space.
pub fn member_of(space: SpaceId, who: &Person) -> Member {
    Member { space, key: who.key() }
}

/// A new network that is listed and open to invites.
pub fn create(name: &str) -> CreateSpace {
    let description = "About it".into();
    CreateSpace { name: name.into(), description, join_rule: JoinRule::Invite, max_members: 0, listed: true }
}

/// A change of a network; nothing is changed but what `change` says.
pub fn update_of(space: SpaceId, change: impl FnOnce(&mut UpdateSpace)) -> Command {
    govern::update(|update| {
        update.space = space;
        change(update);
    })
}

pub fn list_spaces(filter: SpaceFilter) -> Command {
    Command::ListSpaces(ListSpaces { filter, paging: Paging { after: String::new(), limit: 100 } })
}

pub fn list_members(space: SpaceId) -> Command {
    Command::ListMembers(ListKeys { space, paging: Paging { after: String::new(), limit: 100 } })
}

pub fn ban_in(space: SpaceId, who: &Person) -> Command {
    Command::Ban(Ban { member: member_of(space, who), reason: "loud".into(), until: Expiry::Never }.into())
}

pub fn set_role_in(space: SpaceId, who: &Person, role: Role) -> Command {
    Command::SetRole(SetRole { member: member_of(space, who), role })
}

pub fn set_tags_in(space: SpaceId, who: &Person, tags: &[&str]) -> Command {
    let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    Command::SetTags(SetTags { member: member_of(space, who), tags }.into())
}

impl World {
    /// A network of this owner's, who governs the server.
    pub fn network(&mut self, owner: &Person, name: &str) -> SpaceId {
        self.prove(owner);
        let outcome =
            self.ask(&self.signed(owner, 2_000_000 + self.store.len() as u64, Command::CreateSpace(create(name).into())));
        match outcome.reply() {
            Reply::Space(view) if outcome.allowed() => view.space,
            other => panic!("{}: {other:?}", outcome.code()),
        }
    }

    /// A server with an owner, an admin and a member, and a network of another member's, with an admin and a member of its
    /// own: whoever made it handed it over.
    pub fn with_network() -> (World, SpaceId, [Person; 3], [Person; 3]) {
        let (mut world, [owner, admin, member]) = World::peopled();
        [&admin, &member].into_iter().for_each(|who| world.prove(who));
        let people = ["the network's owner", "the network's admin", "the network's member"].map(Person::new);
        for who in &people {
            world.join(&owner, who, Role::Member);
            world.prove(who);
        }
        let space = world.network(&owner, "harbour");
        for (who, role) in people.iter().zip([Role::Member, Role::Admin, Role::Member]) {
            world.seat_in(space, who, role);
        }
        let hand_over = Command::Transfer(member_of(space, &people[0]));
        assert!(world.ask(&world.signed(&owner, 2_500_000, hand_over)).allowed());
        assert!(world.ask(&world.signed(&owner, 2_500_001, Command::Leave(space))).allowed());
        (world, space, [owner, admin, member], people)
    }

    /// Makes a member of the server one of the network, with that role, past the core but as the core would have it.
    pub fn seat_in(&mut self, space: SpaceId, who: &Person, role: Role) {
        let before = self.space(space);
        self.edit::<Space>(&keys::space(&space), |root| root.join_rule = JoinRule::Open);
        let outcome = self.ask(&self.signed(who, 2_600_000 + self.store.len() as u64, Command::Enter(space)));
        assert!(outcome.allowed(), "{}", outcome.code());
        self.put(&keys::space(&space), &before);
        self.edit_member(space, who, |record| record.seat.as_mut().expect("a seat").role = role);
    }

    /// Lets somebody prove the account, past the core.
    pub fn prove(&mut self, who: &Person) {
        let binding = who.binding(&self.server.key());
        self.edit_key(who, |record| record.account.as_mut().expect("an account").binding = Some(binding));
    }

    pub fn space(&self, space: SpaceId) -> Space {
        self.get(&keys::space(&space)).expect("a space")
    }

    pub fn edit_space(&mut self, space: SpaceId, change: impl FnOnce(&mut Space)) {
        self.edit::<Space>(&keys::space(&space), change);
    }

    /// All about somebody in a network.
    pub fn member_record(&self, space: SpaceId, who: &Person) -> MemberRecord {
        self.get(&keys::member(&space, &who.key())).unwrap_or_default()
    }

    pub fn edit_member(&mut self, space: SpaceId, who: &Person, change: impl FnOnce(&mut MemberRecord)) {
        let mut record = self.member_record(space, who);
        change(&mut record);
        self.put(&keys::member(&space, &who.key()), &record);
    }

    /// A seat of this account's, as it would be now.
    pub fn a_seat(&self, who: &Person, role: Role) -> Seat {
        let incarnation = self.key_record(who).account.expect("an account").incarnation;
        Seat { incarnation, role, tags: Vec::new(), joined_at: self.now, via: Via::Direct }
    }

    /// An invite of this issuer's into a network, changed as wanted before it is signed.
    pub fn offer_in(&self, space: SpaceId, issuer: &Person, number: u64, change: impl FnOnce(&mut Claims)) -> Made {
        let there = self.member_record(space, issuer).epoch;
        self.offer(issuer, number, |claims| {
            claims.space = space;
            claims.issuer_epoch += there;
            change(claims);
        })
    }
}
