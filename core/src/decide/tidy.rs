//! Tidy: housekeeping, in small decisions of its own. It clears only what has been without effect already.

use super::inquiry::Inquiry;
use super::open_invites::{OpenInvites, Place};
use super::{Outcome, Ruling, Stop, deny, fault, operator_only};
use crate::code::Code;
use crate::id::{DecisionId, Incarnation, InviteId};
use crate::key::SignKey;
use crate::record::{Closed, ClosingJob, InviteRecord, Job, JobKind, keys};
use crate::rule;
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
    let root = inquiry.root(&request.context)?;
    let Some(job) = inquiry.load::<Job>(&job_key)? else {
        return deny(Code::NotFound, rule::TIDY_DONE);
    };
    let JobKind::CloseInvites(closing) = &job.kind;
    let (need, count_key) = (open_page(&closing.issuer, &closing.after), keys::open_count(&closing.issuer));
    inquiry.want(&count_key);
    inquiry.want_page(&need);
    inquiry.ready()?;
    let page = inquiry.page(&need)?;
    let (more, last) = (page.more, page.records.last().map(|fact| fact.key.into()));
    let mut open = OpenInvites::new(closing.issuer, inquiry.load_or_default(&count_key)?);
    let mut ruling = Ruling::allow(rule::TIDY_DONE);
    close_some(&mut ruling, &need, &mut open, &closing.incarnation, inquiry, request)?;
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

/// Closes the invites of that page which this incarnation issued.
pub(crate) fn close_some(
    ruling: &mut Ruling,
    need: &PageNeed,
    open: &mut OpenInvites,
    incarnation: &Incarnation,
    inquiry: &mut Inquiry<'_>,
    request: &Request,
) -> Result<(), Stop> {
    let invites: Vec<InviteId> = inquiry.page(need)?.records.iter().filter_map(|fact| keys::trailing_invite(fact.key)).collect();
    invites.iter().for_each(|id| inquiry.want(&keys::invite(id)));
    inquiry.ready()?;
    for id in invites {
        let key = keys::invite(&id);
        let torn = || fault(Code::CorruptRecord, &key);
        let mut record: InviteRecord = inquiry.load(&key)?.ok_or_else(torn)?;
        let claims = record.invite.unverified_claims().ok_or_else(torn)?;
        if claims.issuer_incarnation == *incarnation {
            let how = Closed::Cancelled(claims.issuer);
            record.closed = Some(how);
            open.close(ruling, Place::from(&claims), how, request.context.now);
            ruling.put(key, &record);
        }
    }
    Ok(())
}
