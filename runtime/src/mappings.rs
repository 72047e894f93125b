//! Virtual memory for wasmtime: the `wasmtime_mmap_*` part of its platform interface (`wasmtime-platform.h`). The system's
//! part of it is `platform::memory`.

use core::sync::atomic::{AtomicI32, Ordering};

use crate::platform::memory::{self, protection};
use crate::platform::syscall::{self, Errno};

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
    #[cfg(target_os = "linux")]
    if flags == 0 {
        if let Some(at) = memory::unreserved(size) {
            *ret = at;
            return 0;
        }
        let near = memory::place_of_reservation(size);
        return status(syscall::map_anonymous_near(near, size, protection(flags)).map(|at| *ret = at));
    }
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
    #[cfg(target_os = "linux")]
    if memory::is_unreserved(at) {
        // wasmtime makes each part of a linear memory accessible once, and never inaccessible again. Pages of a single byte
        // may need no more than there is.
        if size == 0 {
            return 0;
        }
        return status(syscall::map_anonymous_here(at, size, protection(flags)));
    }
    // SAFETY: as above.
    status(unsafe { syscall::protect(at, size, protection(flags)) })
}

#[unsafe(no_mangle)]
extern "C" fn wasmtime_page_size() -> usize {
    memory::page_size()
}
