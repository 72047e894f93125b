//! What the host asks of macOS beyond what every Unix has.
//!
//! Only `apple.rs` makes calls that other systems have not got. The rest is built and tested on Linux too, as the
//! feature `macos-host`, with `stand_in.rs` in its place.

#[cfg(target_os = "macos")]
mod apple;
mod beneath;
mod calls;
mod listing;
#[cfg(not(target_os = "macos"))]
mod stand_in;
#[cfg(not(target_os = "macos"))]
use stand_in as apple;

pub use super::unix::*;
pub use apple::{SIGNALS, init_clocks, is_fault, now, random, resolution};
pub use beneath::{attributes_beneath, open_beneath, open_directory_beneath, set_times_beneath};
pub use calls::*;
pub use listing::Listing;
