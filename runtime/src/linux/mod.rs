//! Linux without libc: entry point, system calls, memory, signals.

#[cfg(not(feature = "jit"))]
pub mod allocator;
pub mod exec;
pub mod image;
pub mod memory;
#[cfg(not(feature = "jit"))]
mod routines;
pub mod signals;
#[cfg_attr(feature = "jit", path = "start_libc.rs")]
pub mod start;
pub mod syscall;
mod thread;
