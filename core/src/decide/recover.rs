//! Recover owner: the operator, on the machine, revokes the present owner's key and makes a link that moves the
//! ownership to new keys. Between the two the server has its owner by name, and nobody can act as him: `init` makes no
//! second one, and no account manager outranks him.

use super::init::{cancel_former, is_owner_invite};
use super::inquiry::Inquiry;
use super::open_invites::OpenInvites;
use super::redeem::claims_are_signed;
use super::{Outcome, Ruling, deny, fault, operator_only};
use crate::code::Code;
use crate::id::SpaceId;
use crate::record::{InviteRecord, KeyRecord, OpenCount, Standing, keys};
use crate::rule;
use crate::wire::{Event, EventKind, Mint, RecoverOwner, Request};
use alloc::string::String;

/// Decides a recovery.
pub(crate) fn decide(request: &Request, recover: &RecoverOwner, inquiry: &mut Inquiry<'_>) -> Outcome {
    operator_only(request)?;
    let (context, now) = (&request.context, request.context.now);
    let Some(claims) = recover.invite.unverified_claims() else {
        return deny(Code::DamagedInvite, rule::RECOVER_CLAIMS);
    };
    let signed = claims_are_signed(inquiry, &recover.invite, &claims);
    let (invite_key, count_key) = (keys::invite(&claims.invite), keys::open_count(&context.server));
    [keys::SERVER, &invite_key, &count_key].into_iter().for_each(|key| inquiry.want(key));
    inquiry.ready()?;
    let mut root = inquiry.root(context)?;
    let Some(owner) = root.space.owner else {
        return deny(Code::NotFound, rule::RECOVER_NO_OWNER);
    };
    let owner_key = keys::account(&owner);
    inquiry.want(&owner_key);
    inquiry.ready()?;
    if !signed || !is_owner_invite(&claims, context, Some(owner)) || inquiry.load::<InviteRecord>(&invite_key)?.is_some() {
        return deny(Code::DamagedInvite, rule::RECOVER_CLAIMS);
    }
    let mut record: KeyRecord = inquiry.load_or_default(&owner_key)?;
    let Some(account) = record.account.as_mut() else {
        return Err(fault(Code::CorruptRecord, "owner without account"));
    };
    let mut ruling = Ruling::allow(rule::RECOVER_DONE);
    ruling.about(owner);
    let event = |kind| Event { kind, space: SpaceId::SERVER, account: Some(owner), invite: Some(claims.invite) };
    // The former link was lost, too: its key has fallen already.
    if account.standing == Standing::Active {
        account.standing = Standing::Revoked;
        account.epoch += 1;
        ruling.put(owner_key, &record);
        ruling.events.push(event(EventKind::AccountRevoked));
    }
    ruling.events.push(event(EventKind::OwnerRecoveryBegun));
    let mut open = OpenInvites::new(context.server, inquiry.load_or_default::<OpenCount>(&count_key)?);
    if let Some(former) = root.set_owner_invite(claims.invite) {
        cancel_former(&mut ruling, &mut open, former, inquiry, now, context)?;
    }
    let mint = Mint { invite: recover.invite.clone(), label: String::new(), salt: None };
    super::mint::enter(&mut ruling, open, &claims, &mint, &root, now);
    Ok(root.save(context, ruling))
}
