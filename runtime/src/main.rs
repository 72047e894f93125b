//! The generic runtime: a static executable without libc that runs the module packed into it.
//!
//! `platform` is the system below (a folder for each: `linux/`, `macos/`, `windows/`), `wasi/` what a module may call,
//! `program.rs` the way from the slot to `_start`, `choose.rs` which code that is and `cpu/` whether the machine can run
//! it.
//! Nothing here parses its own file, opens it, starts a thread or makes memory executable. A fallback alone may do more:
//! `linux/compiler.rs`.

#![no_std]
#![no_main]

extern crate alloc;

#[cfg(not(target_os = "macos"))]
mod allocator;
#[cfg(unix)]
mod arguments;
mod backtrace;
mod choose;
mod code;
mod cpu;
mod engine;
mod frames;
mod image;
#[cfg(feature = "full")]
mod invoke;
mod limit;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
mod mappings;
mod message;
mod panic;
mod payload;
mod program;
#[cfg(all(not(target_os = "macos"), any(target_arch = "x86_64", target_arch = "aarch64")))]
mod routines;
#[cfg(target_os = "linux")]
mod source_line;
mod trap;
mod wasi;
#[cfg(windows)]
mod windows;

/// The system that this runtime is built for. Every one offers the same modules.
#[cfg(target_os = "linux")]
use linux as platform;
#[cfg(target_os = "macos")]
use macos as platform;
#[cfg(windows)]
use windows as platform;
