//! I9: the same input gives the same bytes natively and in wasmtime, for the golden vectors and for bytes made from them
//! at random, hostile ones included.

#![allow(clippy::disallowed_methods, reason = "a test reads its environment")]

use doorward_engine::{Policy, Vector};
use doorward_tests::Oops;
use std::path::Path;

/// How many random cases; `DOORWARD_PARITY_CASES` asks for more.
const CASES: usize = 100_000;

struct Step {
    name: String,
    request: Vec<u8>,
    facts: Vec<u8>,
    answer: Vec<u8>,
}

fn vectors() -> Result<Vec<Step>, Oops> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../bindings/vectors/step");
    let mut files: Vec<_> = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.sort();
    let mut steps = Vec::new();
    for file in files {
        for line in std::fs::read_to_string(file)?.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = line.split(' ').collect();
            let [name, request, facts, answer] = columns.as_slice() else {
                return Err(format!("not four columns: {line}").into());
            };
            let bytes = |column: &str| if column == "-" { Ok(Vec::new()) } else { hex::decode(column) };
            steps.push(Step { name: (*name).to_owned(), request: bytes(request)?, facts: bytes(facts)?, answer: bytes(answer)? });
        }
    }
    assert!(steps.len() > 100, "the vectors are there");
    Ok(steps)
}

#[test]
fn the_golden_vectors_are_the_same_natively_and_in_wasmtime() -> Result<(), Oops> {
    let steps = vectors()?;
    let known: Vec<Vector<'_>> =
        steps.iter().map(|step| Vector { request: &step.request, facts: &step.facts, answer: &step.answer }).collect();
    let policy = Policy::load(doorward_artifacts::POLICY, &known).map_err(|error| error.to_string())?;
    for step in &steps {
        assert_eq!(doorward_core::step(&step.request, &step.facts), step.answer, "{} natively", step.name);
        assert_eq!(policy.step_fresh(&step.request, &step.facts)?, step.answer, "{} in a fresh instance", step.name);
        assert_eq!(policy.step_reused(&step.request, &step.facts)?, step.answer, "{} in a reused instance", step.name);
    }
    Ok(())
}

#[test]
fn random_and_hostile_bytes_are_answered_alike() -> Result<(), Oops> {
    let steps = vectors()?;
    let policy = Policy::load(doorward_artifacts::POLICY, &[]).map_err(|error| error.to_string())?;
    let cases = std::env::var("DOORWARD_PARITY_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
    let mut random = Random(0x5eed);
    let mut decided = 0usize;
    for case in 0..cases {
        let from = &steps[random.below(steps.len())];
        let facts = &steps[random.below(steps.len())].facts;
        let mut request = from.request.clone();
        let mut facts = if random.below(4) == 0 { facts.clone() } else { from.facts.clone() };
        match random.below(4) {
            0 => random.damage(&mut request),
            1 => random.damage(&mut facts),
            2 => {
                random.damage(&mut request);
                random.damage(&mut facts);
            }
            _ => {}
        }
        let native = doorward_core::step(&request, &facts);
        decided += usize::from(native.get(1) == Some(&1));
        // Every sixteenth in a fresh instance: the reused one must not drift from it either.
        let wasm = if case % 16 == 0 { policy.step_fresh(&request, &facts) } else { policy.step_reused(&request, &facts) };
        assert_eq!(wasm?, native, "case {case}, from {}: {} {}", from.name, hex::encode(&request), hex::encode(&facts));
    }
    assert!(decided > cases / 10, "enough cases get as far as a decision: {decided} of {cases}");
    Ok(())
}

/// xorshift64*: the same cases every time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound.max(1)
    }

    fn damage(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len());
            match self.below(5) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, self.below(256) as u8),
                2 if !bytes.is_empty() => drop(bytes.remove(at)),
                3 if !bytes.is_empty() => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][self.below(5)],
                _ if !bytes.is_empty() => bytes[at] ^= 1 << self.below(8),
                _ => bytes.push(1),
            }
        }
    }
}
