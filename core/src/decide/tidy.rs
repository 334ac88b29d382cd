//! Tidy: housekeeping, in small decisions of its own. It clears only what has been without effect already.

use super::inquiry::{Inquiry, Root};
use super::open_invites::{OpenInvites, Place};
use super::redeem::{InviteLife, is_void, life};
use super::{Outcome, Ruling, Stop, deny, fault, operator_only};
use crate::code::Code;
use crate::id::{DecisionId, InviteId};
use crate::key::SignKey;
use crate::record::{Closed, ClosingJob, InviteRecord, Job, JobKind, KeyRecord, keys};
use crate::rule;
use crate::time::Timestamp;
use crate::wire::{PageFact, PageNeed, Reply, Request};
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
    let root = inquiry.root(&request.context)?;
    let Some(job) = inquiry.load::<Job>(&job_key)? else {
        return deny(Code::NotFound, rule::TIDY_DONE);
    };
    let JobKind::CloseInvites(closing) = &job.kind;
    let (need, count_key) = (open_page(&closing.issuer, &closing.after), keys::open_count(&closing.issuer));
    let account_key = keys::account(&closing.issuer);
    inquiry.want(&count_key);
    inquiry.want(&account_key);
    inquiry.want_page(&need);
    inquiry.ready()?;
    let page = inquiry.page(&need)?;
    let (more, last, invites) = (page.more, page.records.last().map(|fact| fact.key.into()), listed(page));
    let mut open = OpenInvites::new(closing.issuer, inquiry.load_or_default(&count_key)?);
    let mut ruling = Ruling::allow(rule::TIDY_DONE);
    let (issuer, how) = (inquiry.load_or_default(&account_key)?, Closed::Cancelled(closing.issuer));
    close_some(&mut ruling, &invites, &mut open, (&root, &issuer), how, inquiry, request.context.now)?;
    open.save(&mut ruling);
    if more {
        let closing = ClosingJob { after: last.unwrap_or_default(), ..closing.clone() };
        ruling.put(job_key, &Job { kind: JobKind::CloseInvites(closing), since: job.since });
    } else {
        ruling.remove(job_key);
    }
    Ok(root.save(&request.context, ruling.replying(Reply::Tidied(more))))
}

/// A page of an issuer's open invites, decided on under their counter.
pub(crate) fn open_page(issuer: &SignKey, after: &str) -> PageNeed {
    let prefix = keys::all_open_by_issuer(issuer);
    PageNeed { prefix, after: after.into(), until: String::new(), limit: AT_ONCE, under: keys::open_count(issuer) }
}

/// Closes the invites of this page that have expired or are void for good, as `void` says. `issuer` is all about who
/// issued them, as it is or will be.
pub(crate) fn close_some(
    ruling: &mut Ruling,
    invites: &[InviteId],
    open: &mut OpenInvites,
    (root, issuer): (&Root, &KeyRecord),
    void: Closed,
    inquiry: &mut Inquiry<'_>,
    now: Timestamp,
) -> Result<(), Stop> {
    invites.iter().for_each(|id| inquiry.want(&keys::invite(id)));
    inquiry.ready()?;
    for id in invites {
        let key = keys::invite(id);
        let torn = || fault(Code::CorruptRecord, &key);
        let mut record: InviteRecord = inquiry.load(&key)?.ok_or_else(torn)?;
        let claims = record.invite.unverified_claims().ok_or_else(torn)?;
        let how = match life(&record, &claims, now) {
            InviteLife::Expired | InviteLife::Unreadable => Closed::Expired,
            InviteLife::Live if is_void(root, issuer, &record, &claims) => void,
            InviteLife::Live | InviteLife::Cancelled | InviteLife::UsedUp | InviteLife::Void => continue,
        };
        // Somebody may have closed it since the list was read.
        if record.closed.is_none() {
            record.closed = Some(how);
            open.close(ruling, Place::from(&claims), how, now);
            ruling.put(key, &record);
        }
    }
    Ok(())
}

/// The invites on a page of a list.
pub(crate) fn listed(page: &PageFact<'_>) -> Vec<InviteId> {
    page.records.iter().filter_map(|fact| keys::trailing_invite(fact.key)).collect()
}
