//! The table of descriptors.
//!
//! The program's numbers are not the kernel's. 0, 1 and 2 are the standard streams; inherited descriptors that the
//! program was granted keep the number that they have in the process; granted directories take the lowest other
//! numbers from 3 on, in the order in which they were granted. A number that is closed is used again, the highest
//! first, as wasmtime does.

use alloc::ffi::CString;
use alloc::vec::Vec;
use nyash_format::{Capabilities, capability};

use super::abi::{Errno, Fdstat, fdflags, filetype, rights};
use super::memory::Guest;
use super::paths::{Base, Scope};
use super::system::{self, Fd, FdRef, Kind, Listing, OpenFlags};
use super::{Args, Ctx, Result};

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
    fd: Option<Fd>,
    /// Open for reading names, if `fd` is not.
    list: Option<Fd>,
    /// `fd` can be used to read names.
    readable: bool,
    /// What `fd_readdir` needs to go on behind the entries that it has seen.
    listing: Listing,
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
    pub fn base(&self) -> Base<'_> {
        match (self.origin, &self.fd) {
            (Origin::WorkingDirectory, _) => Base::WorkingDirectory,
            (Origin::Root, _) => Base::Root,
            (Origin::Either, _) => Base::Either,
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
    Socket(Fd),
    /// A descriptor that the program was granted and that has not been looked at yet.
    Inherited(Fd),
}

/// The open descriptors of the program.
pub struct Table {
    /// Empty until something other than the first write to a standard stream needs it.
    entries: Vec<Option<Descriptor>>,
    /// Number of `None`s.
    holes: usize,
    /// The kernel must not hand out lower numbers than this for what is opened later: they are inherited, and if
    /// nothing is open there, it has to stay so.
    least: u32,
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

    fn fill(&mut self, capabilities: &Capabilities<'_>) -> Result {
        let everything = capabilities.flags & capability::ALL_FILES != 0;
        let whole: &[Origin] = if everything {
            // Zig's library takes 3 for the working directory, wasi-libc the last one that matches.
            &[Origin::WorkingDirectory, Origin::Root, Origin::Either]
        } else {
            &[]
        };
        let highest = capabilities.inherit_fds.iter().max().map_or(2, |fd| (*fd).max(2));
        let directories = whole.len() + capabilities.preopens.len();
        let mut entries = super::list_with_capacity(highest as usize + 1 + directories)?;
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
        let whole = whole
            .iter()
            .map(|origin| Directory::granted(*origin, Scope::Everything));
        let granted = capabilities.preopens.iter().zip(0..).map(|(preopen, index)| {
            let read_only = preopen.read_only;
            Directory::granted(Origin::Granted(index), Scope::Beneath { read_only })
        });
        let mut next = 3;
        for directory in whole.chain(granted) {
            while entries.get(next).is_some_and(Option::is_some) {
                next += 1;
            }
            let directory = Some(Descriptor::Directory(directory));
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

    fn insert(&mut self, descriptor: Descriptor) -> Result<u32> {
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

    fn take(&mut self, number: u32) -> Result<Descriptor> {
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
            Descriptor::File(_) => "a file",
            Descriptor::Directory(_) => "a directory",
            Descriptor::Socket(_) | Descriptor::Inherited(_) => "a socket",
        }
    }

    /// Whether it is what `other` is, as far as the program can rely on it.
    fn is(&self, other: &Descriptor) -> bool {
        match (self, other) {
            (Descriptor::Stream { input, .. }, Descriptor::Stream { input: other, .. }) => input == other,
            (Descriptor::Directory(directory), Descriptor::Directory(other)) => directory.origin == other.origin,
            _ => false,
        }
    }
}

#[cfg(all(feature = "full", target_os = "linux"))]
impl Ctx {
    /// In words, the descriptors that are not what they were at the start.
    pub fn changed_descriptors(&self) -> Vec<alloc::string::String> {
        let mut fresh = Table::new();
        if self.table.entries.is_empty() || fresh.fill(&self.capabilities).is_err() {
            return Vec::new();
        }
        let (now, then) = (&self.table.entries, &fresh.entries);
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

impl Ctx {
    fn fill_table(&mut self) -> Result {
        if self.table.entries.is_empty() {
            self.table.fill(&self.capabilities)?;
        }
        Ok(())
    }

    /// What a number stands for.
    pub(super) fn descriptor(&mut self, number: u32) -> Result<&mut Descriptor> {
        self.fill_table()?;
        let entry = self.table.entries.get_mut(number as usize);
        let entry = entry.ok_or(Errno::BadDescriptor)?;
        if let Some(Descriptor::Inherited(fd)) = entry {
            let recognise = recogniser(fd)?;
            if let Some(Descriptor::Inherited(fd)) = entry.take() {
                *entry = Some(recognise(fd));
            }
        }
        Ok(entry.as_mut().ok_or(Errno::BadDescriptor)?)
    }

    /// What a number stands for, which [`descriptor`](Self::descriptor) or the like has been asked for before.
    pub(super) fn known(&self, number: u32) -> Result<&Descriptor> {
        let entry = self.table.entries.get(number as usize);
        Ok(entry.and_then(Option::as_ref).ok_or(Errno::BadDescriptor)?)
    }

    /// A standard stream that is being written to before anything else has happened, which is all that many programs
    /// do.
    pub(super) fn untouched_output(&self, number: u32) -> Option<FdRef<'static>> {
        let untouched = self.table.entries.is_empty() && matches!(number, 1 | 2);
        untouched.then(|| system::standard_stream(number))
    }

    /// An open file.
    pub(super) fn file(&mut self, number: u32) -> Result<&File> {
        match self.descriptor(number)? {
            Descriptor::File(file) => Ok(file),
            _ => Err(Errno::BadDescriptor.into()),
        }
    }

    /// Makes sure that a number is a directory and open.
    pub(super) fn open_directory(&mut self, number: u32) -> Result {
        let Descriptor::Directory(directory) = self.descriptor(number)? else {
            return Err(Errno::BadDescriptor.into());
        };
        let (Origin::Granted(index), None) = (directory.origin, &directory.fd) else {
            return Ok(());
        };
        let preopen = &self.capabilities.preopens[index as usize];
        let path = CString::new(preopen.host).map_err(|_| Errno::Invalid)?;
        let fd = self.adopt(system::open_granted(&path)?)?;
        if let Descriptor::Directory(directory) = self.descriptor(number)? {
            directory.fd = Some(fd);
        }
        Ok(())
    }

    /// A directory that [`open_directory`](Self::open_directory) has opened.
    pub(super) fn directory(&self, number: u32) -> Result<&Directory> {
        match self.known(number)? {
            Descriptor::Directory(directory) => Ok(directory),
            _ => Err(Errno::BadDescriptor.into()),
        }
    }

    /// The directory itself, for its attributes: even a directory of the whole file system has to be open for that.
    pub(super) fn directory_itself(&mut self, number: u32) -> Result<FdRef<'_>> {
        self.open_directory(number)?;
        let directory = self.directory(number)?;
        if directory.fd.is_none() {
            let path = if directory.origin == Origin::Root { c"/" } else { c"." };
            let fd = self.adopt(system::open_granted(path)?)?;
            if let Descriptor::Directory(directory) = self.descriptor(number)? {
                directory.fd = Some(fd);
            }
        }
        let fd = self.directory(number)?.fd.as_ref().ok_or(Errno::BadDescriptor)?;
        Ok(system::borrow(fd))
    }

    /// The directory, open for reading its names.
    pub(super) fn directory_list(&mut self, number: u32) -> Result<FdRef<'_>> {
        self.directory_itself(number)?;
        let directory = self.directory(number)?;
        if let (false, None, Some(itself)) = (directory.readable, &directory.list, &directory.fd) {
            let flags = OpenFlags::RDONLY | OpenFlags::DIRECTORY;
            let list = system::open(system::borrow(itself), c".", flags)?;
            let list = self.adopt(list)?;
            if let Descriptor::Directory(directory) = self.descriptor(number)? {
                directory.list = Some(list);
            }
        }
        let directory = self.directory(number)?;
        let fd = directory.list.as_ref().or(directory.fd.as_ref());
        Ok(system::borrow(fd.ok_or(Errno::BadDescriptor)?))
    }

    fn open_directory_mut(&mut self, number: u32) -> Result<&mut Directory> {
        match self.descriptor(number)? {
            Descriptor::Directory(directory) => Ok(directory),
            _ => Err(Errno::BadDescriptor.into()),
        }
    }

    /// Takes the listing of a directory, to be put back.
    pub(super) fn take_listing(&mut self, number: u32) -> Result<Listing> {
        let listing = &mut self.open_directory_mut(number)?.listing;
        Ok(core::mem::replace(listing, Listing::new()))
    }

    /// Puts a listing back.
    pub(super) fn put_listing(&mut self, number: u32, listing: Listing) -> Result {
        self.open_directory_mut(number)?.listing = listing;
        Ok(())
    }

    /// Makes a new descriptor safe to keep: numbers below were not the kernel's to hand out.
    pub(super) fn adopt(&mut self, fd: Fd) -> Result<Fd> {
        system::at_least(fd, self.table.least)
    }

    /// Gives a descriptor a number.
    pub(super) fn insert(&mut self, descriptor: Descriptor) -> Result<u32> {
        self.fill_table()?;
        self.table.insert(descriptor)
    }
}

/// How to make a descriptor of an inherited one, found out without taking it.
fn recogniser(fd: &Fd) -> Result<fn(Fd) -> Descriptor> {
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

pub fn fd_close(ctx: &mut Ctx, _: &mut Guest<'_>, args: &Args) -> Result {
    ctx.fill_table()?;
    ctx.table.take(args.u32(0)).map(drop)
}

pub fn fd_renumber(ctx: &mut Ctx, _: &mut Guest<'_>, args: &Args) -> Result {
    let (from, to) = (args.u32(0), args.u32(1));
    ctx.fill_table()?;
    ctx.known(from)?;
    ctx.known(to)?;
    if from != to {
        let descriptor = ctx.table.take(from)?;
        // Closes what was there.
        ctx.table.entries[to as usize] = Some(descriptor);
    }
    Ok(())
}

pub fn fd_fdstat_get(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let stat = match ctx.untouched_output(args.u32(0)) {
        Some(fd) => stream_stat(fd, false)?,
        None => fdstat(ctx.descriptor(args.u32(0))?)?,
    };
    guest.put(args.u32(1), 8, &stat.to_bytes())
}

/// The file type of a standard stream: only terminals are told apart.
pub fn stream_filetype(fd: FdRef<'_>) -> Result<u8> {
    Ok(match system::is_terminal(fd)? {
        true => filetype::CHARACTER_DEVICE,
        false => filetype::UNKNOWN,
    })
}

fn stream_stat(fd: FdRef<'_>, input: bool) -> Result<Fdstat> {
    let rights = if input { rights::FD_READ } else { rights::FD_WRITE };
    Ok(Fdstat {
        filetype: stream_filetype(fd)?,
        flags: 0,
        rights_base: rights,
        rights_inheriting: rights,
    })
}

fn fdstat(descriptor: &Descriptor) -> Result<Fdstat> {
    let (filetype, flags, rights) = match descriptor {
        Descriptor::Stream { fd, input } => return stream_stat(system::borrow(fd), *input),
        Descriptor::Directory(directory) if directory.origin != Origin::Opened => {
            return Ok(Fdstat {
                filetype: filetype::DIRECTORY,
                flags: 0,
                rights_base: rights::PREOPEN_BASE,
                rights_inheriting: rights::PREOPEN_INHERITING,
            });
        }
        Descriptor::Directory(_) => {
            let rights = rights::ALL & !rights::NOT_FOR_DIRECTORIES & !rights::FD_WRITE;
            (filetype::DIRECTORY, 0, rights)
        }
        Descriptor::File(file) => {
            let fd = system::borrow(&file.fd);
            let mut rights = rights::ALL;
            if !file.read {
                rights &= !(rights::FD_READ | rights::FD_READDIR);
            }
            if !file.write {
                rights &= !rights::FD_WRITE;
            }
            (system::attributes(fd)?.filetype, open_fdflags(fd)? | file.sync, rights)
        }
        Descriptor::Socket(fd) | Descriptor::Inherited(fd) => {
            let fd = system::borrow(fd);
            (system::socket_filetype(fd)?, open_fdflags(fd)?, rights::SOCKET)
        }
    };
    Ok(Fdstat {
        filetype,
        flags,
        rights_base: rights,
        rights_inheriting: rights,
    })
}

fn open_fdflags(fd: FdRef<'_>) -> Result<u16> {
    let open = system::open_flags(fd)?;
    let mut flags = 0;
    if open.contains(OpenFlags::APPEND) {
        flags |= fdflags::APPEND;
    }
    if open.contains(OpenFlags::NONBLOCK) {
        flags |= fdflags::NONBLOCK;
    }
    Ok(flags)
}

pub fn fd_fdstat_set_flags(ctx: &mut Ctx, _: &mut Guest<'_>, args: &Args) -> Result {
    let flags = args.flags16(1, fdflags::ALL)?;
    let (fd, sync) = match ctx.descriptor(args.u32(0))? {
        Descriptor::File(file) => (&file.fd, file.sync),
        Descriptor::Socket(fd) => (&*fd, 0),
        _ => return Err(Errno::BadDescriptor.into()),
    };
    // These cannot be changed any more, but a program that read the flags may give them back.
    if flags & fdflags::ANY_SYNC & !sync != 0 {
        return Err(Errno::Invalid.into());
    }
    let (append, nonblock) = (flags & fdflags::APPEND != 0, flags & fdflags::NONBLOCK != 0);
    system::set_append_and_nonblock(system::borrow(fd), append, nonblock)
}

pub fn fd_fdstat_set_rights(ctx: &mut Ctx, _: &mut Guest<'_>, args: &Args) -> Result {
    args.rights(1)?;
    args.rights(2)?;
    match ctx.descriptor(args.u32(0))? {
        Descriptor::Stream { .. } => Err(Errno::BadDescriptor.into()),
        _ => Err(Errno::NotSupported.into()),
    }
}

/// What a program reads as the name of a granted directory.
fn preopen_name<'a>(capabilities: &Capabilities<'a>, origin: Origin) -> Option<&'a [u8]> {
    Some(match origin {
        Origin::Opened => return None,
        Origin::Granted(index) => capabilities.preopens[index as usize].guest,
        Origin::WorkingDirectory => b".",
        Origin::Root => b"/",
        // wasi-libc drops slashes and dots in front of names and is left with the empty one, below which everything is.
        // For all others it is below no path that a program would use.
        Origin::Either => b"/./",
    })
}

pub fn fd_prestat_get(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    const DIRECTORY: u8 = 0;
    // Programs look for granted directories from 3 on until a number is bad; whatever else stands between is of a
    // kind that they do not know and pass over.
    const OTHER: u8 = 1;
    let origin = match ctx.descriptor(args.u32(0))? {
        Descriptor::Directory(directory) => directory.origin,
        _ => Origin::Opened,
    };
    let mut prestat = [0; 8];
    match preopen_name(&ctx.capabilities, origin) {
        Some(name) => {
            let len = u32::try_from(name.len()).map_err(|_| Errno::Overflow)?;
            prestat[0] = DIRECTORY;
            prestat[4..].copy_from_slice(&len.to_le_bytes());
        }
        None if ctx.capabilities.inherit_fds.contains(&args.u32(0)) => prestat[0] = OTHER,
        None => return Err(Errno::BadDescriptor.into()),
    }
    guest.put(args.u32(1), 4, &prestat)
}

pub fn fd_prestat_dir_name(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let origin = match ctx.descriptor(args.u32(0))? {
        Descriptor::Directory(directory) => directory.origin,
        _ => Origin::Opened,
    };
    let name = preopen_name(&ctx.capabilities, origin).ok_or(Errno::NotDirectory)?;
    if name.len() > args.u32(2) as usize {
        return Err(Errno::NameTooLong.into());
    }
    guest.put(args.u32(1), 1, name)
}
