//! Reading the names in a directory.

use rustix::fs::{FileType, RawDir, SeekFrom, seek};
use rustix::io::Errno as Linux;

use super::super::call::Result;
use super::super::unix::{Entry, FdRef, filetype_of};

/// Calls `each` with the names in a directory from a position on, and the position behind each, until it returns
/// `false`. Returns whether the end was reached instead.
pub fn list_from(fd: FdRef<'_>, position: u64, mut each: impl FnMut(&Entry<'_>, u64) -> Result<bool>) -> Result<bool> {
    // Positions are whatever the file system made up, as signed numbers.
    seek(fd, SeekFrom::Start(position))?;
    let mut buffer = [const { core::mem::MaybeUninit::uninit() }; 4096];
    let mut list = RawDir::new(fd, &mut buffer);
    while let Some(entry) = list.next() {
        let entry = match entry {
            // The directory was removed while it was open: it has no names any more.
            Err(Linux::NOENT) => break,
            entry => entry?,
        };
        let kind = entry.file_type();
        let found = Entry {
            name: entry.file_name(),
            ino: entry.ino(),
            filetype: (kind != FileType::Unknown).then(|| filetype_of(kind)),
        };
        if !each(&found, entry.next_entry_cookie())? {
            return Ok(false);
        }
    }
    Ok(true)
}
