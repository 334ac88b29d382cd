//! `cargo xtask npm`: the browser package `door` as a package for npm, and the test that uses it as anyone would.

use crate::run::{EVERYTHING, cargo, step, workspace};
use crate::test::TYPESCRIPT;
use crate::tools::{CHROMEDRIVER, CHROMIUM, NODE, NPM, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Make the package for npm, `target/npm/doorward-<version>.tgz`, and use it as anyone would.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Leave out the part that needs a browser.
    #[arg(long)]
    no_browser: bool,
}

/// Builds, packs, and tests what was packed.
///
/// # Errors
/// A sentence that names the step that failed.
pub(crate) fn run(args: &Args) -> Result<(), String> {
    ensure(&[NODE, NPM])?;
    if !args.no_browser {
        ensure(&[CHROMIUM, CHROMEDRIVER])?;
    }
    step("build", &mut cargo(EVERYTHING))?;
    of_test(!args.no_browser)
}

/// The same for `cargo xtask test`, which has built everything already.
///
/// # Errors
/// As [`run`].
pub(crate) fn of_test(browser: bool) -> Result<(), String> {
    let folder = workspace().join("target/npm");
    let tarball = pack(&folder)?;
    let mut test = Command::new("node");
    test.arg("--test").arg(workspace().join("bindings/web/npm/test/package.test.mjs"));
    test.env("DOORWARD_TARBALL", &tarball).env("DOORWARD_TYPESCRIPT", TYPESCRIPT);
    test.env("DOORWARD_PROGRAM", workspace().join("target/release/doorward"));
    if !browser {
        test.env("DOORWARD_TEST_NO_BROWSER", "1");
    }
    step("the npm package as anyone would use it", &mut test)?;
    eprintln!("to publish it: npm publish {}", tarball.strip_prefix(workspace()).unwrap_or(&tarball).display());
    Ok(())
}

/// Lays the package out and packs it.
fn pack(folder: &Path) -> Result<PathBuf, String> {
    let package = folder.join("doorward");
    if package.exists() {
        std::fs::remove_dir_all(&package).map_err(|error| format!("{}: {error}", package.display()))?;
    }
    std::fs::create_dir_all(&package).map_err(|error| format!("{}: {error}", package.display()))?;
    let write = |name: &str, bytes: &[u8]| {
        let path = package.join(name);
        std::fs::write(&path, bytes).map_err(|error| format!("{}: {error}", path.display()))
    };
    let own = workspace().join("bindings/web/npm");
    for name in ["README.md", "index.d.ts", "node.js", "page.js"] {
        write(name, &read(&own.join(name))?)?;
    }
    for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
        write(name, &read(&workspace().join(name))?)?;
    }
    for asset in doorward_artifacts::WEB.iter().filter(|asset| ["door.js", "door.d.ts", "door_bg.wasm"].contains(&asset.name)) {
        write(asset.name, asset.bytes)?;
    }
    let version = env!("CARGO_PKG_VERSION");
    // As text: Node takes the first of its `exports` that fits, so their order is part of what it says.
    let manifest = String::from_utf8(read(&own.join("package.json"))?).map_err(|error| format!("package.json: {error}"))?;
    let dated = manifest.replace("\"version\": \"0.0.0\"", &format!("\"version\": \"{version}\""));
    if dated == manifest {
        return Err("package.json has no version 0.0.0 to be replaced".into());
    }
    write("package.json", dated.as_bytes())?;
    let mut pack = Command::new("npm");
    step("npm pack", pack.current_dir(&package).args(["pack", "--silent", "--pack-destination", ".."]))?;
    Ok(folder.join(format!("doorward-{version}.tgz")))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}
