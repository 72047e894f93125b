//! The WASI preview 1 host: all functions of `wasi_snapshot_preview1`, and the older `wasi_unstable`.
//!
//! The reference is wasmtime's own preview 1 host; `docs/wasi.md` lists where this one differs on purpose. A host call
//! costs what the system call behind it costs: nothing is set up before a program asks for it, granted directories are
//! opened when they are first used, and reads and writes go straight to and from the program's memory.
//!
//! `abi.rs` and `memory.rs` are the program's side, `system` is the system's side (a folder for each, `linux/`,
//! `macos/`, `windows/`, and `unix/` with what the first two share). Between them, from below: `call.rs` says what a host
//! call gets and returns, `context.rs` holds what calls work on (`descriptors.rs`,
//! `embedded.rs`, `time.rs`), the files after their
//! subjects are the calls themselves, and `functions.rs` offers them to modules.

mod abi;
mod call;
mod clocks;
mod context;
mod descriptors;
mod dirs;
mod embedded;
mod fds;
mod files;
mod functions;
#[cfg(all(target_os = "linux", not(feature = "macos-host")))]
mod linux;
#[cfg(not(any(target_os = "macos", feature = "macos-host")))]
mod listing;
#[cfg(any(target_os = "macos", feature = "macos-host"))]
mod macos;
mod memory;
mod paths;
mod poll;
mod process;
mod sockets;
mod time;
#[cfg(unix)]
mod unix;
mod vectors;
#[cfg(windows)]
mod windows;

/// What the host asks of the system that this runtime is built for.
#[cfg(all(target_os = "linux", not(feature = "macos-host")))]
use linux as system;
#[cfg(any(target_os = "macos", feature = "macos-host"))]
use macos as system;
#[cfg(windows)]
use windows as system;

pub use context::Ctx;
pub use embedded::Embedded;
pub use functions::{import, missing};
