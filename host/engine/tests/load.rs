//! What is accepted as a policy, and what is not.

mod common;

use common::{ECHO, load, module, text};
use doorward_engine::{LoadError, Policy, Slot, Undecidable, Vector};

/// Loads and describes the refusal.
fn refusal(wasm: &[u8], vectors: &[Vector<'_>]) -> String {
    match Policy::load(wasm, vectors) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// The usual exports, with one text replaced.
fn without(what: &str, instead: &str) -> Vec<u8> {
    let whole = r#"(module
        (memory (export "memory") 1)
        (func (export "doorward_abi") (result i32) (i32.const 1))
        (func (export "doorward_alloc") (param i32) (result i32) (i32.const 1024))
        (func (export "doorward_step") (param i32 i32 i32 i32) (result i64) (i64.const 1))
        (func (export "doorward_release")))"#;
    assert!(whole.contains(what), "the test must change something");
    text(&whole.replace(what, instead))
}

#[test]
fn a_module_that_keeps_to_the_abi_is_accepted() {
    let wasm = without("(module", "(module");
    let policy = load(&wasm);
    assert_eq!(policy.step_fresh(b"x", b""), Ok(vec![0]));
    let again = load(&wasm);
    assert_eq!(policy.digest(), again.digest());
    assert_ne!(policy.digest(), load(&module("", ECHO)).digest());
}

#[test]
fn an_import_is_refused_whatever_it_is() {
    for import in [
        r#"(import "env" "now" (func (result i64)))"#,
        r#"(import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))"#,
        r#"(import "env" "g" (global i32))"#,
        r#"(import "env" "t" (table 1 funcref))"#,
    ] {
        let wasm = without("(module", &format!("(module {import}"));
        let text = refusal(&wasm, &[]);
        assert!(text.contains("a policy imports nothing"), "{import}: {text}");
    }
    let wasm = without(r#"(memory (export "memory") 1)"#, r#"(import "env" "m" (memory 1)) (export "memory" (memory 0))"#);
    assert!(refusal(&wasm, &[]).contains("imports env.m"));
}

#[test]
fn a_missing_or_mistyped_export_is_refused_by_name() {
    for (what, instead, name) in [
        (r#"(memory (export "memory") 1)"#, "(memory 1)", "memory"),
        (r#"(memory (export "memory") 1)"#, r#"(memory 1) (func (export "memory"))"#, "memory"),
        ("doorward_abi\") (result i32) (i32.const 1)", "doorward_abi\")", "doorward_abi"),
        ("doorward_alloc", "doorward_malloc", "doorward_alloc"),
        ("(param i32) (result i32)", "(param i32 i32) (result i32)", "doorward_alloc"),
        ("(param i32 i32 i32 i32) (result i64)", "(param i32 i32 i32) (result i64)", "doorward_step"),
        ("(result i64) (i64.const 1)", "(result i32) (i32.const 1)", "doorward_step"),
        (r#"(func (export "doorward_release"))"#, "", "doorward_release"),
        (
            r#"(func (export "doorward_release"))"#,
            r#"(global (export "doorward_release") i32 (i32.const 0))"#,
            "doorward_release",
        ),
    ] {
        let text = refusal(&without(what, instead), &[]);
        assert_eq!(text, format!("the module does not export {name} as the ABI says"), "{what} → {instead}");
    }
}

#[test]
fn another_abi_version_is_refused() {
    let wasm = without("(result i32) (i32.const 1))", "(result i32) (i32.const 2))");
    assert!(matches!(Policy::load(&wasm, &[]), Err(LoadError::Abi(2))));
}

#[test]
fn a_module_that_fails_before_it_is_asked_is_refused() {
    let trap = without("(module", "(module (func $s unreachable) (start $s)");
    assert!(matches!(Policy::load(&trap, &[]), Err(LoadError::NotRunning(Undecidable::Trap))));
    let spin = without("(module", "(module (func $s (loop (br 0))) (start $s)");
    assert!(matches!(Policy::load(&spin, &[]), Err(LoadError::NotRunning(Undecidable::OutOfFuel))));
}

#[test]
fn what_a_policy_does_not_need_does_not_compile() {
    for (extra, why) in [
        ("(func (result v128) (v128.const i32x4 0 0 0 0))", "SIMD"),
        ("(memory 1)", "multi"),
        ("(func (return_call 0))", "tail call"),
        ("(func (result i32 i32) (i32.const 1) (i32.const 1))", "multi-value"),
        ("(table 5000 funcref)", "table"),
    ] {
        let wasm = module(extra, ECHO);
        assert!(matches!(Policy::load(&wasm, &[]), Err(LoadError::Invalid(_))), "{why}: {}", refusal(&wasm, &[]));
    }
    for memory in ["(memory (export \"memory\") 257)", "(memory (export \"memory\") i64 1)"] {
        let wasm = without(r#"(memory (export "memory") 1)"#, memory);
        assert!(matches!(Policy::load(&wasm, &[]), Err(LoadError::Invalid(_))), "{memory}");
    }
    for bytes in [&b""[..], b"(module)", b"\0asm\x01\0\0\0", &[0xff; 64]] {
        assert!(Policy::load(bytes, &[]).is_err(), "{bytes:?}");
    }
    let long = vec![0; doorward_engine::MAX_MODULE + 1];
    assert!(matches!(Policy::load(&long, &[]), Err(LoadError::TooLarge(_))));
}

#[test]
fn golden_vectors_decide_and_the_refusal_names_the_one() {
    let wasm = module("", ECHO);
    let right = Vector { request: b"re", facts: b"fa", answer: b"refa" };
    let wrong = Vector { answer: b"refb", ..right };
    assert!(Policy::load(&wasm, &[right]).is_ok());
    assert_eq!(refusal(&wasm, &[right, wrong]), "golden vector 1 has another answer (fresh instance)");
    let nothing = Vector { request: b"", facts: b"", answer: b"" };
    assert_eq!(refusal(&wasm, &[right, right, nothing]), "golden vector 2 got no answer (fresh instance): bad-output");
}

#[test]
fn a_module_that_remembers_does_not_pass_its_vectors() {
    // Answers one byte: how often it was asked in this instance.
    let wasm = module(
        "(global $asked (mut i32) (i32.const 0))",
        "(global.set $asked (i32.add (global.get $asked) (i32.const 1)))
         (i32.store8 (i32.const 8) (global.get $asked))
         (i64.const 0x800000001)",
    );
    let vector = Vector { request: b"x", facts: b"", answer: b"\x01" };
    assert_eq!(refusal(&wasm, &[vector]), "golden vector 0 has another answer (reused instance)");
}

#[test]
fn a_swap_leaves_decisions_under_way_with_the_policy_they_took() {
    let one = load(&module("(data (i32.const 8) \"1\")", "(i64.const 0x800000001)"));
    let two = load(&module("(data (i32.const 8) \"2\")", "(i64.const 0x800000001)"));
    let slot = Slot::new(one);
    let under_way = slot.current();
    assert_eq!(under_way.step_reused(b"x", b""), Ok(b"1".to_vec()));
    let before = slot.swap(two.clone());
    assert_eq!(before.digest(), under_way.digest());
    assert_eq!(under_way.step_reused(b"x", b""), Ok(b"1".to_vec()));
    assert_eq!(slot.current().digest(), two.digest());
    assert_eq!(slot.current().step_reused(b"x", b""), Ok(b"2".to_vec()));
    assert_eq!(slot.current().step_fresh(b"x", b""), Ok(b"2".to_vec()));
}
