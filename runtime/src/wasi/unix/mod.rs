//! What every Unix offers the host alike. What a system has of its own is in its folder (`linux/`, `macos/`), which also
//! says how directories are opened for lookups only (`LOOKUP`).

mod calls;
mod errno;
mod walk;

pub use calls::*;
pub use walk::Walk;
