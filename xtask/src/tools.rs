//! Programs that tests need and that Rust does not bring: looked for, and installed from Debian where they are missing.

use crate::run::step;
use std::process::{Command, Stdio};

/// A program, and the Debian package that brings it.
pub(crate) struct Tool {
    program: &'static str,
    /// What it is asked, to see that it is there.
    asked: &'static [&'static str],
    package: &'static str,
    why: &'static str,
}

/// What the browser tests drive.
pub(crate) const CHROMIUM: Tool = Tool { program: "chromium", asked: VERSION, package: "chromium", why: "the browser tests" };
/// What drives it.
pub(crate) const CHROMEDRIVER: Tool =
    Tool { program: "chromedriver", asked: VERSION, package: "chromium-driver", why: "the browser tests" };
/// Runs the browser package's own tests.
pub(crate) const NODE: Tool =
    Tool { program: "node", asked: VERSION, package: "nodejs", why: "the tests of the browser package" };
/// Brings the type checker of the pages.
pub(crate) const NPM: Tool = Tool { program: "npm", asked: VERSION, package: "npm", why: "the type check of the pages" };
/// One of the runtimes that parity compares.
pub(crate) const PYTHON: Tool =
    Tool { program: "python3", asked: VERSION, package: "python3", why: "parity in Python, and the fuzzer of the API" };
/// Makes it a place for packages; Debian has it apart.
pub(crate) const VENV: Tool =
    Tool { program: "python3", asked: &["-c", "import venv, ensurepip"], package: "python3-venv", why: "parity in Python" };

const VERSION: &[&str] = &["--version"];

/// Installs what is missing.
///
/// # Errors
/// A sentence that says what to install by hand.
pub(crate) fn ensure(tools: &[Tool]) -> Result<(), String> {
    let missing: Vec<&Tool> = tools.iter().filter(|tool| !answers(tool.program, tool.asked)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|tool| tool.package).collect();
    let by_hand = || {
        let reasons: Vec<String> = missing.iter().map(|tool| format!("{} for {}", tool.package, tool.why)).collect();
        format!("please install {} and run this again (Debian: apt-get install {})", reasons.join(", "), packages.join(" "))
    };
    if !answers("apt-get", VERSION) {
        return Err(by_hand());
    }
    let mut apt = apt(&["update", "-q"]);
    step("apt-get update", &mut apt).map_err(|_| by_hand())?;
    let mut args = vec!["install", "-y", "-q", "--no-install-recommends"];
    args.extend(&packages);
    step(&format!("apt-get install {}", packages.join(" ")), &mut self::apt(&args)).map_err(|_| by_hand())
}

/// `apt-get` as root, by sudo where we are not.
fn apt(args: &[&str]) -> Command {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    let mut command = if is_root { Command::new("apt-get") } else { Command::new("sudo") };
    if !is_root {
        command.args(["-n", "apt-get"]);
    }
    command.env("DEBIAN_FRONTEND", "noninteractive").args(args);
    command
}

fn answers(program: &str, asked: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(asked).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
