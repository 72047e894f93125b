//! Embedded files: what is done with them is what a system does on a file system that is mounted read-only, without a
//! system call. Their bytes are those of the executable's own mapping.

use nyash_format::{EmbedEntry, EmbedIndex, EmbedNode, PathError};

use super::abi::{Errno, Filestat, filetype, oflags, rights};
use super::call::{Fail, Result};
use super::memory::{Guest, Ptr};
use super::system::{IoSliceMut, Whence};

/// The number of the device that they are on: one that no system gives.
const DEVICE: u64 = u64::from_be_bytes(*b"\0\0\0nyash");

/// The embedded files of the program.
// The index is read when a file is asked for: its head is on a page of its own, and a program that asks for none would
// start a page fault later for it.
#[derive(Clone, Copy)]
pub struct Embedded {
    index: &'static [u8],
    data: &'static [u8],
}

/// An open file.
pub struct EmbeddedFile {
    number: u32,
    bytes: &'static [u8],
    position: u64,
    /// Descriptor flags as given.
    pub flags: u16,
}

/// A folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmbeddedDirectory {
    number: u32,
    /// It is one that the program starts with.
    pub granted: bool,
}

impl EmbeddedDirectory {
    /// One of those that the program starts with.
    pub fn granted(number: u32) -> Self {
        EmbeddedDirectory { number, granted: true }
    }
}

/// Where relative paths of a program start that has the whole file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    Root,
    WorkingDirectory,
    Elsewhere,
}

/// What a path names.
pub enum Opened {
    File(EmbeddedFile),
    Directory(EmbeddedDirectory),
}

/// A path of the program, and the folder that it starts from.
#[derive(Clone, Copy)]
pub struct Place<'g> {
    files: Embedded,
    base: u32,
    path: &'g [u8],
}

impl From<PathError> for Fail {
    fn from(error: PathError) -> Self {
        Fail::Errno(match error {
            PathError::NoEntry | PathError::Absent => Errno::NoEntry,
            PathError::NotDirectory => Errno::NotDirectory,
            PathError::Loop => Errno::Loop,
            PathError::Outside => Errno::NotPermitted,
            PathError::NameTooLong => Errno::NameTooLong,
            PathError::Damaged(_) => Errno::Io,
        })
    }
}

impl Embedded {
    /// The files that an index and their bytes make up.
    pub const fn new(index: &'static [u8], data: &'static [u8]) -> Self {
        Embedded { index, data }
    }

    // Needed in many places: its code is there once.
    #[inline(never)]
    fn index(&self) -> core::result::Result<EmbedIndex<'static>, PathError> {
        EmbedIndex::parse(self.index).map_err(PathError::Damaged)
    }

    /// Number of folders that the program starts with.
    pub fn granted_count(&self) -> Result<u32> {
        Ok(self.index()?.roots())
    }

    fn entry(&self, number: u32) -> Result<EmbedEntry<'static>> {
        Ok(self.index()?.entry(number).map_err(PathError::Damaged)?)
    }

    fn node(&self, number: u32) -> Result<EmbedNode<'static>> {
        Ok(self.entry(number)?.node)
    }

    /// The path at which the program sees a folder that it starts with.
    pub fn name(&self, directory: EmbeddedDirectory) -> Result<&'static [u8]> {
        Ok(self.entry(directory.number)?.name)
    }

    /// A path that starts from a folder.
    pub fn place<'g>(&self, from: EmbeddedDirectory, guest: &'g Guest<'_>, (at, len): (Ptr, u32)) -> Result<Place<'g>> {
        let path = guest.bytes(at, len)?;
        if path.contains(&0) {
            return Err(Errno::Invalid.into());
        }
        Ok(Place {
            files: *self,
            base: from.number,
            path,
        })
    }

    /// A path of a program that has the whole file system, if it leads to or into one of the folders that the program starts
    /// with. Libraries that look for those do not get here; others have nothing but paths.
    pub fn place_in_all<'g>(
        &self,
        start: Start,
        guest: &'g Guest<'_>,
        (at, len): (Ptr, u32),
    ) -> Result<Option<Place<'g>>> {
        let path = guest.bytes(at, len)?;
        let absolute = path.starts_with(b"/") || start == Start::Root;
        let relative = !absolute && start == Start::WorkingDirectory;
        for root in (0..self.granted_count()?).map(EmbeddedDirectory::granted) {
            let name = self.name(root)?;
            let comes_from_there = if name.starts_with(b"/") { absolute } else { relative };
            let below = without_slashes(path).strip_prefix(without_slashes(name));
            let Some(below) = below.filter(|below| comes_from_there && matches!(below, [] | [b'/', ..])) else {
                continue;
            };
            let mut place = self.place(root, guest, (at, len))?;
            place.path = match without_slashes(below) {
                b"" => b".",
                below => below,
            };
            return Ok(Some(place));
        }
        Ok(None)
    }

    #[inline(never)]
    fn attributes(&self, number: u32) -> Result<Filestat> {
        let (filetype, size) = match self.node(number)? {
            EmbedNode::Directory { .. } => (filetype::DIRECTORY, 0),
            EmbedNode::File { len, .. } => (filetype::REGULAR_FILE, len),
            EmbedNode::Link { target } => (filetype::SYMBOLIC_LINK, target.len() as u64),
        };
        Ok(Filestat {
            dev: DEVICE,
            ino: inode(number),
            filetype,
            nlink: 1,
            size,
            ..Filestat::default()
        })
    }

    /// The attributes of an open file.
    pub fn file_attributes(&self, file: &EmbeddedFile) -> Result<Filestat> {
        self.attributes(file.number)
    }

    /// The attributes of a folder.
    pub fn directory_attributes(&self, directory: EmbeddedDirectory) -> Result<Filestat> {
        self.attributes(directory.number)
    }

    /// Calls `each` with what is in a folder from the entry `cookie` on, `.` and `..` first, until it returns `false`:
    /// the number of the next entry, inode, file type and name.
    pub fn list(
        &self,
        directory: EmbeddedDirectory,
        cookie: u64,
        mut each: impl FnMut(u64, u64, u8, &[u8]) -> Result<bool>,
    ) -> Result {
        const OWN: [&[u8]; 2] = [b".", b".."];
        let EmbedNode::Directory { first, count } = self.node(directory.number)? else {
            return Err(Errno::NotDirectory.into());
        };
        let end = u64::from(count) + OWN.len() as u64;
        for at in cookie..end {
            let more = match OWN.get(at as usize) {
                // What is above the folder is none of the program's business, as in granted ones.
                Some(name) => each(at + 1, inode(directory.number), filetype::DIRECTORY, name)?,
                None => {
                    let number = first + (at - OWN.len() as u64) as u32;
                    let entry = self.entry(number)?;
                    let filetype = match entry.node {
                        EmbedNode::Directory { .. } => filetype::DIRECTORY,
                        EmbedNode::File { .. } => filetype::REGULAR_FILE,
                        EmbedNode::Link { .. } => filetype::SYMBOLIC_LINK,
                    };
                    each(at + 1, inode(number), filetype, entry.name)?
                }
            };
            if !more {
                break;
            }
        }
        Ok(())
    }
}

fn without_slashes(path: &[u8]) -> &[u8] {
    let names = path.iter().position(|byte| *byte != b'/').unwrap_or(path.len());
    &path[names..]
}

fn inode(number: u32) -> u64 {
    u64::from(number) + 1
}

impl Place<'_> {
    #[inline(never)]
    fn find(&self, follow: bool) -> core::result::Result<u32, PathError> {
        self.files.index()?.find(self.base, self.path, follow)
    }

    /// What `path_open` comes to: its flags, the wanted rights, descriptor flags.
    #[inline(never)]
    pub fn open(&self, follow: bool, open: u16, wanted: u64, fd: u16) -> Result<Opened> {
        let asks = |flag: u16| open & flag != 0;
        let create = asks(oflags::CREAT);
        let exclusive = create && asks(oflags::EXCL);
        if asks(oflags::DIRECTORY) && asks(oflags::CREAT | oflags::EXCL | oflags::TRUNC) {
            return Err(Errno::Invalid.into());
        }
        let number = match self.find(follow && !exclusive) {
            Ok(_) if exclusive => return Err(Errno::Exist.into()),
            Ok(number) => number,
            Err(PathError::Absent) if create => return Err(Errno::ReadOnly.into()),
            Err(error) => return Err(error.into()),
        };
        let change = asks(oflags::TRUNC) || wanted & rights::FD_WRITE != 0;
        match self.files.node(number)? {
            EmbedNode::Link { .. } => Err(Errno::Loop.into()),
            EmbedNode::Directory { .. } if change || create => Err(Errno::IsDirectory.into()),
            EmbedNode::Directory { .. } => Ok(Opened::Directory(EmbeddedDirectory { number, granted: false })),
            EmbedNode::File { .. } if asks(oflags::DIRECTORY) => Err(Errno::NotDirectory.into()),
            EmbedNode::File { .. } if change => Err(Errno::ReadOnly.into()),
            EmbedNode::File { offset, len } => {
                let start = usize::try_from(offset).ok();
                let bytes = start.and_then(|start| self.files.data.get(start..));
                let bytes = bytes.and_then(|bytes| bytes.get(..usize::try_from(len).ok()?));
                Ok(Opened::File(EmbeddedFile {
                    number,
                    bytes: bytes.ok_or(Errno::Io)?,
                    position: 0,
                    flags: fd,
                }))
            }
        }
    }

    /// The attributes of what it names.
    #[inline(never)]
    pub fn attributes(&self, follow: bool) -> Result<Filestat> {
        self.files.attributes(self.find(follow)?)
    }

    /// The text of the link that it names.
    pub fn read_link(&self) -> Result<&'static [u8]> {
        match self.files.node(self.find(false)?)? {
            EmbedNode::Link { target } => Ok(target),
            EmbedNode::Directory { .. } | EmbedNode::File { .. } => Err(Errno::Invalid.into()),
        }
    }

    /// What comes of making something new there.
    #[inline(never)]
    pub fn create(&self) -> Result {
        let end = self
            .path
            .iter()
            .rposition(|byte| *byte != b'/')
            .map_or(0, |last| last + 1);
        match self.files.index()?.find(self.base, &self.path[..end], false) {
            Ok(_) => Err(Errno::Exist.into()),
            Err(PathError::Absent) => Err(Errno::ReadOnly.into()),
            Err(error) => Err(error.into()),
        }
    }

    /// What comes of taking it away: the folders on the way are looked at, and not whether it is there.
    #[inline(never)]
    pub fn remove(&self) -> Result {
        match self.find(false) {
            Ok(_) | Err(PathError::Absent) => Err(Errno::ReadOnly.into()),
            Err(error) => Err(error.into()),
        }
    }

    /// What comes of changing its attributes.
    pub fn change(&self, follow: bool) -> Result {
        self.find(follow)?;
        Err(Errno::ReadOnly.into())
    }
}

impl EmbeddedFile {
    /// Bytes between the position and the end.
    pub fn rest(&self) -> u64 {
        (self.bytes.len() as u64).saturating_sub(self.position)
    }

    /// Reads from the position on, which moves.
    pub fn read(&mut self, buffers: &mut [IoSliceMut<'_>]) -> u32 {
        let read = self.copy(self.position, buffers);
        self.position += u64::from(read);
        read
    }

    /// Reads from a position on.
    pub fn read_at(&self, position: u64, buffers: &mut [IoSliceMut<'_>]) -> Result<u32> {
        if i64::try_from(position).is_err() {
            return Err(Errno::Invalid.into());
        }
        Ok(self.copy(position, buffers))
    }

    #[inline(never)]
    fn copy(&self, position: u64, buffers: &mut [IoSliceMut<'_>]) -> u32 {
        // As much as Linux reads at once.
        const MOST: usize = 0x7fff_f000;
        let start = usize::try_from(position).ok();
        let mut rest = start.and_then(|start| self.bytes.get(start..)).unwrap_or_default();
        rest = &rest[..rest.len().min(MOST)];
        let before = rest.len();
        for buffer in buffers {
            let buffer = buffer.as_mut_slice();
            let len = buffer.len().min(rest.len());
            let (now, later) = rest.split_at(len);
            buffer[..len].copy_from_slice(now);
            rest = later;
        }
        (before - rest.len()) as u32
    }

    /// Moves the position, also behind the end.
    pub fn seek(&mut self, offset: i64, whence: Whence) -> Result<u64> {
        let from = match whence {
            Whence::Start => 0,
            Whence::Current => self.position,
            Whence::End => self.bytes.len() as u64,
        };
        let position = from.checked_add_signed(offset).filter(|at| i64::try_from(*at).is_ok());
        self.position = position.ok_or(Errno::Invalid)?;
        Ok(self.position)
    }
}
