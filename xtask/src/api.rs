//! `cargo xtask api`: has a fuzzer read the description of the API, and holds a real daemon to it.

use crate::python;
use crate::run::{EVERYTHING, cargo, step, workspace};
use std::process::Command;

/// The fuzzer, what checks the description itself, and what signs requests.
const PACKAGES: &[&str] = &["schemathesis==4.32.5", "openapi-spec-validator==0.9.0", "cryptography==50.0.2"];

/// Hold a real daemon to its own API description, with requests of every kind.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How long, in all.
    #[arg(long, default_value_t = 45)]
    seconds: u64,
    /// The same seed asks the same.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Builds, and runs.
///
/// # Errors
/// A sentence that names the step that failed; above it, requests that had an answer nobody described.
pub(crate) fn run(args: &Args) -> Result<(), String> {
    step("build", &mut cargo(EVERYTHING))?;
    fuzz(args)
}

/// The short form for `cargo xtask test`, which has built everything already.
///
/// # Errors
/// As [`run`].
pub(crate) fn of_test() -> Result<(), String> {
    fuzz(&Args { seconds: 45, seed: 1 })
}

fn fuzz(args: &Args) -> Result<(), String> {
    let python = python::with(PACKAGES)?;
    let mut program = Command::new(workspace().join("target/release/doorward-api"));
    program.args(["--seconds", &args.seconds.to_string(), "--seed", &args.seed.to_string(), "--python"]).arg(python);
    step("the API as its description says", &mut program)
}
