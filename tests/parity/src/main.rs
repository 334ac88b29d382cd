//! I9, *same everywhere*: the cases of `doorward-probes` through every runtime, compared byte for byte with what the core
//! answers natively. `cargo xtask parity` builds and runs it.
//!
//! One thread makes the cases and the answers they must have, in chunks; every runtime has a thread that takes chunk
//! after chunk. Nothing is kept, so ten million cases need no more memory than ten thousand.

#![allow(clippy::disallowed_methods, reason = "a measuring program reads the clock for itself")]

mod chunk;
mod runtimes;
mod table;

use chunk::Chunk;
use clap::Parser;
use doorward_probes::Oops;
use doorward_probes::cases::Cases;
use doorward_probes::vectors;
use runtimes::Kind;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};
use table::Row;

/// Cases in a chunk: some megabytes.
const CHUNK: u64 = 4_000;
/// Chunks a runtime may be behind.
const BEHIND: usize = 2;
/// How often progress is told.
const TELL: Duration = Duration::from_secs(5);

/// Compares what every runtime answers, byte for byte.
#[derive(Parser)]
struct Args {
    /// How many cases.
    #[arg(long, default_value_t = 100_000)]
    cases: u64,
    /// Where they begin; the same seed gives the same cases.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Which runtimes.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Kind::ALL)]
    runtime: Vec<Kind>,
    /// A Python that has the package `wasmtime`.
    #[arg(long, default_value = "python3")]
    python: PathBuf,
}

fn main() -> Result<(), Oops> {
    let args = Args::parse();
    // A panic of the core is an answer here (a trap elsewhere), and no news.
    std::panic::set_hook(Box::new(|_| ()));
    let cases = Cases::new(args.seed, vectors::steps()?);
    let start = Instant::now();
    let rows = std::thread::scope(|scope| -> Result<Vec<Row>, Oops> {
        let (mut senders, mut workers) = (Vec::new(), Vec::new());
        for kind in &args.runtime {
            let (sender, chunks) = sync_channel(BEHIND);
            senders.push(sender);
            let args = &args;
            workers.push(scope.spawn(move || work(*kind, args, &chunks)));
        }
        make(cases, &args, senders)?;
        workers.into_iter().map(|worker| worker.join().map_err(|_| "a runtime's thread ended early")?).collect()
    })?;
    table::print(&rows, &args.seed, start.elapsed());
    if rows.iter().all(Row::is_good) { Ok(()) } else { Err("not the same everywhere".into()) }
}

/// Makes the cases and hands them to whoever still takes them.
fn make(mut cases: Cases, args: &Args, mut takers: Vec<SyncSender<Arc<Chunk>>>) -> Result<(), Oops> {
    let (start, mut told) = (Instant::now(), Instant::now());
    let mut done = 0;
    while done < args.cases && !takers.is_empty() {
        let chunk = Arc::new(Chunk::of(done, cases.by_ref().take(CHUNK.min(args.cases - done) as usize))?);
        done += chunk.cases();
        // A runtime that stopped has said why in its row.
        takers.retain(|taker| taker.send(Arc::clone(&chunk)).is_ok());
        if told.elapsed() > TELL {
            told = Instant::now();
            let rate = done as f64 / start.elapsed().as_secs_f64();
            eprintln!("parity: {done} of {} cases, {rate:.0}/s in every runtime", args.cases);
        }
    }
    Ok(())
}

/// One runtime, to the end of the cases or to its first difference.
fn work(kind: Kind, args: &Args, chunks: &Receiver<Arc<Chunk>>) -> Result<Row, Oops> {
    let mut runtime = kind.start(&args.python).map_err(|error| format!("{kind:?}: {error}"))?;
    let mut row = Row::new(runtime.name());
    for chunk in chunks {
        let start = Instant::now();
        let checked = runtime.check(&chunk).map_err(|error| format!("{}: {error}", row.name))?;
        row.busy += start.elapsed();
        row.cases += checked.cases;
        row.differences += checked.differences;
        if let Some(at) = checked.first {
            row.first = Some(chunk.describe(at));
            break;
        }
        if checked.cases != chunk.cases() {
            return Err(format!("{}: {} cases of {} were checked", row.name, checked.cases, chunk.cases()).into());
        }
    }
    Ok(row)
}
