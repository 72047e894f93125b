//! Linux without libc: entry point, system calls, memory, signals.

mod arch;
#[cfg(feature = "full")]
pub mod compiler;
pub mod core_dump;
mod guard;
pub mod image;
pub mod memory;
pub mod signals;
#[cfg(feature = "full")]
pub mod snapshot;
pub mod stack;
pub mod start;
pub mod syscall;
mod thread;
mod unwinder;
