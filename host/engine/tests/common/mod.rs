//! Modules written by hand, each wrong in one way.
#![allow(dead_code, reason = "each test binary uses some of these")]

use doorward_engine::Policy;

/// A well-behaved module around the given body of `doorward_step` (parameters `$req $req_len $facts $facts_len`), with
/// `extra` fields before it. It allocates upwards from 1024 and grows memory as needed.
pub(crate) fn module(extra: &str, body: &str) -> Vec<u8> {
    text(&format!(
        r#"(module
            (memory (export "memory") 1)
            (global $top (mut i32) (i32.const 1024))
            {extra}
            (func (export "doorward_abi") (result i32) (i32.const 1))
            (func (export "doorward_alloc") (param $len i32) (result i32)
                (local $at i32)
                (local.set $at (global.get $top))
                (global.set $top (i32.add (global.get $top) (local.get $len)))
                (block $fits
                    (br_if $fits (i32.le_u (global.get $top) (i32.mul (memory.size) (i32.const 65536))))
                    (br_if $fits (i32.ne (i32.const -1)
                        (memory.grow (i32.shr_u (i32.add (local.get $len) (i32.const 65535)) (i32.const 16)))))
                    unreachable)
                (local.get $at))
            (func (export "doorward_release") (global.set $top (i32.const 1024)))
            (func (export "doorward_step")
                (param $req i32) (param $req_len i32) (param $facts i32) (param $facts_len i32) (result i64)
                {body}))"#
    ))
}

/// Answers with the request followed by the facts.
pub(crate) const ECHO: &str = "(i64.or (i64.shl (i64.extend_i32_u (local.get $req)) (i64.const 32)) \
    (i64.extend_i32_u (i32.add (local.get $req_len) (local.get $facts_len))))";

pub(crate) fn text(wat: &str) -> Vec<u8> {
    wat::parse_str(wat).expect("the test's own text is well-formed")
}

pub(crate) fn load(wasm: &[u8]) -> Policy {
    Policy::load(wasm, &[]).expect("a module that keeps to the ABI is accepted")
}
