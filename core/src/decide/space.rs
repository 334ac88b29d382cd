//! A space itself: what it is called, who may join, how many fit, and whether joining is paused.

use super::caller::{Wanted, reading, writing};
use super::inquiry::Inquiry;
use super::{Outcome, Ruling, deny, fault};
use crate::code::Code;
use crate::id::SpaceId;
use crate::record::{JoinRule, MemberCount, Pause, Space, keys};
use crate::role::{Permission, PlaceKind, Role};
use crate::rule::{self, Rule};
use crate::text::Kind;
use crate::time::Timestamp;
use crate::wire::{Event, EventKind, Reply, Request, SpaceView, UpdateSpace};
use alloc::boxed::Box;

/// What the table of changes looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Whether the space exists.
    pub exists: bool,
    /// Whether the new texts can be shown.
    pub showable: bool,
    /// When the new pause ends, if it is one that ends.
    pub pause_until: Option<Timestamp>,
    /// Whether anything would be other than it is.
    pub changes: bool,
}

/// The table of changes to a space.
pub fn judge(caller: Role, wish: &Wish, now: Timestamp) -> (Code, Rule) {
    if !wish.exists {
        return (Code::NotFound, rule::SPACE_UNKNOWN);
    }
    if !caller.allows(PlaceKind::Server, Permission::ManageSpace) {
        return (Code::MissingPermission, rule::ASK_PERMISSION);
    }
    if !wish.showable {
        return (Code::BadText, rule::SPACE_TEXT);
    }
    if wish.pause_until.is_some_and(|until| until <= now) {
        return (Code::ExpiryInPast, rule::SPACE_PAUSE);
    }
    (Code::Allowed, if wish.changes { rule::SPACE_DONE } else { rule::SPACE_AGAIN })
}

/// Shows a space to its members.
pub(crate) fn show(request: &Request, id: &SpaceId, inquiry: &mut Inquiry<'_>) -> Outcome {
    let count = [keys::members(&SpaceId::SERVER)];
    reading(request, inquiry, Wanted::records(&count), &mut |inquiry, _caller, root| {
        if *id != SpaceId::SERVER {
            return deny(Code::NotFound, rule::SPACE_UNKNOWN);
        }
        let view = view(&root.space, inquiry.load_or_default(&count[0])?, request.context.now);
        Ok(Ruling::allow(rule::SPACE_SHOW).replying(view))
    })
}

/// Decides a change.
pub(crate) fn update(request: &Request, update: &UpdateSpace, inquiry: &mut Inquiry<'_>) -> Outcome {
    let UpdateSpace { space: id, name, join_rule, max_members, description, pause } = update;
    let named = name.as_ref().is_none_or(|name| inquiry.check_text(Kind::ServerName, name));
    let described = description.as_ref().is_none_or(|text| inquiry.check_text(Kind::Greeting, text));
    if *join_rule == Some(JoinRule::Token) {
        // No space has a join token yet, so nobody could meet that rule.
        return Err(fault(Code::Malformed, "join rule"));
    }
    let count = [keys::members(&SpaceId::SERVER)];
    writing(request, inquiry, &count, &mut |inquiry, caller, root| {
        let before = &root.space;
        let after = Space {
            name: name.clone().unwrap_or_else(|| before.name.clone()),
            join_rule: join_rule.unwrap_or(before.join_rule),
            max_members: max_members.unwrap_or(before.max_members),
            description: description.clone().unwrap_or_else(|| before.description.clone()),
            pause: pause.unwrap_or(before.pause),
            ..before.clone()
        };
        let wish = Wish {
            exists: *id == SpaceId::SERVER,
            showable: named && described,
            pause_until: pause.and_then(Pause::end),
            changes: after != *before,
        };
        let (code, rule) = judge(caller.role, &wish, request.context.now);
        if code != Code::Allowed {
            return deny(code, rule);
        }
        let mut ruling = Ruling::allow(rule).replying(view(&after, inquiry.load_or_default(&count[0])?, request.context.now));
        if wish.changes {
            *root.change() = after;
            ruling.events.push(Event { kind: EventKind::SpaceChanged, space: *id, account: None, invite: None });
        }
        Ok(ruling)
    })
}

fn view(space: &Space, count: MemberCount, now: Timestamp) -> Reply {
    Reply::Space(Box::new(SpaceView {
        space: SpaceId::SERVER,
        name: space.name.clone(),
        join_rule: space.join_rule,
        max_members: space.max_members,
        description: space.description.clone(),
        pause: space.pause,
        paused: space.pause.holds(now),
        governed: space.governed,
        owner: space.owner,
        members: count.members,
    }))
}
