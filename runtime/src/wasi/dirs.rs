//! Directories: what they list, and what is done to the things that paths below them name.

use super::abi::{DIRENT, Errno, Filestat, dirent, fdflags, filetype, oflags, rights};
use super::call::{Args, Fail, Result};
use super::context::Ctx;
use super::descriptors::{Descriptor, Directory, File};
use super::embedded::Opened;
use super::files::new_times;
use super::memory::{Guest, Ptr};
use super::paths::{Base, GuestPath, LONGEST, Place, Scope, Text, place};
use super::system::{self, FdRef, Listing, OpenFlags};

/// Writes directory entries into the program's buffer, the last one cut where the buffer ends.
struct EntryWriter<'g, 'm> {
    guest: &'g mut Guest<'m>,
    at: Ptr,
    left: u32,
}

impl EntryWriter<'_, '_> {
    /// Returns whether there is room for more.
    fn put(&mut self, next: u64, ino: u64, filetype: u8, name: &[u8]) -> Result<bool> {
        let name_len = u32::try_from(name.len()).map_err(|_| Errno::Overflow)?;
        let head: [u8; DIRENT] = dirent(next, ino, name_len, filetype);
        Ok(self.put_part(&head)? && self.put_part(name)?)
    }

    fn put_part(&mut self, part: &[u8]) -> Result<bool> {
        let len = part.len().min(self.left as usize);
        self.guest.put(self.at, 1, &part[..len])?;
        self.at = self.at.wrapping_add(len as u32);
        self.left -= len as u32;
        Ok(self.left > 0)
    }
}

/// The entries that this host puts in front: `.` and `..`.
const OWN_ENTRIES: u64 = 2;

/// Lists names.
///
/// Cookies count entries, as wasmtime's do: wasi-libc's `telldir` has only 32 bits for them. What the system needs to go
/// on behind an entry, also when names come and go meanwhile, is kept in a `Listing`. `.` and `..` come first, whatever
/// their places in the file system.
pub fn fd_readdir(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let (number, len, cookie) = (args.u32(0), args.u32(2), args.u64(3));
    if let Some((files, directory)) = ctx.embedded_directory(number)? {
        let mut out = EntryWriter {
            guest,
            at: args.u32(1),
            left: len,
        };
        files.list(directory, cookie, |next, ino, filetype, name| {
            out.put(next, ino, filetype, name)
        })?;
        let used = len - out.left;
        return guest.put_u32(args.u32(4), used);
    }
    ctx.directory_list(number)?;
    let mut listing = ctx.take_listing(number)?;
    let list = ctx.directory_list(number)?;
    let mut out = EntryWriter {
        guest,
        at: args.u32(1),
        left: len,
    };
    let done = put_entries(list, cookie, &mut listing, &mut out);
    let used = len - out.left;
    ctx.put_listing(number, listing)?;
    done?;
    guest.put_u32(args.u32(4), used)
}

fn put_entries(list: FdRef<'_>, cookie: u64, listing: &mut Listing, out: &mut EntryWriter<'_, '_>) -> Result {
    if cookie < OWN_ENTRIES {
        let ino = system::attributes(list)?.ino;
        if cookie == 0 && !out.put(1, ino, filetype::DIRECTORY, b".")? {
            return Ok(());
        }
        // What is above the directory is none of the program's business; wasmtime gives this number, too.
        if !out.put(OWN_ENTRIES, ino, filetype::DIRECTORY, b"..")? {
            return Ok(());
        }
    }
    let wanted = usize::try_from(cookie.saturating_sub(OWN_ENTRIES)).map_err(|_| Errno::Overflow)?;
    listing.read(list, wanted, |number, entry| {
        let name = entry.name.to_bytes();
        let kind = match entry.filetype {
            Some(kind) => kind,
            None => system::attributes_at(list, entry.name, false)?.filetype,
        };
        out.put(number as u64 + 1 + OWN_ENTRIES, entry.ino, kind, name)
    })
}

impl Ctx {
    /// Checks that a number is a directory, opens it if need be, and tells what its paths give access to.
    fn scope(&mut self, number: u32) -> Result<Scope> {
        self.open_directory(number)?;
        Ok(self.directory(number)?.scope)
    }

    /// Where the last name of a path is. The directory has been opened by [`scope`](Self::scope).
    fn place<'a>(&'a self, number: u32, path: &'a mut GuestPath) -> Result<Place<'a>> {
        place(&self.base(number)?, self.directory(number)?.scope, path)
    }
}

pub fn path_create_directory(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let number = args.u32(0);
    if let Some(place) = ctx.embedded_place(number, guest, (args.u32(1), args.u32(2)))? {
        return place.create();
    }
    let scope = ctx.scope(number)?;
    let mut path = GuestPath::read(guest, args.u32(1), args.u32(2))?;
    scope.check_write()?;
    // `mkdir name/` is fine, although `name/` looks like something inside a directory.
    path.strip_slashes();
    let place = ctx.place(number, &mut path)?;
    system::create_directory(place.fd(), place.path)
}

pub fn path_remove_directory(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let number = args.u32(0);
    if let Some(place) = ctx.embedded_place(number, guest, (args.u32(1), args.u32(2)))? {
        return place.remove();
    }
    let scope = ctx.scope(number)?;
    let mut path = GuestPath::read(guest, args.u32(1), args.u32(2))?;
    scope.check_write()?;
    let place = ctx.place(number, &mut path)?;
    system::remove_directory(place.fd(), place.path)
}

pub fn path_unlink_file(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let number = args.u32(0);
    if let Some(place) = ctx.embedded_place(number, guest, (args.u32(1), args.u32(2)))? {
        return place.remove();
    }
    let scope = ctx.scope(number)?;
    let mut path = GuestPath::read(guest, args.u32(1), args.u32(2))?;
    scope.check_write()?;
    let place = ctx.place(number, &mut path)?;
    system::unlink(place.fd(), place.path)
}

/// What comes of an operation with two paths if one of them at least is among embedded files: of a link, or of moving.
fn two_embedded(
    ctx: &mut Ctx,
    guest: &Guest<'_>,
    from: (u32, (Ptr, u32)),
    to: (u32, (Ptr, u32)),
    link: bool,
) -> Result {
    let source = ctx.embedded_place(from.0, guest, from.1)?;
    let target = ctx.embedded_place(to.0, guest, to.1)?;
    match (source, target) {
        (None, None) => Ok(()),
        (Some(source), Some(target)) if link => source.attributes(false).and_then(|_| target.create()),
        (Some(source), Some(target)) => match source.remove() {
            Err(Fail::Errno(Errno::ReadOnly)) => target.remove(),
            other => other,
        },
        // They are a file system of their own.
        (Some(_), None) | (None, Some(_)) => Err(Errno::CrossDevice.into()),
    }
}

/// The two paths of an operation that changes both places.
fn two_paths(
    ctx: &mut Ctx,
    guest: &Guest<'_>,
    (from, from_path): (u32, (Ptr, u32)),
    (to, to_path): (u32, (Ptr, u32)),
) -> Result<(GuestPath, GuestPath)> {
    let from_scope = ctx.scope(from)?;
    let to_scope = ctx.scope(to)?;
    let from_path = GuestPath::read(guest, from_path.0, from_path.1)?;
    let to_path = GuestPath::read(guest, to_path.0, to_path.1)?;
    from_scope.check_write()?;
    to_scope.check_write()?;
    Ok((from_path, to_path))
}

pub fn path_rename(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let (from, to) = (args.u32(0), args.u32(3));
    two_embedded(
        ctx,
        guest,
        (from, (args.u32(1), args.u32(2))),
        (to, (args.u32(4), args.u32(5))),
        false,
    )?;
    let (mut from_path, mut to_path) = two_paths(
        ctx,
        guest,
        (from, (args.u32(1), args.u32(2))),
        (to, (args.u32(4), args.u32(5))),
    )?;
    // A slash at the end of either path asks for a directory. The kernel checks that if the old name has one.
    let from_slash = from_path.strip_slashes();
    let to_slash = to_path.strip_slashes();
    let from = ctx.place(from, &mut from_path)?;
    let to = ctx.place(to, &mut to_path)?;
    if from_slash || to_slash {
        let mut name = Text::new();
        for byte in from.path.to_bytes() {
            name.push(*byte)?;
        }
        name.push(b'/')?;
        return system::rename(from.fd(), name.as_c_str()?, to.fd(), to.path);
    }
    system::rename(from.fd(), from.path, to.fd(), to.path)
}

pub fn path_link(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let (from, to) = (args.u32(0), args.u32(4));
    let follow = args.follow(1)?;
    two_embedded(
        ctx,
        guest,
        (from, (args.u32(2), args.u32(3))),
        (to, (args.u32(5), args.u32(6))),
        true,
    )?;
    let (mut from_path, mut to_path) = two_paths(
        ctx,
        guest,
        (from, (args.u32(2), args.u32(3))),
        (to, (args.u32(5), args.u32(6))),
    )?;
    if follow {
        return Err(Errno::Invalid.into());
    }
    let from = ctx.place(from, &mut from_path)?;
    let to = ctx.place(to, &mut to_path)?;
    system::link(from.fd(), from.path, to.fd(), to.path)
}

pub fn path_symlink(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let number = args.u32(2);
    if let Some(place) = ctx.embedded_place(number, guest, (args.u32(3), args.u32(4)))? {
        return place.create();
    }
    let scope = ctx.scope(number)?;
    let text = GuestPath::read(guest, args.u32(0), args.u32(1))?;
    let mut path = GuestPath::read(guest, args.u32(3), args.u32(4))?;
    scope.check_write()?;
    check_link_text(scope, text.as_bytes())?;
    let place = ctx.place(number, &mut path)?;
    system::symlink(text.as_c_str()?, place.fd(), place.path)
}

/// Links that start at the root are refused, although none of ours would be followed out of a granted directory: other
/// programs could be led astray, and the program could learn what is outside.
fn check_link_text(scope: Scope, text: &[u8]) -> Result {
    if scope != Scope::Everything && system::is_absolute(text) {
        return Err(Errno::NotPermitted.into());
    }
    Ok(())
}

pub fn path_readlink(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let number = args.u32(0);
    if let Some(place) = ctx.embedded_place(number, guest, (args.u32(1), args.u32(2)))? {
        let text = place.read_link()?;
        let used = text.len().min(args.u32(4) as usize);
        guest.put(args.u32(3), 1, &text[..used])?;
        return guest.put_u32(args.u32(5), used as u32);
    }
    let scope = ctx.scope(number)?;
    let mut path = GuestPath::read(guest, args.u32(1), args.u32(2))?;
    let place = ctx.place(number, &mut path)?;
    let mut text = [0; LONGEST + 1];
    let len = system::read_link(place.fd(), place.path, &mut text)?;
    let text = &text[..len];
    check_link_text(scope, text)?;
    let used = text.len().min(args.u32(4) as usize);
    guest.put(args.u32(3), 1, &text[..used])?;
    guest.put_u32(args.u32(5), used as u32)
}

fn filestat_at(ctx: &mut Ctx, guest: &Guest<'_>, args: &Args) -> Result<Filestat> {
    let follow = args.follow(1)?;
    let number = args.u32(0);
    if let Some(place) = ctx.embedded_place(number, guest, (args.u32(2), args.u32(3)))? {
        return place.attributes(follow);
    }
    let scope = ctx.scope(number)?;
    let path = GuestPath::read(guest, args.u32(2), args.u32(3))?;
    let base = ctx.base(number)?;
    let root = match base {
        Base::At(root) if scope != Scope::Everything => root,
        _ => {
            let (fd, path) = path.place(&base)?;
            return system::attributes_at(fd, path, follow);
        }
    };
    // wasmtime takes the name alone when a slash or a dot follows.
    if let (false, Some(name)) = (follow, path.sole_name()?) {
        return system::attributes_at(root, name.as_c_str()?, false);
    }
    // A single name needs no sandbox unless it is a link to follow.
    if follow && path.is_plain_name() {
        let stat = system::attributes_at(root, path.as_c_str()?, false)?;
        if stat.filetype != filetype::SYMBOLIC_LINK {
            return Ok(stat);
        }
    }
    system::attributes_beneath(root, path.as_c_str()?, follow)
}

pub fn path_filestat_get(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let stat = filestat_at(ctx, guest, args)?;
    guest.put(args.u32(4), 8, &stat.to_bytes())
}

pub fn unstable_path_filestat_get(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let stat = filestat_at(ctx, guest, args)?;
    guest.put(args.u32(4), 8, &stat.to_unstable_bytes())
}

pub fn path_filestat_set_times(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let follow = args.follow(1)?;
    let (access, modification) = new_times(args, 4)?;
    let number = args.u32(0);
    if let Some(place) = ctx.embedded_place(number, guest, (args.u32(2), args.u32(3)))? {
        return place.change(follow);
    }
    let scope = ctx.scope(number)?;
    let mut path = GuestPath::read(guest, args.u32(2), args.u32(3))?;
    scope.check_write()?;
    let base = ctx.base(number)?;
    match base {
        Base::At(root) if follow && scope != Scope::Everything => {
            system::set_times_beneath(root, path.as_c_str()?, access, modification)
        }
        _ => {
            let place = place(&base, scope, &mut path)?;
            system::set_times_at(place.fd(), place.path, follow, access, modification)
        }
    }
}

/// What a `path_open` asks for, as the kernel takes it.
struct Opening {
    flags: OpenFlags,
    read: bool,
    write: bool,
    directory: bool,
    follow: bool,
    sync: u16,
}

impl Opening {
    fn new(follow: bool, open: u16, rights: u64, fd: u16) -> Result<Opening> {
        let create = open & oflags::CREAT != 0;
        let exclusive = create && open & oflags::EXCL != 0;
        let truncate = open & oflags::TRUNC != 0;
        let directory = open & oflags::DIRECTORY != 0;
        if directory && open & (oflags::CREAT | oflags::EXCL | oflags::TRUNC) != 0 {
            return Err(Errno::Invalid.into());
        }
        // wasmtime has it so that nothing is created or cut off that cannot be written, and that everything else can
        // at least be read.
        let write = create || truncate || rights & rights::FD_WRITE != 0;
        let read = rights & (rights::FD_READ | rights::FD_WRITE) != rights::FD_WRITE;
        let mut flags = match (read, write) {
            (true, true) => OpenFlags::RDWR,
            (false, true) => OpenFlags::WRONLY,
            _ => OpenFlags::RDONLY,
        };
        flags |= OpenFlags::NOCTTY;
        flags.set(OpenFlags::CREATE, create);
        flags.set(OpenFlags::EXCL, exclusive);
        flags.set(OpenFlags::TRUNC, truncate && !exclusive);
        flags.set(OpenFlags::DIRECTORY, directory);
        flags.set(OpenFlags::NOFOLLOW, !follow);
        flags.set(OpenFlags::APPEND, fd & fdflags::APPEND != 0);
        flags.set(OpenFlags::NONBLOCK, fd & fdflags::NONBLOCK != 0);
        flags.set(OpenFlags::DSYNC, fd & fdflags::DSYNC != 0);
        flags.set(OpenFlags::SYNC, fd & (fdflags::SYNC | fdflags::RSYNC) != 0);
        Ok(Opening {
            flags,
            read,
            write,
            directory,
            follow,
            sync: fd & fdflags::ANY_SYNC,
        })
    }

    fn open(&self, base: &Base<'_>, scope: Scope, path: &GuestPath) -> Result<system::Fd> {
        let opened = match *base {
            Base::At(root) if scope != Scope::Everything => system::open_beneath(root, path.as_c_str()?, self.flags),
            _ => {
                let (fd, path) = path.place(base)?;
                system::open(fd, path, self.flags)
            }
        };
        match opened {
            // Said of a link, too. wasmtime says what it is.
            Err(Fail::Errno(Errno::NotDirectory)) if self.directory && !self.follow => {
                match is_link(base, scope, path) {
                    true => Err(Errno::Loop.into()),
                    false => Err(Errno::NotDirectory.into()),
                }
            }
            other => other,
        }
    }
}

fn is_link(base: &Base<'_>, scope: Scope, path: &GuestPath) -> bool {
    let stat = match *base {
        Base::At(root) if scope != Scope::Everything => path
            .as_c_str()
            .and_then(|path| system::attributes_beneath(root, path, false)),
        _ => path
            .place(base)
            .and_then(|(fd, path)| system::attributes_at(fd, path, false)),
    };
    matches!(stat, Ok(stat) if stat.filetype == filetype::SYMBOLIC_LINK)
}

pub fn path_open(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let number = args.u32(0);
    let follow = args.follow(1)?;
    let open = args.flags16(4, oflags::ALL)?;
    let rights = args.rights(5)?;
    args.rights(6)?;
    let fd = args.flags16(7, fdflags::ALL)?;
    if let Some(place) = ctx.embedded_place(number, guest, (args.u32(2), args.u32(3)))? {
        let descriptor = match place.open(follow, open, rights, fd)? {
            Opened::File(file) => Descriptor::EmbeddedFile(file),
            Opened::Directory(directory) => Descriptor::EmbeddedDirectory(directory),
        };
        guest.check_array(args.u32(8), 1, 4, 4)?;
        let number = ctx.insert(descriptor)?;
        return guest.put_u32(args.u32(8), number);
    }
    let path = GuestPath::read(guest, args.u32(2), args.u32(3))?;
    if let Descriptor::File(_) | Descriptor::EmbeddedFile(_) = ctx.descriptor(number)? {
        return Err(Errno::NotDirectory.into());
    }
    let scope = ctx.scope(number)?;
    let opening = Opening::new(follow, open, rights, fd)?;
    if opening.write {
        scope.check_write()?;
    }
    let fd = opening.open(&ctx.base(number)?, scope, &path)?;
    let fd = ctx.adopt(fd)?;
    // What is open for writing is not a directory.
    let is_directory = match opening {
        Opening { directory: true, .. } => true,
        Opening { write: true, .. } => false,
        _ => matches!(system::kind(system::borrow(&fd))?, system::Kind::Directory),
    };
    let descriptor = if is_directory {
        Descriptor::Directory(Directory::opened(fd, scope))
    } else {
        Descriptor::File(File {
            fd,
            read: opening.read,
            write: opening.write,
            scope,
            sync: opening.sync,
        })
    };
    let number = ctx.insert(descriptor)?;
    guest.put_u32(args.u32(8), number)
}
