//! What follows from the last rows of the redeem table: someone is let in, or the use is burned.

use super::scene::Scene;
use super::table::Row;
use crate::code::Code;
use crate::decide::Ruling;
use crate::decide::arrival::{self, new_account, plain_seat};
use crate::decide::departure::leave_job;
use crate::decide::open_invites::{OpenInvites, Place};
use crate::decide::place::Counts;
use crate::id::{DecisionId, Incarnation, SpaceId};
use crate::record::{Account, Closed, JobKind, MemberCount, MovingJob, Seat, Use, Via, keys};
use crate::role::Role;
use crate::statement::ReceiptBody;
use crate::wire::{Context, EventKind, Redeem, Redeemed, Reply, Request};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// Row 10: account (if new) and memberships are made; or the membership of the key whose place it is moves over.
#[inline(never)]
pub(crate) fn admit(request: &Request, redeem: &Redeem, mut scene: Box<Scene>, row: Row) -> Ruling {
    let (context, key) = (&request.context, redeem.statement.sign_key);
    let decision = DecisionId::fresh(&context.entropy);
    let mut ruling = Ruling::allow(row.rule);
    if scene.person.record.account.is_none() {
        ruling.tell(EventKind::AccountRegistered, SpaceId::SERVER, Some(redeem.statement.sign_key), Some(redeem.invite));
    }
    let account = account_of(context, redeem, &mut scene);
    let (incarnation, space) = (account.incarnation, scene.root.id);
    scene.person.record.account = Some(account);
    if scene.is_new_here() {
        join_server(&mut ruling, context, redeem, &mut scene, incarnation);
    }
    ruling.tell(EventKind::MemberJoined, space, Some(redeem.statement.sign_key), Some(redeem.invite));
    let role = scene.claims.role;
    let seat = leave(&mut ruling, context, redeem, &mut scene).unwrap_or_else(|| Seat {
        role,
        tags: scene.claims.tags.clone(),
        ..plain_seat(context, Via::Invite(redeem.invite))
    });
    let counts = Counts { members: scene.counts.members.clone(), joined: scene.counts.joined.clone() };
    arrival::seat(&mut ruling, &mut scene.person, counts, incarnation, seat);
    scene.person.put(&mut ruling);
    if space != SpaceId::SERVER {
        ruling.put(keys::account(&key), &scene.person.record);
    }
    if role == Role::Owner {
        scene.root.set_owner(key);
    }
    let receipt = ReceiptBody {
        server: context.server,
        decision,
        invite: redeem.invite,
        account: key,
        incarnation,
        space,
        role,
        at: context.now,
        skipped: Vec::new(),
    };
    let handle = redeem.statement.handle.clone();
    let used = Use { incarnation, handle, at: context.now, code: row.code, decision, receipt: Some(receipt.clone()) };
    ruling.receipt = Some(receipt);
    spend(request, redeem, *scene, used, ruling)
}

/// The account of the key: a new one, or the one it has. Whoever comes to the server gives it keys and handle; whoever is a
/// member there proves it at most.
fn account_of(context: &Context, redeem: &Redeem, scene: &mut Scene) -> Account {
    let statement = &redeem.statement;
    let via = Via::Invite(redeem.invite);
    let is_member = scene.person.record.current_seat().is_some();
    match scene.person.record.account.take() {
        Some(account) if is_member => {
            let proves = account.binding.is_none() && account.kex_key == statement.kex_key;
            Account { binding: if proves { Some(redeem.binding) } else { account.binding }, ..account }
        }
        before => Account {
            kex_key: statement.kex_key,
            binding: Some(redeem.binding),
            handle: statement.handle.clone(),
            ..before
                .unwrap_or_else(|| new_account(context, statement.kex_key, statement.handle.clone(), via, scene.claims.issuer))
        },
    }
}

/// Whoever comes to a network from outside becomes a member of the server with it.
fn join_server(ruling: &mut Ruling, context: &Context, redeem: &Redeem, scene: &mut Scene, incarnation: Incarnation) {
    let seat = Seat { incarnation, ..plain_seat(context, Via::Invite(redeem.invite)) };
    let mut counts = Counts { members: scene.members.clone(), joined: MemberCount::default() };
    counts.enter(ruling, &SpaceId::SERVER, &redeem.statement.sign_key, seat.joined_at, None);
    scene.person.record.seat = Some(seat);
    ruling.tell(EventKind::MemberJoined, SpaceId::SERVER, Some(redeem.statement.sign_key), Some(redeem.invite));
}

/// Takes the seat of the key that the invite names, if it names one, and what else goes with the place. The key stays
/// revoked, and a ban stays on it. Its seats in networks follow by housekeeping.
fn leave(ruling: &mut Ruling, context: &Context, redeem: &Redeem, scene: &mut Scene) -> Option<Seat> {
    let old = scene.claims.rebind?;
    let seat = scene.target.seat.take()?;
    ruling.remove(keys::roster(&SpaceId::SERVER, seat.joined_at, &old));
    scene.counts.members.members = scene.counts.members.members.saturating_sub(1);
    scene.person.record.spaces_owned += core::mem::take(&mut scene.target.spaces_owned);
    ruling.put(keys::account(&old), &scene.target);
    if scene.target_joined > 0 {
        let (to, incarnation) = (redeem.statement.sign_key, seat.incarnation);
        let heir = scene.person.incarnation();
        let moving = MovingJob { from: old, to, incarnation, heir, after: String::new() };
        leave_job(ruling, context, JobKind::MoveSpaces(moving));
    }
    ruling.tell(EventKind::AccountRebound, SpaceId::SERVER, Some(old), Some(redeem.invite));
    ruling.about(old);
    Some(seat)
}

/// Rows 6 to 8: nobody is let in, and the use is spent all the same, because a good proof was presented.
#[inline(never)]
pub(crate) fn burn(request: &Request, redeem: &Redeem, scene: Box<Scene>, row: Row) -> Ruling {
    let account = scene.person.record.account.as_ref();
    let used = Use {
        incarnation: account.map_or(Incarnation::NONE, |account| account.incarnation),
        handle: redeem.statement.handle.clone(),
        at: request.context.now,
        code: row.code,
        decision: DecisionId::fresh(&request.context.entropy),
        receipt: None,
    };
    let mut ruling = Ruling::deny(row.code, row.rule);
    ruling.tell(EventKind::InviteBurned, scene.root.id, Some(redeem.statement.sign_key), Some(redeem.invite));
    spend(request, redeem, *scene, used, ruling)
}

/// Counts the use, files its answer, and closes the invite when this was the last one.
fn spend(request: &Request, redeem: &Redeem, scene: Scene, used: Use, mut ruling: Ruling) -> Ruling {
    let Scene { root, mut invite, claims, open, .. } = scene;
    ruling.reply = Reply::Redeemed(Redeemed { first: used.code, handle: used.handle.clone() });
    ruling.put(keys::invite_use(&redeem.invite, &redeem.statement.sign_key), &used);
    invite.uses = invite.uses.saturating_add(1);
    if claims.max_uses != 0 && invite.uses >= claims.max_uses {
        invite.closed = Some(Closed::UsedUp);
        let mut open = OpenInvites::new(claims.issuer, open);
        open.close(&mut ruling, Place::from(&claims), Closed::UsedUp, request.context.now);
        open.save(&mut ruling);
    }
    ruling.put(keys::invite(&redeem.invite), &invite);
    ruling.about(redeem.statement.sign_key);
    debug_assert!(used.code == Code::Allowed || ruling.receipt.is_none());
    root.save(&request.context, ruling)
}
