//! What a hard delete takes with it (I6): the account is gone for good, its membership stays behind, inert, on no
//! roster and in no count, and its open invites are closed. They are void at once all the same, because they name an
//! incarnation that is gone; and so are its memberships of networks, which housekeeping takes off their rosters.

use super::departure::{Offers, leave_job};
use super::inquiry::{Inquiry, Root};
use super::place::{Counts, Holder};
use super::{Ruling, Stop};
use crate::id::SpaceId;
use crate::record::{Closed, Inbox, JobKind, MemberCount, MovingJob, keys};
use crate::wire::Request;
use alloc::string::String;

/// Erases the account from its record and adds everything that goes with it to the ruling.
pub(crate) fn erase(
    ruling: &mut Ruling,
    request: &Request,
    holder: &mut Holder,
    root: &Root,
    inquiry: &mut Inquiry<'_>,
) -> Result<(), Stop> {
    let (key, since) = (holder.key, holder.current_seat().map(|seat| seat.joined_at));
    let Some(account) = holder.record.account.take() else { return Ok(()) };
    if holder.allowlisted_by().is_some() {
        holder.set_allowlisted(None);
        ruling.remove(keys::allowed(&SpaceId::SERVER, &key));
    }
    let open = inquiry.load_or_default(&keys::open_count(&key))?;
    let offers = Offers { incarnation: account.incarnation, open, how: Closed::Cancelled(key) };
    offers.close(ruling, request, (root, holder), inquiry)?;
    if let Some(since) = since {
        Counts::load(&SpaceId::SERVER, &key, inquiry)?.leave(ruling, &SpaceId::SERVER, &key, since);
    }
    if inquiry.load::<Inbox>(&keys::inbox(&key))?.is_some() {
        ruling.remove(keys::inbox(&key));
    }
    let joined: MemberCount = inquiry.load_or_default(&keys::joined(&key))?;
    if joined.members > 0 {
        let gone = MovingJob { from: key, to: key, incarnation: account.incarnation, after: String::new() };
        leave_job(ruling, &request.context, JobKind::LeaveSpaces(gone));
    }
    Ok(())
}
