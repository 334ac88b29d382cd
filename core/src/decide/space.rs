//! A space itself: what it is called, who may join, how many fit, whether joining is paused, and whether it is governed.

use super::caller::{Caller, Wanted, reading, writing};
use super::govern::change_owner;
use super::inquiry::{Inquiry, Root};
use super::{Outcome, Ruling, Stop, deny, fault};
use crate::code::Code;
use crate::id::SpaceId;
use crate::record::{JoinRule, MemberCount, Named, Pause, Space, keys};
use crate::role::{Actor, Permission, PlaceKind, Role};
use crate::rule::{self, Rule};
use crate::text::{Kind, NETWORK_NAME, is_name};
use crate::time::Timestamp;
use crate::wire::{EventKind, Reply, Request, SpaceView, Standpoint, UpdateSpace};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// What the table of changes looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Whether the new texts can be shown.
    pub showable: bool,
    /// What becomes of the name.
    pub name: Name,
    /// When the new pause ends, if it is one that ends.
    pub pause_until: Option<Timestamp>,
    /// Whether it begins or ends to be governed.
    pub governs: bool,
    /// Whether it would then ask for invites and have nobody who may make one.
    pub ungoverned_invite: bool,
    /// Whether anything would be other than it is.
    pub changes: bool,
}

/// A new name of a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// It may have it, or keeps its own.
    Free,
    /// It is none for a network.
    Bad,
    /// Another network has it.
    Taken,
}

/// The table of changes to a space.
pub fn judge(caller: Actor, wish: &Wish, now: Timestamp) -> (Code, Rule) {
    if !caller.allows(Permission::ManageSpace) {
        return (Code::MissingPermission, rule::ASK_PERMISSION);
    }
    if wish.governs && caller.place != PlaceKind::Above {
        return (Code::MissingPermission, rule::SPACE_GOVERNED);
    }
    if !wish.showable {
        return (Code::BadText, rule::SPACE_TEXT);
    }
    match wish.name {
        Name::Bad => return (Code::BadName, rule::SPACE_NAME),
        Name::Taken => return (Code::NameTaken, rule::SPACE_NAME),
        Name::Free => {}
    }
    if wish.pause_until.is_some_and(|until| until <= now) {
        return (Code::ExpiryInPast, rule::SPACE_PAUSE);
    }
    if wish.ungoverned_invite {
        return (Code::NotGoverned, rule::SPACE_GOVERNED);
    }
    (Code::Allowed, if wish.changes { rule::SPACE_DONE } else { rule::SPACE_AGAIN })
}

/// Shows a space to those who may see it.
pub(crate) fn show(request: &Request, id: &SpaceId, inquiry: &mut Inquiry<'_>) -> Outcome {
    let count = [keys::members(id)];
    reading(request, inquiry, Wanted::of(id, &count), &mut |inquiry, caller, root| {
        let view = view(root, caller, inquiry.load_or_default(&count[0])?, request.context.now);
        Ok(Ruling::allow(rule::SPACE_SHOW).replying(Reply::Space(Box::new(view))))
    })
}

/// Decides a change.
pub(crate) fn update(request: &Request, update: &UpdateSpace, inquiry: &mut Inquiry<'_>) -> Outcome {
    let UpdateSpace { space: id, name, join_rule, description, pause, listed, governed, .. } = update;
    let is_server = *id == SpaceId::SERVER;
    let named = name.as_ref().is_none_or(|name| inquiry.check_text(Kind::ServerName, name));
    let described = description.as_ref().is_none_or(|text| inquiry.check_text(Kind::Greeting, text));
    join_rule.map_or(Ok(()), can_be_met)?;
    if is_server && (listed.is_some() || governed.is_some()) {
        return Err(fault(Code::Malformed, "the server is neither listed nor governed"));
    }
    let mut wanted = alloc::vec![keys::members(id)];
    wanted.extend(name.as_ref().filter(|name| !is_server && may_be_called(name)).map(|name| keys::name(name)));
    writing(request, inquiry, Wanted::of(id, &wanted), &mut |inquiry, caller, root| {
        let before = root.here().clone();
        let after = changed(before.clone(), update);
        let wish = Wish {
            showable: named && described,
            name: if is_server || after.name == before.name { Name::Free } else { name_for(&after.name, id, inquiry)? },
            pause_until: pause.and_then(Pause::end),
            governs: after.governed != before.governed,
            ungoverned_invite: !after.governed && after.join_rule == JoinRule::Invite,
            changes: after != before,
        };
        let (code, rule) = judge(caller.actor, &wish, request.context.now);
        if code != Code::Allowed {
            return deny(code, rule);
        }
        let mut ruling = Ruling::allow(rule);
        if wish.changes {
            if !is_server && after.name != before.name {
                inquiry.want(&keys::name(&before.name));
                ruling.remove(keys::name(&before.name));
                ruling.put(keys::name(&after.name), &Named { space: *id });
            }
            *root.change() = after;
            if wish.governs {
                change_owner(&mut ruling, root, request.context.now, inquiry)?;
            }
            inquiry.ready()?;
            ruling.tell(EventKind::SpaceChanged, *id, None, None);
        }
        let view = view(root, caller, inquiry.load_or_default(&wanted[0])?, request.context.now);
        Ok(ruling.replying(Reply::Space(Box::new(view))))
    })
}

/// The space as it would be.
fn changed(mut space: Space, update: &UpdateSpace) -> Space {
    if let Some(name) = &update.name {
        space.name.clone_from(name);
    }
    if let Some(text) = &update.description {
        space.description.clone_from(text);
    }
    space.join_rule = update.join_rule.unwrap_or(space.join_rule);
    space.max_members = update.max_members.unwrap_or(space.max_members);
    space.pause = update.pause.unwrap_or(space.pause);
    space.governed = update.governed.unwrap_or(space.governed);
    if let (Some(child), Some(listed)) = (space.child.as_mut(), update.listed) {
        child.listed = listed;
    }
    space
}

/// Refuses a rule that nobody could meet: no space has a join token yet.
pub(crate) fn can_be_met(rule: JoinRule) -> Result<(), Stop> {
    if rule == JoinRule::Token { Err(fault(Code::Malformed, "join rule")) } else { Ok(()) }
}

/// Whether a network may have this name.
pub(crate) fn may_be_called(name: &str) -> bool {
    is_name(name, NETWORK_NAME) && !matches!(name, "server" | "backbone")
}

/// Whether this network may have this name, whose record was wanted if it is one.
pub(crate) fn name_for(name: &str, space: &SpaceId, inquiry: &Inquiry<'_>) -> Result<Name, Stop> {
    if !may_be_called(name) {
        return Ok(Name::Bad);
    }
    Ok(match inquiry.load::<Named>(&keys::name(name))? {
        Some(named) if named.space != *space => Name::Taken,
        Some(_) | None => Name::Free,
    })
}

/// A space as the caller may see it.
pub(crate) fn view(root: &Root, caller: &Caller, count: MemberCount, now: Timestamp) -> SpaceView {
    let space = root.here();
    let actor = Actor { governed: space.governed, ..caller.actor };
    let may: Vec<Permission> = Permission::ALL.iter().copied().filter(|permission| actor.allows(*permission)).collect();
    let counted = actor.allows(Permission::Read);
    let seat = caller.there.current_seat(Some(&caller.account)).map(|seat| match space.owner {
        _ if !space.governed => Role::Member,
        Some(owner) if owner == caller.key => Role::Owner,
        _ => seat.role,
    });
    SpaceView {
        space: root.id,
        name: space.name.clone(),
        join_rule: space.join_rule,
        max_members: space.max_members,
        description: space.description.clone(),
        pause: space.pause,
        paused: space.pause.holds(now),
        governed: space.governed,
        owner: space.owner.filter(|_| space.governed),
        members: counted.then_some(count.members),
        listed: space.child.as_ref().is_none_or(|child| child.listed),
        you: Standpoint {
            role: if root.is_server() { Some(caller.role) } else { seat },
            grants: [Role::Admin, Role::Member]
                .into_iter()
                .find(|role| actor.allows(Permission::Invite) && actor.may_grant(*role)),
            may,
            epoch: caller.epoch(),
        },
    }
}
