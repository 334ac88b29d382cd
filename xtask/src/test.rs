//! `cargo xtask test`: everything that must pass, in the order in which it is cheapest to fail.

use crate::run::{EVERYTHING, cargo, step, workspace};
use crate::tools::{CHROMEDRIVER, CHROMIUM, CURL, NODE, NPM, OPENSSL, ensure, unpack_servers};
use std::path::PathBuf;
use std::process::Command;

/// The type checker of the pages. Pinned, so that a new release cannot fail an old checkout.
pub(crate) const TYPESCRIPT: &str = "typescript@5.9.3";
/// What looks for barriers in every state of the pages. It is never served: the browser tests put it into their own pages.
const AXE: &str = "axe-core@4.14.1";

/// Pass everything.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Leave out the tests that need a browser.
    #[arg(long)]
    no_browser: bool,
    /// In the long form: 500 kills.
    #[arg(long)]
    long: bool,
}

/// Runs everything.
///
/// # Errors
/// A sentence that names the first step that failed.
pub(crate) fn run(args: &Args) -> Result<(), String> {
    ensure(&[NODE, NPM, CURL, OPENSSL])?;
    unpack_servers()?;
    if !args.no_browser {
        ensure(&[CHROMIUM, CHROMEDRIVER])?;
        step("axe-core", &mut npm_install(AXE))?;
    }
    step("format", &mut cargo(&["fmt", "--all", "--check"]))?;
    step("build", &mut cargo(EVERYTHING))?;
    step(
        "lints",
        cargo(&["clippy", "--release", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"])
            .env("CLIPPY_CONF_DIR", workspace()),
    )?;
    // Built together with everything else it may lean on what others ask of a library; `cargo run` builds it alone.
    step("the program alone", &mut cargo(&["check", "--release"]))?;
    let mut tests = cargo(&["test", "--release", "--workspace", "--all-features", "--no-fail-fast"]);
    tests.env("INSTA_UPDATE", "no");
    if args.no_browser {
        tests.env("DOORWARD_TEST_NO_BROWSER", "1");
    }
    if args.long {
        tests.env("DOORWARD_KILLS", crate::crash::MANY.to_string());
    }
    step("tests", &mut tests)?;
    step("policy", &mut cargo(&["run", "--quiet", "--release", "-p", "xtask", "--", "policy"]))?;
    crate::parity::of_test(!args.no_browser)?;
    crate::api::of_test()?;
    pages(args)?;
    crate::npm::of_test(!args.no_browser)?;
    eprintln!("\neverything passes");
    Ok(())
}

/// A package for tests, below `target/npm`; nothing of it is run while it is installed.
fn npm_install(package: &str) -> Command {
    let mut npm = Command::new("npm");
    let flags = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", "target/npm"];
    npm.current_dir(workspace()).arg("install").args(flags).arg(package);
    npm
}

/// Types and tests of what runs in the browser, with the packages as they were built.
fn pages(args: &Args) -> Result<(), String> {
    let packages = workspace().join("target/assets");
    std::fs::create_dir_all(&packages).map_err(|error| format!("{}: {error}", packages.display()))?;
    for asset in doorward_artifacts::WEB {
        let path = packages.join(asset.name);
        std::fs::write(&path, asset.bytes).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let mut types = Command::new("npx");
    types.current_dir(workspace().join("www")).args(["--yes", "--package", TYPESCRIPT, "tsc", "--project", "tsconfig.json"]);
    step("types of the pages", &mut types)?;
    let mut tests = Command::new("node");
    tests.current_dir(workspace()).env("DOORWARD_WEB", &packages).arg("--test").args(node_tests(args)?);
    step("tests of the pages and the browser packages", &mut tests)
}

/// Every `*.test.mjs`, by name: what `node --test` takes for a pattern differs between its versions.
fn node_tests(args: &Args) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let browser = if args.no_browser { None } else { Some("www/test/browser") };
    for folder in ["www/test", "bindings/web/test", "bindings/keep/test"].into_iter().chain(browser) {
        let folder = workspace().join(folder);
        let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        found.extend(entries.flatten().map(|entry| entry.path()).filter(|path| path.to_string_lossy().ends_with(".test.mjs")));
    }
    found.sort();
    Ok(found)
}
