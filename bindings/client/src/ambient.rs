//! The two things the client takes from its surroundings, as values, so that a test can give its own.

use doorward_core::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// The operating system gave no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct NoEntropy;

/// Where time and random bytes come from.
#[derive(Clone, Copy, Debug)]
pub struct Ambient {
    /// This machine's clock.
    pub now: fn() -> Timestamp,
    /// Fills a buffer with random bytes fit for keys.
    pub entropy: fn(&mut [u8]) -> Result<(), NoEntropy>,
}

impl Ambient {
    /// The operating system's.
    pub const SYSTEM: Ambient = Ambient { now: system_now, entropy: system_entropy };

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], NoEntropy> {
        let mut bytes = [0; N];
        (self.entropy)(&mut bytes)?;
        Ok(bytes)
    }
}

// The only ambient reads of this crate.
#[expect(clippy::disallowed_methods, reason = "the one place where this crate reads the clock")]
fn system_now() -> Timestamp {
    // A clock before 1970 is as wrong as one at 1970; the server says so and tells its time.
    Timestamp(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}

#[expect(clippy::disallowed_methods, reason = "the one place where this crate draws random bytes")]
fn system_entropy(buffer: &mut [u8]) -> Result<(), NoEntropy> {
    getrandom::fill(buffer).map_err(|_| NoEntropy)
}
