//! What differs between the systems that the command runs on, beyond what the library knows (`src/system/`).
//!
//! `unix` and `windows` have the same functions, and so have `linux` and `elsewhere`; `usage` is what they tell.

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(unix)]
mod unix;
pub mod usage;
#[cfg(windows)]
mod windows;

#[cfg(not(target_os = "linux"))]
pub use elsewhere::{drop_files, stay_on_one_processor, trace};
#[cfg(target_os = "linux")]
pub use linux::{drop_files, stay_on_one_processor, trace};
#[cfg(unix)]
pub use unix::{NOTHING, end_group, in_own_group, stop_when_asked, used_by_children};
#[cfg(windows)]
pub use windows::{NOTHING, end_group, in_own_group, stop_when_asked, used_by_children};
