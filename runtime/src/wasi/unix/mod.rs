//! What every Unix offers the host alike. What a system has of its own is in its folder (`linux/`, `macos/`), which also
//! says how directories are opened for lookups only (`LOOKUP`).

mod calls;
mod errno;
mod vectors;
mod walk;

pub use calls::*;
pub use vectors::{read_vectored, write_vectored};
pub use walk::Walk;
