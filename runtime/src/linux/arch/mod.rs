//! What differs between the processors that Linux runs on. Each file offers the same names:
//!
//! - `_start`, which calls `start` with the initial stack pointer, the address that the executable is loaded at and that
//!   of its dynamic section;
//! - `system_call`, `map` and the `number`s of system calls;
//! - `LARGEST_PAGE` and `SMALLEST_PAGE`, in bytes;
//! - `signal_entry`, which leads to `on_signal`;
//! - `SignalAction`, `SIGNAL_FLAGS` and `signal_return` to set a handler, `Context` to read the registers in it;

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
