//! `cargo xtask deb`: the Debian package, out of the program that the tests ran.

use crate::run::{EVERYTHING, cargo, step, workspace};
use std::path::Path;
use std::process::{Command, Stdio};

/// Shells whose completions the package brings.
const SHELLS: [&str; 3] = ["bash", "zsh", "fish"];

/// Builds the program, lets it write its manual pages and completions, and packs all of it.
///
/// # Errors
/// What is missing, or a sentence that names the step that failed.
pub(crate) fn run() -> Result<(), String> {
    let there = Command::new("cargo-deb").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        return Err("cargo-deb is missing: cargo install --locked cargo-deb".into());
    }
    step("build", &mut cargo(EVERYTHING))?;
    let (program, folder) = (workspace().join("target/release/doorward"), workspace().join("target/packaging"));
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    step("manual pages", Command::new(&program).args(["man", "--out"]).arg(folder.join("man")))?;
    completions(&program, &folder.join("completions"))?;
    step("package", &mut cargo(&["deb", "--no-build", "--strip", "--package", "doorward"]))
}

fn completions(program: &Path, folder: &Path) -> Result<(), String> {
    let trouble = |error: std::io::Error| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(folder).map_err(trouble)?;
    for shell in SHELLS {
        let output = Command::new(program).args(["completions", shell]).output().map_err(trouble)?;
        if !output.status.success() {
            return Err(format!("completions for {shell}: {}", output.status));
        }
        std::fs::write(folder.join(format!("doorward.{shell}")), output.stdout).map_err(trouble)?;
    }
    Ok(())
}
