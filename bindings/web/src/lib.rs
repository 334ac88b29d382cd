//! `door`, the browser package: what a page needs of the core to explain an invite, accept it, make one, and sign
//! requests. It promises to hold no rule of its own and no secret but an invite's token, to ask nothing of its
//! surroundings (no clock, no randomness, no network, no storage), and to throw, for every refusal, an `Error` whose
//! message is the stable name of a [code](doorward_core::Code).
//!
//! **What it does not do.** It never sees an account's secret keys: it yields the bytes to sign, and the key store of
//! the device signs them. It does not judge whether a text is in Unicode normal form C (the page calls `normalize`).
//!
//! Keys, ids and signatures are lower-case hexadecimal text, times are seconds since 1970 UTC, bytes are `Uint8Array`.
//! Each module is one noun: `link`, `claims`, `redeem`, `receipt`, `request`, `codes`, and `roles`.
#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

pub mod claims;
pub mod codes;
mod convert;
#[cfg(target_family = "wasm")]
mod heap;
pub mod link;
mod plain;
pub mod receipt;
pub mod redeem;
pub mod request;
pub mod roles;
#[cfg(target_family = "wasm")]
mod runtime;
mod thrown;
mod types;

pub use link::Invitation;
pub use thrown::Thrown;
