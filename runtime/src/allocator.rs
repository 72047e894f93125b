//! The allocator of the runtime itself. Wasm memory does not come from here.
//!
//! Start-up takes a few kilobytes, mostly once, so blocks are cut from the end of an arena whose first part lies in
//! `.bss` and costs no system call. Freed blocks are kept in a list by size class and used again, so that
//! a program that makes host calls for days does not grow.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ptr;

use crate::platform::memory::SMALLEST_PAGE;
use crate::platform::syscall::{self, PROT_READ, PROT_WRITE};

/// Enough for the start of ordinary modules; pages of it that are never used are never touched.
const FIRST_ARENA: usize = 64 << 10;
const NEXT_ARENA: usize = 256 << 10;
/// Blocks of this size and above are mapped one by one and given back to the system.
const LARGE: usize = 128 << 10;
/// Alignment of every block. Layouts that ask for more are mapped one by one; there are hardly any.
const ALIGN: usize = 16;

/// Not aligned to pages and placed right behind the other variables (`link-linux.ld`): a page that start-up touches
/// anyway then serves both.
#[repr(C, align(16))]
struct FirstArena(UnsafeCell<[u8; FIRST_ARENA]>);

// SAFETY: handed out by the allocator only, which runs on one thread.
unsafe impl Sync for FirstArena {}

#[cfg_attr(target_os = "linux", unsafe(link_section = ".bss.nyash_arena"))]
static FIRST: FirstArena = FirstArena(UnsafeCell::new([0; FIRST_ARENA]));

struct State {
    next: *mut u8,
    left: usize,
    started: bool,
    free: [*mut Free; CLASSES],
}

struct Free {
    next: *mut Free,
}

struct Allocator(UnsafeCell<State>);

// SAFETY: the process has one thread, and signal handlers do not allocate.
unsafe impl Sync for Allocator {}

#[global_allocator]
static ALLOCATOR: Allocator = Allocator(UnsafeCell::new(State {
    next: ptr::null_mut(),
    left: 0,
    started: false,
    free: [ptr::null_mut(); CLASSES],
}));

/// Classes are 16 bytes apart up to 128 bytes, then there are four to each power of two.
const CLASSES: usize = 8 + 4 * (LARGE.ilog2() as usize - 7);

/// Rounded size and class of a small block.
fn class_of(size: usize) -> (usize, usize) {
    if size <= 128 {
        let class = size.max(1).div_ceil(16);
        return (16 * class, class - 1);
    }
    let log2 = (size - 1).ilog2() as usize;
    let quarter = ((size - 1) >> (log2 - 2)) & 3;
    (
        (1 << log2) + ((quarter + 1) << (log2 - 2)),
        8 + 4 * (log2 - 7) + quarter,
    )
}

/// Fresh memory of the system, or null.
fn map(len: usize) -> *mut u8 {
    syscall::map_anonymous(len, PROT_READ | PROT_WRITE).unwrap_or_else(|_| {
        crate::panic::note_no_memory();
        ptr::null_mut()
    })
}

fn is_mapped_alone(layout: &Layout) -> bool {
    layout.size() >= LARGE || layout.align() > ALIGN
}

impl State {
    /// Cuts `size` bytes, a multiple of [`ALIGN`], from the arena.
    fn cut(&mut self, size: usize) -> *mut u8 {
        if self.left < size {
            if !self.started {
                self.started = true;
                (self.next, self.left) = (FIRST.0.get().cast(), FIRST_ARENA);
            } else {
                let arena = map(NEXT_ARENA);
                if arena.is_null() {
                    return arena;
                }
                (self.next, self.left) = (arena, NEXT_ARENA);
            }
            return self.cut(size);
        }
        let block = self.next;
        self.next = block.wrapping_add(size);
        self.left -= size;
        block
    }
}

// SAFETY: blocks are disjoint, aligned, and at least as large as asked for: `cut` never hands out a byte twice, a class
// list holds blocks of that class's size, and a large block is a mapping of its own.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if is_mapped_alone(&layout) {
            if layout.align() > SMALLEST_PAGE {
                return ptr::null_mut();
            }
            return map(layout.size());
        }
        let (size, class) = class_of(layout.size());
        // SAFETY: one thread; no reference to the state lives across calls.
        let state = unsafe { &mut *self.0.get() };
        let block = state.free[class];
        if block.is_null() {
            return state.cut(size);
        }
        // SAFETY: blocks in the list are ours and hold the link written by `dealloc`.
        state.free[class] = unsafe { (*block).next };
        block.cast()
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if is_mapped_alone(&layout) {
            // SAFETY: such a block is a mapping of its own, and its owner gives it back. A failure leaks it.
            let _ = unsafe { syscall::unmap(block, layout.size()) };
            return;
        }
        let (_, class) = class_of(layout.size());
        // SAFETY: as in `alloc`; the block is no longer used and large enough for a link.
        unsafe {
            let state = &mut *self.0.get();
            let block = block.cast::<Free>();
            (*block).next = state.free[class];
            state.free[class] = block;
        }
    }
}
