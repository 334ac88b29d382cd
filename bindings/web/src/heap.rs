//! A small allocator for the browser packages: one list of free blocks for each power of two.
//!
//! It wastes up to half of a block and never joins free ones, which is right for a page that handles a few kilobytes and
//! repeats itself; in exchange it is a tenth of the code of a general one, and code is what a page waits for.

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::{memory_grow, memory_size};
use core::cell::Cell;
use core::ptr;

const PAGE: usize = 65_536;
/// Every block is aligned to this, and none is smaller.
const ALIGN: usize = 16;
const CLASSES: usize = 32;

/// The allocator. WebAssembly without the threads proposal has one thread, so plain cells do.
pub(crate) struct Heap {
    /// Heads of the lists of free blocks of 2^i bytes; each free block begins with the address of the next.
    free: [Cell<usize>; CLASSES],
    /// Fresh memory lies between these two addresses.
    next: Cell<usize>,
    end: Cell<usize>,
}

// SAFETY: there is one thread, see above; a build with threads would need another allocator.
unsafe impl Sync for Heap {}

impl Heap {
    pub(crate) const fn new() -> Self {
        Self { free: [const { Cell::new(0) }; CLASSES], next: Cell::new(0), end: Cell::new(0) }
    }

    /// The size of the block that serves this layout, or `None` for what is never asked for here.
    fn block(layout: Layout) -> Option<usize> {
        if layout.align() > ALIGN { None } else { layout.size().max(ALIGN).checked_next_power_of_two() }
    }

    /// Memory that was never used, or 0 if there is no more.
    fn fresh(&self, size: usize) -> usize {
        // `size` is a multiple of ALIGN and pages are aligned, so `next` always is.
        if self.end.get() - self.next.get() < size {
            let pages = size.div_ceil(PAGE);
            // The last page of a full memory is given up: the address after it would not fit.
            if memory_size::<0>().saturating_add(pages) >= PAGE {
                return 0;
            }
            let first = memory_grow::<0>(pages);
            if first == usize::MAX {
                return 0;
            }
            if first * PAGE != self.end.get() {
                self.next.set(first * PAGE);
            }
            self.end.set((first + pages) * PAGE);
        }
        let at = self.next.get();
        self.next.set(at + size);
        at
    }
}

// SAFETY: `alloc` returns null or a block of at least `layout.size()` bytes, aligned to ALIGN (a larger alignment is
// refused), that is in no list and overlaps no other, since fresh memory is handed out once and lists only get what
// `dealloc` gives back. `dealloc` gets the layout of `alloc`, hence finds the list the block belongs to.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(size) = Self::block(layout) else { return ptr::null_mut() };
        let head = &self.free[size.trailing_zeros() as usize % CLASSES];
        let at = head.get();
        if at == 0 {
            return self.fresh(size) as *mut u8;
        }
        // SAFETY: a block in a list is ours, aligned, and begins with an address that `dealloc` wrote.
        head.set(unsafe { (at as *const usize).read() });
        at as *mut u8
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let Some(size) = Self::block(layout) else { return };
        let head = &self.free[size.trailing_zeros() as usize % CLASSES];
        // SAFETY: the block came from `alloc` with this layout, so it is aligned and holds at least ALIGN bytes.
        unsafe { block.cast::<usize>().write(head.get()) };
        head.set(block as usize);
    }
}
