//! A store in memory, for tests and for trying things out. Nothing outlives the process.
//!
//! A snapshot shares the state it was taken from; a commit while one is held copies the state
//! first. That is simple and exact, and linear in the size of the state: not for large ones.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use crate::key::check_prefix;
use crate::{
    Batch, Cause, Change, Commit, Import, MAX_REVISION, Page, PageQuery, Reason, Record, Snapshot, Store, Unavailable, Write,
    admit, check_limit, check_load,
};

/// A store in memory.
#[derive(Debug, Default)]
pub struct Memory {
    state: Mutex<Arc<State>>,
    moved: Condvar,
    replacing: AtomicBool,
}

#[derive(Debug, Clone, Default)]
struct State {
    last: u64,
    records: BTreeMap<String, (u64, Arc<[u8]>)>,
    /// Revision → key of the same records: the order of `changes`.
    order: BTreeMap<u64, String>,
}

impl Memory {
    /// An empty store.
    #[must_use]
    pub fn new() -> Memory {
        Memory::default()
    }

    fn state(&self) -> Result<MutexGuard<'_, Arc<State>>, Reason> {
        // A panic while the state was held may have left half a batch in it.
        self.state.lock().map_err(|_| Reason::new(Cause::Stopped, "the store in memory panicked"))
    }
}

impl Store for Memory {
    fn snapshot(&self) -> Result<Box<dyn Snapshot + '_>, Unavailable> {
        Ok(Box::new(View(Arc::clone(&*self.state()?))))
    }

    fn commit(&self, batch: &Batch) -> Commit {
        match self.apply(batch) {
            Ok(outcome) => outcome,
            Err(reason) => Commit::Unavailable(reason),
        }
    }

    fn changes(&self, after: u64, prefix: &str, limit: usize) -> Result<Vec<Change>, Unavailable> {
        check_prefix(prefix)?;
        check_limit(limit)?;
        let state = Arc::clone(&*self.state()?);
        let newer = state.order.range((Bound::Excluded(after), Bound::Unbounded));
        let found = newer.filter(|(_, key)| key.starts_with(prefix)).take(limit);
        found.map(|(revision, key)| state.change(*revision, key)).collect()
    }

    fn newest(&self, before: u64, prefix: &str, limit: usize) -> Result<Vec<Change>, Unavailable> {
        check_prefix(prefix)?;
        check_limit(limit)?;
        let state = Arc::clone(&*self.state()?);
        let older = state.order.range(..before).rev();
        let found = older.filter(|(_, key)| key.starts_with(prefix)).take(limit);
        found.map(|(revision, key)| state.change(*revision, key)).collect()
    }

    fn wait(&self, after: u64, timeout: Duration) -> Result<u64, Unavailable> {
        let waited = self.moved.wait_timeout_while(self.state()?, timeout, |s| s.last <= after);
        let (state, _) = waited.map_err(|_| Reason::new(Cause::Stopped, "the store in memory panicked"))?;
        Ok(state.last)
    }

    fn replace(&self, records: &mut Import<'_>) -> Result<(), Unavailable> {
        if self.replacing.swap(true, Ordering::AcqRel) {
            return Err(busy().into());
        }
        let _released = Release(&self.replacing);
        let next = self.build(records)?;
        *self.state()? = Arc::new(next);
        self.moved.notify_all();
        Ok(())
    }
}

impl Memory {
    fn apply(&self, batch: &Batch) -> Result<Commit, Reason> {
        batch.check()?;
        let mut held = self.state()?;
        // Looked at under the lock: an import that starts later reads `last` after this batch.
        if self.replacing.load(Ordering::Acquire) {
            return Err(busy());
        }
        let moved = batch.guards.iter().filter(|g| held.revision(&g.key) != g.revision);
        let keys: Vec<String> = moved.map(|g| g.key.clone()).collect();
        if !keys.is_empty() {
            return Ok(Commit::Conflict { keys });
        }
        let room = MAX_REVISION.saturating_sub(held.last);
        if u64::try_from(batch.writes.len()).map_or(true, |n| n > room) {
            return Err(Reason::new(Cause::Full, "the revisions are used up"));
        }
        let state = Arc::make_mut(&mut held);
        batch.writes.iter().for_each(|write| state.write(write));
        let last = state.last;
        self.moved.notify_all();
        Ok(Commit::Committed { last })
    }

    fn build(&self, records: &mut Import<'_>) -> Result<State, Unavailable> {
        let base = self.state()?.last;
        let mut next = State { last: base, ..State::default() };
        for record in records {
            let Change { key, revision, value } = admit(record?, base)?;
            let twice = next.records.insert(key.clone(), (revision, value.into())).is_some()
                || next.order.insert(revision, key.clone()).is_some();
            if twice {
                let line = format!("the import has the key or the revision of {key} twice");
                return Err(Reason::new(Cause::Invalid, line).into());
            }
            next.last = next.last.max(revision);
        }
        if next.records.is_empty() {
            return Err(Reason::new(Cause::Invalid, "the import holds no records").into());
        }
        Ok(next)
    }
}

impl State {
    fn revision(&self, key: &str) -> u64 {
        self.records.get(key).map_or(0, |(revision, _)| *revision)
    }

    fn write(&mut self, Write { key, value }: &Write) {
        self.last += 1;
        let old = match value {
            Some(value) => {
                self.order.insert(self.last, key.clone());
                self.records.insert(key.clone(), (self.last, value.as_slice().into()))
            }
            None => self.records.remove(key),
        };
        if let Some((revision, _)) = old {
            self.order.remove(&revision);
        }
    }

    fn change(&self, revision: u64, key: &str) -> Result<Change, Unavailable> {
        match self.records.get(key) {
            Some((_, value)) => Ok(Change { key: key.to_owned(), revision, value: value.to_vec() }),
            None => Err(Reason::new(Cause::Corrupt, "a revision without a record").into()),
        }
    }
}

/// Lets commits in again, even when the records of an import panicked.
struct Release<'a>(&'a AtomicBool);

impl Drop for Release<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

struct View(Arc<State>);

impl Snapshot for View {
    fn as_of(&self) -> u64 {
        self.0.last
    }

    fn load(&mut self, keys: &[&str]) -> Result<Vec<Record>, Unavailable> {
        check_load(keys)?;
        let find = |key: &&str| match self.0.records.get(*key) {
            Some((revision, value)) => Record::present(*key, *revision, value.to_vec()),
            None => Record::absent(*key),
        };
        Ok(keys.iter().map(find).collect())
    }

    fn page(&mut self, query: &PageQuery) -> Result<Page, Unavailable> {
        query.check()?;
        let limit = usize::from(query.limit);
        let from = match query.after.as_str() {
            after if after >= query.prefix.as_str() && !after.is_empty() => Bound::Excluded(after),
            _ => Bound::Included(query.prefix.as_str()),
        };
        let end = query.end();
        let range = self.0.records.range::<str, _>((from, Bound::Unbounded));
        let mut rest = range.take_while(|(key, _)| **key < end);
        let found = rest.by_ref().take(limit);
        let present =
            |(key, (revision, value)): (&String, &(u64, Arc<[u8]>))| Record::present(key.clone(), *revision, value.to_vec());
        let records = found.map(present).collect();
        let more = rest.next().is_some();
        Ok(Page { query: query.clone(), as_of: self.0.last, records, more })
    }
}

fn busy() -> Reason {
    Reason::new(Cause::Busy, "the state is being replaced")
}
