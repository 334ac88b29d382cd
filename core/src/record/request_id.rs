//! Request ids of writes, with the answer, so that repeating a request repeats the answer.

use crate::digest::Sha256Digest;
use crate::time::Timestamp;
use crate::wire::wire_struct;
use alloc::vec::Vec;

/// For how long after a request's `created` its id is kept, in seconds.
pub const KEPT: u64 = 15 * 60;

wire_struct! {
    /// `r.<pub>.<nonce>`: written in the same commit as the effects.
    pub struct RequestRecord {
        /// What the request was: digest of method, target and body, or of the redeem statement.
        pub content: Sha256Digest,
        /// When the client made it; kept [`KEPT`] seconds from then.
        pub created: Timestamp,
        /// Whether the answer was yes.
        pub allowed: bool,
        /// Encoding of the answer ([`Decided`](crate::wire::Decided)), its writes and events left out: they happened
        /// once. Kept as bytes, because a repeat hands them on unread.
        pub answer: Vec<u8>,
    }
}

impl RequestRecord {
    /// Whether housekeeping may drop it: no request that bears this id can be fresh any more.
    pub fn is_over(&self, now: Timestamp) -> bool {
        now > self.created.plus(KEPT)
    }
}

/// How many refused writes of one account are recorded in an hour; more are only counted by the host.
pub const REFUSALS_KEPT: u32 = 60;

wire_struct! {
    /// `f.<pub>`: refused writes of an account that were recorded in the current hour.
    #[derive(Default)]
    pub struct RefusalCount {
        /// Which hour: seconds since 1970 divided by 3,600.
        pub hour: u64,
        /// How many.
        pub count: u32,
    }
}
