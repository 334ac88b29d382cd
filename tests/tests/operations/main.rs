//! What operators run: the shipped configurations, as they are.

#![allow(clippy::disallowed_methods, reason = "a test reads its environment")]

mod packaging;
mod proxies;

use doorward_tests::Oops;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A file or folder of `host/packaging`.
fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../host/packaging").join(name)
}

/// A program of Debian's: installed, or unpacked by `cargo xtask test` where no service starts by itself.
fn found(name: &str) -> Option<PathBuf> {
    let unpacked = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/servers");
    let below = |root: &Path| [root.join("usr/bin").join(name), root.join("usr/sbin").join(name)];
    let program = below(Path::new("/")).into_iter().chain(below(&unpacked)).find(|path| path.is_file());
    if program.is_none() {
        eprintln!("{name} is not there: left out");
    }
    program
}

/// Runs what must work, and gives what it printed.
fn done(command: &mut Command) -> Result<String, Oops> {
    let output = command.stdin(Stdio::null()).output()?;
    let (printed, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{printed}\n{said}", output.status);
    Ok(printed.into_owned())
}

/// Replaces a part of a shipped file, which must be there so many times.
fn replaced(text: &str, times: usize, part: &str, by: &str) -> String {
    assert_eq!(text.matches(part).count(), times, "{part}");
    text.replace(part, by)
}
