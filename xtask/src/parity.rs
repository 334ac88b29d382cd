//! `cargo xtask parity`: builds the program that compares runtimes, fetches the runtimes, and runs it.

use crate::python;
use crate::run::{EVERYTHING, cargo, step, workspace};
use crate::tools::{CHROMIUM, NODE, ensure};
use std::process::Command;

/// What runs wasm in Python: the release of the same wasmtime that the daemon has, so that a difference is Python's.
const PACKAGE: &str = "wasmtime==48.0.0";

/// Compare what every runtime answers, byte for byte.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many cases.
    #[arg(long, default_value_t = 100_000)]
    cases: u64,
    /// Where they begin; the same seed gives the same cases.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Which runtimes.
    #[arg(long, value_delimiter = ',', default_value = "native,wasmtime,node,python,chromium")]
    runtime: Vec<String>,
}

/// Builds, and runs.
///
/// # Errors
/// A sentence that names the step that failed; the table above it says which runtime differs.
pub(crate) fn run(args: &Args) -> Result<(), String> {
    step("build", &mut cargo(EVERYTHING))?;
    compare(args)
}

/// The same number of cases for `cargo xtask test`, which has built everything already.
///
/// # Errors
/// As [`run`].
pub(crate) fn of_test(browser: bool) -> Result<(), String> {
    let mut runtime: Vec<String> = ["native", "wasmtime", "node", "python"].map(Into::into).into();
    runtime.extend(browser.then(|| "chromium".into()));
    compare(&Args { cases: 100_000, seed: 1, runtime })
}

fn compare(args: &Args) -> Result<(), String> {
    let wanted = |name: &str| args.runtime.iter().any(|runtime| runtime == name);
    for (_, tool) in [("node", NODE), ("chromium", CHROMIUM)].iter().filter(|(name, _)| wanted(name)) {
        ensure(std::slice::from_ref(tool))?;
    }
    let mut program = Command::new(workspace().join("target/release/doorward-parity"));
    program.args(["--cases", &args.cases.to_string(), "--seed", &args.seed.to_string(), "--runtime", &args.runtime.join(",")]);
    if wanted("python") {
        program.arg("--python").arg(python::with(&[PACKAGE])?);
    }
    step(&format!("parity of {} over {} cases", args.runtime.join(", "), args.cases), &mut program)
}
