//! The calls of the start-up path. The WASI host has its own, larger set.

use core::ffi::c_int;
use core::ptr;

/// A macOS error number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Errno(pub i32);

/// The error of the call that just failed.
fn last_error() -> Errno {
    // SAFETY: the address of this thread's error number is always valid.
    Errno(unsafe { *libc::__error() })
}

fn check(status: c_int) -> Result<(), Errno> {
    if status == 0 { Ok(()) } else { Err(last_error()) }
}

/// Writes bytes to a descriptor; repeats when interrupted.
pub fn write(fd: i32, bytes: &[u8]) -> Result<usize, Errno> {
    loop {
        // SAFETY: reads `bytes` only.
        let written = unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) };
        match usize::try_from(written) {
            Ok(written) => return Ok(written),
            Err(_) if last_error() == Errno(libc::EINTR) => {}
            Err(_) => return Err(last_error()),
        }
    }
}

/// Ends the process.
pub fn exit(status: i32) -> ! {
    // SAFETY: does not return. Nothing is registered with `atexit`, and nothing buffered.
    unsafe { libc::_exit(status) }
}

/// Maps fresh private memory at an address of the kernel's choice.
pub fn map_anonymous(len: usize, protection: c_int) -> Result<*mut u8, Errno> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_NORESERVE;
    // SAFETY: a new mapping where nothing is.
    let at = unsafe { libc::mmap(ptr::null_mut(), len, protection, flags, -1, 0) };
    if at == libc::MAP_FAILED {
        return Err(last_error());
    }
    Ok(at.cast())
}

/// Replaces what is mapped at `at` by fresh private memory.
///
/// # Safety
/// Nothing may rely on the old contents of the range, which must belong to the caller.
pub unsafe fn map_anonymous_at(at: *mut u8, len: usize, protection: c_int) -> Result<(), Errno> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_NORESERVE | libc::MAP_FIXED;
    // SAFETY: the caller's contract.
    let mapped = unsafe { libc::mmap(at.cast(), len, protection, flags, -1, 0) };
    if mapped == libc::MAP_FAILED {
        return Err(last_error());
    }
    Ok(())
}

/// Removes a mapping.
///
/// # Safety
/// Nothing may use the range any more, which must belong to the caller.
pub unsafe fn unmap(at: *mut u8, len: usize) -> Result<(), Errno> {
    // SAFETY: the caller's contract.
    check(unsafe { libc::munmap(at.cast(), len) })
}

/// Changes the protection of a mapping.
///
/// # Safety
/// References into the range must stay valid under the new protection.
pub unsafe fn protect(at: *mut u8, len: usize, protection: c_int) -> Result<(), Errno> {
    // SAFETY: the caller's contract.
    check(unsafe { libc::mprotect(at.cast(), len, protection) })
}

/// Gives a signal its default action and sends it to this process; it arrives when the current handler returns at the
/// latest.
pub fn raise_with_default_action(signal: i32) {
    // SAFETY: the default action needs no handler; the others touch no memory.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
        libc::kill(libc::getpid(), signal);
    }
}
