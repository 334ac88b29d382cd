//! What SQLite and the operating system say, in the contract's words.

use std::io;
use std::path::Path;

use doorward_store::{Cause, Reason};
use rusqlite::{Error, ErrorCode};

/// The reason for a failure of SQLite while `doing` something ("opening the store").
pub(crate) fn sqlite(doing: &str, error: &Error) -> Reason {
    let cause = cause(error);
    let line = match cause {
        Cause::Busy => "someone else holds the store's file",
        Cause::Full => "the disk that holds the store is full",
        Cause::ReadOnly => "the store's file, or the disk it is on, does not take writes",
        Cause::Corrupt => "the store's file is damaged; restore a backup",
        Cause::Foreign => "the file is not a store",
        Cause::Io => "the disk or the operating system failed",
        Cause::Invalid => "SQLite refused what it was asked, which is a fault of this program",
        Cause::Schema => "the store's tables are not the ones this program knows",
        Cause::Locked => "another process has the store open",
        Cause::Stopped => "the store has stopped",
    };
    Reason::new(cause, format!("{line} ({doing}: {error})"))
}

/// The reason for a failure of the file system at `path`.
pub(crate) fn file(doing: &str, path: &Path, error: &io::Error) -> Reason {
    let cause = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Cause::Full,
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => Cause::ReadOnly,
        // The list of kinds is open; whatever else it is, the operating system said no.
        _ => Cause::Io,
    };
    Reason::new(cause, format!("{doing} {}: {error}", path.display()))
}

/// Which of the contract's causes an error of SQLite is.
pub(crate) fn cause(error: &Error) -> Cause {
    let Error::SqliteFailure(code, _) = error else {
        // Everything else is a row that does not look as this program writes rows.
        return Cause::Corrupt;
    };
    match code.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Cause::Busy,
        ErrorCode::DiskFull => Cause::Full,
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Cause::ReadOnly,
        ErrorCode::DatabaseCorrupt => Cause::Corrupt,
        ErrorCode::NotADatabase => Cause::Foreign,
        ErrorCode::ConstraintViolation
        | ErrorCode::TypeMismatch
        | ErrorCode::TooBig
        | ErrorCode::ApiMisuse
        | ErrorCode::ParameterOutOfRange => Cause::Invalid,
        // SQLite's list of codes is open; what is not named above is trouble below us.
        _ => Cause::Io,
    }
}

/// The reason when a row holds what this program never writes.
pub(crate) fn corrupt(what: &str) -> Reason {
    Reason::new(Cause::Corrupt, format!("the store's file is damaged; restore a backup ({what})"))
}

/// The reason when a thread panicked while it held a part of the store.
pub(crate) fn panicked() -> Reason {
    Reason::new(Cause::Stopped, "a thread panicked while it held the store; start again")
}
