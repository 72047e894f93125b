//! What differs between the processors that Linux runs on. Each file offers the same names:
//!
//! - `_start`, which calls `start` with the initial stack pointer, the address that the executable is loaded at and that
//!   of its dynamic section;
//! - `system_call`, the `number`s of system calls, and `map`, which s390x makes otherwise;
//! - `on_stack`, to go on with another stack;
//! - `LARGEST_PAGE` and `SMALLEST_PAGE`, in bytes;
//! - `signal_entry` and `bus_entry`, which lead to `on_signal` and `on_bus_error`, and `restorer`, for the way back: the same for all but x86-64;
//! - `Context` to read the registers in a handler.

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "riscv64")]
mod riscv64;
#[cfg(target_arch = "s390x")]
mod s390x;
#[cfg(target_arch = "x86_64")]
mod x86_64;

#[cfg(target_arch = "aarch64")]
pub use aarch64::*;
#[cfg(target_arch = "riscv64")]
pub use riscv64::*;
#[cfg(target_arch = "s390x")]
pub use s390x::*;
#[cfg(target_arch = "x86_64")]
pub use x86_64::*;

/// The registers that a trap report needs, at the instruction that raised a signal.
pub struct Registers {
    /// Address of the instruction.
    pub pc: usize,
    /// Frame pointer, or what `frames` takes for it.
    pub fp: usize,
    /// Stack pointer.
    pub sp: usize,
}

/// What the kernel is to call for a signal.
#[cfg(not(target_arch = "x86_64"))]
pub fn signal_entry() -> usize {
    crate::linux::signals::on_signal as *const () as usize
}

/// What the kernel is to call for SIGBUS.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)] // for `guard.rs`
pub fn bus_entry() -> usize {
    crate::linux::guard::on_bus_error as *const () as usize
}

/// A flag and an address for the return from handlers: the kernel needs neither.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)] // for `guard.rs`
pub fn restorer() -> (usize, usize) {
    (0, 0)
}

/// `mmap`.
///
/// # Safety
/// As for the system call.
#[cfg(not(target_arch = "s390x"))]
pub unsafe fn map(arguments: [usize; 6]) -> isize {
    // SAFETY: the caller's contract.
    unsafe { system_call(number::MMAP, arguments) }
}
