//! A store that fails on purpose, around one that does not: for tests of what stands on a store.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::{Batch, Cause, Change, Commit, Import, Reason, Snapshot, Store, Unavailable};

/// What a chosen commit does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is applied (or conflicts) inside, and the answer is lost.
    IndeterminateApplied,
    /// It is not applied, and the answer is lost.
    IndeterminateLost,
    /// It is refused, and nothing happens.
    Unavailable,
}

type Rival = dyn FnMut(u64, &dyn Store) + Send;

/// A store whose chosen commits and reads fail. Commits count from 1.
pub struct Faulty<S> {
    inner: S,
    plan: Mutex<Plan>,
}

#[derive(Default)]
struct Plan {
    commits: u64,
    faults: BTreeMap<u64, Fault>,
    reads: Option<Reason>,
    rival: Option<Box<Rival>>,
}

impl<S: Store> Faulty<S> {
    /// Around `inner`, with nothing planned.
    pub fn new(inner: S) -> Faulty<S> {
        Faulty { inner, plan: Mutex::default() }
    }

    /// Makes commit number `commit` fail.
    pub fn fail(&self, commit: u64, fault: Fault) {
        self.plan().faults.insert(commit, fault);
    }

    /// Makes every read fail for this reason, or none.
    pub fn fail_reads(&self, reason: Option<Reason>) {
        self.plan().reads = reason;
    }

    /// Calls `rival` with the number of each commit and the store inside, just before the commit
    /// is tried: another daemon that wins the race. It must not use the `Faulty` itself.
    pub fn before_commit(&self, rival: impl FnMut(u64, &dyn Store) + Send + 'static) {
        self.plan().rival = Some(Box::new(rival));
    }

    /// How many commits were tried so far.
    pub fn commits(&self) -> u64 {
        self.plan().commits
    }

    /// The store inside.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        // A rival that panicked has failed its test already; the plan itself is whole.
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn readable(&self) -> Result<(), Unavailable> {
        self.plan().reads.clone().map_or(Ok(()), |reason| Err(reason.into()))
    }
}

impl<S: Store> Store for Faulty<S> {
    fn snapshot(&self) -> Result<Box<dyn Snapshot + '_>, Unavailable> {
        self.readable()?;
        self.inner.snapshot()
    }

    fn max_writes(&self) -> usize {
        self.inner.max_writes()
    }

    fn commit(&self, batch: &Batch) -> Commit {
        let fault = {
            let mut plan = self.plan();
            plan.commits += 1;
            let number = plan.commits;
            if let Some(rival) = plan.rival.as_mut() {
                rival(number, &self.inner);
            }
            plan.faults.remove(&number)
        };
        let reason = Reason::new(Cause::Io, "a fault planned by a test");
        match fault {
            None => self.inner.commit(batch),
            Some(Fault::IndeterminateApplied) => match self.inner.commit(batch) {
                Commit::Committed { .. } | Commit::Conflict { .. } => Commit::Indeterminate(reason),
                other @ (Commit::Unavailable(_) | Commit::Indeterminate(_)) => other,
            },
            Some(Fault::IndeterminateLost) => Commit::Indeterminate(reason),
            Some(Fault::Unavailable) => Commit::Unavailable(reason),
        }
    }

    fn changes(&self, after: u64, prefix: &str, limit: usize) -> Result<Vec<Change>, Unavailable> {
        self.readable()?;
        self.inner.changes(after, prefix, limit)
    }

    fn newest(&self, before: u64, prefix: &str, limit: usize) -> Result<Vec<Change>, Unavailable> {
        self.readable()?;
        self.inner.newest(before, prefix, limit)
    }

    fn wait(&self, after: u64, timeout: Duration) -> Result<u64, Unavailable> {
        self.readable()?;
        self.inner.wait(after, timeout)
    }

    fn replace(&self, records: &mut Import<'_>) -> Result<(), Unavailable> {
        self.inner.replace(records)
    }
}
