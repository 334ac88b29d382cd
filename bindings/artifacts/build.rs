//! Builds `policy.wasm` and the browser packages for wasm, and writes the Rust file that embeds them.
//!
//! The nested Cargo gets a target directory of its own inside `OUT_DIR`: the outer one is locked by the build that is
//! waiting for us. It shares `Cargo.lock`, so it needs the network only for crates that are not there yet.
#![allow(clippy::disallowed_methods, reason = "a build script gets its arguments in the environment")]

#[path = "src/builder.rs"]
mod builder;
#[path = "src/smaller.rs"]
mod smaller;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use builder::Builder;
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

/// The package behind `policy.wasm`.
const GUEST: &str = "doorward-guest";

/// Browser packages: Cargo package, and the stem of the files made from it.
const WEB: &[(&str, &str)] = &[("doorward-web", "door"), ("doorward-keep", "keep")];

/// What the artefacts are made from, relative to the workspace.
const SOURCES: &[&str] = &[
    "Cargo.lock",
    "Cargo.toml",
    "bindings/guest",
    "bindings/keep",
    "bindings/web",
    "core/Cargo.toml",
    "core/src",
    "rust-toolchain.toml",
];

/// Endings of the files wasm-bindgen makes, and what a server says they are.
const KINDS: &[(&str, &str)] =
    &[(".js", "text/javascript; charset=utf-8"), ("_bg.wasm", "application/wasm"), (".d.ts", "text/plain; charset=utf-8")];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/builder.rs");
    println!("cargo:rerun-if-changed=src/smaller.rs");
    if let Err(message) = run() {
        eprintln!("{message}");
        std::process::exit(1);
    }
}

fn run() -> Result<(), String> {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").ok_or("CARGO_MANIFEST_DIR is not set")?);
    let workspace = here.ancestors().nth(2).ok_or("bindings/artifacts is not two levels below the workspace")?;
    for source in SOURCES {
        println!("cargo:rerun-if-changed={}", workspace.join(source).display());
    }
    let builder = Builder::new(workspace, &out.join("target"));
    let policy = read(&builder.build(GUEST)?)?;
    write(&out.join("policy.wasm"), &policy)?;

    let web = out.join("web");
    // A file that is no longer made must not be embedded again.
    if web.exists() {
        fs::remove_dir_all(&web).map_err(|error| format!("{}: {error}", web.display()))?;
    }
    let mut assets = Vec::new();
    for (package, stem) in WEB {
        let module = builder.build(package)?;
        bind(&module, stem, &web).map_err(|error| format!("wasm-bindgen on {package}: {error}"))?;
        let script = web.join(format!("{stem}.js"));
        write(&script, without_documentation(&String::from_utf8_lossy(&read(&script)?)).as_bytes())?;
        for (ending, kind) in KINDS {
            let name = format!("{stem}{ending}");
            write(&web.join(format!("{name}.br")), &smaller::brotli(&read(&web.join(&name))?)?)?;
            assets.push((name, *kind));
        }
    }
    write(&out.join("embedded.rs"), embed(&policy, &assets)?.as_bytes())
}

/// Runs wasm-bindgen in this process: no Node, no tool to install, and the version is the one in `Cargo.lock`.
fn bind(module: &Path, stem: &str, into: &Path) -> Result<(), String> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name(stem).typescript(true).remove_name_section(true).remove_producers_section(true);
    bindgen.web(true).and_then(|bindgen| bindgen.generate(into)).map_err(|error| format!("{error:#}"))
}

/// A script of wasm-bindgen's without its documentation, which the `.d.ts` beside it has too, and without indentation:
/// a quarter of what a page would load.
fn without_documentation(script: &str) -> String {
    let mut kept = String::with_capacity(script.len());
    let mut inside = false;
    for line in script.lines().map(str::trim_start) {
        inside |= line.starts_with("/**");
        if !inside {
            kept.push_str(line);
            kept.push('\n');
        }
        inside &= !line.ends_with("*/");
    }
    kept
}

/// The constants that `src/lib.rs` includes. Paths are spelt with `OUT_DIR`, so the file is the same everywhere.
fn embed(policy: &[u8], assets: &[(String, &str)]) -> Result<String, String> {
    let digest: [u8; 32] = Sha256::digest(policy).into();
    let hex = hex::encode(digest);
    let mut text = format!(
        "/// `policy.wasm`, built from this workspace.\n\
         pub const POLICY: &[u8] = include_bytes!(concat!(env!(\"OUT_DIR\"), \"/policy.wasm\"));\n\
         /// SHA-256 of [`POLICY`].\n\
         pub const POLICY_DIGEST: [u8; 32] = {digest:?};\n\
         /// SHA-256 of [`POLICY`] as 64 lower-case hexadecimal digits.\n\
         pub const POLICY_DIGEST_HEX: &str = \"{hex}\";\n\
         /// The files of the browser packages.\n\
         pub const WEB: &[Asset] = &[\n"
    );
    for (name, kind) in assets {
        writeln!(
            text,
            "    Asset {{ name: {name:?}, content_type: {kind:?}, \
             bytes: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/web/\", {name:?})), \
             brotli: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/web/\", {name:?}, \".br\")) }},"
        )
        .map_err(|error| error.to_string())?;
    }
    text.push_str("];\n");
    Ok(text)
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}
