//! Lays out the guest's linear memory: a small stack at the bottom, then data, then the arena.
#![allow(clippy::disallowed_methods, reason = "a build script gets its arguments in the environment")]

/// Bytes of stack. `core` does not recurse; the deepest decision measured uses about a third of this.
/// Overflow runs below address 0 and traps, because rustc links wasm with `--stack-first`.
const STACK_BYTES: u32 = 32 * 1024;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        println!("cargo:rustc-link-arg-cdylib=-zstack-size={STACK_BYTES}");
        // Addresses as short as they are, instead of padded to five bytes: 8 kB less.
        println!("cargo:rustc-link-arg-cdylib=--compress-relocations");
    }
}
