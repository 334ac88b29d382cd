//! A store in memory whose commits and reads can be held up.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use doorward_store::{Batch, Cause, Change, Commit, Import, Memory, Reason, Snapshot, Store, Unavailable};

/// What is held up.
#[derive(Clone, Copy, Debug, Default)]
struct Shut {
    commits: bool,
    reads: bool,
    /// Commits that have arrived so far.
    arrived: u64,
    /// The commit with this number is not taken.
    refused: Option<u64>,
}

#[derive(Default)]
pub struct Gated {
    inner: Memory,
    shut: Mutex<Shut>,
    changed: Condvar,
    /// The most writes of a batch, if not as many as a store may take.
    max_writes: Option<usize>,
}

impl Gated {
    /// A store that takes small batches only.
    pub fn small(max_writes: usize) -> Gated {
        Gated { max_writes: Some(max_writes), ..Gated::default() }
    }

    pub fn shut_commits(&self, shut: bool) {
        self.change(|state| state.commits = shut);
    }

    pub fn shut_reads(&self, shut: bool) {
        self.change(|state| state.reads = shut);
    }

    /// The commit with this number, counted from 1, will not be taken.
    pub fn refuse(&self, commit: u64) {
        self.change(|state| state.refused = Some(commit));
    }

    /// Waits until this many commits have arrived at the gate, ever.
    pub fn wait_for_commits(&self, count: u64) {
        self.wait(|state| state.arrived < count);
    }

    pub fn arrived(&self) -> u64 {
        self.shut.lock().unwrap_or_else(PoisonError::into_inner).arrived
    }

    fn change(&self, how: impl FnOnce(&mut Shut)) {
        how(&mut self.shut.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
    }

    fn wait(&self, shut: impl Fn(&Shut) -> bool) {
        let held = self.shut.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.changed.wait_while(held, |state| shut(state)).unwrap_or_else(PoisonError::into_inner));
    }
}

impl Store for Gated {
    fn snapshot(&self) -> Result<Box<dyn Snapshot + '_>, Unavailable> {
        self.wait(|state| state.reads);
        self.inner.snapshot()
    }

    fn max_writes(&self) -> usize {
        self.max_writes.unwrap_or_else(|| self.inner.max_writes())
    }

    fn commit(&self, batch: &Batch) -> Commit {
        assert!(batch.writes.len() <= self.max_writes(), "{} writes", batch.writes.len());
        let mut refused = false;
        self.change(|state| {
            state.arrived += 1;
            refused = state.refused == Some(state.arrived);
        });
        self.wait(|state| state.commits);
        if refused {
            return Commit::Unavailable(Reason::new(Cause::Full, "a fault planned by a test"));
        }
        self.inner.commit(batch)
    }

    fn changes(&self, after: u64, prefix: &str, limit: usize) -> Result<Vec<Change>, Unavailable> {
        self.wait(|state| state.reads);
        self.inner.changes(after, prefix, limit)
    }

    fn newest(&self, before: u64, prefix: &str, limit: usize) -> Result<Vec<Change>, Unavailable> {
        self.wait(|state| state.reads);
        self.inner.newest(before, prefix, limit)
    }

    fn wait(&self, after: u64, timeout: Duration) -> Result<u64, Unavailable> {
        self.inner.wait(after, timeout)
    }

    fn replace(&self, records: &mut Import<'_>) -> Result<(), Unavailable> {
        self.inner.replace(records)
    }
}
