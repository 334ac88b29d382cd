//! The operator's own links, made on the machine. Init sets the server up, or makes a new owner invite while there is
//! no owner; there is no "first visitor becomes admin". Recover owner revokes the present owner's key and makes a link
//! that moves the ownership to new keys: between the two the server has its owner by name, and nobody can act as him,
//! for no account manager outranks him and init makes no second one.

use super::inquiry::{Inquiry, Root};
use super::open_invites::{OpenInvites, Place};
use super::redeem::claims_are_signed;
use super::{Outcome, Ruling, Stop, deny, fault, operator_only};
use crate::claims::{Claims, SignedClaims};
use crate::code::Code;
use crate::id::{Incarnation, InviteId, SpaceId};
use crate::key::SignKey;
use crate::record::{
    Closed, InviteRecord, JoinRule, KeyRecord, MemberCount, OpenCount, Pause, ServerRoot, Space, Standing, keys,
};
use crate::role::Role;
use crate::rule;
use crate::text::Kind;
use crate::time::{DAY, Expiry, Timestamp};
use crate::wire::{Context, Event, EventKind, Mint, Request};
use alloc::string::String;

/// Decides an init, which names the server, or a recovery of its owner.
pub(crate) fn decide(request: &Request, invite: &SignedClaims, name: Option<&str>, inquiry: &mut Inquiry<'_>) -> Outcome {
    operator_only(request)?;
    let (context, now) = (&request.context, request.context.now);
    let (done, wrong) = match name {
        Some(_) => (rule::INIT_DONE, rule::INIT_CLAIMS),
        None => (rule::RECOVER_DONE, rule::RECOVER_CLAIMS),
    };
    let Some(claims) = invite.unverified_claims() else {
        return deny(Code::DamagedInvite, wrong);
    };
    let signed = claims_are_signed(inquiry, invite, &claims);
    let named = name.is_none_or(|name| inquiry.check_text(Kind::ServerName, name));
    let (invite_key, count_key) = (keys::invite(&claims.invite), keys::open_count(&context.server));
    inquiry.want(keys::SERVER);
    inquiry.want(&invite_key);
    inquiry.want(&count_key);
    inquiry.ready()?;
    if !named {
        return deny(Code::BadText, wrong);
    }
    let mut root = root_or_new(context, name, inquiry)?;
    let owner = root.space.owner;
    match (name, owner) {
        (Some(_), Some(_)) => return deny(Code::OwnerExists, rule::INIT_OWNER_EXISTS),
        (None, None) => return deny(Code::NotFound, rule::RECOVER_NO_OWNER),
        (Some(_), None) | (None, Some(_)) => {}
    }
    if !signed || !is_owner_invite(&claims, context, owner) || inquiry.load::<InviteRecord>(&invite_key)?.is_some() {
        return deny(Code::DamagedInvite, wrong);
    }
    let mut ruling = Ruling::allow(done);
    match owner {
        Some(owner) => fell(&mut ruling, owner, &claims, inquiry)?,
        None if root.server.owner_invite.is_none() => {
            ruling.tell(EventKind::ServerInitialised, SpaceId::SERVER, None, None);
        }
        None => {}
    }
    let mut open = OpenInvites::new(context.server, inquiry.load_or_default::<OpenCount>(&count_key)?);
    if let Some(former) = root.set_owner_invite(claims.invite) {
        cancel_former(&mut ruling, &mut open, former, inquiry, now, context)?;
    }
    let mint = Mint { invite: invite.clone(), label: String::new(), salt: None };
    super::mint::enter(&mut ruling, open, &claims, &mint, &root, now);
    Ok(root.save(context, ruling))
}

/// Revokes the owner's key. Whoever lost the link, too, finds it revoked already.
fn fell(ruling: &mut Ruling, owner: SignKey, claims: &Claims, inquiry: &mut Inquiry<'_>) -> Result<(), Stop> {
    let (key, joined_key) = (keys::account(&owner), keys::joined(&owner));
    inquiry.want(&key);
    inquiry.want(&joined_key);
    inquiry.ready()?;
    let mut record: KeyRecord = inquiry.load_or_default(&key)?;
    let joined: MemberCount = inquiry.load_or_default(&joined_key)?;
    if record.spaces_owned > joined.members {
        // What a recovery before this one moves is not there yet; it would be lost on the way.
        return deny(Code::Conflict, rule::SPACE_MOVING);
    }
    let Some(account) = record.account.as_mut() else {
        return Err(fault(Code::CorruptRecord, "owner without account"));
    };
    ruling.about(owner);
    let event = |kind| Event { kind, space: SpaceId::SERVER, account: Some(owner), invite: Some(claims.invite) };
    if account.standing == Standing::Active {
        account.standing = Standing::Revoked;
        account.epoch += 1;
        ruling.put(key, &record);
        ruling.events.push(event(EventKind::AccountRevoked));
    }
    ruling.events.push(event(EventKind::OwnerRecoveryBegun));
    Ok(())
}

fn root_or_new(context: &Context, name: Option<&str>, inquiry: &Inquiry<'_>) -> Result<Root, Stop> {
    let new = match inquiry.load::<Space>(keys::SERVER)? {
        None => name,
        Some(_) => None,
    };
    let Some(name) = new else { return inquiry.root(context) };
    let server = ServerRoot {
        key: context.server,
        owner_invite: None,
        restore_epoch: 0,
        restore_reviewed: true,
        highest_now: Timestamp(0),
    };
    let space = Space {
        name: name.into(),
        join_rule: JoinRule::Invite,
        max_members: 0,
        description: String::new(),
        governed: true,
        pause: Pause::No,
        owner: None,
        server: None,
        child: None,
    };
    Ok(Root::new(space, server))
}

/// Signed by the server's own key, for one use within 24 hours, in the place of `target` if any, and nothing besides.
fn is_owner_invite(claims: &Claims, context: &Context, target: Option<SignKey>) -> bool {
    let soon = match claims.expires {
        Expiry::At(at) => at > context.now && at <= context.now.plus(DAY),
        Expiry::Never | Expiry::Unreadable => false,
    };
    soon && claims.server == context.server
        && claims.rebind == target
        && claims.issuer == context.server
        && claims.issuer_incarnation == Incarnation::NONE
        && claims.issuer_epoch == 0
        && claims.space == SpaceId::SERVER
        && claims.role == Role::Owner
        && claims.max_uses == 1
        && claims.rooms.is_empty()
        && claims.tags.is_empty()
}

/// Closes the former invite of the server's own, if it is still open.
fn cancel_former(
    ruling: &mut Ruling,
    open: &mut OpenInvites,
    former: InviteId,
    inquiry: &mut Inquiry<'_>,
    now: Timestamp,
    context: &Context,
) -> Result<(), Stop> {
    let key = keys::invite(&former);
    inquiry.want(&key);
    inquiry.ready()?;
    let Some(mut record) = inquiry.load::<InviteRecord>(&key)? else { return Ok(()) };
    let Some(claims) = record.invite.unverified_claims() else { return Ok(()) };
    if record.closed.is_none() {
        record.closed = Some(Closed::Cancelled(context.server));
        open.close(ruling, Place::from(&claims), Closed::Cancelled(context.server), now);
        ruling.put(key, &record);
    }
    Ok(())
}
