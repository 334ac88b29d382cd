//! What `std` would bring: an allocator, and an end for panics.

use crate::heap::Heap;

#[global_allocator]
static HEAP: Heap = Heap::new();

/// A panic is a bug here, never an answer: it traps, and the page sees a `RuntimeError`.
#[panic_handler]
fn trap(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
