//! What follows from the last rows of the redeem table: someone is let in, or the use is burned.

use super::scene::Scene;
use super::table::Row;
use crate::code::Code;
use crate::decide::Ruling;
use crate::decide::arrival::new_account;
use crate::decide::open_invites::{OpenInvites, Place};
use crate::id::{DecisionId, Incarnation, SpaceId};
use crate::record::{Account, Closed, Seat, Use, Via, keys};
use crate::role::Role;
use crate::statement::ReceiptBody;
use crate::wire::{Event, EventKind, Redeem, Redeemed, Reply, Request};
use alloc::vec::Vec;

/// Row 10: account (if new) and membership are made; or the membership of the key whose place it is moves over.
pub(crate) fn admit(request: &Request, redeem: &Redeem, mut scene: Scene, row: Row) -> Ruling {
    let (context, statement) = (&request.context, &redeem.statement);
    let decision = DecisionId::fresh(&context.entropy);
    let key = statement.sign_key;
    let via = Via::Invite(redeem.invite);
    let before = scene.person.account.take();
    let is_new = before.is_none();
    let account = Account {
        kex_key: statement.kex_key,
        binding: Some(redeem.binding),
        handle: statement.handle.clone(),
        ..before.unwrap_or_else(|| new_account(context, statement.kex_key, statement.handle.clone(), via, scene.claims.issuer))
    };
    let receipt = ReceiptBody {
        server: context.server,
        decision,
        invite: redeem.invite,
        account: key,
        incarnation: account.incarnation,
        space: SpaceId::SERVER,
        role: scene.claims.role,
        at: context.now,
        skipped: Vec::new(),
    };
    let used = Use {
        incarnation: account.incarnation,
        handle: statement.handle.clone(),
        at: context.now,
        code: row.code,
        decision,
        receipt: Some(receipt.clone()),
    };
    let mut ruling = Ruling::allow(row.rule);
    if is_new {
        ruling.events.push(event(EventKind::AccountRegistered, redeem));
    }
    ruling.events.push(event(EventKind::MemberJoined, redeem));
    let seat = leave(&mut ruling, redeem, &mut scene).unwrap_or_else(|| Seat {
        incarnation: account.incarnation,
        role: scene.claims.role,
        tags: scene.claims.tags.clone(),
        joined_at: context.now,
        via,
    });
    ruling.mark(keys::roster(&SpaceId::SERVER, seat.joined_at, &key));
    scene.person.seat = Some(Seat { incarnation: account.incarnation, ..seat });
    scene.person.account = Some(account);
    scene.members.change(|members| members.saturating_add(1));
    ruling.put(keys::account(&key), &scene.person);
    ruling.put(keys::members(&SpaceId::SERVER), &scene.members);
    if scene.claims.role == Role::Owner {
        scene.root.set_owner(key);
    }
    ruling.receipt = Some(receipt);
    spend(request, redeem, scene, used, ruling)
}

/// Takes the seat of the key that the invite names, if it names one, and what else goes with the place. The key stays
/// revoked, and a ban stays on it.
fn leave(ruling: &mut Ruling, redeem: &Redeem, scene: &mut Scene) -> Option<Seat> {
    let old = scene.claims.rebind?;
    let seat = scene.target.seat.take()?;
    ruling.remove(keys::roster(&SpaceId::SERVER, seat.joined_at, &old));
    scene.members.members = scene.members.members.saturating_sub(1);
    scene.person.spaces_owned += core::mem::take(&mut scene.target.spaces_owned);
    ruling.put(keys::account(&old), &scene.target);
    ruling.events.push(Event { account: Some(old), ..event(EventKind::AccountRebound, redeem) });
    ruling.about(old);
    Some(seat)
}

/// Rows 6 and 7: nobody is let in, and the use is spent all the same, because a good proof was presented.
pub(crate) fn burn(request: &Request, redeem: &Redeem, scene: Scene, row: Row) -> Ruling {
    let account = scene.person.account.as_ref();
    let used = Use {
        incarnation: account.map_or(Incarnation::NONE, |account| account.incarnation),
        handle: redeem.statement.handle.clone(),
        at: request.context.now,
        code: row.code,
        decision: DecisionId::fresh(&request.context.entropy),
        receipt: None,
    };
    let mut ruling = Ruling::deny(row.code, row.rule);
    ruling.events.push(event(EventKind::InviteBurned, redeem));
    spend(request, redeem, scene, used, ruling)
}

/// Counts the use, files its answer, and closes the invite when this was the last one.
fn spend(request: &Request, redeem: &Redeem, mut scene: Scene, used: Use, mut ruling: Ruling) -> Ruling {
    ruling.reply = Reply::Redeemed(Redeemed { first: used.code, handle: used.handle.clone() });
    ruling.put(keys::invite_use(&redeem.invite, &redeem.statement.sign_key), &used);
    scene.invite.uses = scene.invite.uses.saturating_add(1);
    if scene.claims.max_uses != 0 && scene.invite.uses >= scene.claims.max_uses {
        scene.invite.closed = Some(Closed::UsedUp);
        let mut open = OpenInvites::new(scene.claims.issuer, scene.open);
        open.close(&mut ruling, Place::from(&scene.claims), Closed::UsedUp, request.context.now);
        open.save(&mut ruling);
    }
    ruling.put(keys::invite(&redeem.invite), &scene.invite);
    ruling.about(redeem.statement.sign_key);
    debug_assert!(used.code == Code::Allowed || ruling.receipt.is_none());
    scene.root.save(&request.context, ruling)
}

fn event(kind: EventKind, redeem: &Redeem) -> Event {
    Event { kind, space: SpaceId::SERVER, account: Some(redeem.statement.sign_key), invite: Some(redeem.invite) }
}
