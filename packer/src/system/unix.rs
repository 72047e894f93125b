//! Linux, macOS and their like.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, FileType, OpenOptions};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt, symlink};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

/// Creates a file that is not there yet and opens it for writing. `mode` is its rights, less the umask.
pub(crate) fn create(path: &Path, mode: u32) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(mode).open(path)
}

/// Whether two paths lead to the same file now.
pub(crate) fn same_file(one: &Path, other: &Path) -> bool {
    match (fs::metadata(one), fs::metadata(other)) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

/// A name that is kept as bytes, or a path of the command line; `None` for one that the system cannot have.
pub(crate) fn os_string(bytes: Vec<u8>) -> Option<OsString> {
    Some(OsString::from_vec(bytes))
}

/// The name of a file that is kept as bytes; `None` for one that the system cannot have.
pub(crate) fn file_name(bytes: Vec<u8>) -> Option<OsString> {
    os_string(bytes)
}

/// The text of a symbolic link as it is kept.
pub(crate) fn link_text(text: PathBuf) -> Vec<u8> {
    text.into_os_string().into_vec()
}

/// Makes a symbolic link with a text that was kept.
pub(crate) fn make_link(text: &[u8], link: &Path) -> io::Result<()> {
    symlink(OsStr::from_bytes(text), link)
}

/// In words, what is neither a file nor a folder nor a link.
pub(crate) fn what_is(kind: FileType) -> &'static str {
    if kind.is_socket() {
        "it is a socket"
    } else if kind.is_fifo() {
        "it is a named pipe"
    } else {
        "it is a device"
    }
}

/// The number of the signal that ended a process.
pub(crate) fn signal(status: ExitStatus) -> Option<i32> {
    status.signal()
}

/// Gives a program another first argument than the path of its file.
pub(crate) fn call_it<'a>(command: &'a mut Command, name: &OsStr) -> &'a mut Command {
    command.arg0(name)
}
