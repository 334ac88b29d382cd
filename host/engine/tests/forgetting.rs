//! No state survives from one decision to the next: the proof on which keeping an instance rests.
//!
//! Three legs. Outside its arena, a kept instance is byte for byte what a fresh one is (statics; the only mutable global
//! is the stack pointer). Inside it, stale bytes are unreadable in safe Rust. And it is tried: whatever came before, the
//! answers are those of a fresh instance and of the same core run natively.

mod bare;
mod world;

use bare::Bare;
use doorward_artifacts::POLICY;
use doorward_engine::{MAX_INPUT, Policy, Undecidable};
use wasmparser::{Parser, Payload};
use world::{Random, bend, exchanges};

/// As in the guest's build script: the stack lies below the statics.
const STACK_BYTES: usize = 32 * 1024;

#[test]
fn a_kept_instance_answers_as_if_it_had_seen_nothing() {
    let policy = Policy::load(POLICY, &[]).expect("our own artefact is accepted");
    let all = exchanges(0x00d0_0f0a_7d1e, 400);
    let mut random = Random(0x5eed);
    for _ in 0..30_000 {
        let exchange = &all[random.below(all.len())];
        let (mut request, mut facts) = (exchange.request.clone(), exchange.facts.clone());
        match random.below(8) {
            0 => request = bend(&request, &mut random),
            1 => facts = bend(&facts, &mut random),
            2 => facts = all[random.below(all.len())].facts.clone(),
            3 => (request, facts) = (bend(&facts, &mut random), bend(&request, &mut random)),
            _ => {}
        }
        let native = doorward_core::step(&request, &facts);
        assert_eq!(policy.step_reused(&request, &facts).as_ref(), Ok(&native), "{request:02x?} {facts:02x?}");
        if random.below(6) == 0 {
            assert_eq!(policy.step_fresh(&request, &facts), Ok(native));
        }
    }
    assert!(policy.stats().failures.iter().all(|(_, count)| *count == 0), "{:?}", policy.stats());
}

#[test]
fn failures_in_between_change_nothing() {
    let policy = Policy::load(POLICY, &[]).expect("our own artefact is accepted");
    let long = vec![b'l'; MAX_INPUT];
    for (at, exchange) in exchanges(0xfa11, 200).iter().enumerate() {
        if at % 3 == 0 {
            assert_eq!(policy.step_reused(&long, b"x"), Err(Undecidable::InputTooLong));
        }
        if at % 5 == 0 {
            // Grows the memory as far as an answer can make it, after which the instance is not kept.
            let answer = policy.step_reused(&exchange.request, &long[..MAX_INPUT - exchange.request.len()]);
            assert_eq!(answer, Ok(doorward_core::step(&exchange.request, &long[..MAX_INPUT - exchange.request.len()])));
        }
        assert_eq!(policy.step_reused(&exchange.request, &exchange.facts).as_ref(), Ok(&exchange.answer));
    }
}

#[test]
fn statics_are_what_they_were_before_the_first_decision() {
    let mut kept = Bare::new();
    let statics = STACK_BYTES..kept.heap_base;
    assert!(!statics.is_empty());
    let before = kept.memory.data(&kept.store)[statics.clone()].to_vec();
    assert!(before.iter().any(|byte| *byte != 0), "the core's texts are there");
    let mut random = Random(0x57a7);
    for exchange in exchanges(0x57a71c5, 200) {
        assert_eq!(kept.decide(&exchange.request, &exchange.facts), exchange.answer);
        kept.decide(&bend(&exchange.request, &mut random), &bend(&exchange.facts, &mut random));
        assert!(kept.memory.data(&kept.store)[statics.clone()] == before[..], "a static changed");
    }
}

#[test]
fn the_only_mutable_global_is_the_stack_pointer() {
    let mut mutable = Vec::new();
    for payload in Parser::new(0).parse_all(POLICY) {
        if let Payload::GlobalSection(section) = payload.expect("well-formed") {
            for global in section {
                let global = global.expect("well-formed");
                if global.ty.mutable {
                    let value = global.init_expr.get_operators_reader().read().expect("a constant");
                    mutable.push(format!("{value:?}"));
                }
            }
        }
    }
    assert_eq!(mutable, [format!("I32Const {{ value: {STACK_BYTES} }}")]);
}

/// The stack is painted by being zero in a fresh instance; what stayed zero was not used.
#[test]
fn half_of_the_stack_is_never_used() {
    let mut kept = Bare::new();
    let mut random = Random(0x57ac);
    for exchange in exchanges(0x57ac4, 400) {
        kept.decide(&exchange.request, &exchange.facts);
        kept.decide(&bend(&exchange.request, &mut random), &exchange.facts);
        kept.decide(&exchange.request, &bend(&exchange.facts, &mut random));
    }
    let stack = &kept.memory.data(&kept.store)[..STACK_BYTES];
    let unused = stack.iter().take_while(|byte| **byte == 0).count();
    println!("{} of {STACK_BYTES} bytes of stack used", STACK_BYTES - unused);
    assert!(unused >= STACK_BYTES / 2, "{unused} bytes left");
}
