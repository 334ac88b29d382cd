//! Running programs, with a line of progress for each.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// The workspace's root.
pub(crate) fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The cargo that runs us, ready for a subcommand at the workspace's root.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace()).args(args);
    command
}

/// How everything is built: with one set of features, so that nothing large is built twice.
pub(crate) const EVERYTHING: &[&str] = &["build", "--release", "--workspace", "--all-targets", "--all-features"];

/// Runs one step of a longer task, saying what it is and how long it took. What it prints goes straight through.
///
/// # Errors
/// A sentence that names the step.
pub(crate) fn step(name: &str, command: &mut Command) -> Result<(), String> {
    eprintln!("\n── {name}");
    let start = Instant::now();
    let status = command.status().map_err(|error| format!("{name}: cannot run {:?}: {error}", command.get_program()))?;
    let seconds = start.elapsed().as_secs_f32();
    if !status.success() {
        return Err(format!("{name} failed after {seconds:.0} s ({status})"));
    }
    eprintln!("── {name}: done in {seconds:.0} s");
    Ok(())
}
