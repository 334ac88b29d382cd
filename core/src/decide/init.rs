//! Init: the operator, on the machine, sets the server up, or makes a new owner invite while there is no owner. There
//! is no "first visitor becomes admin".

use super::inquiry::{Inquiry, Root};
use super::open_invites::{OpenInvites, Place};
use super::redeem::claims_are_signed;
use super::{Outcome, Ruling, Stop, deny, operator_only};
use crate::claims::Claims;
use crate::code::Code;
use crate::id::{Incarnation, InviteId, SpaceId};
use crate::key::SignKey;
use crate::record::{Closed, InviteRecord, JoinRule, OpenCount, Pause, ServerRoot, Space, keys};
use crate::role::Role;
use crate::rule;
use crate::text::Kind;
use crate::time::{DAY, Expiry, Timestamp};
use crate::wire::{Context, Event, EventKind, Init, Mint, Request};
use alloc::string::String;

/// Decides an init.
pub(crate) fn decide(request: &Request, init: &Init, inquiry: &mut Inquiry<'_>) -> Outcome {
    operator_only(request)?;
    let (context, now) = (&request.context, request.context.now);
    let Some(claims) = init.invite.unverified_claims() else {
        return deny(Code::DamagedInvite, rule::INIT_CLAIMS);
    };
    let signed = claims_are_signed(inquiry, &init.invite, &claims);
    let named = inquiry.check_text(Kind::ServerName, &init.name);
    let (invite_key, count_key) = (keys::invite(&claims.invite), keys::open_count(&context.server));
    [keys::SERVER, &invite_key, &count_key].into_iter().for_each(|key| inquiry.want(key));
    inquiry.ready()?;
    if !named {
        return deny(Code::BadText, rule::INIT_CLAIMS);
    }
    let mut root = root_or_new(context, init, inquiry)?;
    if root.space.owner.is_some() {
        return deny(Code::OwnerExists, rule::INIT_OWNER_EXISTS);
    }
    if !signed || !is_owner_invite(&claims, context, None) || inquiry.load::<InviteRecord>(&invite_key)?.is_some() {
        return deny(Code::DamagedInvite, rule::INIT_CLAIMS);
    }
    let mut ruling = Ruling::allow(rule::INIT_DONE);
    if root.server.owner_invite.is_none() {
        ruling.events.push(Event { kind: EventKind::ServerInitialised, space: SpaceId::SERVER, account: None, invite: None });
    }
    let mut open = OpenInvites::new(context.server, inquiry.load_or_default::<OpenCount>(&count_key)?);
    if let Some(former) = root.set_owner_invite(claims.invite) {
        cancel_former(&mut ruling, &mut open, former, inquiry, now, context)?;
    }
    let mint = Mint { invite: init.invite.clone(), label: String::new(), salt: None };
    super::mint::enter(&mut ruling, open, &claims, &mint, &root, now);
    Ok(root.save(context, ruling))
}

fn root_or_new(context: &Context, init: &Init, inquiry: &Inquiry<'_>) -> Result<Root, Stop> {
    if inquiry.load::<Space>(keys::SERVER)?.is_some() {
        return inquiry.root(context);
    }
    let server = ServerRoot {
        key: context.server,
        owner_invite: None,
        restore_epoch: 0,
        restore_reviewed: true,
        highest_now: Timestamp(0),
    };
    let space = Space {
        name: init.name.clone(),
        join_rule: JoinRule::Invite,
        max_members: 0,
        description: String::new(),
        governed: true,
        pause: Pause::No,
        owner: None,
        server: None,
    };
    Ok(Root::new(space, server))
}

/// Signed by the server's own key, for one use within 24 hours, in the place of `target` if any, and nothing besides.
pub(crate) fn is_owner_invite(claims: &Claims, context: &Context, target: Option<SignKey>) -> bool {
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
pub(crate) fn cancel_former(
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
