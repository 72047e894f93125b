//! Calls about descriptors as such: closing, renumbering, flags, rights and granted directories.

use nyash_format::Capabilities;

use super::abi::{Errno, Fdstat, fdflags, filetype, rights};
use super::call::{Args, Result};
use super::context::Ctx;
use super::descriptors::{Descriptor, Origin};
use super::memory::Guest;
use super::system::{self, FdRef, OpenFlags};

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
        // Go reads and writes a stream through its poller if it is nonblocking, and otherwise takes `again` for an error.
        flags: open_fdflags(fd)?,
        rights_base: rights,
        rights_inheriting: rights,
    })
}

/// A directory that the program starts with. Those of embedded files are no different: a C library that finds no right to
/// write would not even ask for it, and open for reading.
const GRANTED: Fdstat = Fdstat {
    filetype: filetype::DIRECTORY,
    flags: 0,
    rights_base: rights::PREOPEN_BASE,
    rights_inheriting: rights::PREOPEN_INHERITING,
};

fn fdstat(descriptor: &Descriptor) -> Result<Fdstat> {
    let (filetype, flags, rights) = match descriptor {
        Descriptor::Stream { fd, input } => return stream_stat(system::borrow(fd), *input),
        Descriptor::Directory(directory) if directory.origin != Origin::Opened => return Ok(GRANTED),
        Descriptor::EmbeddedDirectory(directory) if directory.granted => return Ok(GRANTED),
        Descriptor::Directory(_) | Descriptor::EmbeddedDirectory(_) => {
            let rights = rights::ALL & !rights::NOT_FOR_DIRECTORIES & !rights::FD_WRITE;
            (filetype::DIRECTORY, 0, rights)
        }
        Descriptor::EmbeddedFile(file) => (filetype::REGULAR_FILE, file.flags, rights::ALL & !rights::FD_WRITE),
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
        Descriptor::EmbeddedFile(file) => {
            if flags & fdflags::ANY_SYNC & !file.flags != 0 {
                return Err(Errno::Invalid.into());
            }
            file.flags = file.flags & fdflags::ANY_SYNC | flags;
            return Ok(());
        }
        Descriptor::Stream { fd, .. } | Descriptor::Socket(fd) => (&*fd, 0),
        Descriptor::Directory(_) | Descriptor::EmbeddedDirectory(_) | Descriptor::Inherited(_) => {
            return Err(Errno::BadDescriptor.into());
        }
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

/// What a program reads as the name of a directory that it starts with, if the number is one.
fn granted_name(ctx: &mut Ctx, number: u32) -> Result<Option<&'static [u8]>> {
    if let Some((files, directory)) = ctx.embedded_directory(number)? {
        return match directory.granted {
            true => files.name(directory).map(Some),
            false => Ok(None),
        };
    }
    let Descriptor::Directory(directory) = ctx.descriptor(number)? else {
        return Ok(None);
    };
    let origin = directory.origin;
    Ok(preopen_name(&ctx.capabilities, origin))
}

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
    let mut prestat = [0; 8];
    match granted_name(ctx, args.u32(0))? {
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
    let name = granted_name(ctx, args.u32(0))?.ok_or(Errno::NotDirectory)?;
    if name.len() > args.u32(2) as usize {
        return Err(Errno::NameTooLong.into());
    }
    guest.put(args.u32(1), 1, name)
}
