//! The five exports. `memory` is the fifth; the linker adds it.

use core::arch::wasm32;
use core::mem::ManuallyDrop;
use core::panic::PanicInfo;
use core::slice;

use crate::arena;

/// The version of this ABI. A host refuses a module that answers anything else.
const ABI: u32 = 1;

/// Which ABI the module speaks: always 1.
#[unsafe(no_mangle)]
extern "C" fn doorward_abi() -> u32 {
    ABI
}

/// Address of `len` free bytes (8-aligned, never 0, contents unspecified), valid until `doorward_release`.
/// Traps when memory cannot grow that far.
#[unsafe(no_mangle)]
extern "C" fn doorward_alloc(len: u32) -> u32 {
    match arena::take(len as usize, 8) {
        Some(address) => address as u32,
        None => wasm32::unreachable(),
    }
}

/// One step of the core. Both ranges must lie in memory handed out by `doorward_alloc` since the last release, or it
/// traps. Returns `address << 32 | length` of the answer, valid until `doorward_release`.
#[unsafe(no_mangle)]
extern "C" fn doorward_step(request: u32, request_len: u32, facts: u32, facts_len: u32) -> u64 {
    let answer = ManuallyDrop::new(doorward_guest_quick::step(bytes(request, request_len), bytes(facts, facts_len)));
    ((answer.as_ptr() as u64) << 32) | answer.len() as u64
}

/// Gives back everything allocated since the last release.
#[unsafe(no_mangle)]
extern "C" fn doorward_release() {
    arena::reset();
}

/// The host's bytes at `address`, or a trap.
fn bytes(address: u32, len: u32) -> &'static [u8] {
    if !arena::holds(address as usize, len as usize) {
        wasm32::unreachable();
    }
    // SAFETY: the range lies between the heap base and the arena's top, so it is mapped, non-null and overlaps neither
    // the stack nor statics. Every byte of wasm memory has a value, so what the host left unwritten is stale, never
    // undefined. Nothing writes to it before `doorward_release`: the arena only hands out bytes above its top, and it
    // never shrinks below a block that the host was given (`arena::take` seals those). The `'static` is cut short by
    // `doorward_release`, by when `doorward_step` has returned and dropped every borrow.
    unsafe { slice::from_raw_parts(address as *const u8, len as usize) }
}

/// A panic is a trap. What it says is dropped: the message could hold data, and printing it would need an import.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    wasm32::unreachable()
}
