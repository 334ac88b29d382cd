//! What is written: one atomic, guarded batch, and its four outcomes.

use std::collections::BTreeSet;

use crate::key::check_key;
use crate::{Cause, Reason};

/// The largest value, in bytes.
pub const MAX_VALUE: usize = 65_536;
/// The most writes in one batch: 256 decisions of at most 200 records, and room.
pub const MAX_BATCH_WRITES: usize = 65_536;
/// The most bytes of keys and values in one batch: 256 decisions of at most 512 KiB.
pub const MAX_BATCH_BYTES: usize = 128 * 1024 * 1024;
/// The most guards in one batch: 256 decisions of at most 2,048 facts.
pub const MAX_BATCH_GUARDS: usize = 524_288;

/// One put or one delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The key.
    pub key: String,
    /// The whole new value; `None` deletes. Deleting what is absent is allowed and takes a number.
    pub value: Option<Vec<u8>>,
}

impl Write {
    /// Puts `value` at `key`.
    pub fn put(key: impl Into<String>, value: impl Into<Vec<u8>>) -> Write {
        Write { key: key.into(), value: Some(value.into()) }
    }

    /// Deletes `key`.
    pub fn delete(key: impl Into<String>) -> Write {
        Write { key: key.into(), value: None }
    }
}

/// A condition: `key` must still be at `revision` when the batch is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// The key, written by the batch or not.
    pub key: String,
    /// The revision that was read; 0 = must not be there.
    pub revision: u64,
}

impl Guard {
    /// `key` must still be at `revision`.
    pub fn at(key: impl Into<String>, revision: u64) -> Guard {
        Guard { key: key.into(), revision }
    }
}

/// What is applied as one, or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// At least one write; their order decides their revisions; each key at most once.
    pub writes: Vec<Write>,
    /// All of them must hold.
    pub guards: Vec<Guard>,
}

impl Batch {
    /// Says whether a backend may apply it. Every backend asks this first, so that all refuse the
    /// same batches.
    ///
    /// # Errors
    /// [`Cause::Invalid`] with the first fault found.
    pub fn check(&self) -> Result<(), Reason> {
        let Batch { writes, guards } = self;
        if writes.is_empty() {
            return Err(invalid("a batch without writes cannot be committed"));
        }
        if writes.len() > MAX_BATCH_WRITES {
            return Err(invalid(format!("a batch of more than {MAX_BATCH_WRITES} writes")));
        }
        if guards.len() > MAX_BATCH_GUARDS {
            return Err(invalid(format!("a batch of more than {MAX_BATCH_GUARDS} guards")));
        }
        let mut bytes = 0usize;
        let mut seen = BTreeSet::new();
        for Write { key, value } in writes {
            check_key(key)?;
            if !seen.insert(key.as_str()) {
                return Err(invalid(format!("the key {key} is written twice in one batch")));
            }
            let size = value.as_ref().map_or(0, Vec::len);
            if size > MAX_VALUE {
                return Err(invalid(format!("the value of {key} has {size} bytes, the most is {MAX_VALUE}")));
            }
            // Cannot overflow: both counts are bounded above.
            bytes += key.len() + size;
        }
        if bytes > MAX_BATCH_BYTES {
            return Err(invalid(format!("a batch of more than {MAX_BATCH_BYTES} bytes")));
        }
        guards.iter().try_for_each(|guard| check_key(&guard.key))
    }

    /// The revision of write `index` (0-based) when the batch ended at `last`.
    ///
    /// `None` when the batch has no such write, or `last` is not the end of any such batch.
    #[must_use]
    pub fn revision(&self, last: u64, index: usize) -> Option<u64> {
        let after = self.writes.len().checked_sub(index)?.checked_sub(1)?;
        last.checked_sub(u64::try_from(after).ok()?)
    }
}

/// How a commit ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a commit that is not looked at may not have happened"]
pub enum Commit {
    /// Applied, and as durable as the backend makes anything.
    Committed {
        /// The revision of the last write; see [`Batch::revision`] for the others.
        last: u64,
    },
    /// Not applied: these guards did not hold.
    Conflict {
        /// Every guarded key that has another revision, in the order of the guards.
        keys: Vec<String>,
    },
    /// Definitely not applied, and never will be.
    Unavailable(Reason),
    /// Nobody knows yet whether it was, or still will be, applied.
    Indeterminate(Reason),
}

fn invalid(line: impl Into<String>) -> Reason {
    Reason::new(Cause::Invalid, line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_bounded_in_bytes_and_guards() {
        // Every value is allowed; together they are one too many.
        let count = MAX_BATCH_BYTES / MAX_VALUE;
        let put = |i: usize| Write::put(format!("k{i:05}"), vec![0; MAX_VALUE - 6]);
        let mut batch = Batch { writes: (0..count).map(put).collect(), guards: vec![] };
        assert_eq!(batch.check(), Ok(()), "exactly as much as fits");
        batch.writes.push(Write::delete("x"));
        assert_eq!(batch.check().map_err(|r| r.cause()), Err(Cause::Invalid));

        batch.writes.truncate(1);
        batch.guards = vec![Guard::at("a", 0); MAX_BATCH_GUARDS];
        assert_eq!(batch.check(), Ok(()));
        batch.guards.push(Guard::at("a", 0));
        assert_eq!(batch.check().map_err(|r| r.cause()), Err(Cause::Invalid));
    }

    #[test]
    fn only_a_real_write_has_a_revision() {
        let writes = vec![Write::put("a", *b""), Write::delete("b"), Write::put("c", *b"")];
        let batch = Batch { writes, guards: vec![] };
        assert_eq!([0, 1, 2, 3].map(|i| batch.revision(9, i)), [Some(7), Some(8), Some(9), None]);
        assert_eq!(batch.revision(1, 0), None);
        assert_eq!(Batch::default().revision(9, 0), None);
    }
}
