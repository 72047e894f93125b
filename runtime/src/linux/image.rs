//! Initial memory: the `wasmtime_memory_image_*` part of wasmtime's platform interface.
//!
//! The packer gives large initial memory a segment of its own that the kernel maps private and writable at exec. It is
//! moved, not copied, to where linear memory wants it, so only pages that the program touches are ever read. Smaller
//! images are not worth a system call: wasmtime copies them when told that there is no image.

use core::sync::atomic::{AtomicUsize, Ordering};

use super::syscall;

/// Bounds of the segment, 0 when there is none or it has been moved away.
static START: AtomicUsize = AtomicUsize::new(0);
static END: AtomicUsize = AtomicUsize::new(0);

/// Tells where the writable image segment lies. `image` may be empty.
pub fn set_segment(start: usize, len: usize) {
    START.store(start, Ordering::Relaxed);
    END.store(start + len, Ordering::Relaxed);
}

/// An image as wasmtime refers to it: the address of its first byte in our segment.
#[unsafe(no_mangle)]
extern "C" fn wasmtime_memory_image_new(data: *mut u8, len: usize, ret: &mut *mut u8) -> i32 {
    let start = data as usize;
    let within = START.load(Ordering::Relaxed) <= start && start + len <= END.load(Ordering::Relaxed) && len > 0;
    *ret = if within { data } else { core::ptr::null_mut() };
    0
}

/// Moves the image into linear memory. Each image is mapped once: a module is instantiated once in a process.
#[unsafe(no_mangle)]
unsafe extern "C" fn wasmtime_memory_image_map_at(image: *mut u8, at: *mut u8, len: usize) -> i32 {
    // SAFETY: the image is our own segment, which nothing else reads; wasmtime owns the destination.
    match unsafe { syscall::move_mapping(image, len, at) } {
        Ok(()) => 0,
        Err(errno) => errno.0,
    }
}

#[unsafe(no_mangle)]
extern "C" fn wasmtime_memory_image_free(_image: *mut u8) {}
