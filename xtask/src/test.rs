//! `cargo xtask test`: everything that must pass, in the order in which it is cheapest to fail.

use crate::run::{cargo, step, workspace};
use crate::tools::{CHROMEDRIVER, CHROMIUM, NODE, NPM, ensure};
use std::process::Command;

/// The type checker of the pages. Pinned, so that a new release cannot fail an old checkout.
const TYPESCRIPT: &str = "typescript@5.9.3";

/// Pass everything.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Leave out the tests that need a browser.
    #[arg(long)]
    no_browser: bool,
}

/// Runs everything.
///
/// # Errors
/// A sentence that names the first step that failed.
pub(crate) fn run(args: &Args) -> Result<(), String> {
    ensure(&[NODE, NPM])?;
    if !args.no_browser {
        ensure(&[CHROMIUM, CHROMEDRIVER])?;
    }
    step("format", &mut cargo(&["fmt", "--all", "--check"]))?;
    step("build", &mut cargo(&["build", "--release", "--workspace", "--all-targets", "--all-features"]))?;
    step("lints", cargo(&["clippy", "--release", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"]).env("CLIPPY_CONF_DIR", workspace()))?;
    let mut tests = cargo(&["test", "--release", "--workspace", "--all-features", "--no-fail-fast"]);
    tests.env("INSTA_UPDATE", "no");
    if args.no_browser {
        tests.env("DOORWARD_TEST_NO_BROWSER", "1");
    }
    step("tests", &mut tests)?;
    step("policy", &mut cargo(&["run", "--quiet", "--release", "-p", "xtask", "--", "policy"]))?;
    pages()?;
    eprintln!("\neverything passes");
    Ok(())
}

/// Types and tests of what runs in the browser, with the packages as they were built.
fn pages() -> Result<(), String> {
    let www = workspace().join("www");
    let mut types = Command::new("npx");
    types.current_dir(&www).args(["--yes", "--package", TYPESCRIPT, "tsc", "--project", "tsconfig.json"]);
    step("types of the pages", &mut types)
}
