//! Why a store did not do what it was asked.

use std::fmt;

/// What kind of trouble it is, for counters, exit codes and whoever decides whether to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The question breaks the contract (bad key, oversized value, impossible limit). A fault of
    /// the caller; asking again will not help.
    Invalid,
    /// Someone else holds what is needed (a lock, every reader, a running import). Try again.
    Busy,
    /// No room on the disk.
    Full,
    /// The file or the file system does not take writes.
    ReadOnly,
    /// The file is damaged, or holds what this program never writes.
    Corrupt,
    /// The file is not a store of this kind at all.
    Foreign,
    /// The store was written by a newer program, or its schema is not the one this program applied.
    Schema,
    /// Another process has the store open.
    Locked,
    /// The disk, the network or the operating system failed.
    Io,
    /// The store gave up after an outcome nobody knows; only a restart can tell what was kept.
    Stopped,
}

impl Cause {
    /// A stable kebab-case name, for logs and metric labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Cause::Invalid => "invalid",
            Cause::Busy => "busy",
            Cause::Full => "full",
            Cause::ReadOnly => "read-only",
            Cause::Corrupt => "corrupt",
            Cause::Foreign => "foreign",
            Cause::Schema => "schema",
            Cause::Locked => "locked",
            Cause::Io => "io",
            Cause::Stopped => "stopped",
        }
    }
}

/// A [`Cause`] and one line for a person. The line never holds a value, only keys and places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    cause: Cause,
    line: String,
}

impl Reason {
    /// A reason with its line.
    pub fn new(cause: Cause, line: impl Into<String>) -> Reason {
        Reason { cause, line: line.into() }
    }

    /// The kind of trouble.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.cause
    }

    /// The line for a person.
    #[must_use]
    pub fn line(&self) -> &str {
        &self.line
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

/// The store did not answer, or refused; whatever was asked, nothing was changed. Not an answer
/// "not found": that is a [`Record`](crate::Record) with revision 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unavailable(pub Reason);

impl Unavailable {
    /// The kind of trouble.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.0.cause
    }
}

impl From<Reason> for Unavailable {
    fn from(reason: Reason) -> Unavailable {
        Unavailable(reason)
    }
}
