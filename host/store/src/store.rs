//! The two traits of a backend.

use std::time::Duration;

use crate::key::check_key;
use crate::{Batch, Cause, Change, Commit, MAX_BATCH_WRITES, MAX_VALUE, Page, PageQuery, Reason, Record, Unavailable};

/// The largest revision: what a signed 64-bit integer holds, for backends count in those.
pub const MAX_REVISION: u64 = i64::MAX as u64;

/// The records of a whole state, as they come from where they are copied from. An error ends the
/// import with nothing changed: half a state must never look like a whole one.
pub type Import<'a> = dyn Iterator<Item = Result<Record, Unavailable>> + 'a;

/// Where the records are. Blocking; shared between threads.
pub trait Store: Send + Sync + 'static {
    /// One consistent view, held until it is dropped. Hold it briefly: backends have few, and a
    /// held view keeps old pages alive.
    ///
    /// # Errors
    /// The store does not answer.
    fn snapshot(&self) -> Result<Box<dyn Snapshot + '_>, Unavailable>;

    /// The most writes this backend takes in one batch; larger ones are
    /// [`Invalid`](crate::Cause::Invalid). Never more than [`MAX_BATCH_WRITES`].
    fn max_writes(&self) -> usize {
        MAX_BATCH_WRITES
    }

    /// Applies the whole batch if every guard holds, and returns when it is durable.
    fn commit(&self, batch: &Batch) -> Commit;

    /// The newest writes of the keys that begin with `prefix` and have a revision above `after`,
    /// ascending by revision, at most `limit` (1 to [`MAX_PAGE`](crate::MAX_PAGE)). To go on, ask
    /// after the last revision received; an answer shorter than `limit` was all there was. Earlier
    /// writes of a key and deletions are skipped.
    ///
    /// # Errors
    /// The store does not answer, or the question is [`Invalid`](crate::Cause::Invalid).
    fn changes(&self, after: u64, prefix: &str, limit: usize) -> Result<Vec<Change>, Unavailable>;

    /// The same from the other end: those with a revision below `before`, descending. To go on, ask before the last
    /// revision received.
    ///
    /// # Errors
    /// The store does not answer, or the question is [`Invalid`](crate::Cause::Invalid).
    fn newest(&self, before: u64, prefix: &str, limit: usize) -> Result<Vec<Change>, Unavailable>;

    /// Waits until the last revision is above `after`, or `timeout` has passed, and returns the
    /// last revision as it is then.
    ///
    /// # Errors
    /// The store does not answer, or has stopped.
    fn wait(&self, after: u64, timeout: Duration) -> Result<u64, Unavailable>;

    /// Replaces everything by `records`: built beside the present state, then swapped in one step.
    /// Each must be present, with a key and a revision that no other has; no records at all is
    /// refused, for nobody means that.
    ///
    /// The order of the revisions is kept, and each new revision is larger than any given out
    /// before, so no old guard holds by accident. A store that was never written keeps the
    /// revisions as they are. While this runs, commits are refused as
    /// [`Busy`](crate::Cause::Busy); snapshots go on showing the old state.
    ///
    /// # Errors
    /// The store does not answer, an item is an error, or a record is
    /// [`Invalid`](crate::Cause::Invalid); the state is then what it was. An error of the swap
    /// itself stops the store ([`Stopped`](crate::Cause::Stopped)): only a restart can tell.
    fn replace(&self, records: &mut Import<'_>) -> Result<(), Unavailable>;

    /// Leaves everything in good order for the next start: before a graceful stop, after the last commit. What is
    /// durable is durable without it.
    ///
    /// # Errors
    /// The store does not answer; nothing is lost by it.
    fn fold(&self) -> Result<(), Unavailable> {
        Ok(())
    }
}

/// One moment of a [`Store`].
pub trait Snapshot: Send {
    /// The last revision given out when the snapshot was taken.
    fn as_of(&self) -> u64;

    /// The records of `keys` (at most [`MAX_LOAD`](crate::MAX_LOAD)), in that order, absent ones
    /// included.
    ///
    /// # Errors
    /// The store does not answer, or a key is [`Invalid`](crate::Cause::Invalid).
    fn load(&mut self, keys: &[&str]) -> Result<Vec<Record>, Unavailable>;

    /// One page of the records, in key order.
    ///
    /// # Errors
    /// The store does not answer, or the question is [`Invalid`](crate::Cause::Invalid).
    fn page(&mut self, query: &PageQuery) -> Result<Page, Unavailable>;
}

/// Checks one record of an import and gives it its revision above `base`, the last one given out
/// before. Every backend uses this, so that all refuse the same imports.
///
/// # Errors
/// [`Cause::Invalid`].
pub fn admit(record: Record, base: u64) -> Result<Change, Reason> {
    let Record { key, revision, value } = record;
    check_key(&key)?;
    let fault = |line: String| Reason::new(Cause::Invalid, line);
    let value = match value {
        Some(value) if revision > 0 => value,
        Some(_) | None => return Err(fault(format!("the imported record {key} is absent"))),
    };
    if value.len() > MAX_VALUE {
        let size = value.len();
        return Err(fault(format!("the value of {key} has {size} bytes, the most is {MAX_VALUE}")));
    }
    match base.checked_add(revision) {
        Some(revision) if revision <= MAX_REVISION => Ok(Change { key, revision, value }),
        Some(_) | None => Err(fault(format!("the revision of {key} is too large"))),
    }
}
