//! The part of `policy.wasm` that is built for speed: the questions that services ask for every message. It promises to
//! be [`doorward_core::step`] and nothing else.
//!
//! Cargo sets the optimisation level a package at a time, and what is `#[inline]` in the core is compiled in the package
//! that calls it: here, with everything on the way to *is authorized* and *can*. The rest of the core stays as small as
//! it can be. (Not in the guest itself: a linked module is optimised at the level of its last package, and the whole
//! would be 28 kB larger.)

#![no_std]

extern crate alloc;

use alloc::vec::Vec;

/// Answers a request with what is known so far; see [`doorward_core::step`].
pub fn step(request: &[u8], facts: &[u8]) -> Vec<u8> {
    doorward_core::step(request, facts)
}
