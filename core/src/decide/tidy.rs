//! Tidy: housekeeping, in small decisions of its own. It clears only what has been without effect already.

use super::caller::want_space;
use super::clear;
use super::inquiry::{Inquiry, Root};
use super::open_invites::{OpenInvites, Place};
use super::place::Holder;
use super::redeem::{InviteLife, is_void, life};
use super::{Outcome, Ruling, Stop, deny, fault, operator_only};
use crate::code::Code;
use crate::id::{DecisionId, SpaceId};
use crate::record::{Closed, ClosingIn, ClosingJob, InviteRecord, Job, JobKind, keys};
use crate::rule;
use crate::time::Timestamp;
use crate::wire::{PageNeed, Reply, Request};
use alloc::string::String;
use alloc::vec::Vec;

/// Invites closed in one decision: each is four writes, and a commit holds 200.
const AT_ONCE: u16 = 40;

/// Decides a tidy.
pub(crate) fn decide(request: &Request, id: &DecisionId, inquiry: &mut Inquiry<'_>) -> Outcome {
    operator_only(request)?;
    let job_key = keys::job(id);
    inquiry.want(keys::SERVER);
    inquiry.want(&job_key);
    inquiry.ready()?;
    let mut root = inquiry.root(&request.context)?;
    let Some(job) = inquiry.load::<Job>(&job_key)? else {
        return deny(Code::NotFound, rule::TIDY_DONE);
    };
    let (left, mut ruling) = match &job.kind {
        JobKind::CloseInvites(closing) => {
            let (after, ruling) = close(request, &SpaceId::SERVER, closing, &mut root, inquiry)?;
            (after.map(JobKind::CloseInvites), ruling)
        }
        JobKind::CloseInvitesIn(ClosingIn { space, closing }) => {
            let (after, ruling) = close(request, space, closing, &mut root, inquiry)?;
            (after.map(|closing| JobKind::CloseInvitesIn(ClosingIn { space: *space, closing })), ruling)
        }
        JobKind::ClearSpace(space) => {
            let (more, ruling) = clear::space(space, inquiry)?;
            (more.then_some(JobKind::ClearSpace(*space)), ruling)
        }
        JobKind::LeaveSpaces(moving) => {
            let (after, ruling) = clear::membership(moving, &mut root, inquiry)?;
            (after.map(JobKind::LeaveSpaces), ruling)
        }
        JobKind::MoveSpaces(moving) => {
            let (after, ruling) = clear::membership(moving, &mut root, inquiry)?;
            (after.map(JobKind::MoveSpaces), ruling)
        }
    };
    let more = left.is_some();
    match left {
        Some(kind) => ruling.put(job_key, &Job { kind, since: job.since }),
        None => ruling.remove(job_key),
    }
    Ok(root.save(&request.context, ruling.replying(Reply::Tidied(more))))
}

/// Closes some of what somebody offered who fell in this space, and gives what is left to be closed.
fn close(
    request: &Request,
    space: &SpaceId,
    closing: &ClosingJob,
    root: &mut Root,
    inquiry: &mut Inquiry<'_>,
) -> Result<(Option<ClosingJob>, Ruling), Stop> {
    let count_key = keys::open_count(&closing.issuer);
    inquiry.want(&count_key);
    Holder::want(inquiry, space, &closing.issuer);
    want_space(inquiry, space, &closing.issuer);
    inquiry.ready()?;
    root.go(space, inquiry)?;
    let issuer = Holder::load(root, &closing.issuer, inquiry)?;
    let mut open = OpenInvites::new(closing.issuer, inquiry.load_or_default(&count_key)?);
    let mut ruling = Ruling::allow(rule::TIDY_DONE);
    // A deleted account's are cancelled; whoever fell, and is still there, lost the authority for his.
    let is_there = issuer.record.account.as_ref().is_some_and(|account| account.incarnation == closing.incarnation);
    let how = if is_there { Closed::Void } else { Closed::Cancelled(closing.issuer) };
    let after = close_some(&mut ruling, &closing.after, &mut open, (root, &issuer), how, inquiry, request.context.now)?;
    open.save(&mut ruling);
    let left = (!after.is_empty()).then(|| ClosingJob { after, ..closing.clone() });
    Ok((left, ruling))
}

/// Looks at one page of open invites, decided on under their counter, and closes those that have expired or are void for
/// good, as `void` says. `issuer` is all about who issued them, as it is or will be. Returns where to go on; empty at
/// the end.
pub(crate) fn close_some(
    ruling: &mut Ruling,
    after: &str,
    open: &mut OpenInvites,
    (root, issuer): (&Root, &Holder),
    void: Closed,
    inquiry: &mut Inquiry<'_>,
    now: Timestamp,
) -> Result<String, Stop> {
    let (prefix, under) = (keys::all_open_by_issuer(&open.issuer), keys::open_count(&open.issuer));
    let need = PageNeed { prefix, after: after.into(), until: String::new(), limit: AT_ONCE, under };
    inquiry.want_page(&need);
    inquiry.ready()?;
    let page = inquiry.page(&need)?;
    let mut last = "";
    let mut invites = Vec::new();
    for fact in &page.records {
        invites.extend(keys::trailing_invite(fact.key));
        last = fact.key;
    }
    let next = if page.more { last.into() } else { String::new() };
    invites.iter().for_each(|id| inquiry.want(&keys::invite(id)));
    inquiry.ready()?;
    for id in &invites {
        let key = keys::invite(id);
        let torn = || fault(Code::CorruptRecord, &key);
        let mut record: InviteRecord = inquiry.load(&key)?.ok_or_else(torn)?;
        let claims = record.invite.unverified_claims().ok_or_else(torn)?;
        let how = match life(&record, &claims, now) {
            InviteLife::Expired | InviteLife::Unreadable => Closed::Expired,
            InviteLife::Live if is_void(root, issuer, &record, &claims) => void,
            InviteLife::Live | InviteLife::Cancelled | InviteLife::UsedUp | InviteLife::Void => continue,
        };
        record.closed = Some(how);
        open.close(ruling, Place::from(&claims), how, now);
        ruling.put(key, &record);
    }
    Ok(next)
}
