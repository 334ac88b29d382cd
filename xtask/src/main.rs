//! Everything that is done to this workspace. `cargo xtask` lists it.

#![allow(clippy::disallowed_methods, reason = "a task runner reads its environment")]

mod api;
mod book;
mod crash;
mod deb;
mod figures;
mod fuzz;
mod npm;
mod parity;
mod policy;
mod python;
mod run;
mod soak;
mod test;
mod tools;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// What is done to this workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Pass everything: format, lints, all tests, types of the pages, the browser. Fetches what is missing.
    Test(test::Args),
    /// Print what `policy.wasm` and the browser packages are: size, digest, imports; build them twice and compare.
    Policy(policy::Args),
    /// Write every decision table as one page that anyone can read.
    Book(book::Args),
    /// Let a fuzzer look for bytes that break a promise, one target after the other.
    Fuzz(fuzz::Args),
    /// Compare what every runtime answers, byte for byte: native, wasmtime, Node, Python, Chromium.
    Parity(parity::Args),
    /// Hold a real daemon to its own API description, with requests of every kind.
    Api(api::Args),
    /// Make the package for npm, and use it as anyone would.
    Npm(npm::Args),
    /// Measure speed and size beside named peers, in one run.
    Figures(figures::Args),
    /// Make the Debian package, with manual pages and completions, out of what was tested.
    Deb,
    /// Kill the daemon under load, 500 times, and hold it to all it ever answered.
    Crash(crash::Args),
    /// Drive half load for a long time, with kills and reloads.
    Soak(soak::Args),
}

fn main() -> ExitCode {
    let done = match Args::parse().task {
        Task::Test(args) => test::run(&args),
        Task::Book(args) => book::run(&args),
        Task::Policy(args) => policy::run(&args),
        Task::Parity(args) => parity::run(&args),
        Task::Api(args) => api::run(&args),
        Task::Npm(args) => npm::run(&args),
        Task::Fuzz(args) => fuzz::run(&args),
        Task::Figures(args) => figures::run(&args),
        Task::Deb => deb::run(),
        Task::Crash(args) => crash::run(&args),
        Task::Soak(args) => soak::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\nxtask: {message}");
            ExitCode::FAILURE
        }
    }
}
