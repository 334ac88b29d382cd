//! What the daemon holds in memory: sampled in each of its lives, compared within the long one and across the short.

use crate::Oops;
use doorward_tests::Daemon;
use std::time::{Duration, Instant};

/// Between two samples.
const EVERY: Duration = Duration::from_secs(10);
/// The age at which short lives are compared.
const AGE: u64 = 20;
/// How many short lives are taken together at either end.
const TOGETHER: usize = 3;
/// Growth that is no growth.
const MOST: f64 = 1.05;

/// Samples of one life: age in seconds and KiB resident.
pub(crate) struct Life {
    samples: Vec<(u64, u64)>,
}

/// Samples a life as it goes.
pub(crate) struct Sampler {
    born: Instant,
    next: Duration,
    life: Life,
}

impl Sampler {
    pub(crate) fn new() -> Self {
        Self { born: Instant::now(), next: Duration::ZERO, life: Life { samples: Vec::new() } }
    }

    /// Takes a sample if one is due.
    pub(crate) fn sample(&mut self, daemon: &Daemon) -> Result<(), Oops> {
        if self.born.elapsed() >= self.next {
            self.life.samples.push((self.next.as_secs(), daemon.resident()? >> 10));
            self.next += EVERY;
        }
        Ok(())
    }

    pub(crate) fn into_life(self) -> Life {
        self.life
    }
}

impl Life {
    fn at(&self, age: u64) -> Option<u64> {
        self.samples.iter().find(|(at, _)| *at == age).map(|(_, kib)| *kib)
    }

    /// Median of the samples from one share of the life to another.
    fn between(&self, from: f64, to: f64) -> Option<f64> {
        let at = |share: f64| (self.samples.len() as f64 * share).round() as usize;
        median(self.samples.get(at(from)..at(to))?.iter().map(|(_, kib)| *kib))
    }
}

fn median(values: impl Iterator<Item = u64>) -> Option<f64> {
    let mut values: Vec<u64> = values.collect();
    values.sort_unstable();
    values.get(values.len() / 2).map(|kib| *kib as f64)
}

/// What fills up and then stays: the pages of the store and the answers to questions, each with a bound of its own. At half
/// load all of them are full after some eight minutes, which is less than this share of a long life of eighteen.
const WARM: f64 = 0.5;
/// How much of the life is taken together at either end of what follows.
const SPAN: f64 = 0.15;

/// Just after the warm-up, against the end of the long life.
fn within(lives: &[Life]) -> Option<(f64, f64)> {
    let long = lives.first()?;
    Some((long.between(WARM, WARM + SPAN)?, long.between(1.0 - SPAN, 1.0)?))
}

/// The first short lives against the last, at the same age.
fn across(lives: &[Life]) -> Option<(f64, f64)> {
    let short: Vec<u64> = lives.iter().skip(1).filter_map(|life| life.at(AGE)).collect();
    let ends = TOGETHER.min(short.len() / 2);
    Some((median(short.iter().copied().take(ends))?, median(short.iter().rev().copied().take(ends))?))
}

/// Growth that is too much, or was not measured.
pub(crate) fn judge(lives: &[Life]) -> Vec<String> {
    let judged = [("within the long life", within(lives)), ("across short lives at the same age", across(lives))];
    let fault = |(what, measured): (&str, Option<(f64, f64)>)| match measured {
        Some((before, after)) if after <= before * MOST => None,
        Some((before, after)) => Some(format!("memory grew {what}: {before:.0} KiB, then {after:.0} KiB")),
        None => Some(format!("too short to tell whether memory grows {what}")),
    };
    judged.into_iter().filter_map(fault).collect()
}

/// Both comparisons, and the samples of the long life.
pub(crate) fn table(lives: &[Life]) -> String {
    let show = |what: &str, measured: Option<(f64, f64)>| match measured {
        Some((before, after)) => {
            let growth = (after / before - 1.0) * 100.0;
            format!("{what:<40} {:>7.1} MiB → {:>7.1} MiB  {growth:+.1} %", before / 1_024.0, after / 1_024.0)
        }
        None => format!("{what:<40} too short to tell"),
    };
    let long = lives.first().map(|life| &life.samples[..]).unwrap_or_default();
    let samples: Vec<String> = long.iter().map(|(age, kib)| format!("{age} s: {:.1}", *kib as f64 / 1_024.0)).collect();
    [
        show("memory in the long life after warm-up", within(lives)),
        show(&format!("memory of short lives at {AGE} s, first and last"), across(lives)),
        format!("long life, MiB by age: {}", samples.join(", ")),
    ]
    .join("\n")
}
