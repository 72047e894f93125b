//! Windows.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, FileType, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
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

/// A name that is kept as bytes, or a path of the command line; `None` for one that is no Unicode.
pub(crate) fn os_string(bytes: Vec<u8>) -> Option<OsString> {
    String::from_utf8(bytes).ok().map(OsString::from)
}

/// The name of a file that is kept as bytes; `None` for one that would mean something else here.
pub(crate) fn file_name(bytes: Vec<u8>) -> Option<OsString> {
    let plain = |byte: &u8| {
        !matches!(
            byte,
            0..=31 | b'\\' | b'/' | b':' | b'*' | b'?' | b'"' | b'<' | b'>' | b'|'
        )
    };
    os_string(bytes).filter(|name| name.as_encoded_bytes().iter().all(plain))
}

/// The text of a symbolic link as it is kept.
pub(crate) fn link_text(text: PathBuf) -> Vec<u8> {
    let mut text = text.into_os_string().into_encoded_bytes();
    for byte in text.iter_mut().filter(|byte| **byte == b'\\') {
        *byte = b'/';
    }
    text
}

/// Links to files and to folders are two things here, and the text does not tell which.
pub(crate) fn make_link(_text: &[u8], _link: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// In words, what is neither a file nor a folder nor a link.
pub(crate) fn what_is(_: FileType) -> &'static str {
    "it is a device"
}

/// There are no signals.
pub(crate) fn signal(_: ExitStatus) -> Option<i32> {
    None
}

/// A program is always told the path that it was started by.
pub(crate) fn call_it<'a>(command: &'a mut Command, _: &OsStr) -> &'a mut Command {
    command
}
