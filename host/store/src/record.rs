//! What is read: records, pages, changes.

use crate::key::{check_bound, check_key, check_prefix, prefix_end};
use crate::{Cause, Reason};

/// The most records one page or one answer of `changes` may hold.
pub const MAX_PAGE: usize = 1_000;

/// The most keys one `load` may ask for.
pub const MAX_LOAD: usize = 65_536;

/// What is known about one key at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The key.
    pub key: String,
    /// The number the store gave to the write that made it; 0 exactly when it is absent.
    pub revision: u64,
    /// The bytes; `None` exactly when it is absent. An empty value is present.
    pub value: Option<Vec<u8>>,
}

impl Record {
    /// The fact that `key` is not there.
    pub fn absent(key: impl Into<String>) -> Record {
        Record { key: key.into(), revision: 0, value: None }
    }

    /// The fact that `key` is there.
    pub fn present(key: impl Into<String>, revision: u64, value: Vec<u8>) -> Record {
        Record { key: key.into(), revision, value: Some(value) }
    }

    /// Says whether revision and value agree about presence.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        (self.revision == 0) == self.value.is_none()
    }
}

/// Which keys, in ascending byte order, to put on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageQuery {
    /// Only keys that begin with this; empty for all.
    pub prefix: String,
    /// Only keys strictly above this; empty for the beginning. To go on, the last key of the page
    /// before.
    pub after: String,
    /// Only keys strictly below this; empty for no such end.
    pub until: String,
    /// At most this many, 1 to [`MAX_PAGE`].
    pub limit: u16,
}

impl PageQuery {
    /// The first page below `prefix`.
    pub fn below(prefix: impl Into<String>, limit: u16) -> PageQuery {
        PageQuery { prefix: prefix.into(), after: String::new(), until: String::new(), limit }
    }

    /// Says whether a backend may answer it.
    ///
    /// # Errors
    /// [`Cause::Invalid`].
    pub fn check(&self) -> Result<(), Reason> {
        let PageQuery { prefix, after, until, limit } = self;
        check_prefix(prefix)?;
        check_bound(after)?;
        check_bound(until)?;
        check_limit(usize::from(*limit))
    }

    /// The end of the range, exclusive: the nearer of `until` and the end of the prefix.
    #[must_use]
    pub fn end(&self) -> String {
        let end = prefix_end(&self.prefix);
        if self.until.is_empty() || self.until > end { end } else { self.until.clone() }
    }
}

/// Refuses a limit outside 1 to [`MAX_PAGE`].
///
/// # Errors
/// [`Cause::Invalid`].
pub fn check_limit(limit: usize) -> Result<(), Reason> {
    if (1..=MAX_PAGE).contains(&limit) {
        return Ok(());
    }
    Err(Reason::new(Cause::Invalid, format!("a limit of {limit} is not between 1 and {MAX_PAGE}")))
}

/// Says whether a backend may load `keys`: at most [`MAX_LOAD`], every one a key.
///
/// # Errors
/// [`Cause::Invalid`].
pub fn check_load(keys: &[&str]) -> Result<(), Reason> {
    if keys.len() > MAX_LOAD {
        let line = format!("a load of more than {MAX_LOAD} keys");
        return Err(Reason::new(Cause::Invalid, line));
    }
    keys.iter().try_for_each(|key| check_key(key))
}

/// Records in key order, as of one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The question this answers.
    pub query: PageQuery,
    /// The last revision of the snapshot it was read from.
    pub as_of: u64,
    /// The records, ascending by key, all present.
    pub records: Vec<Record>,
    /// There is at least one more record in the range after the last one here.
    pub more: bool,
}

/// The newest write of one key. A deletion is not reported: the record of the decision that
/// deleted is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The key.
    pub key: String,
    /// Its revision.
    pub revision: u64,
    /// Its bytes.
    pub value: Vec<u8>,
}
