//! Speed and size, side by side with named peers, interleaved in one run: `cargo xtask figures`.

#![allow(clippy::disallowed_methods, reason = "a measuring program reads clock and entropy for itself")]

mod cedar;
#[path = "../../tests/browser/chromium.rs"]
#[allow(dead_code, reason = "figures look at one page; the browser tests use the rest")]
mod chromium;
mod decisions;
mod growth;
mod machine;
mod measure;
mod people;
mod questions;
mod redeems;
mod sizes;
mod starts;
mod table;
#[path = "../../tests/browser/weight.rs"]
#[allow(dead_code, reason = "the browser test looks closer")]
mod weight;

use clap::Parser;
use std::path::PathBuf;

/// Measures Doorward beside its peers on this machine, now.
#[derive(Parser)]
struct Args {
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Rounds of the interleaved measurements.
    #[arg(long, default_value_t = 200)]
    rounds: usize,
    /// Only these figures, for example `--only P7 --only P8`.
    #[arg(long)]
    only: Vec<String>,
    /// Be the peer of P7 on this socket.
    #[arg(long, hide = true)]
    peer: Option<PathBuf>,
}

fn main() -> Result<(), doorward_tests::Oops> {
    let args = Args::parse();
    if let Some(socket) = &args.peer {
        return questions::serve_empty(socket);
    }
    let machine = machine::describe()?;
    let wanted = |ids: &[&str]| args.only.is_empty() || args.only.iter().any(|id| ids.contains(&id.as_str()));
    let mut rows = Vec::new();
    if wanted(&["P1", "P2"]) {
        rows.extend(decisions::measure(args.rounds)?);
    }
    if wanted(&["P4"]) {
        rows.extend(sizes::measure()?);
    }
    if wanted(&["P5"]) {
        rows.extend(starts::measure()?);
    }
    if wanted(&["P6"]) {
        rows.extend(redeems::measure()?);
    }
    if wanted(&["P7"]) {
        rows.extend(questions::measure()?);
    }
    if wanted(&["P8", "P9", "P10"]) {
        rows.extend(growth::measure()?);
    }
    table::print(&machine, &rows, args.json);
    Ok(())
}
