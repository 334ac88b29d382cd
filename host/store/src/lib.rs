//! The store contract: keys, opaque values, revisions, one atomic guarded commit. Nothing here
//! knows what a record means.
//!
//! What every backend promises, and [`conformance`] checks:
//!
//! * **One counter.** Every put and every delete of a batch takes the next number. Write `i` of `n`
//!   in a batch that ended at `last` has revision `last - n + 1 + i`.
//! * **Absence is a fact.** A key that is not there has revision 0, whether it was deleted or never
//!   existed, and a guard of 0 means "must not be there". A key that is deleted and made again has
//!   a larger revision than ever before, so an old guard cannot match it.
//! * **All or nothing.** A commit applies every write or none, and only if every guard holds.
//! * **One view.** A snapshot shows one moment for as long as it is held, whatever is committed.
//! * **Four outcomes.** Committed, conflict, definitely not applied, nobody knows yet. Never a
//!   fifth, and never a guess.
//!
//! What this crate does **not** do: interpret a value, compare an expiry, retry, gather batches,
//! or keep time. The contract is blocking; whoever calls it from async code gives it a thread.
//!
//! Reading order: [`key`], [`Record`], [`Batch`], [`Store`], then a backend ([`memory`]).

pub mod key;
pub mod memory;

mod batch;
mod reason;
mod record;
mod store;

#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(feature = "faulty")]
pub mod faulty;

pub use batch::{Batch, Commit, Guard, MAX_BATCH_BYTES, MAX_BATCH_GUARDS, MAX_BATCH_WRITES, MAX_VALUE, Write};
pub use memory::Memory;
pub use reason::{Cause, Reason, Unavailable};
pub use record::{Change, MAX_LOAD, MAX_PAGE, Page, PageQuery, Record, check_limit, check_load};
pub use store::{Import, MAX_REVISION, Snapshot, Store, admit};
