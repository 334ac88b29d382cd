//! Counters of one policy, for metrics and for choosing the fuel allowance.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::failure::Undecidable;

/// The counters themselves.
#[derive(Default)]
pub(crate) struct Counters {
    fresh: AtomicU64,
    reused: AtomicU64,
    fuel: AtomicU64,
    fuel_most: AtomicU64,
    failures: [AtomicU64; Undecidable::ALL.len()],
}

/// What the counters said at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Answers from fresh instances.
    pub fresh: u64,
    /// Answers from reused instances.
    pub reused: u64,
    /// Fuel all answers took together.
    pub fuel: u64,
    /// Fuel the costliest answer took.
    pub fuel_most: u64,
    /// How often there was no answer, by reason; every reason is listed.
    pub failures: [(Undecidable, u64); Undecidable::ALL.len()],
}

impl Counters {
    pub(crate) fn fresh(&self, fuel: u64) {
        self.fresh.fetch_add(1, Relaxed);
        self.spent(fuel);
    }

    pub(crate) fn reused(&self, fuel: u64) {
        self.reused.fetch_add(1, Relaxed);
        self.spent(fuel);
    }

    pub(crate) fn failed(&self, reason: Undecidable) {
        self.failures[reason as usize].fetch_add(1, Relaxed);
    }

    pub(crate) fn read(&self) -> Stats {
        Stats {
            fresh: self.fresh.load(Relaxed),
            reused: self.reused.load(Relaxed),
            fuel: self.fuel.load(Relaxed),
            fuel_most: self.fuel_most.load(Relaxed),
            failures: Undecidable::ALL.map(|reason| (reason, self.failures[reason as usize].load(Relaxed))),
        }
    }

    fn spent(&self, fuel: u64) {
        self.fuel.fetch_add(fuel, Relaxed);
        // Looked at first: the maximum hardly ever moves, and a plain load costs nothing.
        if self.fuel_most.load(Relaxed) < fuel {
            self.fuel_most.fetch_max(fuel, Relaxed);
        }
    }
}
