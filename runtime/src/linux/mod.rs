//! Linux without libc: entry point, system calls, memory, signals.

pub mod allocator;
pub mod exec;
pub mod image;
pub mod memory;
mod routines;
pub mod signals;
pub mod start;
pub mod syscall;
mod thread;
