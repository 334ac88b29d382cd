//! What black-box tests and figures share: the real daemon, started on a folder of its own, and the requests that are
//! sent to it byte by byte where a client would be too polite.

#![allow(clippy::disallowed_methods, reason = "tests and figures read clock, entropy and environment for themselves")]

mod clock;
mod daemon;
mod guest;
pub mod load;
mod raw;
mod signed;
mod tape;

pub use clock::Clock;
pub use daemon::{Daemon, Settings, program};
pub use guest::Guest;
pub use raw::{Answer, Connection, request};
pub use signed::{Headers, Signed, now};
pub use tape::{Sent, Tape};

/// What goes wrong while a test is being set up.
pub type Oops = Box<dyn std::error::Error + Send + Sync>;

/// Random bytes.
pub fn random<const N: usize>() -> Result<[u8; N], Oops> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}
