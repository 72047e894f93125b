//! The names in a directory.
//!
//! Windows gives positions in a listing no names: a handle goes on where it was. So a position is the number of entries
//! before it, and a listing has a handle of its own and remembers where that is.

use core::ffi::CStr;
use core::ptr::{null, null_mut};

use alloc::boxed::Box;
use alloc::vec::Vec;
use windows_sys::Wdk::Storage::FileSystem as fs;
use windows_sys::Win32::Foundation as status;
use windows_sys::Win32::System::IO::IO_STATUS_BLOCK;

use super::super::abi::Errno;
use super::super::call::Result;
use super::attributes::filetype_of;
use super::errno::Status;
use super::fd::{Fd, FdRef};
use super::flags::OpenFlags;
use super::nt;
use super::open::how;
use crate::platform::wide;

const BUFFER: usize = 16 << 10;
/// Where the name of an entry starts.
const NAME: usize = core::mem::offset_of!(fs::FILE_ID_BOTH_DIR_INFORMATION, FileName);

/// Where a handle is in its listing.
pub struct Cursor {
    /// The directory, opened for this listing: some systems (wine) go on with the names that they read once, however
    /// often a listing through the same handle is started again.
    directory: Fd,
    /// Entries as the system laid them out.
    buffer: Box<[u64; BUFFER / 8]>,
    /// Position of the first entry in the buffer.
    start: u64,
    /// Number of entries in the buffer.
    count: u64,
    /// The end has been seen.
    ended: bool,
}

/// One name in a directory.
pub struct Entry<'a> {
    pub name: &'a CStr,
    pub ino: u64,
    /// Always known here.
    pub filetype: Option<u8>,
}

impl Cursor {
    fn new(directory: Fd) -> Self {
        Cursor {
            directory,
            buffer: Box::new([0; BUFFER / 8]),
            start: 0,
            count: 0,
            ended: false,
        }
    }

    /// Reads the next entries.
    fn fill(&mut self) -> Result {
        let handle = self.directory.handle()?;
        self.start += self.count;
        (self.count, self.ended) = (0, false);
        let mut block = IO_STATUS_BLOCK::default();
        // SAFETY: at most the length of the buffer is written, before the call returns: the handle is synchronous.
        let result = unsafe {
            fs::NtQueryDirectoryFile(
                handle,
                null_mut(),
                None,
                null(),
                &mut block,
                self.buffer.as_mut_ptr().cast(),
                BUFFER as u32,
                fs::FileIdBothDirectoryInformation,
                false,
                null(),
                false,
            )
        };
        match nt::check(result) {
            // The last three: the directory was removed while it was open, and has no names any more.
            Err(Status(
                status::STATUS_NO_MORE_FILES
                | status::STATUS_NO_SUCH_FILE
                | status::STATUS_DELETE_PENDING
                | status::STATUS_FILE_DELETED
                | status::STATUS_OBJECT_NAME_NOT_FOUND,
            )) => self.ended = true,
            Err(error) => return Err(error.into()),
            Ok(()) => self.count = self.entries().count() as u64,
        }
        Ok(())
    }

    fn entries(&self) -> impl Iterator<Item = &fs::FILE_ID_BOTH_DIR_INFORMATION> {
        let mut at = Some(0_usize);
        core::iter::from_fn(move || {
            let here = at?;
            // SAFETY: the system puts each entry at a multiple of 8 inside the buffer, and links it to the next.
            let entry = unsafe {
                &*self
                    .buffer
                    .as_ptr()
                    .cast::<u8>()
                    .add(here)
                    .cast::<fs::FILE_ID_BOTH_DIR_INFORMATION>()
            };
            at = match entry.NextEntryOffset {
                0 => None,
                step => Some(here + step as usize),
            };
            Some(entry)
        })
    }
}

/// Calls `each` with the names in a directory from a position on, and the position behind each, until it
/// returns `false`. Returns whether the end was reached instead.
pub fn list_from(fd: FdRef<'_>, position: u64, mut each: impl FnMut(&Entry<'_>, u64) -> Result<bool>) -> Result<bool> {
    // SAFETY: one thread, and `each` does not list.
    let listing = unsafe { &mut *fd.listing.get() };
    let listing = match listing {
        // A listing from the start shows the directory as it is now.
        Some(listing) if position > 0 && listing.start <= position => listing,
        listing => {
            let flags = OpenFlags::RDONLY | OpenFlags::DIRECTORY;
            let directory = Fd::from_handle(nt::create_file(fd.handle()?, &[], how(flags))?, flags);
            let listing = listing.insert(Box::new(Cursor::new(directory)));
            listing.fill()?;
            listing
        }
    };
    let mut name = Vec::new();
    while !listing.ended {
        let skip = position.saturating_sub(listing.start);
        for (index, entry) in listing.entries().take(listing.count as usize).enumerate() {
            if (index as u64) < skip {
                continue;
            }
            // SAFETY: the name lies behind the entry, as long as the entry says.
            let text = unsafe {
                let start = core::ptr::from_ref(entry).cast::<u8>().add(NAME).cast::<u16>();
                core::slice::from_raw_parts(start, entry.FileNameLength as usize / 2)
            };
            name.clear();
            wide::push_bytes(text, &mut name);
            name.push(0);
            let more = each(
                &Entry {
                    name: CStr::from_bytes_with_nul(&name).map_err(|_| Errno::Io)?,
                    ino: entry.FileId as u64,
                    // For a reparse point, the place of the length of extended attributes holds its tag.
                    filetype: Some(filetype_of(entry.FileAttributes, entry.EaSize)),
                },
                listing.start + index as u64 + 1,
            )?;
            if !more {
                return Ok(false);
            }
        }
        listing.fill()?;
    }
    Ok(true)
}
