//! Who sees what happens: asked when somebody begins to watch, and again about everything that happens meanwhile, so that
//! nobody watches on who may not be here any more.

use super::authorize;
use super::caller::{Wanted, reading, want_space};
use super::inquiry::Inquiry;
use super::place::stand;
use super::{Outcome, Ruling, deny, fault};
use crate::code::Code;
use crate::record::{KeyRecord, MemberRecord, keys};
use crate::role::{Actor, Permission, PlaceKind, Role};
use crate::rule;
use crate::wire::{Asker, EventKind, Reply, Request, Sees, Sight};
use alloc::vec::Vec;

/// The most events of one question.
const MOST: usize = 1_000;

/// The table of events: what somebody of this role sees of one.
pub fn judge(watcher: Actor, kind: EventKind, about_oneself: bool) -> Sight {
    if about_oneself || watcher.allows(Permission::ReadAudit) {
        return Sight::Whole;
    }
    match kind {
        // Of a network, nobody sees anything who is not in it.
        _ if !watcher.allows(Permission::Read) => Sight::Nothing,
        // Who is here, as what, and what the place is: members see that anyway.
        EventKind::MemberJoined
        | EventKind::MemberLeft
        | EventKind::MemberKicked
        | EventKind::AccountDeleted
        | EventKind::AccountRebound
        | EventKind::RoleChanged
        | EventKind::OwnerChanged
        | EventKind::TagsChanged
        | EventKind::SpaceChanged
        | EventKind::SpaceCreated
        | EventKind::SpaceDeleted => Sight::Bare,
        EventKind::ServerInitialised
        | EventKind::InviteMinted
        | EventKind::InviteCancelled
        | EventKind::InviteBurned
        | EventKind::AccountRegistered
        | EventKind::AccountProved
        | EventKind::AccountRevoked
        | EventKind::AccountRestored
        | EventKind::RestoreBegun
        | EventKind::RestoreAccepted
        | EventKind::OwnerRecoveryBegun
        | EventKind::KeyBanned
        | EventKind::BanLifted
        | EventKind::KeyAllowed
        | EventKind::KeyDisallowed
        | EventKind::AccountInvited
        | EventKind::InviteDeclined => Sight::Nothing,
    }
}

/// Decides whether the asker may watch at all.
pub(crate) fn begin(request: &Request, inquiry: &mut Inquiry<'_>) -> Outcome {
    reading(request, inquiry, Wanted::records(&[]), &mut |_inquiry, caller, _root| {
        Ok(Ruling::allow(rule::WATCH_YES).replying(Reply::Watching(caller.account.incarnation)))
    })
}

/// Decides what somebody who watches sees of these events. Asked by the host, for whom it let watch.
pub(crate) fn sees(request: &Request, sees: &Sees, inquiry: &mut Inquiry<'_>) -> Outcome {
    match request.asker {
        Asker::Service => {}
        Asker::Stranger | Asker::Operator | Asker::Account(_) => return deny(Code::Unauthenticated, rule::SEES_ASKER),
    }
    if sees.events.len() > MOST {
        return Err(fault(Code::Malformed, "events"));
    }
    let account_key = keys::account(&sees.account);
    inquiry.want(keys::SERVER);
    inquiry.want(&account_key);
    inquiry.ready()?;
    let mut root = inquiry.root(&request.context)?;
    let record: KeyRecord = inquiry.load_or_default(&account_key)?;
    let (code, rule) = authorize::standing(&record.glance(), &root.glance(), request.context.now);
    if code != Code::Allowed {
        return deny(code, rule);
    }
    // Whoever has the key now is someone else.
    if record.current_seat().is_none_or(|seat| seat.incarnation != sees.incarnation) {
        return deny(Code::UnknownAccount, rule::AUTHORIZED_UNKNOWN);
    }
    sees.events.iter().for_each(|event| want_space(inquiry, &event.space, &sees.account));
    inquiry.ready()?;
    let mut seen: Vec<Sight> = Vec::with_capacity(sees.events.len());
    for event in &sees.events {
        let exists = root.go(&event.space, inquiry)?;
        let actor = match exists {
            true => stand(&root, &sees.account, &record, true, inquiry)?.1,
            false => of_gone(&record, &inquiry.load_or_default(&keys::member(&event.space, &sees.account))?),
        };
        seen.push(judge(actor, event.kind, event.account == Some(sees.account)));
    }
    Ok(Ruling::allow(rule::SEES_YES).replying(Reply::Seen(seen)))
}

/// As what somebody sees the last of a network that is gone: its members as members, who governs the server as that.
fn of_gone(record: &KeyRecord, there: &MemberRecord) -> Actor {
    let at_server = record.current_seat().map_or(Role::Member, |seat| seat.role);
    let place = match there.current_seat(record.account.as_ref()) {
        _ if at_server >= Role::Admin => PlaceKind::Above,
        Some(_) => PlaceKind::Child,
        None => PlaceKind::Outside,
    };
    Actor { role: at_server, place, governed: false }
}
