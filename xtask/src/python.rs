//! A Python of our own, with packages from PyPI.

use crate::run::{step, workspace};
use crate::tools::{PYTHON, VENV, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A Python that has these packages, each `name==version`. They are fetched when one is missing.
///
/// # Errors
/// A sentence that names the step that failed.
pub(crate) fn with(packages: &[&str]) -> Result<PathBuf, String> {
    ensure(&[PYTHON, VENV])?;
    let home = workspace().join("target/python");
    let python = home.join("bin/python");
    if packages.iter().all(|package| has(&python, package)) {
        return Ok(python);
    }
    if !has(&python, "pip") {
        step("a Python of our own", Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home))?;
    }
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]).args(packages);
    step(&format!("{} from PyPI", packages.join(", ").replace("==", " ")), &mut pip)?;
    Ok(python)
}

/// Whether it has this package, in this version if one is named.
fn has(python: &Path, package: &str) -> bool {
    let (name, version) = package.split_once("==").unwrap_or((package, ""));
    let asked = format!("from importlib.metadata import version; assert version('{name}').startswith('{version}')");
    Command::new(python).args(["-c", &asked]).output().is_ok_and(|output| output.status.success())
}
