//! The allocator of the runtime itself: libSystem's, which dyld has used already. Wasm memory does not come from here.

use core::alloc::{GlobalAlloc, Layout};
use core::ptr;

struct Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

/// Alignment of every block of `malloc` that is large enough for it.
const ALIGN: usize = 16;

/// A block, or null after a failure that is remembered.
fn noted(block: *mut u8) -> *mut u8 {
    if block.is_null() {
        crate::panic::note_no_memory();
    }
    block
}

fn is_ordinary(layout: &Layout) -> bool {
    layout.align() <= ALIGN && layout.align() <= layout.size()
}

// SAFETY: malloc, calloc, realloc and posix_memalign give disjoint blocks of at least the size that is asked for, and
// free takes the blocks of all of them. Blocks of malloc are aligned to 16 bytes when they are at least as large; for
// other layouts there is posix_memalign.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if is_ordinary(&layout) {
            // SAFETY: takes any size.
            return noted(unsafe { libc::malloc(layout.size()) }.cast());
        }
        let mut block = ptr::null_mut();
        // SAFETY: the alignment is a power of two and at least that of a pointer; writes `block`.
        match unsafe { libc::posix_memalign(&mut block, layout.align().max(size_of::<usize>()), layout.size()) } {
            0 => block.cast(),
            _ => noted(ptr::null_mut()),
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if is_ordinary(&layout) {
            // SAFETY: takes any size.
            return noted(unsafe { libc::calloc(layout.size(), 1) }.cast());
        }
        // SAFETY: the caller's contract; a block has the size of its layout.
        unsafe {
            let block = self.alloc(layout);
            if !block.is_null() {
                ptr::write_bytes(block, 0, layout.size());
            }
            block
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        // SAFETY: the block is one of ours and no longer used.
        unsafe { libc::free(block.cast()) };
    }
}
