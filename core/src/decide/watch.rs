//! Who sees what happens: asked when somebody begins to watch, and again about everything that happens meanwhile, so that
//! nobody watches on who may not be here any more.

use super::authorize;
use super::caller::{Wanted, reading};
use super::inquiry::Inquiry;
use super::{Outcome, Ruling, deny, fault};
use crate::code::Code;
use crate::record::{KeyRecord, keys};
use crate::role::{Permission, PlaceKind, Role};
use crate::rule;
use crate::wire::{Asker, EventKind, Reply, Request, Sees, Sight};
use alloc::vec::Vec;

/// The most events of one question.
const MOST: usize = 1_000;

/// The table of events: what somebody of this role sees of one.
pub fn judge(role: Role, kind: EventKind, about_oneself: bool) -> Sight {
    if about_oneself || role.allows(PlaceKind::Server, Permission::ReadAudit) {
        return Sight::Whole;
    }
    match kind {
        // Who is here, as what, and what the place is: members see that anyway.
        EventKind::MemberJoined
        | EventKind::MemberLeft
        | EventKind::MemberKicked
        | EventKind::AccountDeleted
        | EventKind::AccountRebound
        | EventKind::RoleChanged
        | EventKind::OwnerChanged
        | EventKind::TagsChanged
        | EventKind::SpaceChanged => Sight::Bare,
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
        | EventKind::KeyDisallowed => Sight::Nothing,
    }
}

/// Decides whether the asker may watch at all.
pub(crate) fn begin(request: &Request, inquiry: &mut Inquiry<'_>) -> Outcome {
    reading(request, inquiry, Wanted::default(), &mut |_inquiry, caller, _root| {
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
    let root = inquiry.root(&request.context)?;
    let record: KeyRecord = inquiry.load_or_default(&account_key)?;
    let (code, rule) = authorize::standing(&record.glance(), &root.glance(), request.context.now);
    if code != Code::Allowed {
        return deny(code, rule);
    }
    // Whoever has the key now is someone else.
    let Some(seat) = record.current_seat().filter(|seat| seat.incarnation == sees.incarnation) else {
        return deny(Code::UnknownAccount, rule::AUTHORIZED_UNKNOWN);
    };
    let see = |event: &crate::wire::Event| judge(seat.role, event.kind, event.account == Some(sees.account));
    let seen: Vec<Sight> = sees.events.iter().map(see).collect();
    Ok(Ruling::allow(rule::SEES_YES).replying(Reply::Seen(seen)))
}
