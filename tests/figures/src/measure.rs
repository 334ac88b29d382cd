//! Interleaved sampling: every contender gets its turn in every round, so that what slows the machine slows them all.

use std::time::Instant;

/// One thing to be timed.
pub(crate) struct Contender<'a> {
    /// Does the work `n` times.
    pub(crate) run: Box<dyn FnMut(usize) + 'a>,
}

/// Times of one contender.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// Nanoseconds of one operation, median of the rounds.
    pub(crate) median: f64,
    /// The 99th percentile of the rounds.
    pub(crate) p99: f64,
}

/// Times every contender over `rounds` rounds of `batch` operations each, after one round that is thrown away.
pub(crate) fn interleaved(contenders: &mut [Contender<'_>], rounds: usize, batch: usize) -> Vec<Sample> {
    let mut times: Vec<Vec<f64>> = contenders.iter().map(|_| Vec::with_capacity(rounds)).collect();
    for round in 0..=rounds {
        for (contender, times) in contenders.iter_mut().zip(&mut times) {
            let start = Instant::now();
            (contender.run)(batch);
            if round > 0 {
                times.push(start.elapsed().as_nanos() as f64 / batch as f64);
            }
        }
    }
    times.iter_mut().map(|times| summarise(times)).collect()
}

/// Median and 99th percentile.
pub(crate) fn summarise(times: &mut [f64]) -> Sample {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get(((times.len() as f64 - 1.0) * share).round() as usize).copied().unwrap_or(f64::NAN);
    Sample { median: at(0.5), p99: at(0.99) }
}
