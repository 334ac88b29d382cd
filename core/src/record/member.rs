//! Networks: what is stored about one key in one of them, where it is a member, and which names are taken.

use crate::id::{Incarnation, SpaceId};
use crate::key::SignKey;
use crate::record::{Account, Ban, Seat, Space};
use crate::role::Role;
use crate::wire::wire_struct;

wire_struct! {
    /// `m.<space>.<pub>`: all about one key in one space other than the server. What stands here counts only for the
    /// account that the key has at the server.
    #[derive(Default)]
    pub struct MemberRecord {
        /// The membership, if the key stands on the roster. Counts only if it names the account's incarnation.
        pub seat: Option<Seat>,
        /// A ban from this space.
        pub ban: Option<Ban>,
        /// Put on the space's allowlist.
        pub allowlisted: Option<Allowed>,
        /// Raised whenever the key falls here; added to the account's own epoch.
        pub epoch: u32,
        /// In which era of the space the seat's role was given; in another one it is a member's.
        pub era: u32,
    }
}

wire_struct! {
    /// An entry of a network's allowlist.
    #[derive(Copy)]
    pub struct Allowed {
        /// By whom.
        pub by: SignKey,
        /// Which registration of the key it is for; [`Incarnation::NONE`] if the key had none, and then for whichever comes.
        pub incarnation: Incarnation,
    }
}

impl MemberRecord {
    /// The record as it counts now. Roles end all at once when the space is governed no more, and whoever had one above
    /// member falls by that, so that nothing he offered comes back with it.
    pub(crate) fn settle(&mut self, space: &Space) {
        let now = space.child.as_ref().map_or(0, |child| child.era);
        if self.era == now {
            return;
        }
        self.era = now;
        if let Some(seat) = self.seat.as_mut().filter(|seat| seat.role != Role::Member) {
            seat.role = Role::Member;
            self.epoch = self.epoch.wrapping_add(1);
        }
    }

    /// Who put this account on the allowlist.
    pub fn allowlisted_by(&self, account: Option<&Account>) -> Option<SignKey> {
        let own = account.map_or(Incarnation::NONE, |account| account.incarnation);
        self.allowlisted.filter(|entry| entry.incarnation == Incarnation::NONE || entry.incarnation == own).map(|entry| entry.by)
    }

    /// The membership of this account, if it is one.
    pub fn current_seat(&self, account: Option<&Account>) -> Option<&Seat> {
        let incarnation = account?.incarnation;
        self.seat.as_ref().filter(|seat| seat.incarnation == incarnation)
    }
}

wire_struct! {
    /// `u.01.<name>`: whose a network's name is.
    pub struct Named {
        /// Whose.
        pub space: SpaceId,
    }
}
