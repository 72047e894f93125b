//! Reading the names in a directory.

use alloc::vec::Vec;
use rustix::fs::{FileType, RawDir, SeekFrom, seek};
use rustix::io::Errno as Linux;

use super::super::Result;
use super::super::abi::Errno;
use super::super::unix::{Entry, FdRef, filetype_of};

/// What a listing needs to go on behind the entries that it has seen.
///
/// The file system has a position behind each entry, which stays right when names come and go meanwhile.
pub struct Listing {
    positions: Vec<u64>,
}

impl Listing {
    /// One that has seen nothing yet.
    pub const fn new() -> Self {
        Listing { positions: Vec::new() }
    }

    /// Calls `each` with the names from number `wanted` on and their numbers, until it returns `false`. `.` and `..`
    /// are passed over.
    pub fn read(
        &mut self,
        list: FdRef<'_>,
        wanted: usize,
        mut each: impl FnMut(usize, &Entry<'_>) -> Result<bool>,
    ) -> Result {
        let positions = &mut self.positions;
        // Behind the wanted entry if it has been seen, else behind the last one that has.
        let mut index = wanted.min(positions.len());
        let start = index.checked_sub(1).map_or(0, |last| positions[last]);
        list_from(list, start, |entry, next| {
            if matches!(entry.name.to_bytes(), b"." | b"..") {
                return Ok(true);
            }
            match positions.get_mut(index) {
                Some(position) => *position = next,
                None => {
                    positions.try_reserve(1).map_err(|_| Errno::NoMemory)?;
                    positions.push(next);
                }
            }
            index += 1;
            if index <= wanted {
                return Ok(true);
            }
            each(index - 1, entry)
        })
    }
}

/// Calls `each` with the names in a directory from a position on, and the position behind each, until it returns
/// `false`.
fn list_from(fd: FdRef<'_>, position: u64, mut each: impl FnMut(&Entry<'_>, u64) -> Result<bool>) -> Result {
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
            break;
        }
    }
    Ok(())
}
