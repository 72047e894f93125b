//! What the start-up path asks of the system. The WASI host has its own, larger set.

use core::ptr::null_mut;

use windows_sys::Win32::Foundation::GetLastError;
use windows_sys::Win32::System::Console::{GetStdHandle, STD_ERROR_HANDLE};
use windows_sys::Win32::System::Memory::{
    MEM_COMMIT, MEM_DECOMMIT, MEM_RELEASE, MEM_RESERVE, PAGE_NOACCESS, PAGE_PROTECTION_FLAGS, PAGE_READONLY,
    PAGE_READWRITE, VirtualAlloc, VirtualFree,
};
use windows_sys::Win32::System::Threading::ExitProcess;

use super::console;

/// A Windows error number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Errno(pub i32);

/// wasmtime's bits, which are those of `mmap`.
pub const PROT_READ: usize = 1;
pub const PROT_WRITE: usize = 2;

fn last_error() -> Errno {
    // SAFETY: reads a number of this thread.
    Errno(unsafe { GetLastError() } as i32)
}

fn page_flags(protection: usize) -> PAGE_PROTECTION_FLAGS {
    match protection & (PROT_READ | PROT_WRITE) {
        0 => PAGE_NOACCESS,
        PROT_READ => PAGE_READONLY,
        _ => PAGE_READWRITE,
    }
}

/// Writes a message of the runtime. Only standard error, 2, is ever asked for.
pub fn write(_fd: i32, bytes: &[u8]) -> Result<usize, Errno> {
    // SAFETY: asks for a handle.
    let handle = unsafe { GetStdHandle(STD_ERROR_HANDLE) };
    if console::is_console(handle) {
        console::write(handle, 2, bytes).map_err(|code| Errno(code as i32))?;
        return Ok(bytes.len());
    }
    let mut written = 0;
    let len = bytes.len() as u32;
    // SAFETY: `len` bytes of `bytes` are read, and the number written.
    let done = unsafe {
        windows_sys::Win32::Storage::FileSystem::WriteFile(handle, bytes.as_ptr(), len, &mut written, null_mut())
    };
    if done == 0 {
        return Err(last_error());
    }
    Ok(written as usize)
}

/// Ends the process. All 32 bits of the status reach the parent.
pub fn exit(status: i32) -> ! {
    // SAFETY: does not return.
    unsafe { ExitProcess(status as u32) }
}

/// Reserves fresh memory at an address of the system's choice, and backs it unless nothing may access it yet.
pub fn map_anonymous(len: usize, protection: usize) -> Result<*mut u8, Errno> {
    let kind = if protection == 0 {
        MEM_RESERVE
    } else {
        MEM_RESERVE | MEM_COMMIT
    };
    // SAFETY: a new reservation where nothing is.
    let at = unsafe { VirtualAlloc(null_mut(), len, kind, page_flags(protection)) };
    if at.is_null() {
        return Err(last_error());
    }
    Ok(at.cast())
}

/// Replaces the contents of a range by zeros, or makes it inaccessible and gives its memory back.
///
/// # Safety
/// Nothing may rely on the old contents of the range, which must belong to one reservation of the caller.
pub unsafe fn map_anonymous_at(at: *mut u8, len: usize, protection: usize) -> Result<(), Errno> {
    // SAFETY: the caller's contract.
    if unsafe { VirtualFree(at.cast(), len, MEM_DECOMMIT) } == 0 {
        return Err(last_error());
    }
    if protection == 0 {
        return Ok(());
    }
    // SAFETY: as above.
    unsafe { protect(at, len, protection) }
}

/// Gives back a reservation as a whole: Windows cannot split one.
///
/// # Safety
/// Nothing may use it any more; `at` must come from [`map_anonymous`].
pub unsafe fn unmap(at: *mut u8, _len: usize) -> Result<(), Errno> {
    // SAFETY: the caller's contract.
    if unsafe { VirtualFree(at.cast(), 0, MEM_RELEASE) } == 0 {
        return Err(last_error());
    }
    Ok(())
}

/// Changes what may be done with a range of a reservation. What becomes accessible for the first time is backed.
///
/// # Safety
/// References into the range must stay valid under the new protection.
pub unsafe fn protect(at: *mut u8, len: usize, protection: usize) -> Result<(), Errno> {
    if len == 0 {
        return Ok(());
    }
    // SAFETY: the caller's contract. Committing what is committed keeps its contents and sets the protection.
    if unsafe { VirtualAlloc(at.cast(), len, MEM_COMMIT, page_flags(protection)) }.is_null() {
        return Err(last_error());
    }
    Ok(())
}

/// Ends the process as one that such a signal has ended, as a POSIX shell reports it.
pub fn raise_with_default_action(signal: i32) {
    exit(128 + signal)
}
