//! What the operating system says of this process: Linux's `/proc` (proc(5)). Elsewhere nothing is known.

use std::fs::read_to_string;

/// Ticks a second in `/proc/…/stat`: `USER_HZ`, which is part of Linux's ABI.
const TICKS: f64 = 100.0;

/// What is known of this process now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// Seconds of processor time, its own and the kernel's for it.
    pub cpu_seconds: f64,
    /// When it started, in seconds since 1970.
    pub started: f64,
    /// Bytes of memory it holds.
    pub resident: u64,
    /// Bytes of memory it has addresses for.
    pub virtual_memory: u64,
    /// Open files and connections.
    pub open_files: u64,
    /// How many it may open; none if there is no limit.
    pub most_files: Option<u64>,
}

/// Looks.
pub fn usage() -> Option<Usage> {
    let read = |file: &str| read_to_string(file).ok();
    let boot = read("/proc/stat")?.lines().find_map(|line| line.strip_prefix("btime ")?.parse::<f64>().ok())?;
    let (cpu_seconds, started) = times(&read("/proc/self/stat")?)?;
    let status = read("/proc/self/status")?;
    Some(Usage {
        cpu_seconds,
        started: boot + started,
        resident: kilobytes(&status, "VmRSS:")?,
        virtual_memory: kilobytes(&status, "VmSize:")?,
        open_files: std::fs::read_dir("/proc/self/fd").ok()?.count() as u64,
        most_files: most_files(&read("/proc/self/limits")?),
    })
}

/// Seconds of processor time, and seconds from boot to start.
fn times(stat: &str) -> Option<(f64, f64)> {
    // The second field is the program's name, which may hold spaces and parentheses.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |field: usize| fields.get(field - 3)?.parse::<f64>().ok();
    Some(((ticks(14)? + ticks(15)?) / TICKS, ticks(22)? / TICKS))
}

fn kilobytes(status: &str, name: &str) -> Option<u64> {
    let value = status.lines().find_map(|line| line.strip_prefix(name))?;
    value.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
}

fn most_files(limits: &str) -> Option<u64> {
    let soft = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?.split_whitespace().next()?;
    soft.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_linux_writes_is_read() {
        let stat = "42 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 4 0 12345 99 1";
        assert_eq!(times(stat), Some((3.0, 123.45)));
        assert_eq!(kilobytes("Name:\tx\nVmRSS:\t    1024 kB\n", "VmRSS:"), Some(1 << 20));
        let limits =
            |soft: &str| format!("Limit  Soft  Hard  Units\nMax open files            {soft}                 4096     files\n");
        assert_eq!(most_files(&limits("1024")), Some(1_024));
        assert_eq!(most_files(&limits("unlimited")), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_is_seen() {
        let seen = usage().expect("Linux tells");
        let now = crate::ambient::clock::now().0 as f64;
        assert!(seen.started > now - 3_600.0 && seen.started < now + 2.0, "{seen:?}, now {now}");
        assert!(seen.resident > 1 << 20 && seen.virtual_memory >= seen.resident && seen.open_files > 2, "{seen:?}");
    }
}
