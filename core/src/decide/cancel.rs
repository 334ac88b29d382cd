//! Cancel an invite: its issuer may, and so may an inviter of higher rank.

use super::caller::{Wanted, writing};
use super::inquiry::Inquiry;
use super::invites::item_of;
use super::open_invites::{OpenInvites, Place};
use super::place::Holder;
use super::redeem::{InviteLife, life};
use super::{Outcome, Ruling, deny, fault};
use crate::code::Code;
use crate::id::InviteId;
use crate::record::{Closed, InviteRecord, keys};
use crate::role::{Actor, Permission, PlaceKind, Role};
use crate::rule::{self, Rule};
use crate::wire::{EventKind, InviteState, Reply, Request};
use alloc::boxed::Box;

/// Who made the invite, as seen by whoever wants it cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// The same account.
    Caller,
    /// Another member, of this role; seen by somebody who governs the server, of this role there.
    Member(Role),
    /// Someone who is no member any more.
    Gone,
    /// The server itself: only `init` cancels its invites.
    Server,
}

/// The cancel table.
pub fn judge(caller: Actor, maker: Maker, life: InviteLife) -> (Code, Rule) {
    let outranks = match maker {
        Maker::Caller => true,
        Maker::Member(role) => caller.allows(Permission::Invite) && caller.rank() > role.rank(),
        Maker::Gone => caller.allows(Permission::Invite),
        Maker::Server => false,
    };
    if !outranks {
        return match caller.allows(Permission::Invite) {
            true => (Code::RankTooLow, rule::CANCEL_RANK),
            false => (Code::MissingPermission, rule::ASK_PERMISSION),
        };
    }
    match life {
        InviteLife::Live => (Code::Allowed, rule::CANCEL_DONE),
        InviteLife::Cancelled => (Code::Allowed, rule::CANCEL_AGAIN),
        InviteLife::Expired => (Code::Expired, rule::CANCEL_DEAD),
        InviteLife::Unreadable => (Code::UnreadableExpiry, rule::CANCEL_DEAD),
        InviteLife::UsedUp => (Code::UsedUp, rule::CANCEL_DEAD),
        InviteLife::Void => (Code::IssuerLostAuthority, rule::CANCEL_DEAD),
    }
}

/// Decides a cancel.
pub(crate) fn decide(request: &Request, id: &InviteId, inquiry: &mut Inquiry<'_>) -> Outcome {
    let key = keys::invite(id);
    writing(request, inquiry, Wanted::records(core::slice::from_ref(&key)), &mut |inquiry, caller, root| {
        let now = request.context.now;
        let Some(mut record) = inquiry.load::<InviteRecord>(&key)? else {
            // Whoever may not see invites learns nothing about which exist.
            caller.require(Permission::Invite)?;
            return deny(Code::NotFound, rule::CANCEL_UNKNOWN);
        };
        let claims = record.invite.unverified_claims().ok_or_else(|| fault(Code::CorruptRecord, &key))?;
        let count_key = keys::open_count(&claims.issuer);
        inquiry.want(&count_key);
        Holder::want(inquiry, &claims.space, &claims.issuer);
        let caller = &caller.go(root, &claims.space, inquiry)?;
        if !root.is_there() {
            return deny(Code::NotFound, rule::CANCEL_UNKNOWN);
        }
        let issuer = Holder::load(root, &claims.issuer, inquiry)?;
        let seat = if caller.actor.place == PlaceKind::Above { issuer.record.current_seat() } else { issuer.current_seat() };
        let same = claims.issuer == caller.key && claims.issuer_incarnation == caller.account.incarnation;
        let maker = match seat {
            _ if same => Maker::Caller,
            _ if claims.issuer == root.server.key => Maker::Server,
            // Another incarnation of the key did not make it.
            Some(seat) if seat.incarnation == claims.issuer_incarnation => Maker::Member(seat.role),
            Some(_) | None => Maker::Gone,
        };
        let (code, rule) = judge(caller.actor, maker, life(&record, &claims, now));
        if code != Code::Allowed {
            return deny(code, rule);
        }
        let mut ruling = Ruling::allow(rule);
        if rule == rule::CANCEL_DONE {
            let mut open = OpenInvites::new(claims.issuer, inquiry.load_or_default(&count_key)?);
            record.closed = Some(Closed::Cancelled(caller.key));
            open.close(&mut ruling, Place::from(&claims), Closed::Cancelled(caller.key), now);
            open.save(&mut ruling);
            ruling.put(key.clone(), &record);
            ruling.tell(EventKind::InviteCancelled, claims.space, Some(claims.issuer), Some(*id));
        }
        ruling.about(claims.issuer);
        Ok(ruling.replying(Reply::Invite(Box::new(item_of(&record, &claims, InviteState::Cancelled)))))
    })
}
