//! What a hard delete takes with it (I6): the account is gone for good, its membership stays behind, inert, on no
//! roster and in no count, and its open invites are closed. They are void at once all the same, because they name an
//! incarnation that is gone.

use super::departure::{Counts, Offers, leave_roster};
use super::inquiry::{Inquiry, Root};
use super::{Ruling, Stop};
use crate::id::SpaceId;
use crate::key::SignKey;
use crate::record::{Closed, KeyRecord, keys};
use crate::wire::Request;

/// Erases the account from its record and adds everything that goes with it to the ruling.
pub(crate) fn erase(
    ruling: &mut Ruling,
    request: &Request,
    (key, record): (&SignKey, &mut KeyRecord),
    mut counts: Counts,
    root: &Root,
    inquiry: &mut Inquiry<'_>,
) -> Result<(), Stop> {
    let seat = record.current_seat().cloned();
    let Some(account) = record.account.take() else { return Ok(()) };
    if record.allowlisted_by.take().is_some() {
        ruling.remove(keys::allowed(&SpaceId::SERVER, key));
    }
    let how = Closed::Cancelled(*key);
    let offers = Offers { issuer: *key, incarnation: account.incarnation, open: counts.open, how };
    offers.close(ruling, request, (root, record), inquiry)?;
    if let Some(seat) = seat {
        leave_roster(ruling, key, &seat, &mut counts.members);
    }
    Ok(())
}
