//! What the compiler and the runtime of the builtin boxes agree on, written once: `language` emits it, `boxes` is
//! built with it, and a test compares both with the object file that is linked into programs.
#![no_std]
#![deny(missing_docs)]

pub mod class;
pub mod layout;
pub mod library;
pub mod value;
