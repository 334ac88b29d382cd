//! `cargo xtask soak`: half the load the machine bears, for a long time, with kills and reloads.

use crate::run::{EVERYTHING, cargo, step, workspace};
use std::process::Command;

/// Drive half load for a long time with kills and reloads: memory must stay, and nothing be refused without a reason.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// For how long, after some 20 s in which the whole load is measured.
    #[arg(long, default_value_t = 30)]
    minutes: u32,
}

/// Builds the daemon and the soak, and runs it.
///
/// # Errors
/// A sentence that names the step that failed.
pub(crate) fn run(args: &Args) -> Result<(), String> {
    step("build", &mut cargo(EVERYTHING))?;
    let mut soak = Command::new(workspace().join("target/release/doorward-soak"));
    step("soak", soak.args(["--minutes", &args.minutes.to_string()]))
}
