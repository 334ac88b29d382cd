//! `policy.wasm`: the policy core behind a bytes ABI, for any WebAssembly runtime. It promises to import nothing, to
//! hold no rule and to keep no state that a later answer could depend on. It does no arithmetic of its own beyond
//! checking the ranges it is given.
//!
//! One decision is: [`doorward_alloc`](abi) twice (request, facts), write the bytes, `doorward_step`, read the answer,
//! `doorward_release`. Anything out of order or out of range traps; a host treats a trap as a refusal and throws the
//! instance away.
//!
//! On any target but wasm this crate is empty, so that `cargo build --workspace` works.

#![cfg_attr(target_family = "wasm", no_std)]

#[cfg(target_family = "wasm")]
extern crate alloc;

#[cfg(target_family = "wasm")]
mod abi;
#[cfg(target_family = "wasm")]
mod arena;
#[cfg(target_family = "wasm")]
mod mem;
