//! Records that questions were answered from lately, so that asking the same again costs no thread and no store.
//!
//! Only for a store that this process alone writes to, and only for decisions that write nothing. What is here is what
//! the store holds: a key is out before its commit begins and comes back only from a snapshot of the newest state. And
//! it is good for a second only, so that a store that does not answer any more is noticed.

use std::collections::{HashMap, HashSet};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use doorward_core::wire::PageNeed;
use doorward_store::{Cause, Reason, Unavailable, Write};

use crate::facts::{Fact, FoundPage, Known, Source};
use crate::stats::now;
use crate::view::View;

/// How long a record is good without having been read again.
const LEASE: Duration = Duration::from_secs(1);

/// The records.
pub(crate) struct Cache {
    /// The most in each of two generations; 0 = off.
    most: usize,
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    young: HashMap<String, Kept>,
    old: HashMap<String, Kept>,
    /// Keys of the commit that is under way.
    moving: HashSet<String>,
    /// The last revision this process committed.
    seen: u64,
    /// Raised by every commit, before and after.
    version: u64,
}

struct Kept {
    fact: Fact,
    read: Instant,
}

impl Cache {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, state: RwLock::default() }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.most > 0
    }

    /// Starts from this revision.
    pub(crate) fn start(&self, seen: u64) {
        self.write().seen = seen;
    }

    /// A commit of these is about to begin: from here on, nobody is told the old values.
    pub(crate) fn begin(&self, writes: &[Write]) {
        if !self.is_on() {
            return;
        }
        let State { young, old, moving, seen: _, version } = &mut *self.write();
        *version += 1;
        for Write { key, value: _ } in writes {
            young.remove(key);
            old.remove(key);
            moving.insert(key.clone());
        }
    }

    /// It is over; at this revision, if it was committed.
    pub(crate) fn end(&self, last: Option<u64>) {
        if !self.is_on() {
            return;
        }
        let mut state = self.write();
        state.version += 1;
        state.moving.clear();
        state.seen = last.unwrap_or(state.seen);
    }

    /// Keeps what a question was answered from, if it is still the newest.
    pub(crate) fn fill(&self, known: &Known) {
        if !self.is_on() {
            return;
        }
        let read = now();
        let mut state = self.write();
        if known.as_of != Some(state.seen) {
            return;
        }
        for (key, held) in &known.records {
            if state.moving.contains(key) || !matches!(held.fact.source, Source::Store(_)) {
                continue;
            }
            if state.young.len() >= self.most {
                state.old = std::mem::take(&mut state.young);
            }
            state.young.insert(key.clone(), Kept { fact: held.fact.clone(), read });
        }
    }

    /// One moment of it.
    pub(crate) fn view(&self) -> Remembered<'_> {
        Remembered { cache: self, version: None }
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        // Every change is whole before anything in it could panic.
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn get(&self, key: &str, at: Instant) -> Option<Fact> {
        let kept = self.young.get(key).or_else(|| self.old.get(key))?;
        (at.duration_since(kept.read) < LEASE).then(|| kept.fact.clone())
    }
}

/// A view of the records in memory. What is not there is not absent but *unavailable*: the store has to be asked.
pub(crate) struct Remembered<'c> {
    cache: &'c Cache,
    /// All that is read through one view is of one moment.
    version: Option<u64>,
}

impl View for Remembered<'_> {
    fn load(&mut self, keys: &[&str]) -> Result<Vec<Fact>, Unavailable> {
        let at = now();
        let state = self.cache.read();
        if *self.version.get_or_insert(state.version) != state.version {
            return Err(not_here());
        }
        keys.iter().map(|key| state.get(key, at).ok_or_else(not_here)).collect()
    }

    fn page(&mut self, _: &PageNeed) -> Result<FoundPage, Unavailable> {
        Err(not_here())
    }

    fn as_of(&self) -> Option<u64> {
        None
    }
}

fn not_here() -> Unavailable {
    Reason::new(Cause::Busy, "not in memory").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Held;

    fn known(as_of: u64, keys: &[&str]) -> Known {
        let mut known = Known { as_of: Some(as_of), ..Known::default() };
        for key in keys {
            let fact = Fact { value: None, source: Source::Store(0) };
            known.records.insert((*key).into(), Held { fact, guarded: true });
        }
        known
    }

    fn has(cache: &Cache, key: &str) -> bool {
        cache.view().load(&[key]).is_ok()
    }

    #[test]
    fn it_knows_only_the_newest() {
        let cache = Cache::new(10);
        cache.start(5);
        cache.fill(&known(4, &["a"]));
        cache.fill(&known(6, &["a"]));
        assert!(!has(&cache, "a"), "of another moment than the newest");
        cache.fill(&known(5, &["a", "b"]));
        assert!(has(&cache, "a") && has(&cache, "b") && !has(&cache, "c"));
        cache.begin(&[Write::put("a", [])]);
        assert!(!has(&cache, "a") && has(&cache, "b"));
        cache.fill(&known(5, &["a"]));
        assert!(!has(&cache, "a"), "it may be old by now");
        cache.end(Some(7));
        cache.fill(&known(5, &["a"]));
        assert!(!has(&cache, "a"));
        cache.fill(&known(7, &["a"]));
        assert!(has(&cache, "a"));
    }

    #[test]
    fn one_view_is_one_moment() {
        let cache = Cache::new(10);
        cache.fill(&known(0, &["a", "b"]));
        let mut view = cache.view();
        assert!(view.load(&["a"]).is_ok() && view.load(&["b"]).is_ok());
        cache.begin(&[Write::put("c", [])]);
        assert!(view.load(&["b"]).is_err() && has(&cache, "b"));
    }

    #[test]
    fn it_is_bounded_and_off_means_off() {
        let cache = Cache::new(10);
        for i in 0..100 {
            cache.fill(&known(0, &[&format!("a{i}")]));
        }
        let state = cache.read();
        assert!(state.young.len() <= 10 && state.old.len() <= 10 && state.get("a99", now()).is_some());
        assert!(state.get("a99", now() + LEASE).is_none(), "its lease is over");
        drop(state);
        let cache = Cache::new(0);
        cache.fill(&known(0, &["a"]));
        assert!(!has(&cache, "a"));
    }
}
