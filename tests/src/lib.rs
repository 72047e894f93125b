//! What tests of several crates share: programs that fit no runtime ([`unfit()`]), and a small language for tests of WASI
//! preview 1.
//!
//! A script of calls becomes a module that makes them and prints the
//! results.
//!
//! ```text
//! ;;! dir work::/w
//! ;;! file work/f "hello"
//!
//! path_open 3 0 "f" 0 0x2 0 0
//! => success 4
//! fd_read 4 3+9
//! => success 5 "hel" "lo"
//! ```
//!
//! Lines that start with `;;!` prepare the run ([`script::Setup`]), `;;` is a comment, `=>` is what the call before it
//! returns: the name of the error number and, on success, what it wrote. A string is a pointer and a length,
//! `"a"+"b"` a list of buffers to write, `3+9` one to read into. Pointers to results are not written. A line that
//! starts with `raw` gives every argument as the function takes it.

pub mod script;
mod unfit;
pub mod wat;

pub use unfit::unfit;
