//! Memory: free lists by size class over a bump pointer.

use crate::value::*;

extern "C" {
    /// First address after the program's data and stack; the linker defines it.
    static __heap_base: u8;
}

const STEP: u32 = 16;
const SMALL: u32 = 512;
const CLASSES: usize = (SMALL / STEP) as usize + 1 + 32;

static mut LISTS: [*mut u8; CLASSES] = [core::ptr::null_mut(); CLASSES];
static mut BUMP: u32 = 0;
static mut END: u32 = 0;

/// The free list and the real size of a block that holds `size` bytes: multiples of 16 up to 512, powers of two
/// in four steps beyond.
fn class_of(size: u32) -> (usize, u32) {
    if size <= SMALL {
        let n = size.max(1).div_ceil(STEP);
        (n as usize, n * STEP)
    } else {
        let shift = 32 - (size - 1).leading_zeros();
        (
            (SMALL / STEP) as usize + shift.min(31) as usize - 8,
            1u32 << shift.min(31),
        )
    }
}

/// A block of at least `size` bytes, aligned to 16 minus the header's 8. Ends the program when memory is used up.
#[no_mangle]
pub unsafe extern "C" fn ny_alloc(size: u32) -> *mut u8 {
    alloc(size)
}

pub unsafe fn alloc(size: u32) -> *mut u8 {
    let (list, real) = class_of(size);
    let head = LISTS[list];
    if !head.is_null() {
        LISTS[list] = *(head as *mut *mut u8);
        return head;
    }
    fresh(real)
}

#[inline(never)]
unsafe fn fresh(size: u32) -> *mut u8 {
    if END == 0 {
        BUMP = (&__heap_base as *const u8 as u32 + 15) & !15;
        END = BUMP;
        #[cfg(target_arch = "wasm32")]
        {
            END = (core::arch::wasm32::memory_size(0) as u32) << 16;
        }
    }
    if size > 0x7000_0000 {
        crate::error::out_of_memory();
    }
    if size > END.wrapping_sub(BUMP) {
        #[cfg(target_arch = "wasm32")]
        {
            let need = size - (END - BUMP);
            let pages = (need + 0xffff) >> 16;
            // Growing by a quarter of what there is keeps the number of grow calls small.
            let more = pages.max((END >> 18).min(256)).max(1);
            let mut got = core::arch::wasm32::memory_grow(0, more as usize);
            if got == usize::MAX {
                got = core::arch::wasm32::memory_grow(0, pages as usize);
                if got == usize::MAX {
                    crate::error::out_of_memory();
                }
                END = END.wrapping_add(pages << 16);
            } else {
                END = END.wrapping_add(more << 16);
            }
        }
    }
    let p = BUMP;
    BUMP += size;
    p as *mut u8
}

pub unsafe fn free(p: *mut u8, size: u32) {
    let (list, _) = class_of(size);
    *(p as *mut *mut u8) = LISTS[list];
    LISTS[list] = p;
}

/// The number of bytes that really stand behind a block of `size`.
pub fn usable(size: u32) -> u32 {
    class_of(size).1
}

pub unsafe fn obj_size(o: *mut Obj) -> u32 {
    match (*o).class {
        class::ARRAY => core::mem::size_of::<crate::array::Array>() as u32,
        class::MAP => core::mem::size_of::<crate::map::Map>() as u32,
        class::WEAK => core::mem::size_of::<crate::weak::WeakRef>() as u32,
        c => 8 + 16 * slot_count(c),
    }
}

/// Lets Rust collections inside this crate use the same heap.
struct Heap;

// SAFETY: `alloc` hands out distinct blocks of at least the size asked for, aligned to 16.
unsafe impl core::alloc::GlobalAlloc for Heap {
    unsafe fn alloc(&self, l: core::alloc::Layout) -> *mut u8 {
        alloc(l.size() as u32)
    }
    unsafe fn dealloc(&self, p: *mut u8, l: core::alloc::Layout) {
        free(p, l.size() as u32)
    }
}

#[global_allocator]
static HEAP: Heap = Heap;
