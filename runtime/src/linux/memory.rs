//! What `mappings.rs` has to know of the system: pages and access rights.

use core::sync::atomic::{AtomicUsize, Ordering};

use super::arch::LARGEST_PAGE;
pub use super::arch::SMALLEST_PAGE;
/// What code is at least aligned to. Not the page that the executable is laid out for: kernels before 5.10 move an
/// executable by a multiple of their own page only, whatever alignment its segments ask for.
pub use super::arch::SMALLEST_PAGE as PAGE;

const WASMTIME_PROT_EXEC: u32 = 1 << 2;

/// wasmtime's protection bits are Linux's; only the executable one is never granted, because code is mapped
/// executable from the file and nothing becomes executable later.
pub fn protection(flags: u32) -> usize {
    (flags & !WASMTIME_PROT_EXEC) as usize
}

/// The page size of this kernel where it is not known beforehand.
static REAL_PAGE: AtomicUsize = AtomicUsize::new(SMALLEST_PAGE);

/// Reads the page size that the kernel tells.
///
/// # Safety
/// `auxv` is the auxiliary vector: pairs of key and value, ended by the key 0.
pub unsafe fn read_page_size(auxv: *const [usize; 2]) {
    const AT_PAGESZ: usize = 6;
    if LARGEST_PAGE == SMALLEST_PAGE {
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

/// The page size of this kernel in bytes.
pub fn page_size() -> usize {
    if LARGEST_PAGE == SMALLEST_PAGE {
        SMALLEST_PAGE
    } else {
        REAL_PAGE.load(Ordering::Relaxed)
    }
}
