//! What is stored: one record per key and place, so that ban, join and role change cannot slip past each other.
//!
//! A stored record is a schema byte and its encoding. Every schema that was ever released stays readable; an unknown
//! one is a fault, and a fault is a refusal.

mod account;
mod history;
mod inbox;
mod invite;
pub mod keys;
mod member;
mod readable;
mod request_id;
mod space;

pub use account::{Account, Ban, Glance, KeyRecord, Seat, Standing, Via};
pub use history::{CheckRef, Contents, DecisionRecord, FactRef, FactSource, Involved, PageRef, chain_next, chain_over};
pub use inbox::{Inbox, Offer};
pub use invite::{Closed, InviteRecord, OpenCount, Use, claims_digest};
pub use member::{Allowed, MemberRecord, Named};
pub use readable::is_readable;
pub use request_id::{KEPT as REQUEST_IDS_KEPT, REFUSALS_KEPT, RefusalCount, RequestRecord};
pub(crate) use space::closed_at;
pub use space::{
    ChildRoot, ClosingIn, ClosingJob, Job, JobKind, JoinRule, MemberCount, MovingJob, Pause, RootGlance, ServerRoot, Space,
};

use crate::wire::{Malformed, Reader, Wire, Writer};
use alloc::vec::Vec;

/// Something with a place in the store.
pub trait Stored: Wire {
    /// The schema this build writes.
    const SCHEMA: u8;

    /// The stored bytes.
    fn to_stored(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.put(&[Self::SCHEMA]);
        self.write(&mut w);
        w.into_bytes()
    }

    /// Reads stored bytes of any schema this build knows.
    fn from_stored(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader::new(bytes);
        if u8::read(&mut r) != Self::SCHEMA {
            r.fail();
        }
        let value = Self::read(&mut r);
        r.finish()?;
        Ok(value)
    }
}

/// Says which types are stored, and under which schema.
macro_rules! stored {
    ($($t:ty = $schema:literal),* $(,)?) => {$( impl $crate::record::Stored for $t { const SCHEMA: u8 = $schema; } )*};
}
stored! {
    KeyRecord = 1, Space = 1, MemberCount = 1, InviteRecord = 1, Use = 1, OpenCount = 1, Closed = 1, RequestRecord = 1,
    DecisionRecord = 1, Contents = 1, Involved = 1, Job = 1, RefusalCount = 1, MemberRecord = 1, Named = 1, Inbox = 1,
}
