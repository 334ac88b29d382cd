//! Speed and size, side by side with named peers, interleaved in one run: `cargo xtask figures`.

#![allow(clippy::disallowed_methods, reason = "a measuring program reads clock and entropy for itself")]

mod cedar;
mod decisions;
mod measure;
mod people;
mod redeems;
mod table;

use clap::Parser;

/// Measures Doorward beside its peers on this machine, now.
#[derive(Parser)]
struct Args {
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Rounds of the interleaved measurements.
    #[arg(long, default_value_t = 200)]
    rounds: usize,
}

fn main() -> Result<(), doorward_tests::Oops> {
    let args = Args::parse();
    let mut rows = decisions::measure(args.rounds)?;
    rows.extend(redeems::measure()?);
    table::print(&rows, args.json);
    Ok(())
}
