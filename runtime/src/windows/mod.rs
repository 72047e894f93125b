//! Windows without a C runtime: entry point, memory, exceptions, console. Imports nothing but kernel32 and ntdll.

mod command_line;
pub mod console;
pub mod image;
mod linkage;
pub mod memory;
pub mod signals;
pub mod stack;
pub mod start;
pub mod syscall;
mod thread;
pub mod wide;
