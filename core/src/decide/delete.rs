//! What a hard delete takes with it (I6): the account is gone for good, its membership stays behind, inert, on no
//! roster and in no count, and its open invites are closed: some in the same commit, the rest by housekeeping. The
//! rest is void at once all the same, because it names an incarnation that is gone.

use super::inquiry::{Inquiry, Root};
use super::open_invites::OpenInvites;
use super::tidy::close_some;
use super::{Ruling, Stop};
use crate::id::{DecisionId, SpaceId};
use crate::key::SignKey;
use crate::record::{Closed, ClosingJob, Job, JobKind, KeyRecord, MemberCount, OpenCount, keys};
use crate::wire::Request;

/// Erases the account from its record and adds everything that goes with it to the ruling.
pub(crate) fn erase(
    ruling: &mut Ruling,
    request: &Request,
    key: &SignKey,
    record: &mut KeyRecord,
    (mut members, open): (MemberCount, OpenCount),
    root: &Root,
    inquiry: &mut Inquiry<'_>,
) -> Result<(), Stop> {
    let seat = record.current_seat().cloned();
    let Some(account) = record.account.take() else { return Ok(()) };
    record.allowlisted_by = None;
    if open.open > 0 {
        let mut open = OpenInvites::new(*key, open);
        let (how, now) = (Closed::Cancelled(*key), request.context.now);
        let after = close_some(ruling, "", &mut open, (root, record), how, inquiry, now)?;
        open.save(ruling);
        if !after.is_empty() {
            let closing = ClosingJob { issuer: *key, incarnation: account.incarnation, after };
            let job = Job { kind: JobKind::CloseInvites(closing), since: request.context.now };
            ruling.put(keys::job(&DecisionId::fresh(&request.context.entropy)), &job);
        }
    }
    if let Some(seat) = seat {
        ruling.remove(keys::roster(&SpaceId::SERVER, seat.joined_at, key));
        members.members = members.members.saturating_sub(1);
        members.revision += 1;
        ruling.put(keys::members(&SpaceId::SERVER), &members);
    }
    Ok(())
}
