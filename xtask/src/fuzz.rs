//! `cargo xtask fuzz`: lets a fuzzer look for bytes that break a promise, one target after the other.

use crate::run::{step, workspace};
use doorward_probes::{seeds, targets};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Let a fuzzer look for bytes that break a promise.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// One target; all of them, one after the other, if none is named.
    #[arg(value_parser = targets::ALL.iter().map(|target| target.0).collect::<Vec<_>>())]
    target: Option<String>,
    /// How long each runs.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
}

/// Writes the seeds, builds, runs. What was found before is kept in `target/fuzz/corpus` and built on.
///
/// # Errors
/// What is missing, or the target that found something; the bytes lie in `target/fuzz/found`.
pub(crate) fn run(args: &Args) -> Result<(), String> {
    let there = Command::new("cargo-fuzz").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        return Err("cargo-fuzz is missing: rustup toolchain install nightly && cargo install --locked cargo-fuzz".into());
    }
    let wanted = |name: &str| args.target.as_deref().is_none_or(|target| target == name);
    for (name, _) in targets::ALL.iter().filter(|target| wanted(target.0)) {
        fuzz(name, args.seconds)?;
    }
    Ok(())
}

fn fuzz(name: &str, seconds: u64) -> Result<(), String> {
    let target = workspace().join("target/fuzz");
    let folder = |kind: &str| made(&target.join(kind).join(name));
    let (corpus, seeded, found) = (folder("corpus")?, folder("seeds")?, folder("found")?);
    let seeds = seeds::seeds(name).map_err(|error| error.to_string())?;
    for (at, seed) in seeds.iter().enumerate() {
        let file = seeded.join(format!("{at:04}"));
        std::fs::write(&file, seed).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let mut fuzz = Command::new("rustup");
    fuzz.current_dir(workspace()).args(["run", "nightly", "cargo", "fuzz", "run", "--fuzz-dir", "fuzz", "--target-dir"]);
    fuzz.arg(target.join("build")).arg(name).arg(corpus).arg(seeded).arg("--");
    fuzz.arg(format!("-artifact_prefix={}/", found.display()));
    fuzz.args([
        &format!("-max_total_time={seconds}"),
        "-timeout=10",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
        "-verbosity=1",
    ]);
    step(&format!("fuzz {name} for {seconds} s, from {} seeds", seeds.len()), &mut fuzz)
}

fn made(folder: &Path) -> Result<PathBuf, String> {
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder.to_path_buf())
}
