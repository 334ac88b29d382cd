//! Requests that govern the place and its people.

use super::{Person, World};
use doorward_core::time::Expiry;
use doorward_core::wire::{Ban, Command, Join, Member, SetRole, SetTags, UpdateSpace};
use doorward_core::{SpaceId, role::Role};

/// Somebody, at the server.
pub fn member(who: &Person) -> Member {
    Member { space: SpaceId::SERVER, key: who.key() }
}

pub fn ban(who: &Person, until: Expiry) -> Command {
    Command::Ban(Ban { member: member(who), reason: "loud".into(), until }.into())
}

pub fn set_role(who: &Person, role: Role) -> Command {
    Command::SetRole(SetRole { member: member(who), role })
}

pub fn set_tags(who: &Person, tags: &[&str]) -> Command {
    let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    Command::SetTags(SetTags { member: member(who), tags }.into())
}

/// A change of the server space; nothing is changed but what `change` says.
pub fn update(change: impl FnOnce(&mut UpdateSpace)) -> Command {
    let mut update = UpdateSpace {
        space: SpaceId::SERVER,
        name: None,
        join_rule: None,
        max_members: None,
        description: None,
        pause: None,
        listed: None,
        governed: None,
    };
    change(&mut update);
    Command::UpdateSpace(update.into())
}

/// What this person asks to come in without an invite.
pub fn join(world: &World, who: &Person) -> Join {
    let binding = who.binding(&world.server.key());
    Join { space: SpaceId::SERVER, kex_key: who.kex_key(), handle: who.name.clone(), binding }
}
