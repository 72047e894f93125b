//! The allocator of the runtime itself. Wasm memory does not come from here.
//!
//! Start-up takes a few kilobytes, mostly once, so blocks are cut from the end of an arena whose first part lies in
//! `.bss` and costs no system call. Freed blocks are kept in a list by power-of-two size class and used again, so that
//! a program that makes host calls for days does not grow.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ptr;

use super::syscall::{self, PROT_READ, PROT_WRITE};

/// Enough for the start of ordinary modules; pages of it that are never used are never touched.
const FIRST_ARENA: usize = 64 << 10;
const NEXT_ARENA: usize = 256 << 10;
/// Blocks of this size and above are mapped one by one and given back to the kernel.
const LARGE: usize = 128 << 10;
const SMALLEST_LOG2: u32 = 4;
const CLASSES: usize = (LARGE.ilog2() - SMALLEST_LOG2) as usize + 1;
const PAGE: usize = 4096;

#[repr(C, align(4096))]
struct FirstArena(UnsafeCell<[u8; FIRST_ARENA]>);

// SAFETY: handed out by the allocator only, which runs on one thread.
unsafe impl Sync for FirstArena {}

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

/// Rounded size and class of a small block.
fn class_of(size: usize) -> (usize, usize) {
    let size = size.next_power_of_two().max(1 << SMALLEST_LOG2);
    (size, (size.ilog2() - SMALLEST_LOG2) as usize)
}

impl State {
    /// Cuts `size` bytes from the arena. A first-time block is not rounded to its class, so that start-up touches as
    /// few pages as it can.
    fn cut(&mut self, size: usize, align: usize) -> *mut u8 {
        loop {
            let padding = self.next.align_offset(align);
            if let Some(left) = self.left.checked_sub(padding + size) {
                let block = self.next.wrapping_add(padding);
                self.next = block.wrapping_add(size);
                self.left = left;
                return block;
            }
            if !self.started {
                self.started = true;
                (self.next, self.left) = (FIRST.0.get().cast(), FIRST_ARENA);
            } else {
                let Ok(arena) = syscall::map_anonymous(NEXT_ARENA, PROT_READ | PROT_WRITE) else {
                    return ptr::null_mut();
                };
                (self.next, self.left) = (arena, NEXT_ARENA);
            }
        }
    }
}

// SAFETY: blocks are disjoint, aligned, and at least as large as asked for: `cut` never hands out a byte twice, a class
// list holds blocks of that class's size, and a large block is a mapping of its own.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let size = layout.size().max(layout.align());
        if size >= LARGE {
            if layout.align() > PAGE {
                return ptr::null_mut();
            }
            return syscall::map_anonymous(size, PROT_READ | PROT_WRITE).unwrap_or(ptr::null_mut());
        }
        let (size, class) = class_of(size);
        // SAFETY: one thread; no reference to the state lives across calls.
        let state = unsafe { &mut *self.0.get() };
        let block = state.free[class];
        if block.is_null() {
            return state.cut(size, layout.align().max(1 << SMALLEST_LOG2));
        }
        // SAFETY: blocks in the list are ours and hold the link written by `dealloc`.
        state.free[class] = unsafe { (*block).next };
        block.cast()
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let size = layout.size().max(layout.align());
        if size >= LARGE {
            // SAFETY: a large block is a mapping of its own, and its owner gives it back. A failure leaks it.
            let _ = unsafe { syscall::unmap(block, size) };
            return;
        }
        let (_, class) = class_of(size);
        // SAFETY: as in `alloc`; the block is no longer used and large enough for a link.
        unsafe {
            let state = &mut *self.0.get();
            let block = block.cast::<Free>();
            (*block).next = state.free[class];
            state.free[class] = block;
        }
    }
}
