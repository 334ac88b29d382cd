//! What came out, one line a runtime.

use std::time::Duration;

/// One runtime's line.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) cases: u64,
    pub(crate) differences: u64,
    /// Time in the runtime, waiting for it included.
    pub(crate) busy: Duration,
    /// The first case that differed.
    pub(crate) first: Option<String>,
}

impl Row {
    pub(crate) fn new(name: String) -> Self {
        Self { name, cases: 0, differences: 0, busy: Duration::ZERO, first: None }
    }

    pub(crate) fn is_good(&self) -> bool {
        self.cases > 0 && self.differences == 0
    }
}

/// Prints the lines, and every first difference below them.
pub(crate) fn print(rows: &[Row], seed: &u64, took: Duration) {
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or_default();
    println!("{:width$}  {:>10}  {:>9}  differences", "runtime", "cases", "cases/s");
    for row in rows {
        let rate = row.cases as f64 / row.busy.as_secs_f64().max(f64::EPSILON);
        println!("{:width$}  {:>10}  {rate:>9.0}  {}", row.name, row.cases, row.differences);
    }
    println!("seed {seed}, {:.0} s, all at once", took.as_secs_f64());
    for row in rows {
        if let Some(first) = &row.first {
            println!("\n{} differs first in {first}", row.name);
        }
    }
}
