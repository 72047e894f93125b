//! Virtual memory for wasmtime: the `wasmtime_mmap_*` part of its platform interface (`wasmtime-platform.h`).

use core::sync::atomic::{AtomicI32, AtomicUsize, Ordering};

pub use super::arch::PAGE;
pub use super::arch::SMALLEST_PAGE;
use super::syscall::{self, Errno};

const WASMTIME_PROT_EXEC: u32 = 1 << 2;

/// wasmtime's protection bits are Linux's; only the executable one is never granted, because code is mapped
/// executable from the file and nothing becomes executable later.
fn protection(flags: u32) -> usize {
    (flags & !WASMTIME_PROT_EXEC) as usize
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
    // SAFETY: as above.
    status(unsafe { syscall::unmap(at, size) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn wasmtime_mprotect(at: *mut u8, size: usize, flags: u32) -> i32 {
    // SAFETY: as above.
    status(unsafe { syscall::protect(at, size, protection(flags)) })
}

/// The page size of this kernel where it is not known beforehand.
static REAL_PAGE: AtomicUsize = AtomicUsize::new(SMALLEST_PAGE);

/// Reads the page size that the kernel tells.
///
/// # Safety
/// `auxv` is the auxiliary vector: pairs of key and value, ended by the key 0.
pub unsafe fn read_page_size(auxv: *const [usize; 2]) {
    const AT_PAGESZ: usize = 6;
    if PAGE == SMALLEST_PAGE {
        return;
    }
    let mut entry = auxv;
    // SAFETY: the caller's contract.
    unsafe {
        while (*entry)[0] != 0 {
            if (*entry)[0] == AT_PAGESZ {
                REAL_PAGE.store((*entry)[1], Ordering::Relaxed);
            }
            entry = entry.add(1);
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn wasmtime_page_size() -> usize {
    if PAGE == SMALLEST_PAGE {
        PAGE
    } else {
        REAL_PAGE.load(Ordering::Relaxed)
    }
}
