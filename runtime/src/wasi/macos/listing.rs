//! Reading the names in a directory.

use alloc::vec::Vec;
use core::ffi::CStr;

use rustix::fs::{Dir, FileType};

use super::super::abi::Errno;
use super::super::call::Result;
use super::super::unix::{Entry, FdRef, filetype_of};

/// The names that a directory held when the program began to read it.
///
/// Positions of macOS are good only for the stream that they come from, and a number of names to pass over goes wrong
/// when a program removes the names that it has read, as `rm -r` does. So all names are read at once and kept until the
/// program starts again at the first.
pub struct Listing {
    entries: Vec<Kept>,
    /// The names, each followed by a zero.
    names: Vec<u8>,
    complete: bool,
}

struct Kept {
    ino: u64,
    filetype: Option<u8>,
    name_at: usize,
}

impl Listing {
    /// One that has seen nothing yet.
    pub const fn new() -> Self {
        Listing {
            entries: Vec::new(),
            names: Vec::new(),
            complete: false,
        }
    }

    /// Calls `each` with the names from number `wanted` on and their numbers, until it returns `false`. `.` and `..`
    /// are passed over.
    pub fn read(
        &mut self,
        list: FdRef<'_>,
        wanted: usize,
        mut each: impl FnMut(usize, &Entry<'_>) -> Result<bool>,
    ) -> Result {
        if wanted == 0 || !self.complete {
            *self = Listing::new();
            self.take(list)?;
        }
        for (number, kept) in self.entries.iter().enumerate().skip(wanted) {
            let name = CStr::from_bytes_until_nul(&self.names[kept.name_at..]).map_err(|_| Errno::Io)?;
            let entry = Entry {
                name,
                ino: kept.ino,
                filetype: kept.filetype,
            };
            if !each(number, &entry)? {
                break;
            }
        }
        Ok(())
    }

    fn take(&mut self, list: FdRef<'_>) -> Result {
        // Opens the directory again, so that the position of `list` does not matter.
        let mut dir = Dir::read_from(list)?;
        while let Some(entry) = dir.read() {
            let entry = entry?;
            let name = entry.file_name().to_bytes_with_nul();
            if matches!(name, b".\0" | b"..\0") {
                continue;
            }
            self.entries.try_reserve(1).map_err(|_| Errno::NoMemory)?;
            self.names.try_reserve(name.len()).map_err(|_| Errno::NoMemory)?;
            let kind = entry.file_type();
            self.entries.push(Kept {
                ino: entry.ino(),
                filetype: (kind != FileType::Unknown).then(|| filetype_of(kind)),
                name_at: self.names.len(),
            });
            self.names.extend_from_slice(name);
        }
        self.complete = true;
        Ok(())
    }
}
