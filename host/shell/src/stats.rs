//! Counters, for `/metrics`.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use doorward_core::Code;

use crate::verb::Verb;

/// Upper bounds of the classes of batch sizes, in decisions.
const SIZES: [u64; 9] = [1, 2, 4, 8, 16, 32, 64, 128, 256];
/// Upper bounds of the classes of commit times, in microseconds.
const MICROS: [u64; 12] = [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 500_000, 2_000_000];

/// Monotonic time for figures and deadlines. It never enters a decision.
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// What the counters said at one moment.
#[derive(Clone, Debug)]
pub struct Stats {
    /// Answers by verb and code; those that never occurred are left out.
    pub decisions: Vec<Answers>,
    /// Writes that wait for the committer.
    pub queue: u64,
    /// Batches committed.
    pub commits: u64,
    /// Decisions recorded.
    pub recorded: u64,
    /// Decisions taken again because a fact of theirs had moved.
    pub again: u64,
    /// Batches that met a conflict.
    pub conflicts: u64,
    /// Batches the store definitely did not take.
    pub unavailable: u64,
    /// Refused writes that left no record.
    pub unrecorded: u64,
    /// Questions that found no decision: trap, empty fuel, bad output, broken limits.
    pub undecidable: u64,
    /// Decisions a batch held.
    pub batch_sizes: Histogram,
    /// How long commits took, in microseconds.
    pub commit_micros: Histogram,
    /// Sequence number of the last decision record in the chain.
    pub history: u64,
    /// Sequence number of the last checkpoint.
    pub checkpoint: u64,
    /// The policy's own counters: fuel, instances, failures by reason. Since it was loaded.
    pub engine: doorward_engine::Stats,
}

/// How often a verb had this answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answers {
    /// Kebab-case name of the command.
    pub verb: &'static str,
    /// The answer's code.
    pub code: Code,
    /// How often.
    pub count: u64,
}

/// Counts by class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    /// Upper bounds, included, ascending; one class more than bounds, for what is above all.
    pub bounds: &'static [u64],
    /// How many fell into each class; not cumulated.
    pub counts: Vec<u64>,
    /// The sum of all values.
    pub sum: u64,
}

/// The counters themselves.
pub(crate) struct Counters {
    answers: Vec<AtomicU64>,
    pub(crate) queue: AtomicU64,
    pub(crate) commits: AtomicU64,
    pub(crate) recorded: AtomicU64,
    pub(crate) again: AtomicU64,
    pub(crate) conflicts: AtomicU64,
    pub(crate) unavailable: AtomicU64,
    pub(crate) unrecorded: AtomicU64,
    pub(crate) undecidable: AtomicU64,
    pub(crate) history: AtomicU64,
    pub(crate) checkpoint: AtomicU64,
    sizes: Classes,
    micros: Classes,
}

impl Counters {
    pub(crate) fn new() -> Self {
        let cells = Verb::ALL.len() * Code::ALL.len();
        Self {
            answers: std::iter::repeat_with(AtomicU64::default).take(cells).collect(),
            queue: AtomicU64::default(),
            commits: AtomicU64::default(),
            recorded: AtomicU64::default(),
            again: AtomicU64::default(),
            conflicts: AtomicU64::default(),
            unavailable: AtomicU64::default(),
            unrecorded: AtomicU64::default(),
            undecidable: AtomicU64::default(),
            history: AtomicU64::default(),
            checkpoint: AtomicU64::default(),
            sizes: Classes::new(&SIZES),
            micros: Classes::new(&MICROS),
        }
    }

    pub(crate) fn answered(&self, verb: Verb, code: Code) {
        // The table of codes is in ascending order of their numbers.
        let column = Code::ALL.binary_search_by_key(&(code as u16), |code| *code as u16);
        let cell = column.ok().and_then(|column| self.answers.get(verb as usize * Code::ALL.len() + column));
        cell.into_iter().for_each(one_more);
        if code == Code::Undecidable {
            one_more(&self.undecidable);
        }
    }

    pub(crate) fn committed(&self, decisions: usize, took: Duration) {
        one_more(&self.commits);
        let decisions = decisions as u64;
        self.recorded.fetch_add(decisions, Relaxed);
        self.sizes.note(decisions);
        self.micros.note(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    pub(crate) fn read(&self, engine: doorward_engine::Stats) -> Stats {
        let get = |counter: &AtomicU64| counter.load(Relaxed);
        let answers = self.answers.iter().enumerate().map(|(cell, count)| Answers {
            verb: Verb::ALL[cell / Code::ALL.len()].name(),
            code: Code::ALL[cell % Code::ALL.len()],
            count: get(count),
        });
        Stats {
            decisions: answers.filter(|answers| answers.count > 0).collect(),
            queue: get(&self.queue),
            commits: get(&self.commits),
            recorded: get(&self.recorded),
            again: get(&self.again),
            conflicts: get(&self.conflicts),
            unavailable: get(&self.unavailable),
            unrecorded: get(&self.unrecorded),
            undecidable: get(&self.undecidable),
            batch_sizes: self.sizes.read(),
            commit_micros: self.micros.read(),
            history: get(&self.history),
            checkpoint: get(&self.checkpoint),
            engine,
        }
    }
}

pub(crate) fn one_more(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}

struct Classes {
    bounds: &'static [u64],
    counts: Vec<AtomicU64>,
    sum: AtomicU64,
}

impl Classes {
    fn new(bounds: &'static [u64]) -> Self {
        let counts = std::iter::repeat_with(AtomicU64::default).take(bounds.len() + 1).collect();
        Self { bounds, counts, sum: AtomicU64::default() }
    }

    fn note(&self, value: u64) {
        let class = self.bounds.partition_point(|bound| *bound < value);
        self.counts.get(class).into_iter().for_each(one_more);
        self.sum.fetch_add(value, Relaxed);
    }

    fn read(&self) -> Histogram {
        let counts = self.counts.iter().map(|count| count.load(Relaxed)).collect();
        Histogram { bounds: self.bounds, counts, sum: self.sum.load(Relaxed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_and_code_has_its_own_counter() {
        let counters = Counters::new();
        for (index, verb) in Verb::ALL.iter().enumerate() {
            assert_eq!(*verb as usize, index);
            Code::ALL.iter().for_each(|code| counters.answered(*verb, *code));
        }
        let policy = counters.answers.iter().map(|count| count.load(Relaxed));
        assert!(policy.clone().all(|count| count == 1), "{:?}", policy.collect::<Vec<_>>());
    }

    #[test]
    fn bounds_belong_to_their_class() {
        let classes = Classes::new(&SIZES);
        [1, 2, 3, 4, 256, 257].into_iter().for_each(|value| classes.note(value));
        assert_eq!(classes.read().counts, [1, 1, 2, 0, 0, 0, 0, 0, 1, 1]);
        assert_eq!(classes.read().sum, 523);
    }
}
