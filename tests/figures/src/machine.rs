//! What was measured on: printed above the table, for absolute times move with the machine.

use crate::measure::summarise;
use doorward_tests::Oops;
use std::io::{Seek, Write as _};
use std::time::Instant;

/// Syncs that are timed.
const SYNCS: usize = 100;

/// One line: processor, cores, memory, and how long the disk takes to make 4 KiB durable.
pub(crate) fn describe() -> Result<String, Oops> {
    let field = |file: &str, name: &str| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find(|line| line.split(':').next().is_some_and(|key| key.trim() == name))?.to_owned();
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let processor = field("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.into());
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let kib: u64 = field("/proc/meminfo", "MemTotal").and_then(|text| text.split(' ').next()?.parse().ok()).unwrap_or(0);
    let sync = sync_micros()?;
    Ok(format!("{processor}, {cores} cores, {} GiB, {}; a sync takes {sync:.0} µs", kib >> 20, std::env::consts::OS))
}

fn sync_micros() -> Result<f64, Oops> {
    let mut file = tempfile::tempfile()?;
    let mut times = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        file.rewind()?;
        file.write_all(&[7; 4_096])?;
        let start = Instant::now();
        file.sync_data()?;
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    Ok(summarise(&mut times).median)
}

/// What a process has used of the processor so far (`proc_pid_stat(5)`, fields 14 and 15, in hundredths of a second).
pub(crate) fn processor_millis(process: u32) -> Result<f64, Oops> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name in parentheses may hold anything, so what follows is counted from its end.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    Ok(fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() * 10.0)
}
