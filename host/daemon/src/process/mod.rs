//! The process: what is opened, in which order, and how it ends. The one place where a concrete store is named
//! ([`store`]).

mod backup;
mod data;
mod doctor;
mod high_water;
mod housekeeping;
mod interrupt;
mod log;
mod owner;
mod policy;
mod progress;
mod qr;
mod restore;
mod run;
mod signals;
mod sockets;
mod store;

pub use backup::{Checked, backup};
pub use doctor::{Finding, Health, examine};
pub use interrupt::Interrupt;
pub use owner::{file_of as owner_link_file, init, recover as recover_owner};
pub use progress::Progress;
pub use qr::{blocks, is_terminal, svg as qr_svg};
pub use restore::{Restored, accept as accept_restore, check as check_backup, restore};
pub use run::serve;

/// Why the process does not start, or ended before it was told to: one line that says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(pub String);

impl From<doorward_store::Unavailable> for Failure {
    fn from(error: doorward_store::Unavailable) -> Self {
        Self(error.to_string())
    }
}

impl Failure {
    fn at(path: &std::path::Path, error: impl std::fmt::Display) -> Self {
        Self(format!("{}: {error}", path.display()))
    }
}
