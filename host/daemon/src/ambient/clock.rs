//! The clock.

use std::time::{SystemTime, UNIX_EPOCH};

use doorward_core::Timestamp;

/// Whole seconds since 1970. A clock before 1970 or after 9999 reads as the nearer end, where every expiry and every
/// signed request is refused.
#[expect(clippy::disallowed_methods, reason = "this is the one clock")]
pub fn now() -> Timestamp {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
    Timestamp(seconds.min(Timestamp::MAX.0))
}
