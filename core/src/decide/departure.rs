//! What goes with a seat: whoever leaves, is shown the door or is deleted is on no roster and in no count any more, and
//! what he offered is void. It leaves the lists of open invites too: some in the same commit, the rest by housekeeping.

use super::inquiry::{Inquiry, Root};
use super::open_invites::OpenInvites;
use super::tidy::close_some;
use super::{Ruling, Stop};
use crate::id::{DecisionId, Incarnation, SpaceId};
use crate::key::SignKey;
use crate::record::{Closed, ClosingJob, Job, JobKind, KeyRecord, MemberCount, OpenCount, Seat, keys};
use crate::wire::Request;
use alloc::string::String;

/// Beside the record of the key, what a departure rewrites.
pub(crate) struct Counts {
    pub(crate) members: MemberCount,
    pub(crate) open: OpenCount,
}

impl Counts {
    /// Where they are.
    pub(crate) fn keys(key: &SignKey) -> [String; 2] {
        [keys::members(&SpaceId::SERVER), keys::open_count(key)]
    }

    /// As the records have them.
    pub(crate) fn load(key: &SignKey, inquiry: &Inquiry<'_>) -> Result<Self, Stop> {
        let [members, open] = Self::keys(key);
        Ok(Self { members: inquiry.load_or_default(&members)?, open: inquiry.load_or_default(&open)? })
    }
}

/// Shows a member the door: it falls, so that what it offered is void for good, whatever becomes of it.
pub(crate) fn put_out(
    ruling: &mut Ruling,
    request: &Request,
    (key, record): (&SignKey, &mut KeyRecord),
    mut counts: Counts,
    root: &Root,
    inquiry: &mut Inquiry<'_>,
) -> Result<(), Stop> {
    if let Some(seat) = record.current_seat() {
        leave_roster(ruling, key, seat, &mut counts.members);
    }
    record.seat = None;
    let Some(account) = record.account.as_mut() else { return Ok(()) };
    account.epoch = account.epoch.wrapping_add(1);
    let offers = Offers { issuer: *key, incarnation: account.incarnation, open: counts.open, how: Closed::Void };
    offers.close(ruling, request, (root, record), inquiry)
}

/// Takes a seat off the roster and out of the count.
pub(crate) fn leave_roster(ruling: &mut Ruling, key: &SignKey, seat: &Seat, members: &mut MemberCount) {
    ruling.remove(keys::roster(&SpaceId::SERVER, seat.joined_at, key));
    members.change(|members| members.saturating_sub(1));
    ruling.put(keys::members(&SpaceId::SERVER), members);
}

/// What someone offered, and as what it is closed.
pub(crate) struct Offers {
    pub(crate) issuer: SignKey,
    pub(crate) incarnation: Incarnation,
    pub(crate) open: OpenCount,
    pub(crate) how: Closed,
}

impl Offers {
    /// Closes a first part of it, and leaves the rest, which is void all the same, to housekeeping. `record` is all about
    /// the issuer as it will be.
    pub(crate) fn close(
        self,
        ruling: &mut Ruling,
        request: &Request,
        (root, record): (&Root, &KeyRecord),
        inquiry: &mut Inquiry<'_>,
    ) -> Result<(), Stop> {
        if self.open.open == 0 {
            return Ok(());
        }
        let Self { issuer, incarnation, open, how } = self;
        let mut open = OpenInvites::new(issuer, open);
        let after = close_some(ruling, "", &mut open, (root, record), how, inquiry, request.context.now)?;
        open.save(ruling);
        if !after.is_empty() {
            let kind = JobKind::CloseInvites(ClosingJob { issuer, incarnation, after });
            ruling.put(keys::job(&DecisionId::fresh(&request.context.entropy)), &Job { kind, since: request.context.now });
        }
        Ok(())
    }
}
