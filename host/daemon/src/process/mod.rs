//! The process: what is opened, in which order, and how it ends. The one place where a concrete store is named
//! ([`store`]).

mod data;
mod housekeeping;
mod log;
mod owner;
mod policy;
mod qr;
mod run;
mod signals;
mod sockets;
mod store;

pub use owner::{file_of as owner_link_file, init};
pub use qr::{blocks, is_terminal};
pub use run::serve;

/// Why the process does not start, or ended before it was told to: one line that says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(pub String);

impl Failure {
    fn at(path: &std::path::Path, error: impl std::fmt::Display) -> Self {
        Self(format!("{}: {error}", path.display()))
    }
}
