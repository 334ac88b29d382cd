//! `cargo xtask figures`: builds what is measured, then measures.

use crate::run::{cargo, step};

/// Measure speed and size beside named peers, in one run.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Builds the daemon and the measuring program, and runs it.
///
/// # Errors
/// A sentence that names the step that failed.
pub(crate) fn run(args: &Args) -> Result<(), String> {
    step("build the daemon and the figures", &mut cargo(&["build", "--release", "-p", "doorward", "-p", "doorward-figures"]))?;
    let mut measure = cargo(&["run", "--quiet", "--release", "-p", "doorward-figures", "--"]);
    if args.json {
        measure.arg("--json");
    }
    step("measure", &mut measure)
}
