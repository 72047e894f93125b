//! The table of descriptors.
//!
//! The program's numbers are not the kernel's. 0, 1 and 2 are the standard streams; inherited descriptors that the
//! program was granted keep the number that they have in the process; granted directories take the lowest other
//! numbers from 3 on, in the order in which they were granted. A number that is closed is used again, the highest
//! first, as wasmtime does.

use alloc::vec::Vec;
use nyash_format::{Capabilities, capability};

use super::abi::Errno;
use super::call::{Result, list_with_capacity};
use super::embedded::{Embedded, EmbeddedDirectory, EmbeddedFile};
use super::paths::{Base, Scope};
use super::system::{self, Fd, Kind, Listing, OpenFlags};

/// A file, or anything else that is read and written.
pub struct File {
    pub fd: Fd,
    /// It was opened for reading.
    pub read: bool,
    /// It was opened for writing.
    pub write: bool,
    /// What the descriptor it was opened through allows.
    pub scope: Scope,
    /// [`fdflags::ANY_SYNC`] as given when it was opened.
    pub sync: u16,
}

/// Where a directory descriptor comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The program opened it.
    Opened,
    /// It was granted: the index in the capabilities.
    Granted(u32),
    /// The working directory, for programs that have everything.
    WorkingDirectory,
    /// The root.
    Root,
    /// Both, for wasi-libc, which does not tell them apart; see `GuestPath`.
    Either,
}

/// A directory.
pub struct Directory {
    /// `None` if it has not been needed yet.
    pub fd: Option<Fd>,
    /// Open for reading names, if `fd` is not.
    pub list: Option<Fd>,
    /// `fd` can be used to read names.
    pub readable: bool,
    /// What `fd_readdir` needs to go on behind the entries that it has seen.
    pub listing: Listing,
    pub origin: Origin,
    pub scope: Scope,
}

impl Directory {
    /// A directory that the program opened.
    pub fn opened(fd: Fd, scope: Scope) -> Self {
        Directory {
            fd: Some(fd),
            list: None,
            readable: true,
            listing: Listing::new(),
            origin: Origin::Opened,
            scope,
        }
    }

    fn granted(origin: Origin, scope: Scope) -> Self {
        Directory {
            fd: None,
            list: None,
            readable: false,
            listing: Listing::new(),
            origin,
            scope,
        }
    }

    /// Where paths start. The directory is open, unless it is one of the whole file system.
    pub fn base(&self, root_is_named: bool) -> Base<'_> {
        match (self.origin, &self.fd) {
            (Origin::WorkingDirectory, _) => Base::WorkingDirectory,
            (Origin::Root, _) => Base::Root,
            (Origin::Either, _) => Base::Either { root_is_named },
            (_, Some(fd)) => Base::At(system::borrow(fd)),
            (_, None) => Base::WorkingDirectory,
        }
    }
}

/// What a number stands for.
pub enum Descriptor {
    /// A standard stream.
    Stream {
        fd: Fd,
        /// It is the input.
        input: bool,
    },
    File(File),
    Directory(Directory),
    EmbeddedFile(EmbeddedFile),
    EmbeddedDirectory(EmbeddedDirectory),
    Socket(Fd),
    /// A descriptor that the program was granted and that has not been looked at yet.
    Inherited(Fd),
}

/// The open descriptors of the program.
pub struct Table {
    /// Empty until something other than the first write to a standard stream needs it.
    pub entries: Vec<Option<Descriptor>>,
    /// Number of `None`s.
    holes: usize,
    /// The kernel must not hand out lower numbers than this for what is opened later: they are inherited, and if
    /// nothing is open there, it has to stay so.
    pub least: u32,
}

impl Table {
    /// A table to be filled at the first use.
    pub const fn new() -> Self {
        Table {
            entries: Vec::new(),
            holes: 0,
            least: 3,
        }
    }

    /// Puts in what the program starts with.
    pub fn fill(&mut self, capabilities: &Capabilities<'_>, embedded: Option<Embedded>) -> Result {
        let everything = capabilities.flags & capability::ALL_FILES != 0;
        let whole: &[Origin] = if everything {
            // Zig's library takes 3 for the working directory, wasi-libc the last one that matches.
            &[Origin::WorkingDirectory, Origin::Root, Origin::Either]
        } else {
            &[]
        };
        let highest = capabilities.inherit_fds.iter().max().map_or(2, |fd| (*fd).max(2));
        let folders = embedded.as_ref().map_or(Ok(0), Embedded::granted_count)?;
        let directories = whole.len() + capabilities.preopens.len() + folders as usize;
        let mut entries = list_with_capacity(highest as usize + 1 + directories)?;
        entries.extend((0..3).map(|number| {
            Some(Descriptor::Stream {
                fd: system::inherited(number),
                input: number == 0,
            })
        }));
        entries.resize_with(highest as usize + 1, || None);
        for number in &capabilities.inherit_fds {
            let entry = &mut entries[*number as usize];
            // The standard streams are there already.
            if entry.is_none() {
                *entry = Some(Descriptor::Inherited(system::inherited(*number)));
            }
        }
        let granted = whole.len() as u32 + capabilities.preopens.len() as u32;
        let first = capabilities.flags & capability::EMBEDDED_FIRST != 0;
        // How many embedded folders stand before the others.
        let before = if first { folders } else { 0 };
        let mut next = 3;
        for number in 0..directories as u32 {
            let directory = match number.checked_sub(before).filter(|number| *number < granted) {
                None if first => Descriptor::EmbeddedDirectory(EmbeddedDirectory::granted(number)),
                None => Descriptor::EmbeddedDirectory(EmbeddedDirectory::granted(number - granted)),
                Some(number) => Descriptor::Directory(match number.checked_sub(whole.len() as u32) {
                    None => Directory::granted(whole[number as usize], Scope::Everything),
                    Some(index) => {
                        let read_only = capabilities.preopens[index as usize].read_only;
                        Directory::granted(Origin::Granted(index), Scope::Beneath { read_only })
                    }
                }),
            };
            while entries.get(next).is_some_and(Option::is_some) {
                next += 1;
            }
            let directory = Some(directory);
            match entries.get_mut(next) {
                Some(entry) => *entry = directory,
                None => entries.push(directory),
            }
        }
        self.holes = entries.iter().filter(|entry| entry.is_none()).count();
        self.entries = entries;
        self.least = highest + 1;
        Ok(())
    }

    /// Gives a descriptor a number.
    pub fn insert(&mut self, descriptor: Descriptor) -> Result<u32> {
        if self.holes > 0
            && let Some(number) = self.entries.iter().rposition(Option::is_none)
        {
            self.entries[number] = Some(descriptor);
            self.holes -= 1;
            return Ok(number as u32);
        }
        self.entries.try_reserve(1).map_err(|_| Errno::NoMemory)?;
        self.entries.push(Some(descriptor));
        Ok(self.entries.len() as u32 - 1)
    }

    /// Takes a descriptor out.
    pub fn take(&mut self, number: u32) -> Result<Descriptor> {
        let descriptor = self.entries.get_mut(number as usize).and_then(Option::take);
        let descriptor = descriptor.ok_or(Errno::BadDescriptor)?;
        self.holes += 1;
        Ok(descriptor)
    }
}

#[cfg(all(feature = "full", target_os = "linux"))]
impl Descriptor {
    fn kind(&self) -> &'static str {
        match self {
            Descriptor::Stream { .. } => "a standard stream",
            Descriptor::File(_) | Descriptor::EmbeddedFile(_) => "a file",
            Descriptor::Directory(_) | Descriptor::EmbeddedDirectory(_) => "a directory",
            Descriptor::Socket(_) | Descriptor::Inherited(_) => "a socket",
        }
    }

    /// Whether it is what `other` is, as far as the program can rely on it.
    fn is(&self, other: &Descriptor) -> bool {
        match (self, other) {
            (Descriptor::Stream { input, .. }, Descriptor::Stream { input: other, .. }) => input == other,
            (Descriptor::Directory(directory), Descriptor::Directory(other)) => directory.origin == other.origin,
            (Descriptor::EmbeddedDirectory(directory), Descriptor::EmbeddedDirectory(other)) => directory == other,
            _ => false,
        }
    }
}

#[cfg(all(feature = "full", target_os = "linux"))]
impl Table {
    /// In words, the descriptors that are not what they were when the program started.
    pub fn changes(&self, capabilities: &Capabilities<'_>, embedded: Option<Embedded>) -> Vec<alloc::string::String> {
        let mut fresh = Table::new();
        if self.entries.is_empty() || fresh.fill(capabilities, embedded).is_err() {
            return Vec::new();
        }
        let (now, then) = (&self.entries, &fresh.entries);
        let mut changed = Vec::new();
        for number in 0..now.len().max(then.len()) {
            let (now, then) = (
                now.get(number).and_then(Option::as_ref),
                then.get(number).and_then(Option::as_ref),
            );
            changed.extend(match (now, then) {
                (Some(now), Some(then)) if now.is(then) => None,
                (None, None) => None,
                (Some(now), None) => Some(alloc::format!("descriptor {number} is open ({})", now.kind())),
                (Some(now), Some(_)) => Some(alloc::format!("descriptor {number} is another ({})", now.kind())),
                (None, Some(then)) => Some(alloc::format!("descriptor {number} was closed ({})", then.kind())),
            });
        }
        changed
    }
}

/// How to make a descriptor of an inherited one, found out without taking it.
pub fn recogniser(fd: &Fd) -> Result<fn(Fd) -> Descriptor> {
    let fd = system::borrow(fd);
    let access = system::open_flags(fd)? & OpenFlags::ACCMODE;
    Ok(match system::kind(fd)? {
        Kind::Socket => Descriptor::Socket,
        Kind::Directory => |fd| {
            let mut directory = Directory::opened(fd, INHERITED);
            directory.readable = false;
            Descriptor::Directory(directory)
        },
        Kind::Other if access == OpenFlags::RDONLY => |fd| inherited_file(fd, true, false),
        Kind::Other if access == OpenFlags::WRONLY => |fd| inherited_file(fd, false, true),
        Kind::Other => |fd| inherited_file(fd, true, true),
    })
}

const INHERITED: Scope = Scope::Beneath { read_only: false };

fn inherited_file(fd: Fd, read: bool, write: bool) -> Descriptor {
    Descriptor::File(File {
        fd,
        read,
        write,
        scope: INHERITED,
        sync: 0,
    })
}
