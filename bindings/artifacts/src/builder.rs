//! Builds a wasm package of this workspace so that the same sources give the same bytes, wherever they lie.
//!
//! It is one file with no dependency but `std`, so that the build script and `cargo xtask policy` (which builds a second
//! time in a fresh directory and compares) share it by `#[path]`. What makes the bytes repeat: one profile, one
//! toolchain, the shared `Cargo.lock`, no flags from the surroundings, and every local path mapped to a fixed name.
#![allow(clippy::disallowed_methods, reason = "a build script gets its arguments in the environment")]

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The target every package here is built for.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The Cargo profile every package here is built with (see the workspace manifest).
pub(crate) const PROFILE: &str = "artifact";

/// Packages that a page waits for, where size comes before speed.
const FOR_PAGES: &[&str] = &["doorward-web", "doorward-keep"];

/// Variables that would change the bytes, or that the outer build set for itself. A name ending in `*` is a prefix.
const UNWANTED: &[&str] = &[
    "CARGO_BUILD_*",
    "CARGO_CFG_*",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_FEATURE_*",
    "CARGO_INCREMENTAL",
    "CARGO_MANIFEST_*",
    "CARGO_PKG_*",
    "CARGO_PROFILE_*",
    "CARGO_TARGET_*",
    "CARGO_UNSTABLE_*",
    "CLIPPY_*",
    "DEBUG",
    "HOST",
    "NUM_JOBS",
    "OPT_LEVEL",
    "OUT_DIR",
    "PROFILE",
    "RUSTC_*",
    "RUSTDOC*",
    "RUSTFLAGS",
    "TARGET",
];

/// Where to build from and into.
pub(crate) struct Builder {
    workspace: PathBuf,
    target_dir: PathBuf,
    cargo: OsString,
    rustc: OsString,
}

impl Builder {
    /// A builder for the workspace at `workspace` that keeps everything it makes under `target_dir`. It must not be the
    /// target directory of a running Cargo, which holds a lock on its own.
    ///
    /// Uses `$CARGO` and `$RUSTC`, as set by Cargo for build scripts and `cargo run`, else the ones on the path.
    pub(crate) fn new(workspace: &Path, target_dir: &Path) -> Builder {
        let tool = |name: &str, fallback: &str| std::env::var_os(name).unwrap_or_else(|| fallback.into());
        Builder {
            workspace: workspace.to_path_buf(),
            target_dir: target_dir.to_path_buf(),
            cargo: tool("CARGO", "cargo"),
            rustc: tool("RUSTC", "rustc"),
        }
    }

    /// Builds `package` and returns the path of its wasm module.
    ///
    /// Packages are built one at a time, on purpose: built together, Cargo would merge the features they ask of the
    /// core, and curve arithmetic would slip into `policy.wasm`.
    ///
    /// # Errors
    /// One sentence for whoever runs the build: a tool that is missing, or what Cargo printed.
    pub(crate) fn build(&self, package: &str) -> Result<PathBuf, String> {
        let mut command = Command::new(&self.cargo);
        command
            .current_dir(&self.workspace)
            .args(["build", "--locked", "--quiet", "--lib"])
            .args(["--package", package])
            .args(["--target", TARGET])
            .args(["--profile", PROFILE])
            .arg("--target-dir")
            .arg(&self.target_dir);
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(is_unwanted) {
                command.env_remove(&name);
            }
        }
        command.env("RUSTC", &self.rustc).env("CARGO_INCREMENTAL", "0");
        let mut flags = self.rustflags()?;
        if FOR_PAGES.contains(&package) {
            // SHA-2 as loops, and field elements of fewer limbs: 3.5 kB less in `door`.
            flags.push("\x1f--cfg=sha2_backend_soft=\"compact\"\x1f--cfg=curve25519_dalek_bits=\"64\"");
            // wasm-bindgen reads from a section that stripping removes what the module may use; it strips the rest itself.
            command.env("CARGO_PROFILE_ARTIFACT_STRIP", "none");
        }
        command.env("CARGO_ENCODED_RUSTFLAGS", flags);
        let output = command.output().map_err(|error| format!("cannot run {}: {error}", self.cargo.display()))?;
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr);
            return Err(format!(
                "building {package} for {TARGET} failed (is the target installed? `rustup target add {TARGET}`):\n{text}"
            ));
        }
        let file = format!("{}.wasm", package.replace('-', "_"));
        let module = self.target_dir.join(TARGET).join(PROFILE).join(file);
        if !module.is_file() {
            return Err(format!("{package} built, but {} is missing", module.display()));
        }
        Ok(module)
    }

    /// Flags that map every local path that could end up in the bytes (panic locations) to a fixed one. Cargo leaves
    /// them out of the symbol hashes, so the names of functions do not depend on them either.
    fn rustflags(&self) -> Result<OsString, String> {
        let mut maps: Vec<(PathBuf, String)> =
            vec![(self.workspace.clone(), "/doorward".to_owned()), (self.target_dir.clone(), "/doorward/target".to_owned())];
        for registry in registries() {
            maps.push((registry, "/crates".to_owned()));
        }
        let sysroot = self.ask_rustc(&["--print", "sysroot"])?;
        let about = self.ask_rustc(&["-vV"])?;
        let commit = about.lines().find_map(|line| line.strip_prefix("commit-hash: ")).unwrap_or("unknown");
        // With the `rust-src` component rustc turns std's virtual paths into local ones; without it, they are these.
        let std_source = Path::new(sysroot.trim()).join("lib/rustlib/src/rust");
        maps.push((std_source, format!("/rustc/{commit}")));

        let mut flags = OsString::new();
        for (from, to) in maps {
            if !flags.is_empty() {
                flags.push("\x1f");
            }
            flags.push("--remap-path-prefix=");
            flags.push(from);
            flags.push(format!("={to}"));
        }
        // SHA-256 with its rounds in a loop: 7 kB less in each module.
        flags.push("\x1f--cfg=sha2_backend_soft=\"compact\"");
        Ok(flags)
    }

    fn ask_rustc(&self, args: &[&str]) -> Result<String, String> {
        let output = Command::new(&self.rustc)
            .current_dir(&self.workspace)
            .args(args)
            .output()
            .map_err(|error| format!("cannot run {}: {error}", self.rustc.display()))?;
        if !output.status.success() {
            return Err(format!("{} {args:?} failed", self.rustc.display()));
        }
        String::from_utf8(output.stdout).map_err(|_| "rustc did not print UTF-8".to_owned())
    }
}

/// Directories that hold unpacked registry crates, one a registry or mirror; their names differ between machines.
fn registries() -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| {
        let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE"))?;
        Some(PathBuf::from(home).join(".cargo"))
    });
    let Some(entries) = home.and_then(|home| fs::read_dir(home.join("registry/src")).ok()) else {
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    found.sort();
    found
}

fn is_unwanted(name: &str) -> bool {
    UNWANTED.iter().any(|entry| match entry.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == *entry,
    })
}
