//! What one step costs, bytes in to bytes out: `cargo run --release -p doorward-engine --example measure`. The path of a
//! policy.wasm, if one is given, stands in for the embedded one.
//!
//! Rounds of the kinds are interleaved, so that a busy machine slows all of them alike.

#[path = "../tests/world/mod.rs"]
mod world;

use std::hint::black_box;
use std::time::{Duration, Instant};

use doorward_artifacts::POLICY;
use doorward_core::wire::{Answer, Command, Request, Verdict, decode};
use doorward_engine::{Policy, Undecidable};
use world::{Exchange, exchanges};

const ROUNDS: usize = 400;
const STEPS: u32 = 200;

type Step = fn(&Policy, &[u8], &[u8]) -> Result<Vec<u8>, Undecidable>;

fn main() {
    let began = Instant::now();
    let other = std::env::args_os().nth(1).map(std::fs::read);
    let other = match other.transpose() {
        Ok(other) => other,
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    };
    let module = other.as_deref().unwrap_or(POLICY);
    let policy = match Policy::load(module, &[]) {
        Ok(policy) => policy,
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    };
    println!("policy.wasm: {} bytes, compiled in {:.1?}", module.len(), began.elapsed());
    let native: Step = |_, request, facts| Ok(doorward_core::step(request, facts));
    let kinds = [("native", native), ("reused", Policy::step_reused), ("fresh", Policy::step_fresh)];
    println!("{:>16} {:>8} {:>10} {:>12} {:>12} {:>8}", "question", "bytes", "instance", "median, ns", "p99, ns", "fuel");
    let all = exchanges(0x00d0_0f0a_7d1e, 2_000);
    for (name, wanted) in QUESTIONS {
        // The shortest is the one a service asks, without a signed request around it.
        let asks = |exchange: &&Exchange| {
            allowed(exchange) && decode::<Request>(&exchange.request).is_ok_and(|request| wanted(&request.command))
        };
        let Some(exchange) = all.iter().filter(asks).min_by_key(|one| one.request.len() + one.facts.len()) else {
            println!("{name:>16} is not among the examples");
            continue;
        };
        measure(&policy, name, exchange, &kinds);
    }
    println!("{:?}", policy.stats());
}

/// Whether a vector's command is the one to be measured.
type Wanted = fn(&Command) -> bool;

/// What is asked, in decisions that allow.
const QUESTIONS: [(&str, Wanted); 6] = [
    ("is authorized", |command| matches!(command, Command::IsAuthorized(_))),
    ("can", |command| matches!(command, Command::Can(_))),
    ("register", |command| matches!(command, Command::Register(_))),
    ("mint", |command| matches!(command, Command::Mint(_))),
    ("redeem", |command| matches!(command, Command::Redeem(_))),
    ("list accounts", |command| matches!(command, Command::ListAccounts(_))),
];

fn allowed(exchange: &Exchange) -> bool {
    matches!(decode::<Answer>(&exchange.answer), Ok(Answer::Decided(decided)) if decided.verdict == Verdict::Allow)
}

fn measure(policy: &Policy, name: &str, exchange: &Exchange, kinds: &[(&str, Step); 3]) {
    let Exchange { request, facts, .. } = exchange;
    let mut times: [Vec<Duration>; 3] = Default::default();
    for _ in 0..ROUNDS {
        for ((_, step), times) in kinds.iter().zip(&mut times) {
            let began = Instant::now();
            for _ in 0..STEPS {
                let _ = black_box(step(policy, black_box(request), black_box(facts)));
            }
            times.push(began.elapsed() / STEPS);
        }
    }
    let before = policy.stats().fuel;
    let fuel = policy.step_fresh(request, facts).map_or(0, |_| policy.stats().fuel - before);
    for ((kind, _), times) in kinds.iter().zip(&mut times) {
        times.sort_unstable();
        let at = |share: usize| times[times.len() * share / 100].as_nanos();
        let bytes = request.len() + facts.len();
        println!("{name:>16} {bytes:>8} {kind:>10} {:>12} {:>12} {fuel:>8}", at(50), at(99));
    }
}
