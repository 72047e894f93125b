//! Linux without libc: entry point, system calls, memory, signals.

pub mod allocator;
mod arch;
pub mod image;
pub mod memory;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod routines;
pub mod signals;
pub mod start;
pub mod syscall;
mod thread;
mod unwinder;
