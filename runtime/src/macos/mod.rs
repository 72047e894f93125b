//! macOS: entry point, system calls, memory, signals. Only libSystem is linked: there are no stable system calls below it.

mod allocator;
pub mod image;
pub mod memory;
pub mod signals;
pub mod stack;
pub mod start;
pub mod syscall;
// wasmtime's state of the one thread is kept alike everywhere.
#[path = "../linux/thread.rs"]
mod thread;
