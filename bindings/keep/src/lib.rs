//! `keep`, the browser package for key backups: files in the age format (<https://age-encryption.org/v1>) under a
//! passphrase, armored, so that any age program opens them. It promises to open only what is whole, and to say no more
//! about a file that does not open than whether the passphrase or the file is to blame.
//!
//! **What it does not do.** One passphrase is the only recipient it knows; there is no cryptography of its own in it
//! (scrypt, HKDF, HMAC, ChaCha20-Poly1305 come from their crates); it knows nothing of what a backup holds.
//!
//! In reading order: [`armor`] (text around bytes), [`header`] (who can open it), [`payload`] (what is in it), and
//! [`file`](mod@file), which puts them together.
#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

pub mod armor;
#[cfg(target_family = "wasm")]
pub mod browser;
pub mod file;
pub mod header;
#[cfg(target_family = "wasm")]
#[path = "../../web/src/heap.rs"]
mod heap;
pub mod payload;
#[cfg(target_family = "wasm")]
#[path = "../../web/src/runtime.rs"]
mod runtime;

/// Why a backup was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The file is whole as far as can be told, but not under this passphrase.
    WrongPassphrase,
    /// Not an age file under a passphrase, or not all of it, or changed.
    Damaged,
    /// It asks for more memory than this device gives.
    TooLittleMemory,
}

impl Refusal {
    /// The stable name, which is what JavaScript gets as an `Error`'s message.
    pub const fn name(self) -> &'static str {
        match self {
            Refusal::WrongPassphrase => "wrong-passphrase",
            Refusal::Damaged => "damaged-backup",
            Refusal::TooLittleMemory => "too-little-memory",
        }
    }
}
