//! The generic runtime: a static executable without libc that runs the module packed into it.
//!
//! `linux/` is the platform, `wasi/` what a module may call, `program.rs` the way from the slot to `_start`.
//! Nothing here parses its own file, opens it, starts a thread or makes memory executable.

#![no_std]
#![no_main]

extern crate alloc;

mod backtrace;
mod engine;
mod limit;
mod linux;
mod message;
mod payload;
mod program;
mod trap;
mod wasi;
