//! The builtin boxes of Nyash that are too large to emit inline.
//!
//! Compiled to one relocatable wasm32 object; the compiler's linker (`language/src/wasm/link.rs`) takes the functions and the
//! data a program reaches and nothing else. `docs/abi.md` of the compiler describes the calling convention:
//!
//! - a dynamic value is a tag and a 64-bit payload; a function that returns one returns the payload and leaves the
//!   tag in `ny_tag`;
//! - arguments are borrowed, results are owned by the caller;
//! - a function that can fail leaves the error in `ny_pending` and returns zero.
//!
//! The whole crate works on raw heap objects whose layout the compiler knows, hence `unsafe` throughout: every
//! pointer is an address the compiler or `alloc` handed out, and wasm has one thread.
// On the computer that compiles it, it is only linted; the standard library brings what a library for it must have.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![allow(clippy::missing_safety_doc, static_mut_refs)]

extern crate alloc as rust_alloc;

mod alloc;
mod array;
mod array_more;
mod boxes;
mod bytes;
mod cells;
mod channel;
mod clock;
#[cfg(feature = "more")]
mod codec;
mod error;
mod figures;
mod file;
mod folders;
mod io;
mod json;
#[cfg(feature = "more")]
mod leaks;
// Its structures hold addresses of 32 bits.
#[cfg(target_arch = "wasm32")]
mod layout;
mod map;
mod math;
mod number;
mod pieces;
mod random;
#[cfg(feature = "more")]
mod regex;
mod siphash;
mod string;
mod text;
#[cfg(feature = "more")]
mod toml;
mod value;
mod weak;
mod words;

#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
