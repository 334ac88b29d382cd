//! The lists an open invite stands in, and how it leaves them: one place, so that counter and lists cannot disagree.
//!
//! INVARIANT: `q.<issuer>.open` is the number of keys below `x.<issuer>.`, and each has its twin below `y.`.

use super::Ruling;
use crate::claims::Claims;
use crate::id::InviteId;
use crate::id::SpaceId;
use crate::key::SignKey;
use crate::record::{Closed, OpenCount, closed_at, keys};
use crate::time::{Expiry, Timestamp};

/// What says where an open invite stands.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) invite: InviteId,
    pub(crate) issuer: SignKey,
    pub(crate) space: SpaceId,
    pub(crate) expires: Expiry,
}

impl From<&Claims> for Place {
    fn from(claims: &Claims) -> Self {
        Self { invite: claims.invite, issuer: claims.issuer, space: claims.space, expires: claims.expires }
    }
}

/// An issuer's open invites, changed together.
pub(crate) struct OpenInvites {
    pub(crate) issuer: SignKey,
    count: OpenCount,
}

impl OpenInvites {
    pub(crate) fn new(issuer: SignKey, count: OpenCount) -> Self {
        Self { issuer, count }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u32 {
        self.count.open
    }

    /// Enters an invite into the lists.
    pub(crate) fn add(&mut self, ruling: &mut Ruling, place: Place) {
        self.count.open = self.count.open.saturating_add(1);
        ruling.mark(keys::open_by_issuer(&place.issuer, place.expires, &place.invite));
        ruling.mark(keys::open_by_space(&place.space, place.expires, &place.invite));
    }

    /// Takes an invite out of the lists of open ones.
    pub(crate) fn drop_from_lists(&mut self, ruling: &mut Ruling, place: Place) {
        self.count.open = self.count.open.saturating_sub(1);
        ruling.remove(keys::open_by_issuer(&place.issuer, place.expires, &place.invite));
        ruling.remove(keys::open_by_space(&place.space, place.expires, &place.invite));
    }

    /// Moves an invite to the list of closed ones.
    pub(crate) fn close(&mut self, ruling: &mut Ruling, place: Place, how: Closed, now: Timestamp) {
        self.drop_from_lists(ruling, place);
        let at = if matches!(how, Closed::Expired) { closed_at(place.expires, now) } else { now };
        ruling.put(keys::closed(&place.space, at, &place.invite), &how);
    }

    /// Writes the counter; call once, last.
    pub(crate) fn save(mut self, ruling: &mut Ruling) {
        self.count.revision = self.count.revision.wrapping_add(1);
        ruling.put(keys::open_count(&self.issuer), &self.count);
    }
}
