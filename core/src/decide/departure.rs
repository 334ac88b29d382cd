//! What goes with a seat: whoever leaves, is shown the door or is deleted is on no roster and in no count any more, and
//! what he offered is void. It leaves the lists of open invites too: some in the same commit, the rest by housekeeping.

use super::inquiry::{Inquiry, Root};
use super::open_invites::OpenInvites;
use super::place::{Counts, Holder};
use super::tidy::close_some;
use super::{Ruling, Stop, inbox};
use crate::id::{DecisionId, Incarnation, SpaceId};
use crate::key::SignKey;
use crate::record::{Closed, ClosingIn, ClosingJob, Job, JobKind, OpenCount, keys};
use crate::wire::{Context, Request};
use alloc::string::String;
use alloc::vec::Vec;

/// Beside the records of the key, what a departure rewrites.
pub(crate) fn rewritten(space: &SpaceId, key: &SignKey) -> Vec<String> {
    let mut found = Counts::keys(space, key);
    found.extend([keys::open_count(key), keys::inbox(key)]);
    found
}

/// Shows a member the door: it falls, so that what it offered there is void for good, whatever becomes of it.
pub(crate) fn put_out(
    ruling: &mut Ruling,
    request: &Request,
    holder: &mut Holder,
    root: &Root,
    inquiry: &mut Inquiry<'_>,
) -> Result<(), Stop> {
    let (key, space) = (holder.key, holder.space);
    if let Some(since) = holder.current_seat().map(|seat| seat.joined_at) {
        Counts::load(&space, &key, inquiry)?.leave(ruling, &space, &key, since);
        *holder.seat() = None;
    } else if space == SpaceId::SERVER {
        holder.record.seat = None;
    }
    holder.fall();
    inbox::forget(ruling, &key, &space, inquiry)?;
    let Some(account) = &holder.record.account else { return Ok(()) };
    let open = inquiry.load_or_default(&keys::open_count(&key))?;
    let offers = Offers { incarnation: account.incarnation, open, how: Closed::Void };
    offers.close(ruling, request, (root, holder), inquiry)
}

/// What someone offered, and as what it is closed.
pub(crate) struct Offers {
    pub(crate) incarnation: Incarnation,
    pub(crate) open: OpenCount,
    pub(crate) how: Closed,
}

impl Offers {
    /// Closes a first part of it, and leaves the rest, which is void all the same, to housekeeping. `issuer` is all about
    /// who offered it, as it will be.
    pub(crate) fn close(
        self,
        ruling: &mut Ruling,
        request: &Request,
        (root, issuer): (&Root, &Holder),
        inquiry: &mut Inquiry<'_>,
    ) -> Result<(), Stop> {
        if self.open.open == 0 {
            return Ok(());
        }
        let Self { incarnation, open, how } = self;
        let mut open = OpenInvites::new(issuer.key, open);
        let after = close_some(ruling, "", &mut open, (root, issuer), how, inquiry, request.context.now)?;
        open.save(ruling);
        if !after.is_empty() {
            let closing = ClosingJob { issuer: issuer.key, incarnation, after };
            let kind = match issuer.space {
                SpaceId::SERVER => JobKind::CloseInvites(closing),
                space => JobKind::CloseInvitesIn(ClosingIn { space, closing }),
            };
            ruling.put(keys::job(&DecisionId::fresh(&request.context.entropy)), &Job { kind, since: request.context.now });
        }
        Ok(())
    }
}

/// Leaves what is to be done to networks to housekeeping. (Beside it, a decision may leave invites.)
pub(crate) fn leave_job(ruling: &mut Ruling, context: &Context, kind: JobKind) {
    ruling.put(keys::job(&DecisionId::of_job(&context.entropy)), &Job { kind, since: context.now });
}
