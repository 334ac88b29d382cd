//! The files of the data folder, and the disk they are on.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::Path;

use super::Finding;
use crate::process::data::{DATABASE, DataFolder};

/// Bytes below which a disk is nearly full.
const SCARCE: u64 = 256 << 20;
/// Bytes of the write-ahead log above which something keeps it from being folded into the database.
const LONG_LOG: u64 = 512 << 20;

/// Nobody but the server's user reads or writes what is in the folder. Sockets have a mode of their own.
pub(super) fn permissions(folder: &DataFolder, given: &Path) -> Vec<Finding> {
    let path = folder.file("");
    let owner = match fs::metadata(&path) {
        Ok(found) => found.uid(),
        Err(error) => return vec![Finding::fail("files", format!("{}: {error}", path.display()), "look at the disk")],
    };
    let entries = match fs::read_dir(&path) {
        Ok(entries) => entries.flatten(),
        Err(error) => {
            let next = "run this as the user the server runs as";
            return vec![Finding::fail("files", format!("{}: {error}", path.display()), next)];
        }
    };
    let (mut findings, mut count) = (Vec::new(), 0);
    for entry in entries {
        let Ok(found) = entry.metadata() else { continue };
        if found.file_type().is_socket() || found.is_dir() {
            continue;
        }
        count += 1;
        let (mode, name) = (found.permissions().mode() & 0o777, entry.path());
        if mode & 0o077 != 0 {
            let line = format!("{}: others may use it (mode {mode:04o})", name.display());
            findings.push(Finding::fail("files", line, format!("chmod 600 {}", name.display())));
        }
        if found.uid() != owner {
            let line =
                format!("{}: it does not belong to the folder's owner, so the server may not be able to use it", name.display());
            findings.push(Finding::warn("files", line, format!("chown --reference={} {}", given.display(), name.display())));
        }
    }
    if findings.is_empty() {
        findings.push(Finding::ok("files", format!("{count} files in {}, for their owner alone", path.display())));
    }
    findings
}

/// Room on the disk, and the size of the database and its log.
pub(super) fn room(folder: &DataFolder) -> Finding {
    let length = |name: &str| fs::metadata(folder.file(name)).map_or(0, |found| found.len());
    let (database, log) = (length(DATABASE), length(&format!("{DATABASE}-wal")));
    let free = match rustix::fs::statvfs(folder.file("").as_path()) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => return Finding::fail("disk", format!("cannot be asked: {error}"), "look at the disk"),
    };
    let mb = |bytes: u64| format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10);
    let line = format!("{} free; the database has {}, its log {}", mb(free), mb(database), mb(log));
    // A restore builds a second database beside the first.
    if free < SCARCE || free < 2 * (database + log) {
        return Finding::warn(
            "disk",
            line,
            "make room: a full disk refuses every write, and a restore needs the size of the database twice",
        );
    }
    if log > LONG_LOG {
        return Finding::warn(
            "disk",
            line,
            "the log is long: something reads the database for very long, or folding fails; see the server's log",
        );
    }
    Finding::ok("disk", line)
}
