//! The allocator: one arena above the statics, bumped upwards, emptied whole between decisions.
//!
//! INVARIANT: both are 0 (empty), or heap base ≤ `SEALED` ≤ `TOP` ≤ end of memory. Blocks below `SEALED` were handed to the host and stay put
//! until [`reset`]; only the topmost block above it may shrink or grow in place.

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32;
use core::ptr;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

const PAGE: usize = 65_536;

/// First free address; 0 while nothing is allocated. wasm without threads has one thread, so
/// `Relaxed` loads and stores are plain ones; the atomic is there to need no `static mut`.
static TOP: AtomicUsize = AtomicUsize::new(0);

/// Everything below belongs to the host until [`reset`]; 0 while it was given nothing.
static SEALED: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ARENA: Arena = Arena;

/// Reserves `len` bytes for the host, at least one, so that no two blocks share an address.
pub(crate) fn take(len: usize, align: usize) -> Option<usize> {
    let start = bump(len.max(1), align)?;
    SEALED.store(TOP.load(Relaxed), Relaxed);
    Some(start)
}

/// Whether `len` bytes from `start` lie wholly in what [`take`] has handed out since the last [`reset`].
pub(crate) fn holds(start: usize, len: usize) -> bool {
    let Some(end) = start.checked_add(len) else {
        return false;
    };
    start >= heap_base() && end <= SEALED.load(Relaxed)
}

/// Empties the arena; the statics are then what they were before the first allocation. Old bytes stay in memory but no
/// safe code can read them: Rust writes a block before reading it.
pub(crate) fn reset() {
    TOP.store(0, Relaxed);
    SEALED.store(0, Relaxed);
}

/// Moves the top up past an aligned block of `size` bytes, growing memory when needed; `None` when it cannot.
fn bump(size: usize, align: usize) -> Option<usize> {
    let top = TOP.load(Relaxed).max(heap_base());
    let start = top.checked_add(align - 1)? & !(align - 1);
    let end = start.checked_add(size)?;
    let have = wasm32::memory_size(0) * PAGE;
    if end > have && wasm32::memory_grow(0, (end - have).div_ceil(PAGE)) == usize::MAX {
        return None;
    }
    TOP.store(end, Relaxed);
    Some(start)
}

/// First address above stack and statics, set by the linker.
fn heap_base() -> usize {
    unsafe extern "C" {
        static __heap_base: u8;
    }
    // Only the address of the symbol is taken; nothing is read through it.
    ptr::addr_of!(__heap_base) as usize
}

struct Arena;

// SAFETY: `bump` returns disjoint, aligned, mapped blocks and `None` (a null pointer here) otherwise. `dealloc` does
// nothing. `realloc` moves the top only for the topmost block above `SEALED`, which no other live block can overlap;
// growing that in place keeps its start and contents, and any other block is copied to a new one that overlaps nothing.
// There is one thread.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match bump(layout.size(), layout.align()) {
            Some(start) => start as *mut u8,
            None => ptr::null_mut(),
        }
    }

    /// Nothing: the whole arena is emptied between decisions, and code that frees nothing is code that is left out.
    #[inline(always)]
    unsafe fn dealloc(&self, _block: *mut u8, _layout: Layout) {}

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if is_last(block, layout) {
            TOP.store(block as usize, Relaxed);
            return match bump(size, layout.align()) {
                Some(start) => start as *mut u8,
                None => {
                    TOP.store(block as usize + layout.size(), Relaxed);
                    ptr::null_mut()
                }
            };
        }
        if size <= layout.size() {
            return block;
        }
        let Some(start) = bump(size, layout.align()) else {
            return ptr::null_mut();
        };
        let moved = start as *mut u8;
        // SAFETY: the caller promises `block` holds `layout.size()` bytes, fewer than `size`; the new block lies above
        // the old top, so the two do not overlap.
        unsafe { ptr::copy_nonoverlapping(block, moved, layout.size()) };
        moved
    }
}

/// Whether the block ends at the top and is the core's, not the host's.
fn is_last(block: *mut u8, layout: Layout) -> bool {
    block as usize + layout.size() == TOP.load(Relaxed) && block as usize >= SEALED.load(Relaxed)
}
