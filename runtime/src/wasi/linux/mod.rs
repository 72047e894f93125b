//! What the host asks of Linux. The files beside this folder know nothing about system calls.

mod beneath;
mod errno;
mod signals;
mod sys;

pub use beneath::{open_beneath, open_directory_beneath};
pub use signals::{SIGNALS, is_fault};
pub use sys::*;
