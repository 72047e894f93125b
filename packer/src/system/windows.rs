//! Windows.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus};

/// Creates a file that is not there yet and opens it for writing. What may be executed is told by names here, so that
/// there is nothing to do for a mode.
pub(crate) fn create(path: &Path, _mode: u32) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Whether two paths lead to the same file now. Two names of one file (hard links) are not recognised: std does not tell a
/// file's number here, and replacing one name of a file leaves the other one as it was.
pub(crate) fn same_file(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// There are no signals.
pub(crate) fn signal(_: ExitStatus) -> Option<i32> {
    None
}

/// A program is always told the path that it was started by.
pub(crate) fn call_it<'a>(command: &'a mut Command, _: &OsStr) -> &'a mut Command {
    command
}
