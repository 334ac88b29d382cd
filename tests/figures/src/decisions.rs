//! P1 and P2: the same questions to Doorward natively, to `policy.wasm` inside wasmtime, and to Cedar.

use crate::cedar::Cedar;
use crate::measure::{Contender, Sample, interleaved};
use crate::people::{Question, bytes_of, people, questions};
use crate::table::Row;
use doorward_core::wire::{Answer, Verdict, decode};
use doorward_engine::Policy;
use doorward_tests::Oops;
use std::hint::black_box;

/// Measures both figures for *is authorized* and for *can*.
pub(crate) fn measure(rounds: usize) -> Result<Vec<Row>, Oops> {
    let policy = Policy::load(doorward_artifacts::POLICY, &[])?;
    let mut rows = Vec::new();
    for (kind, name) in [("enter", "is authorized"), ("can", "can")] {
        let samples = samples_of(kind, &policy, rounds)?;
        let [cedar, native, reused, fresh] = samples;
        let against = |ours: Sample| cedar.median / ours.median;
        let show = |sample: Sample| format!("{} (p99 {})", nanos(sample.median), nanos(sample.p99));
        let peer = format!("Cedar {}", show(cedar));
        let mut row = |id, what: &str, ours: Sample, target, least: f64| {
            let ratio = against(ours);
            rows.push(Row {
                id,
                what: format!("{name}, {what}"),
                ours: show(ours),
                peer: peer.clone(),
                ratio: Some(ratio),
                target,
                holds: ratio >= least,
            });
        };
        row("P1", "native, bytes to bytes", native, "≥ 20×", 20.0);
        row("P2", "wasmtime, reused instance", reused, "≥ 5×", 5.0);
        if kind == "can" {
            row("P2", "wasmtime, fresh instance", fresh, "≥ 1×", 1.0);
        }
    }
    Ok(rows)
}

fn samples_of(kind: &str, policy: &Policy, rounds: usize) -> Result<[Sample; 4], Oops> {
    let (people, questions) = (people(), questions(kind));
    let cedar = Cedar::new(&people)?;
    let requests = questions.iter().map(Cedar::request).collect::<Result<Vec<_>, _>>()?;
    let inputs: Vec<(Vec<u8>, Vec<u8>)> = questions.iter().map(|question| bytes_of(question, &people)).collect();
    agree(&questions, &cedar, &requests, &inputs, policy)?;
    let mut turns = [0usize; 4];
    let [t0, t1, t2, t3] = &mut turns;
    let next = |turn: &mut usize| {
        *turn = (*turn + 1) % questions.len();
        *turn
    };
    let mut contenders = [
        Contender { run: Box::new(|n| (0..n).for_each(|_| _ = black_box(cedar.allows(&requests[next(t0)])))) },
        Contender {
            run: Box::new(|n| {
                (0..n).for_each(|_| {
                    let (request, facts) = &inputs[next(t1)];
                    drop(black_box(doorward_core::step(request, facts)));
                });
            }),
        },
        Contender {
            run: Box::new(|n| {
                (0..n).for_each(|_| {
                    let (request, facts) = &inputs[next(t2)];
                    drop(black_box(policy.step_reused(request, facts)));
                });
            }),
        },
        Contender {
            run: Box::new(|n| {
                (0..n).for_each(|_| {
                    let (request, facts) = &inputs[next(t3)];
                    drop(black_box(policy.step_fresh(request, facts)));
                });
            }),
        },
    ];
    let samples = interleaved(&mut contenders, rounds, 500);
    samples.try_into().map_err(|_| "four contenders".into())
}

/// Nothing is timed before all sides give the same right answers.
fn agree(
    questions: &[Question],
    cedar: &Cedar,
    requests: &[cedar_policy::Request],
    inputs: &[(Vec<u8>, Vec<u8>)],
    policy: &Policy,
) -> Result<(), Oops> {
    for ((question, asked), (request, facts)) in questions.iter().zip(requests).zip(inputs) {
        let native = doorward_core::step(request, facts);
        let allowed = match decode::<Answer>(&native) {
            Ok(Answer::Decided(decided)) => decided.verdict == Verdict::Allow,
            other => return Err(format!("{}: {other:?}", question.name).into()),
        };
        let alike = policy.step_fresh(request, facts)? == native && policy.step_reused(request, facts)? == native;
        if !alike || allowed != question.expected || cedar.allows(asked) != question.expected {
            return Err(format!("{} {:?}: the sides disagree", question.name, question.permission).into());
        }
    }
    Ok(())
}

fn nanos(nanos: f64) -> String {
    if nanos < 1_000.0 { format!("{nanos:.0} ns") } else { format!("{:.2} µs", nanos / 1_000.0) }
}
