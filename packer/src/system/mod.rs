//! What differs between the systems that the packer runs on. The files around this folder ask here and name no system.
//!
//! `unix` and `windows` have the same functions; `memory` starts programs that are in no file, which only Linux can, and
//! `no_memory` answers everywhere else. What the command needs beyond that is in `cli/system/`.

#[cfg(target_os = "linux")]
mod memory;
#[cfg(not(target_os = "linux"))]
mod no_memory;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub(crate) use memory::{InMemory, sleeps};
#[cfg(not(target_os = "linux"))]
pub(crate) use no_memory::{InMemory, sleeps};
#[cfg(unix)]
pub(crate) use unix::{call_it, create, file_name, link_text, make_link, os_string, same_file, signal, what_is};
#[cfg(windows)]
pub(crate) use windows::{call_it, create, file_name, link_text, make_link, os_string, same_file, signal, what_is};
