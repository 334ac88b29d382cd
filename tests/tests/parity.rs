//! I9: the same input gives the same bytes natively and in wasmtime, for the golden vectors and for cases made at random
//! by type, hostile ones included. `cargo xtask parity` sends more of these cases through more runtimes.

use doorward_engine::{Policy, Undecidable, Vector};
use doorward_probes::{cases::Cases, vectors};
use doorward_tests::Oops;

const CASES: usize = 20_000;

#[test]
fn i9_the_golden_vectors_are_the_same_natively_and_in_wasmtime() -> Result<(), Oops> {
    let steps = vectors::steps()?;
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
fn i9_made_up_and_hostile_cases_are_answered_alike() -> Result<(), Oops> {
    let policy = Policy::load(doorward_artifacts::POLICY, &[]).map_err(|error| error.to_string())?;
    for (number, case) in Cases::new(2, vectors::steps()?).take(CASES).enumerate() {
        let (request, facts) = (&case.request, &case.facts);
        // Every sixteenth in a fresh instance: the reused one must not drift from it either.
        let got = if number % 16 == 0 { policy.step_fresh(request, facts) } else { policy.step_reused(request, facts) };
        let got = match got {
            Err(Undecidable::Trap) => Vec::new(), // natively a panic, and neither is a yes
            got => got?,
        };
        assert_eq!(got, case.answer, "case {number}: {} {}", hex::encode(request), hex::encode(facts));
    }
    Ok(())
}
