//! Linux without libc: entry point, system calls, memory, signals.

pub mod image;
pub mod memory;
pub mod signals;
pub mod start;
pub mod syscall;
mod thread;
