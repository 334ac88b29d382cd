//! Half the load this machine bears, for a long time, on a daemon that is reloaded and killed: `cargo xtask soak`.
//!
//! First everyone asks as fast as they can, which measures the whole load. Then half of it: one long life without a kill,
//! reloaded now and then; after it many short ones, each ended by SIGKILL. Memory is sampled through all of them, and
//! every refusal is counted by its code. Ends with 1 when memory grows, when something is refused that nobody provoked,
//! or when an answer contradicts another.

#![allow(clippy::disallowed_methods, reason = "a measuring program reads the clock for itself")]

mod clients;
mod memory;

use clap::Parser;
use clients::{Clients, Pace};
use doorward_tests::load::{Crowd, Dice, Owner};
use doorward_tests::{Daemon, Oops};
use memory::{Life, Sampler};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// How long the whole load is measured.
const PEAK: Duration = Duration::from_secs(10);
/// The long life's share of the time.
const LONG: f64 = 0.6;
/// The shortest life after that, and what chance adds to it at most, in seconds.
const SHORTEST: u64 = 25;
const CHANCE: usize = 20;
/// Between two reloads.
const RELOAD: Duration = Duration::from_secs(12);

/// Drives half load for a long time.
#[derive(Parser)]
struct Args {
    /// For how long, after the whole load was measured.
    #[arg(long, default_value_t = 30)]
    minutes: u32,
}

fn main() -> Result<ExitCode, Oops> {
    let Args { minutes } = Args::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let mut daemon = Daemon::start()?;
    let crowd = Crowd::new(runtime.block_on(Owner::of(&daemon))?);
    let clients = Clients::new(&crowd, daemon.address, daemon.service_socket());
    let peak = clients.measure(PEAK)?;
    eprintln!("the whole load: {peak}");
    let half = peak.half();
    let mut lives = Vec::new();
    let outcome = std::thread::scope(|scope| {
        let done = clients.drive(scope, half);
        let lived = live(&mut daemon, &clients, Duration::from_secs(u64::from(minutes) * 60), &mut lives);
        crowd.stop(true);
        lived.and(done.into_iter().try_for_each(|worker| worker.join().map_err(|_| "a client panicked")?))
    });
    outcome?;
    let mut faults = clients.faults();
    faults.extend(crowd.wrong());
    faults.extend(runtime.block_on(clients.uses())?);
    println!("half load: {half}; {} lives, {} kills\n", lives.len(), lives.len() - 1);
    println!("{}", clients.table());
    faults.extend(memory::judge(&lives));
    println!("{}", memory::table(&lives));
    for fault in &faults {
        println!("VIOLATION: {fault}");
    }
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One long life, then short ones until the time is over. The daemon runs when this ends.
fn live(daemon: &mut Daemon, clients: &Clients<'_>, total: Duration, lives: &mut Vec<Life>) -> Result<(), Oops> {
    let (start, mut dice) = (Instant::now(), Dice::new()?);
    let mut planned = total.mul_f64(LONG);
    loop {
        let ends = (start.elapsed() + planned).min(total);
        lives.push(one_life(daemon, clients, start, ends)?);
        eprintln!("{:>5.0} s: life {} ended, {}", start.elapsed().as_secs_f64(), lives.len(), clients.line());
        if start.elapsed() >= total {
            return Ok(());
        }
        clients.killing();
        daemon.kill()?;
        daemon.restart()?;
        planned = Duration::from_secs(SHORTEST + dice.below(CHANCE) as u64);
    }
}

/// Reloads and samples until it is time.
fn one_life(daemon: &Daemon, clients: &Clients<'_>, start: Instant, ends: Duration) -> Result<Life, Oops> {
    let mut sampler = Sampler::new();
    let mut reload = Instant::now() + RELOAD;
    while start.elapsed() < ends {
        sampler.sample(daemon)?;
        if reload <= Instant::now() {
            daemon.signal("HUP")?;
            clients.reloaded();
            reload += RELOAD;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    Ok(sampler.into_life())
}

impl std::fmt::Display for Pace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.0} writes/s and {:.0} questions/s", self.writes, self.questions)
    }
}
