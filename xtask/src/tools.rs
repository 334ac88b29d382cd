//! Programs that tests need and that Rust does not bring: looked for, and installed from Debian where they are missing.

use crate::run::{step, workspace};
use std::path::Path;
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

/// Makes the certificates of the proxies' tests.
pub(crate) const OPENSSL: Tool =
    Tool { program: "openssl", asked: &["version"], package: "openssl", why: "the tests of the proxies" };
/// Asks as others ask.
pub(crate) const CURL: Tool = Tool { program: "curl", asked: VERSION, package: "curl", why: "the README's commands" };

/// Servers that start by themselves where they are installed: these are only unpacked.
const SERVERS: [(&str, &str); 2] = [("nginx", "usr/sbin/nginx"), ("caddy", "usr/bin/caddy")];

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

/// Fetches the proxies that are not installed into `target/servers`, from Debian. Where that cannot be done their tests say
/// that they are left out.
///
/// # Errors
/// The folder cannot be made.
pub(crate) fn unpack_servers() -> Result<(), String> {
    let folder = workspace().join("target/servers");
    let missing = SERVERS.iter().filter(|(_, path)| !Path::new("/").join(path).is_file() && !folder.join(path).is_file());
    let missing: Vec<&str> = missing.map(|(package, _)| *package).collect();
    if missing.is_empty() || !answers("apt-get", VERSION) {
        return Ok(());
    }
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    // Old lists may do as well.
    let _ = step("apt-get update", &mut apt(&["update", "-q"]));
    for package in missing {
        let fetch = "apt-get download -q \"$0\" && dpkg -x \"$0\"_*.deb .";
        let mut unpack = Command::new("sh");
        unpack.current_dir(&folder).args(["-ec", fetch, package]);
        if let Err(why) = step(&format!("{package}, unpacked and not installed"), &mut unpack) {
            eprintln!("{why}; its tests are left out");
        }
    }
    Ok(())
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
