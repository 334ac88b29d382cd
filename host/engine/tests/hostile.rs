//! Modules that fail, stall, grow, lie or remember: every one ends in a named refusal, and the next question is answered
//! as if nothing had happened.

mod common;

use std::sync::{Barrier, Mutex};
use std::time::Duration;

use common::{ECHO, load, module};
use doorward_engine::{Limits, MAX_ANSWER, MAX_INPUT, Policy, Undecidable};

/// A module that misbehaves when the request begins with `!` and echoes otherwise.
fn sometimes(extra: &str, misbehave: &str) -> Vec<u8> {
    module(
        extra,
        &format!(
            "(if (i32.and (i32.ne (local.get $req_len) (i32.const 0))
                          (i32.eq (i32.load8_u (local.get $req)) (i32.const 33)))
                 (then {misbehave}))
             {ECHO}"
        ),
    )
}

/// Asks `policy` to misbehave, both ways, and checks reason, counters, and that it is well again afterwards.
fn expect(policy: &Policy, reason: Undecidable) {
    assert_eq!(policy.step_reused(b"before", b""), Ok(b"before".to_vec()));
    let failures = |policy: &Policy| -> u64 { policy.stats().failures.iter().map(|(_, count)| count).sum() };
    let before = failures(policy);
    assert_eq!(policy.step_fresh(b"!", b""), Err(reason));
    assert_eq!(policy.step_reused(b"!", b""), Err(reason));
    assert_eq!(failures(policy), before + 2);
    let counted = policy.stats().failures.iter().find(|(which, _)| *which == reason).map(|(_, count)| *count);
    assert_eq!(counted, Some(2), "{reason} is counted under its own name");
    assert_eq!(policy.step_reused(b"af", b"ter"), Ok(b"after".to_vec()));
    assert_eq!(policy.step_fresh(b"af", b"ter"), Ok(b"after".to_vec()));
}

#[test]
fn traps_are_traps() {
    for misbehave in [
        "unreachable",
        "(drop (i32.div_u (i32.const 1) (i32.const 0)))",
        "(drop (i32.load (i32.const 0x7fffffff)))",
        "(drop (i32.load (i32.const -1)))",
        "(call_indirect (type $nothing) (i32.const 0))",
    ] {
        let extra = "(type $nothing (func)) (table 1 funcref)";
        expect(&load(&sometimes(extra, misbehave)), Undecidable::Trap);
    }
}

#[test]
fn endless_recursion_is_a_trap() {
    let extra = "(func $deep (param i32) (result i32)
        (i32.add (i32.const 1) (call $deep (i32.add (local.get 0) (i32.const 1)))))";
    expect(&load(&sometimes(extra, "(drop (call $deep (i32.const 0)))")), Undecidable::Trap);
}

#[test]
fn an_endless_loop_runs_out_of_fuel() {
    expect(&load(&sometimes("", "(loop $l (br $l))")), Undecidable::OutOfFuel);
}

#[test]
fn bulk_operations_cost_by_length() {
    let fill = "(loop $l (memory.fill (i32.const 0) (i32.const 7) (i32.const 65536)) (br $l))";
    expect(&load(&sometimes("", fill)), Undecidable::OutOfFuel);
}

#[test]
fn where_fuel_is_no_limit_the_deadline_is() {
    let limits = Limits { fuel_base: u64::MAX, fuel_per_byte: 0, deadline_ticks: 2 };
    let wasm = sometimes("", "(loop $l (br $l))");
    let policy = Policy::load_with(&wasm, &[], limits).expect("accepted");
    // On another thread, so that a deadline that never comes fails this test rather than hanging it.
    let (done, when) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        expect(&policy, Undecidable::Deadline);
        done.send(()).expect("the test waits");
    });
    assert!(when.recv_timeout(Duration::from_secs(20)).is_ok(), "the ticker moves the epoch");
}

#[test]
fn fuel_is_the_same_every_time_and_grows_with_the_input() {
    let limits = Limits { fuel_base: 1_000, fuel_per_byte: 10, deadline_ticks: 60 };
    // Spends about 8 units for each byte of the request.
    let body = format!(
        "(local $i i32)
         (loop $l (local.set $i (i32.add (local.get $i) (i32.const 1)))
             (br_if $l (i32.lt_u (local.get $i) (local.get $req_len))))
         {ECHO}"
    );
    let wasm = module("", &body);
    let policy = Policy::load_with(&wasm, &[], limits).expect("accepted");
    let spent = |len: usize| {
        let before = policy.stats().fuel;
        policy.step_fresh(&vec![b'a'; len], b"").map(|_| policy.stats().fuel - before)
    };
    let (short, long) = (spent(100), spent(10_000));
    assert_eq!(short, spent(100));
    assert_eq!(long, spent(10_000));
    assert!(long.is_ok_and(|long| long > 10_000), "{long:?} is more than the base alone");
    let tight = Policy::load_with(&wasm, &[], Limits { fuel_per_byte: 1, ..limits }).expect("accepted");
    assert_eq!(tight.step_fresh(&[b'a'; 10_000], b""), Err(Undecidable::OutOfFuel));
    assert_eq!(policy.stats().fuel_most, long.unwrap_or(0));
}

#[test]
fn memory_beyond_the_limit_is_refused() {
    // 256 pages are 16 MiB; one is there already.
    expect(
        &load(&sometimes("", "(if (i32.eq (memory.grow (i32.const 256)) (i32.const -1)) (then unreachable))")),
        Undecidable::Memory,
    );
    let up_to =
        load(&module("", &format!("(if (i32.eq (memory.grow (i32.const 255)) (i32.const -1)) (then unreachable)) {ECHO}")));
    assert_eq!(up_to.step_fresh(b"ok", b""), Ok(b"ok".to_vec()));
    // Kept, it would hold 16 MiB and could not grow again.
    assert_eq!(up_to.step_reused(b"ok", b""), Ok(b"ok".to_vec()));
    assert_eq!(up_to.step_reused(b"ok", b""), Ok(b"ok".to_vec()));
}

#[test]
fn answers_that_are_no_answers_are_refused() {
    let long = format!("(return (i64.const 0x{:x}))", (8_u64 << 32) | (MAX_ANSWER as u64 + 1));
    for (answer, why) in [
        ("(return (i64.const 0))", "empty at 0"),
        ("(return (i64.const 0x800000000))", "empty at 8"),
        ("(return (i64.const -1))", "everything beyond the end"),
        ("(return (i64.const 0x0000ffff00000002))", "one byte over the end"),
        ("(return (i64.const 0xffffffff00000001))", "address at the top of 32 bits"),
        ("(return (i64.const 0x00000000ffffffff))", "4 GiB"),
        ("(drop (memory.grow (i32.const 255)))", "nothing wrong"),
        (long.as_str(), "one byte too long, inside memory"),
    ] {
        let policy = load(&sometimes("", &format!("(drop (memory.grow (i32.const 20))) {answer}")));
        match why {
            "nothing wrong" => assert_eq!(policy.step_fresh(b"!", b""), Ok(b"!".to_vec())),
            "one byte over the end" => {
                let policy = load(&sometimes("", answer));
                expect(&policy, Undecidable::BadOutput);
            }
            _ => expect(&policy, Undecidable::BadOutput),
        }
    }
    let most = format!("(return (i64.const 0x{:x}))", (8_u64 << 32) | MAX_ANSWER as u64);
    let policy = load(&sometimes("", &format!("(drop (memory.grow (i32.const 20))) {most}")));
    assert_eq!(policy.step_fresh(b"!", b"").map(|answer| answer.len()), Ok(MAX_ANSWER));
}

#[test]
fn an_allocation_outside_memory_is_refused() {
    for at in ["-1", "65536", "65535", "-2"] {
        let wasm = common::text(&format!(
            r#"(module
                (memory (export "memory") 1)
                (func (export "doorward_abi") (result i32) (i32.const 1))
                (func (export "doorward_alloc") (param i32) (result i32) (i32.const {at}))
                (func (export "doorward_step") (param i32 i32 i32 i32) (result i64) (i64.const 1))
                (func (export "doorward_release")))"#
        ));
        let policy = load(&wasm);
        assert_eq!(policy.step_fresh(b"re", b"fa"), Err(Undecidable::BadOutput), "{at}");
        assert_eq!(policy.step_reused(b"re", b"fa"), Err(Undecidable::BadOutput), "{at}");
    }
}

#[test]
fn a_release_that_traps_spoils_the_answer() {
    let wasm = common::text(
        r#"(module
            (memory (export "memory") 1)
            (func (export "doorward_abi") (result i32) (i32.const 1))
            (func (export "doorward_alloc") (param i32) (result i32) (i32.const 1024))
            (func (export "doorward_step") (param i32 i32 i32 i32) (result i64) (i64.const 1))
            (func (export "doorward_release") unreachable))"#,
    );
    let policy = load(&wasm);
    assert_eq!(policy.step_fresh(b"x", b""), Err(Undecidable::Trap));
    assert_eq!(policy.step_reused(b"x", b""), Err(Undecidable::Trap));
}

#[test]
fn input_is_taken_up_to_the_ceiling() {
    let first = module("", "(i64.or (i64.shl (i64.extend_i32_u (local.get $req)) (i64.const 32)) (i64.const 1))");
    let policy = load(&first);
    let most = vec![b'm'; MAX_INPUT - 1];
    assert_eq!(policy.step_fresh(&most, b"f"), Ok(b"m".to_vec()));
    assert_eq!(policy.step_fresh(&most, b"fa"), Err(Undecidable::InputTooLong));
    assert_eq!(policy.step_reused(b"r", &[0; MAX_INPUT]), Err(Undecidable::InputTooLong));
}

/// Counts in a global and in memory; answers both counts as they were before.
fn counting() -> Policy {
    load(&module(
        "(global $asked (mut i32) (i32.const 0))",
        "(i32.store8 (i32.const 8) (global.get $asked))
         (i32.store8 (i32.const 9) (i32.load8_u (i32.const 16)))
         (global.set $asked (i32.add (global.get $asked) (i32.const 1)))
         (i32.store8 (i32.const 16) (i32.add (i32.load8_u (i32.const 16)) (i32.const 1)))
         (i64.const 0x800000002)",
    ))
}

#[test]
fn a_fresh_instance_has_seen_nothing() {
    let policy = counting();
    for _ in 0..2_000 {
        assert_eq!(policy.step_fresh(b"x", b""), Ok(vec![0, 0]));
    }
    // Many at once share a pool of memory slots, which are wiped in between.
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..500 {
                    assert_eq!(policy.step_fresh(b"x", b""), Ok(vec![0, 0]));
                }
            });
        }
    });
}

#[test]
fn nothing_written_anywhere_in_memory_survives_into_a_fresh_instance() {
    // Grows to `facts_len` pages, sums up everything above 4096, answers 1 if all was zero, then soils it all.
    let policy = load(&module(
        "",
        "(local $i i32) (local $end i32) (local $clean i32)
         (drop (memory.grow (local.get $facts_len)))
         (local.set $end (i32.mul (memory.size) (i32.const 65536)))
         (local.set $clean (i32.const 1))
         (local.set $i (i32.const 4096))
         (loop $l
             (if (i64.ne (i64.load (local.get $i)) (i64.const 0)) (then (local.set $clean (i32.const 0))))
             (i64.store (local.get $i) (i64.const -1))
             (local.set $i (i32.add (local.get $i) (i32.const 8)))
             (br_if $l (i32.lt_u (local.get $i) (local.get $end))))
         (i32.store8 (i32.const 8) (local.get $clean))
         (i64.const 0x800000001)",
    ));
    for pages in [0, 1, 2, 3, 7, 30, 0, 1, 2, 3, 7, 30, 1, 0] {
        assert_eq!(policy.step_fresh(b"x", &vec![0; pages]), Ok(vec![1]), "{pages} pages");
    }
}

#[test]
fn a_kept_instance_is_one_a_thread_and_gone_after_a_failure() {
    let policy = counting();
    assert_eq!(policy.step_reused(b"x", b""), Ok(vec![0, 0]));
    assert_eq!(policy.step_reused(b"x", b""), Ok(vec![1, 1]), "kept, which is why only policy.wasm is trusted with it");
    let other = policy.clone();
    let elsewhere = std::thread::spawn(move || other.step_reused(b"x", b"")).join().expect("no panic");
    assert_eq!(elsewhere, Ok(vec![0, 0]));
    assert_eq!(policy.step_reused(b"x", &[0; MAX_INPUT]), Err(Undecidable::InputTooLong));
    assert_eq!(policy.step_reused(b"x", b""), Ok(vec![0, 0]), "thrown away on any failure");
}

#[test]
fn kept_instances_of_many_policies_do_not_mix() {
    let policies: Vec<Policy> =
        (0..20_u8).map(|n| load(&module(&format!("(data (i32.const 8) \"\\{n:02x}\")"), "(i64.const 0x800000001)"))).collect();
    for _ in 0..3 {
        for (n, policy) in policies.iter().enumerate() {
            assert_eq!(policy.step_reused(b"x", b""), Ok(vec![n as u8]));
        }
    }
}

#[test]
fn replaced_policies_give_their_room_back() {
    const THREADS: usize = 150;
    // Over all rounds this keeps 1,200 instances, more than there are slots; a replaced policy's must go.
    let wasm = module("", ECHO);
    let slot = Mutex::new(load(&wasm));
    let together = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (wasm, slot, together) = (&wasm, &slot, &together);
            scope.spawn(move || {
                let mut answers = Vec::new();
                for _ in 0..8 {
                    let policy = slot.lock().expect("no panic").clone();
                    answers.push(policy.step_reused(b"x", b""));
                    drop(policy);
                    together.wait();
                    if thread == 0 {
                        match Policy::load(wasm, &[]) {
                            Ok(next) => *slot.lock().expect("no panic") = next,
                            Err(_) => answers.push(Err(Undecidable::NoRoom)),
                        }
                    }
                    together.wait();
                }
                // Only now, since a thread that stops early would leave the others waiting.
                assert!(answers.iter().all(|answer| *answer == Ok(b"x".to_vec())), "{answers:?}");
            });
        }
    });
}

#[test]
fn every_reason_has_its_own_name_and_counter() {
    let mut names: Vec<&str> = Undecidable::ALL.iter().map(|reason| reason.name()).collect();
    for (at, reason) in Undecidable::ALL.iter().enumerate() {
        assert_eq!(*reason as usize, at);
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Undecidable::ALL.len());
}
