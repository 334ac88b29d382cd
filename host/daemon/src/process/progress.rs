//! How far long work has come, for a person at a terminal.

use std::io::{IsTerminal, Write};

/// Steps between two looks.
const EVERY: u64 = 5_000;

/// Counts records, and says so on standard error if that is a terminal.
pub(super) struct Progress {
    what: &'static str,
    done: u64,
    shown: bool,
}

impl Progress {
    pub(super) fn new(what: &'static str) -> Self {
        Self { what, done: 0, shown: false }
    }

    /// One more.
    pub(super) fn step(&mut self) {
        self.done += 1;
        if self.done.is_multiple_of(EVERY) && std::io::stderr().is_terminal() {
            self.shown = true;
            // If it cannot be shown, nothing is lost.
            let _ = write!(std::io::stderr().lock(), "\r{}: {} records", self.what, self.done);
        }
    }

    /// Clears the line.
    pub(super) fn end(self) {
        if self.shown {
            let _ = write!(std::io::stderr().lock(), "\r\x1b[K");
        }
    }
}
