//! `cargo xtask crash`: the crash tests in their long form.

use crate::run::{EVERYTHING, cargo, step};

/// Kills of the long form.
pub(crate) const MANY: u32 = 500;

/// Kill the daemon under load, again and again, and hold it to all it ever answered.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often.
    #[arg(long, default_value_t = MANY)]
    kills: u32,
}

/// Builds the daemon and the tests, and runs the one that kills.
///
/// # Errors
/// A sentence that names the step that failed.
pub(crate) fn run(args: &Args) -> Result<(), String> {
    step("build", &mut cargo(EVERYTHING))?;
    let mut test = cargo(&["test", "--release", "--workspace", "--all-features", "--test", "durability"]);
    test.args(["--", "--nocapture", "kills::"]).env("DOORWARD_KILLS", args.kills.to_string());
    step(&format!("{} kills", args.kills), &mut test)
}
