//! Redeem: lets the holder of a link in.
//!
//! What is decided is the [`table`]; what the table looks at is gathered in `scene`; what follows from a row is written
//! in `effects`.

mod effects;
mod scene;
mod table;

pub(crate) use scene::{Made, Scene, authority, claims_are_signed, gate_of, is_void, life, person, worth};
pub use table::{Gate, InviteLife, Issuer, Membership, Person, Prior, Row, Situation, judge};

use super::caller::{RequestId, fresh};
use super::inquiry::Inquiry;
use super::{Halt, Outcome, Ruling, Stop, deny};
use crate::check::{Check, CheckResult, Proof};
use crate::code::Code;
use crate::digest::sha256;
use crate::id::InviteId;
use crate::record::claims_digest;
use crate::rule::{self, Rule};
use crate::statement::{AccountStatement, Domain};
use crate::text::Kind;
use crate::wire::{Redeem, Redeemed, Reply, Request, Verdict, encode};
use effects::{admit, burn};

/// Decides a redeem. (A frame of its own on a small stack, as its scene is large.)
#[inline(never)]
pub(crate) fn decide(request: &Request, redeem: &Redeem, inquiry: &mut Inquiry<'_>) -> Outcome {
    prove(request, redeem, inquiry)?;
    let statement = &redeem.statement;
    let content = sha256(&[&encode(statement)]);
    let id = RequestId { key: statement.sign_key, nonce: statement.request_id, created: statement.created, content };
    inquiry.want(&id.storage_key());
    let scene = Scene::load(&request.context, &redeem.invite, Some(&statement.sign_key), inquiry)?;
    let now = request.context.now;
    // Standing before the request id: whoever has fallen or is gone is not handed the old welcome again.
    let admitted = scene.prior.as_ref().map(|used| used.incarnation);
    let barred = match &scene.person.record.account {
        Some(account) if admitted == Some(account.incarnation) => scene.person.fallen(now),
        Some(_) | None => Some(Code::UnknownAccount),
    };
    if let Err(stop) = id.not_used(inquiry) {
        return match (&*stop, barred) {
            (Halt::Repeat { allowed: true, .. }, Some(code)) => deny(code, rule::ASK_STANDING),
            _ => Err(stop),
        };
    }
    if claims_digest(&scene.invite.invite) != statement.claims_digest {
        return deny(Code::DamagedInvite, rule::REDEEM_CLAIMS);
    }
    let row = judge(&scene.situation(now));
    match (row.code, row.spent) {
        (Code::UsedByYou, _) => Ok(first_answer_again(&scene, row)),
        (Code::Allowed, _) => Ok(id.record(request, admit(request, redeem, scene, row))),
        (_, true) => Ok(id.record(request, burn(request, redeem, scene, row))),
        (_, false) => deny(row.code, row.rule),
    }
}

/// Row 2.
fn first_answer_again(scene: &Scene, row: Row) -> Ruling {
    let Some(used) = &scene.prior else { return Ruling::deny(row.code, row.rule) };
    let verdict = if used.code == Code::Allowed { Verdict::Allow } else { Verdict::Deny };
    let mut ruling = Ruling::new(verdict, row.code, row.rule);
    ruling.receipt = used.receipt.clone();
    ruling.replying(Reply::Redeemed(Redeemed { first: used.code, handle: used.handle.clone() }))
}

/// Row 1 and the proofs, before any record is read: whoever cannot prove that they hold the invite learns nothing.
fn prove(request: &Request, redeem: &Redeem, inquiry: &mut Inquiry<'_>) -> Result<(), Stop> {
    let statement = &redeem.statement;
    let bytes = Domain::Redeem.statement(statement);
    let binding = AccountStatement { server: request.context.server, sign_key: statement.sign_key, kex_key: statement.kex_key };
    let holds = inquiry.check_signature(redeem.invite_key, bytes.clone(), Proof::Attached(redeem.invite_signature));
    let sign_key = inquiry.check(Check::SignKey(statement.sign_key));
    let kex_key = inquiry.check(Check::KexKey(statement.kex_key));
    let signed = inquiry.check_signature(statement.sign_key, bytes, Proof::Attached(redeem.account_signature));
    let bound = inquiry.check_signature(statement.sign_key, Domain::Account.statement(&binding), Proof::Inline(redeem.binding));
    let handle = inquiry.check_text(Kind::Handle, &statement.handle);
    inquiry.ready()?;
    let is_invites = InviteId::of(&redeem.invite_key) == redeem.invite && statement.invite == redeem.invite;
    if !is_invites || !holds || statement.server != request.context.server {
        return deny(Code::NotFound, rule::REDEEM_1);
    }
    fresh(&request.context, statement.created)?;
    good_keys(sign_key, kex_key, rule::REDEEM_PROOF)?;
    if !handle {
        return deny(Code::BadText, rule::REDEEM_PROOF);
    }
    if !signed || !bound {
        return deny(Code::Unauthenticated, rule::REDEEM_PROOF);
    }
    Ok(())
}

/// Refuses keys that are not good ones, each with its own code.
pub(crate) fn good_keys(sign_key: CheckResult, kex_key: CheckResult, rule: Rule) -> Result<(), Stop> {
    for result in [sign_key, kex_key] {
        match result {
            CheckResult::Good => {}
            CheckResult::Bad => return deny(Code::MalformedKey, rule),
            CheckResult::NonCanonical => return deny(Code::NonCanonicalKey, rule),
            CheckResult::Weak => return deny(Code::WeakKey, rule),
        }
    }
    Ok(())
}
