//! What Linux has in place of the calls in `apple.rs`, so that all the rest of this folder can be tested there.

use core::num::NonZeroU64;

use rustix::io::Errno as System;

use super::super::unix::FdRef;

#[allow(
    dead_code,
    reason = "of what is in there, this takes the calls that `apple.rs` has too"
)]
#[path = "../linux/calls.rs"]
mod calls;
#[path = "../linux/signals.rs"]
mod signals;

pub use calls::{init_clocks, now, random, resolution};
pub use signals::{SIGNALS, is_fault};

/// Writes the file through to the medium.
pub fn full_sync(fd: FdRef<'_>) -> Result<(), System> {
    rustix::fs::fsync(fd)
}

/// Asks for a part of a file to be read in advance.
pub fn read_ahead(fd: FdRef<'_>, offset: u64, len: u64) {
    let _ = rustix::fs::fadvise(fd, offset, NonZeroU64::new(len), rustix::fs::Advice::WillNeed);
}
