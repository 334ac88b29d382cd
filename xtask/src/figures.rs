//! `cargo xtask figures`: builds what is measured, then measures.

use crate::run::{EVERYTHING, cargo, step, workspace};
use std::process::Command;

/// Measure speed and size beside named peers, in one run.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Only these figures, for example `--only P7 --only P8`.
    #[arg(long)]
    only: Vec<String>,
}

/// Builds the daemon and the measuring program, and runs it.
///
/// # Errors
/// A sentence that names the step that failed.
pub(crate) fn run(args: &Args) -> Result<(), String> {
    step("build", &mut cargo(EVERYTHING))?;
    let mut measure = Command::new(workspace().join("target/release/doorward-figures"));
    if args.json {
        measure.arg("--json");
    }
    measure.args(args.only.iter().flat_map(|id| ["--only", id]));
    step("measure", &mut measure)
}
