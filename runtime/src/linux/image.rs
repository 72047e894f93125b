//! Pages of initial memory are moved to linear memory: the segment is mapped private and writable at exec, and not
//! needed where it was.

use super::syscall;

/// Images are mapped here, not copied.
pub const MAPS: bool = true;

/// Moves pages of our segment to `to`. The answer is the system's error number, 0 for none.
///
/// # Safety
/// Nothing may use `from` any more; both ranges must belong to the caller.
pub unsafe fn place(from: *mut u8, len: usize, to: *mut u8) -> i32 {
    // SAFETY: the caller's contract.
    match unsafe { syscall::move_mapping(from, len, to) } {
        Ok(()) => 0,
        Err(errno) => errno.0,
    }
}
