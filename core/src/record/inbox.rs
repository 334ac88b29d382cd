//! What an account was offered by name: its inbox, in one record, because it holds at most a hundred.

use crate::id::{Incarnation, InviteId, SpaceId};
use crate::key::SignKey;
use crate::role::Role;
use crate::time::Timestamp;
use crate::wire::{list_of, wire_struct};
use alloc::vec::Vec;

wire_struct! {
    /// `i.<pub>`: the directed invites of a key. What has expired or leads nowhere stays until the record is next written,
    /// and is shown to nobody.
    #[derive(Default)]
    pub struct Inbox {
        /// In order of making.
        pub offers: Vec<Offer>,
    }
}

wire_struct! {
    /// An invite to one account, into one space. It is not signed: nobody but the policy ever reads it.
    pub struct Offer {
        /// Which.
        pub id: InviteId,
        /// For which registration of the key.
        pub incarnation: Incarnation,
        /// Where it leads.
        pub space: SpaceId,
        /// As what.
        pub role: Role,
        /// Who made it.
        pub issuer: SignKey,
        /// Which registration of that key.
        pub issuer_incarnation: Incarnation,
        /// The issuer's authority epoch there when it was made.
        pub issuer_epoch: u32,
        /// The server's restore epoch then; another one voids it.
        pub restore_epoch: u32,
        /// Until when; at that second it has expired.
        pub expires: Timestamp,
    }
}
list_of!(Offer);
