//! Runs `policy.wasm` in wasmtime: bytes in, bytes out. It promises that a module can reach nothing (no import exists),
//! that no decision can see an earlier one ([`Policy::step_fresh`]) or that one is only trusted not to
//! ([`Policy::step_reused`]), and that every failure comes back as one [`Undecidable`], which a host must treat as a
//! refusal. It does not know what the bytes mean, holds no rule and opens no file.
//!
//! Reading order: [`limits`](Limits) → `runtime` (the one wasmtime engine) → `abi` (what a module must look like) →
//! `instance` (one decision) → [`policy`](Policy) → `reuse` (one instance a thread) → [`slot`](Slot).

mod abi;
mod failure;
mod instance;
mod limits;
mod policy;
mod reuse;
mod runtime;
mod slot;
mod stats;

pub use failure::{LoadError, Undecidable};
pub use limits::{Limits, MAX_ANSWER, MAX_INPUT, MAX_MEMORY, MAX_MODULE};
pub use policy::{Policy, Vector};
pub use slot::Slot;
pub use stats::Stats;
