//! The system calls of the start-up path. The WASI host has its own, larger set.

use super::arch::{self, number};

/// The kernel's `struct sigaction`.
#[repr(C)]
pub struct SignalAction {
    pub handler: usize,
    pub flags: usize,
    #[cfg(not(target_arch = "riscv64"))]
    restorer: usize,
    pub mask: u64,
}

impl SignalAction {
    /// An action that blocks no further signal while it runs.
    #[inline(always)] // for `guard.rs`
    pub fn new(handler: usize, flags: usize) -> Self {
        let (flag, _restorer) = arch::restorer();
        SignalAction {
            handler,
            flags: flags | flag,
            #[cfg(not(target_arch = "riscv64"))]
            restorer: _restorer,
            mask: 0,
        }
    }
}

/// A Linux error number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Errno(pub i32);

/// A signal came first.
const EINTR: Errno = Errno(4);

pub const PROT_READ: usize = 1;
pub const PROT_WRITE: usize = 2;
#[cfg(feature = "full")]
pub const PROT_EXEC: usize = 4;
const MAP_PRIVATE: usize = 0x02;
const MAP_FIXED: usize = 0x10;
const MAP_ANONYMOUS: usize = 0x20;
const MAP_NORESERVE: usize = 0x4000;
const MAP_FIXED_NOREPLACE: usize = 0x10_0000;
const MREMAP_MAYMOVE: usize = 1;
const MREMAP_FIXED: usize = 2;

fn checked(result: isize) -> Result<usize, Errno> {
    if (-4095..0).contains(&result) {
        Err(Errno(-result as i32))
    } else {
        Ok(result as usize)
    }
}

/// # Safety
/// As for the system call that is made.
unsafe fn call(number: usize, arguments: [usize; 6]) -> Result<usize, Errno> {
    // SAFETY: the caller's contract.
    checked(unsafe { arch::system_call(number, arguments) })
}

/// # Safety
/// As for the system call `mmap`.
unsafe fn map(arguments: [usize; 6]) -> Result<usize, Errno> {
    // SAFETY: the caller's contract.
    checked(unsafe { arch::map(arguments) })
}

/// Writes bytes to a descriptor; repeats when interrupted.
pub fn write(fd: i32, bytes: &[u8]) -> Result<usize, Errno> {
    loop {
        // SAFETY: the kernel reads `bytes` only.
        match unsafe {
            call(
                number::WRITE,
                [fd as usize, bytes.as_ptr() as usize, bytes.len(), 0, 0, 0],
            )
        } {
            Err(EINTR) => {}
            done => return done,
        }
    }
}

/// Ends the process.
pub fn exit(status: i32) -> ! {
    loop {
        // SAFETY: does not return.
        let _ = unsafe { call(number::EXIT_GROUP, [status as usize, 0, 0, 0, 0, 0]) };
    }
}

/// Maps fresh private memory at an address of the kernel's choice.
pub fn map_anonymous(len: usize, protection: usize) -> Result<*mut u8, Errno> {
    map_anonymous_near(0, len, protection)
}

/// The same at the page `near` if nothing is there, elsewhere otherwise.
pub fn map_anonymous_near(near: usize, len: usize, protection: usize) -> Result<*mut u8, Errno> {
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    // SAFETY: a new mapping where nothing is.
    unsafe { map([near, len, protection, flags, usize::MAX, 0]) }.map(|at| at as *mut u8)
}

/// Replaces what is mapped at `at` by fresh private memory.
///
/// # Safety
/// Nothing may rely on the old contents of the range, which must belong to the caller.
pub unsafe fn map_anonymous_at(at: *mut u8, len: usize, protection: usize) -> Result<(), Errno> {
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    // SAFETY: the caller's contract.
    unsafe { map([at as usize, len, protection, flags, usize::MAX, 0]) }.map(drop)
}

/// Maps fresh private memory at `at`.
///
/// # Errors
/// When something is there already.
pub fn map_anonymous_here(at: *mut u8, len: usize, protection: usize) -> Result<(), Errno> {
    const EEXIST: Errno = Errno(17);
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
    // SAFETY: a new mapping where nothing is.
    let found = unsafe { map([at as usize, len, protection, flags, usize::MAX, 0]) }?;
    if found != at as usize {
        // Kernels before 4.17 do not know the flag and take the address as a wish.
        // SAFETY: nobody knows this mapping.
        unsafe { unmap(found as *mut u8, len)? };
        return Err(EEXIST);
    }
    Ok(())
}

/// Maps a file, privately, at an address of the kernel's choice.
#[cfg(feature = "full")]
pub fn map_file(file: i32, len: usize, protection: usize) -> Result<*const u8, Errno> {
    // SAFETY: a new mapping where nothing is.
    unsafe { map([0, len, protection, MAP_PRIVATE, file as usize, 0]) }.map(|at| at as *const u8)
}

/// Replaces what is mapped at `at` by a part of a file, privately.
///
/// # Safety
/// As for [`map_anonymous_at`]; `offset` is a multiple of the kernel's page.
#[cfg(feature = "full")]
pub unsafe fn map_file_at(at: *mut u8, len: usize, protection: usize, file: i32, offset: usize) -> Result<(), Errno> {
    let flags = MAP_PRIVATE | MAP_FIXED;
    // SAFETY: the caller's contract.
    unsafe { map([at as usize, len, protection, flags, file as usize, offset]) }.map(drop)
}

/// Removes a mapping.
///
/// # Safety
/// Nothing may use the range any more, which must belong to the caller.
pub unsafe fn unmap(at: *mut u8, len: usize) -> Result<(), Errno> {
    // SAFETY: the caller's contract.
    unsafe { call(number::MUNMAP, [at as usize, len, 0, 0, 0, 0]) }.map(drop)
}

/// Changes the protection of a mapping.
///
/// # Safety
/// References into the range must stay valid under the new protection.
pub unsafe fn protect(at: *mut u8, len: usize, protection: usize) -> Result<(), Errno> {
    // SAFETY: the caller's contract.
    unsafe { call(number::MPROTECT, [at as usize, len, protection, 0, 0, 0]) }.map(drop)
}

/// Moves a mapping, pages and all, to `to`, replacing what is mapped there.
///
/// # Safety
/// Nothing may use `from` any more; both ranges must belong to the caller.
pub unsafe fn move_mapping(from: *mut u8, len: usize, to: *mut u8) -> Result<(), Errno> {
    let flags = MREMAP_MAYMOVE | MREMAP_FIXED;
    // SAFETY: the caller's contract.
    unsafe { call(number::MREMAP, [from as usize, len, len, flags, to as usize, 0]) }.map(drop)
}

/// Sets the action of a signal.
///
/// # Safety
/// `action.handler` must be a handler for these flags that may run at any time.
pub unsafe fn set_signal_action(signal: i32, action: &SignalAction) -> Result<(), Errno> {
    let action = action as *const SignalAction as usize;
    // SAFETY: the caller's contract.
    unsafe {
        call(
            number::RT_SIGACTION,
            [signal as usize, action, 0, size_of::<u64>(), 0, 0],
        )
    }
    .map(drop)
}

/// Sets the stack that handlers with `SA_ONSTACK` run on.
///
/// # Safety
/// The range must stay writable and unused by anything else for the rest of the process.
pub unsafe fn set_signal_stack(base: *mut u8, len: usize) -> Result<(), Errno> {
    #[repr(C)]
    struct StackDescription {
        base: *mut u8,
        flags: i32,
        len: usize,
    }
    let stack = StackDescription { base, flags: 0, len };
    // SAFETY: the kernel reads the description; the rest is the caller's contract.
    unsafe { call(number::SIGALTSTACK, [&raw const stack as usize, 0, 0, 0, 0, 0]) }.map(drop)
}

/// Gives a signal its default action.
pub fn set_default_action(signal: i32) {
    // SAFETY: the default action needs no handler.
    let _ = unsafe { set_signal_action(signal, &SignalAction::new(0, 0)) };
}

/// Copies the process: 0 in the copy, its number in the process itself. Only the calling thread is copied, and there is
/// no other.
pub fn fork() -> Result<i32, Errno> {
    let (fork, arguments) = number::FORK;
    // SAFETY: the copy has everything that the process has, on a copy of the same stack.
    unsafe { call(fork, arguments) }.map(|process| process as i32)
}

/// Waits for the end of a copy of the process and returns its status, as `wait4` has it.
pub fn wait_for(process: i32) -> Result<i32, Errno> {
    let mut status = 0_i32;
    loop {
        let arguments = [process as usize, &raw mut status as usize, 0, 0, 0, 0];
        // SAFETY: the kernel writes the status only.
        match unsafe { call(number::WAIT4, arguments) } {
            Err(EINTR) => {}
            done => return done.map(|_| status),
        }
    }
}

/// Lets core files of this process be as large as the limit that only a privileged process raises.
pub fn allow_core_file() {
    const RLIMIT_CORE: usize = 4;
    // The one that counts, and the most that it can be.
    let mut limits = [0_u64; 2];
    // SAFETY: the kernel writes the two.
    let known = unsafe {
        call(
            number::PRLIMIT64,
            [0, RLIMIT_CORE, 0, limits.as_mut_ptr() as usize, 0, 0],
        )
    };
    if known.is_ok() {
        limits[0] = limits[1];
        // SAFETY: the kernel reads the two.
        let _ = unsafe { call(number::PRLIMIT64, [0, RLIMIT_CORE, limits.as_ptr() as usize, 0, 0, 0]) };
    }
}

/// Gives a signal its default action and sends it to this process; it arrives when the current handler returns at
/// the latest.
pub fn raise_with_default_action(signal: i32) {
    set_default_action(signal);
    // SAFETY: these touch no memory.
    unsafe {
        if let Ok(process) = call(number::GETPID, [0; 6]) {
            let _ = call(number::KILL, [process, signal as usize, 0, 0, 0, 0]);
        }
    }
}
