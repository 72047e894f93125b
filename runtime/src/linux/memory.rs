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

/// What one page of the page tables' second level describes, with pages of 4 KiB.
const REGION: usize = 1 << 30;
/// The kernel's own pages below the executable: clocks and the code that reads them.
const KERNEL: usize = 1 << 20;

/// Bytes of the next reservation in front of its inaccessible part, 0 when there is nothing to tell.
static FRONT: AtomicUsize = AtomicUsize::new(0);

/// Tells how much of the first linear memory, with the guard in front of it, lies before the part that is only reserved.
pub fn set_front(len: usize) {
    FRONT.store(len, Ordering::Relaxed);
}

/// Where a reservation of this size costs least: gigabytes of it then start with a page table of their own, which is never
/// made. Otherwise the kernel goes through the rest of the table that it makes for the accessible part, twice, at exit.
///
/// 0 leaves the choice to the kernel, which also ignores a place that is taken.
pub fn place_of_reservation(size: usize) -> usize {
    let front = FRONT.swap(0, Ordering::Relaxed);
    if front == 0 || size < front + REGION {
        return 0;
    }
    let end = (super::start::base() as usize).saturating_sub(KERNEL);
    let border = end.saturating_sub(size - front) & !(REGION - 1);
    border.saturating_sub(front) & !(SMALLEST_PAGE - 1)
}

/// Between the executable and the first linear memory of which nothing is reserved: the kernel puts all else there.
const APART: usize = 16 << 30;

/// Bounds of the addresses that were given to linear memories without reserving them.
static LOWEST: AtomicUsize = AtomicUsize::new(0);
static END: AtomicUsize = AtomicUsize::new(0);

/// From now on linear memory gets addresses without anything being mapped there: nobody else wants them, because the kernel
/// looks for room elsewhere. So it can grow in place, although `ulimit -v` counts only what it has.
pub fn reserve_nothing() {
    let end = (super::start::base() as usize).saturating_sub(APART) & !(REGION - 1);
    END.store(end, Ordering::Relaxed);
    LOWEST.store(end, Ordering::Relaxed);
}

/// Addresses for a linear memory of at most `size` bytes, if nothing is to be reserved and there are some.
pub fn unreserved(size: usize) -> Option<*mut u8> {
    // Far above what the kernel keeps free at the bottom.
    const BOTTOM: usize = 1 << 32;
    let start = LOWEST.load(Ordering::Relaxed).checked_sub(size)? & !(REGION - 1);
    if start < BOTTOM {
        return None;
    }
    LOWEST.store(start, Ordering::Relaxed);
    Some(start as *mut u8)
}

/// Whether an address is one of those.
pub fn is_unreserved(at: *mut u8) -> bool {
    (LOWEST.load(Ordering::Relaxed)..END.load(Ordering::Relaxed)).contains(&(at as usize))
}
