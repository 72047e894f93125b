//! Virtual memory for wasmtime: the `wasmtime_mmap_*` part of its platform interface (`wasmtime-platform.h`).

use core::sync::atomic::{AtomicI32, Ordering};

use super::syscall::{self, Errno, PROT_READ, PROT_WRITE};

/// The page of the architecture.
pub const PAGE: usize = 4096;
/// The smallest page, in bytes.
pub const SMALLEST_PAGE: usize = PAGE;

/// The executable bit is never granted: code is mapped executable from the file and nothing becomes executable later.
fn protection(flags: u32) -> usize {
    flags as usize & (PROT_READ | PROT_WRITE)
}

static LAST_FAILURE: AtomicI32 = AtomicI32::new(0);

/// The error number of the last request that the system refused, 0 if there was none.
pub fn last_failure() -> i32 {
    LAST_FAILURE.load(Ordering::Relaxed)
}

fn status(result: Result<(), Errno>) -> i32 {
    let Err(errno) = result else { return 0 };
    LAST_FAILURE.store(errno.0, Ordering::Relaxed);
    errno.0
}

#[unsafe(no_mangle)]
extern "C" fn wasmtime_mmap_new(size: usize, flags: u32, ret: &mut *mut u8) -> i32 {
    status(syscall::map_anonymous(size, protection(flags)).map(|at| *ret = at))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn wasmtime_mmap_remap(at: *mut u8, size: usize, flags: u32) -> i32 {
    // SAFETY: wasmtime passes a range of a mapping it got from `wasmtime_mmap_new`.
    status(unsafe { syscall::map_anonymous_at(at, size, protection(flags)) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn wasmtime_munmap(at: *mut u8, size: usize) -> i32 {
    // SAFETY: as above; wasmtime gives mappings back as a whole.
    status(unsafe { syscall::unmap(at, size) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn wasmtime_mprotect(at: *mut u8, size: usize, flags: u32) -> i32 {
    // SAFETY: as above.
    status(unsafe { syscall::protect(at, size, protection(flags)) })
}

#[unsafe(no_mangle)]
extern "C" fn wasmtime_page_size() -> usize {
    PAGE
}
