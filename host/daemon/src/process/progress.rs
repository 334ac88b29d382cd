//! How far long work has come, for a person at a terminal.

use std::io::{IsTerminal, Write};

use crate::ambient::environment;

/// Steps between two looks where nobody knows how many there will be.
const EVERY: u64 = 5_000;
/// Fewer than so many are done before anybody wonders.
const FEW: u64 = 10;
/// Characters of the bar.
const BAR: u64 = 30;

/// Counts, and says so on standard error if that is a terminal that can take a line back.
pub struct Progress {
    what: &'static str,
    total: Option<u64>,
    done: u64,
    wanted: bool,
    shown: bool,
}

impl Progress {
    /// Of work whose end is not known: counts records.
    pub(super) fn new(what: &'static str) -> Self {
        Self { what, total: None, done: 0, wanted: can_take_back(), shown: false }
    }

    /// Of so many steps.
    pub fn of(what: &'static str, total: u64) -> Self {
        Self { what, total: Some(total), done: 0, wanted: total >= FEW && can_take_back(), shown: false }
    }

    /// One more.
    pub fn step(&mut self) {
        self.done += 1;
        if self.wanted && (self.total.is_some() || self.done.is_multiple_of(EVERY)) {
            self.shown = true;
            // If it cannot be shown, nothing is lost.
            let _ = write!(std::io::stderr().lock(), "\r{}", self.line());
        }
    }

    fn line(&self) -> String {
        let Self { what, total, done, .. } = self;
        let Some(total) = total else { return format!("{what}: {done} records") };
        let full = (done * BAR / (*total).max(1)).min(BAR);
        let bar: String = (0..BAR).map(|at| if at < full { '#' } else { '.' }).collect();
        format!("{what} [{bar}] {done} of {total}")
    }

    /// Clears the line.
    pub fn end(self) {
        if self.shown {
            let _ = write!(std::io::stderr().lock(), "\r\x1b[K");
        }
    }
}

fn can_take_back() -> bool {
    std::io::stderr().is_terminal() && environment::foreign("TERM").is_none_or(|term| term != "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_fills_up() {
        let mut progress = Progress { what: "making", total: Some(4), done: 0, wanted: false, shown: false };
        for expected in ["#######.......................", "###############...............", "######################........"] {
            progress.step();
            assert_eq!(progress.line(), format!("making [{expected}] {} of 4", progress.done));
        }
        progress.step();
        assert_eq!(progress.line(), format!("making [{}] 4 of 4", "#".repeat(30)));
    }
}
