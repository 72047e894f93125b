//! What the host asks of Linux beyond what every Unix has. The files beside this folder know nothing about system calls.

mod beneath;
mod calls;
mod listing;
mod signals;

pub use super::listing::Listing;
pub use super::unix::*;
pub use beneath::{attributes_beneath, open_beneath, open_directory_beneath, set_times_beneath};
pub use calls::*;
pub use listing::list_from;
pub use signals::{SIGNALS, is_fault};
