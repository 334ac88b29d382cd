//! Preview: tells whoever holds an invite what it is and what a redeem would answer. Changes nothing, ever.

use super::caller::fresh;
use super::inquiry::Inquiry;
use super::redeem::{Gate, InviteLife, Issuer, Scene, judge};
use super::{Outcome, Ruling, deny};
use crate::check::Proof;
use crate::code::Code;
use crate::id::InviteId;
use crate::rule;
use crate::statement::{Domain, PreviewStatement};
use crate::wire::{Preview, PreviewReply, Reply, Request};
use alloc::boxed::Box;

/// Decides a preview.
///
/// Quiet to strangers (I10): the proof is by the very key the invite id is the digest of, and it is checked before any
/// record is read. Whoever cannot prove gets the same answer, by the same work, whether or not the invite exists.
#[inline(never)]
pub(crate) fn decide(request: &Request, preview: &Preview, inquiry: &mut Inquiry<'_>) -> Outcome {
    let context = &request.context;
    let statement = PreviewStatement { server: context.server, invite: preview.invite, created: preview.created };
    let bytes = Domain::Preview.statement(&statement);
    let holds = inquiry.check_signature(preview.invite_key, bytes.clone(), Proof::Attached(preview.signature));
    let own = preview.account.as_ref();
    let is_own = own.is_none_or(|proof| inquiry.check_signature(proof.key, bytes, Proof::Attached(proof.signature)));
    inquiry.ready()?;
    if !holds || InviteId::of(&preview.invite_key) != preview.invite {
        return deny(Code::NotFound, rule::REDEEM_1);
    }
    fresh(context, preview.created)?;
    if !is_own {
        return deny(Code::Unauthenticated, rule::REDEEM_PROOF);
    }
    let scene = Scene::load(context, &preview.invite, own.map(|proof| &proof.key), inquiry)?;
    let situation = scene.situation(context.now);
    let row = judge(&situation);
    let stands = situation.invite == InviteLife::Live && situation.issuer == Issuer::Holds && situation.gate != Gate::Gone;
    if !stands {
        return Ok(Ruling::deny(row.code, row.rule).replying(Reply::DeadInvite(scene.claims.expires)));
    }
    let reply = PreviewReply {
        server_name: scene.root.space.name.clone(),
        space_name: scene.root.here().name.clone(),
        members: scene.counts.members.members,
        uses: scene.invite.uses,
        live: situation,
        code: row.code,
        rule: row.rule.id().into(),
        invite: scene.invite.invite,
    };
    Ok(Ruling::allow(rule::PREVIEW_DONE).replying(Reply::Preview(Box::new(reply))))
}
