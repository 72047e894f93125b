//! Opening what a path names, never above the directory it starts from.
//!
//! macOS has no descriptor that stands for a thing without any right to its contents. So attributes and times are asked
//! and set by the directory that a walk ends in and the last name, with calls that follow no link.

use core::ffi::CStr;

use rustix::fs::{Mode, OFlags};

use super::super::abi::Filestat;
use super::super::call::Result;
use super::super::unix::{Fd, FdRef, NewTime, Walk, attributes_at, new_file_mode, set_times_at};
use super::LOOKUP;

/// Opens `path` below `root`.
///
/// A path that leads out is not permitted. With [`OFlags::NOFOLLOW`] a link at the end of the path is not followed.
pub fn open_beneath(root: FdRef<'_>, path: &CStr, flags: OFlags) -> Result<Fd> {
    let mode = if flags.contains(OFlags::CREATE) {
        new_file_mode()
    } else {
        Mode::empty()
    };
    Walk::new(root).open(path.to_bytes(), flags | OFlags::CLOEXEC, mode)
}

/// Opens a directory below `root`, only to start further lookups from it.
pub fn open_directory_beneath(root: FdRef<'_>, path: &CStr) -> Result<Fd> {
    open_beneath(root, path, LOOKUP)
}

/// Attributes of what a path below `root` names.
pub fn attributes_beneath(root: FdRef<'_>, path: &CStr, follow: bool) -> Result<Filestat> {
    let found = Walk::new(root).find(path.to_bytes(), follow)?;
    attributes_at(found.directory(), found.name()?, false)
}

/// Sets the times of what a path below `root` names; a link at its end is followed.
pub fn set_times_beneath(root: FdRef<'_>, path: &CStr, access: NewTime, modification: NewTime) -> Result {
    let found = Walk::new(root).find(path.to_bytes(), true)?;
    set_times_at(found.directory(), found.name()?, false, access, modification)
}
