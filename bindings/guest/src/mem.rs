//! Comparing memory, eight bytes at a time.
//!
//! Record keys are long and begin alike, and the compiler's own `memcmp` for wasm goes byte by byte: with this one, *is
//! authorized* takes a fifth less. The reads are volatile because the compiler may otherwise recognise the loop and put
//! a call to this very function in its place. The linker exports both, as it does every unmangled function; all a host
//! could do with them is compare the module's own memory.

use core::ptr::read_volatile;

/// A word that may lie anywhere: wasm loads and stores need no alignment.
#[derive(Clone, Copy)]
#[repr(C, packed)]
struct Word(u64);

const WORD: usize = size_of::<Word>();

/// As in C: the sign of the first difference of unsigned bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(a: *const u8, b: *const u8, len: usize) -> i32 {
    let mut at = 0;
    // SAFETY: the caller promises `len` readable bytes at `a` and at `b`; `at` plus what is read stays within.
    unsafe {
        while len - at >= WORD {
            let (left, right): (Word, Word) = (read_volatile(a.add(at).cast()), read_volatile(b.add(at).cast()));
            if { left.0 } != { right.0 } {
                break;
            }
            at += WORD;
        }
        while at < len {
            let (left, right) = (read_volatile(a.add(at)), read_volatile(b.add(at)));
            if left != right {
                return i32::from(left) - i32::from(right);
            }
            at += 1;
        }
    }
    0
}

/// Zero if the bytes are the same.
#[unsafe(no_mangle)]
unsafe extern "C" fn bcmp(a: *const u8, b: *const u8, len: usize) -> i32 {
    // SAFETY: the same promise.
    unsafe { memcmp(a, b, len) }
}
