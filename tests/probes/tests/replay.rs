//! The fuzz targets without a fuzzer: on every golden vector, and on damaged copies of each.

use doorward_core::wire::{Answer, Verdict, decode};
use doorward_probes::cases::Cases;
use doorward_probes::damage::damage;
use doorward_probes::random::Random;
use doorward_probes::{Oops, seeds, targets, vectors};
use std::collections::BTreeSet;

/// Damaged copies of each seed.
const COPIES: usize = 40;

fn replay(name: &str) -> Result<(), Oops> {
    let (_, body) = targets::ALL.iter().find(|target| target.0 == name).ok_or("no such target")?;
    let seeds = seeds::seeds(name)?;
    assert!(seeds.len() > 10, "{name}: {} seeds", seeds.len());
    let mut random = Random::new(7);
    for seed in &seeds {
        body(seed);
        for _ in 0..COPIES {
            let mut copy = seed.clone();
            damage(&mut copy, &mut random);
            body(&copy);
        }
    }
    Ok(())
}

#[test]
fn link() -> Result<(), Oops> {
    replay("link")
}

#[test]
fn request() -> Result<(), Oops> {
    replay("request")
}

#[test]
fn facts() -> Result<(), Oops> {
    replay("facts")
}

#[test]
fn records() -> Result<(), Oops> {
    replay("records")
}

#[test]
fn signature_base() -> Result<(), Oops> {
    replay("signature_base")
}

/// Every target has its file for the fuzzer, and every file its target.
#[test]
fn the_fuzzer_runs_these_targets() -> Result<(), Oops> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/fuzz_targets");
    let mut files = BTreeSet::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        files.insert(name.to_string_lossy().trim_end_matches(".rs").to_owned());
    }
    assert_eq!(files, targets::ALL.iter().map(|(name, _)| (*name).to_owned()).collect());
    let here = include_str!("replay.rs");
    assert!(files.iter().all(|name| here.contains(&format!("replay(\"{name}\")"))), "each is replayed: {files:?}");
    Ok(())
}

/// Made-up cases get somewhere: to a yes and a no of most rules, and into faults; and never into a panic.
#[test]
fn made_up_cases_are_decided() -> Result<(), Oops> {
    let (mut yes, mut no, mut faults, mut needs) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), 0);
    let mut traps = 0;
    for case in Cases::new(1, vectors::steps()?).take(40_000) {
        if case.answer.is_empty() {
            traps += 1;
            continue;
        }
        match decode::<Answer>(&case.answer) {
            Ok(Answer::Need(_)) => needs += 1,
            Ok(Answer::Decided(decided)) if decided.verdict == Verdict::Allow => drop(yes.insert(decided.rule)),
            Ok(Answer::Decided(decided)) => drop(no.insert(decided.rule)),
            Ok(Answer::Fault(code, _)) => drop(faults.insert(code)),
            Err(_) => {}
        }
    }
    assert_eq!(traps, 0, "the core answers any bytes");
    assert!(yes.len() > 18, "{yes:?}");
    assert!(no.len() > 50, "{no:?}");
    assert!(faults.len() == 3 && needs > 10_000, "{faults:?} {needs}");
    Ok(())
}
