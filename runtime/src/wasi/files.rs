//! Reading and writing, and what else there is to an open file.

use super::abi::{Errno, Filestat, fstflags};
use super::call::{Args, Result};
use super::context::Ctx;
use super::descriptors::{Descriptor, File};
use super::fds::stream_filetype;
use super::memory::Guest;
use super::system::{self, Advice, NewTime, Whence};
use super::vectors::{List, Reach};

pub fn fd_read(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let list = List::find(guest, args.u32(1), args.u32(2))?;
    let (fd, reach) = match ctx.descriptor(args.u32(0))? {
        Descriptor::Stream { fd, input: true } => (&*fd, Reach::WhatIsRead),
        Descriptor::Socket(fd) => (&*fd, Reach::Whole),
        Descriptor::File(file) => (&file.fd, Reach::Whole),
        Descriptor::EmbeddedFile(file) => {
            let read = list.read(guest, Reach::Whole, &mut |buffers| Ok(file.read(buffers)))?;
            return guest.put_u32(args.u32(3), read);
        }
        _ => return Err(Errno::BadDescriptor.into()),
    };
    let read = list.read(guest, reach, &mut |buffers| system::readv(system::borrow(fd), buffers))?;
    guest.put_u32(args.u32(3), read)
}

pub fn fd_write(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let list = List::find(guest, args.u32(1), args.u32(2))?;
    let fd = match ctx.untouched_output(args.u32(0)) {
        Some(fd) => fd,
        None => match ctx.descriptor(args.u32(0))? {
            Descriptor::Stream { fd, input: false } | Descriptor::Socket(fd) => system::borrow(fd),
            Descriptor::File(file) => system::borrow(&file.fd),
            _ => return Err(Errno::BadDescriptor.into()),
        },
    };
    let written = list.write(guest, &mut |buffers| system::writev(fd, buffers))?;
    guest.put_u32(args.u32(3), written)
}

pub fn fd_pread(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let list = List::find(guest, args.u32(1), args.u32(2))?;
    let fd = match ctx.descriptor(args.u32(0))? {
        Descriptor::Stream { input: true, .. } | Descriptor::Socket(_) => return Err(Errno::InvalidSeek.into()),
        Descriptor::File(file) => system::borrow(&file.fd),
        Descriptor::EmbeddedFile(file) => {
            let position = args.u64(3);
            let read = list.read(guest, Reach::WhatIsRead, &mut |buffers| file.read_at(position, buffers))?;
            return guest.put_u32(args.u32(4), read);
        }
        _ => return Err(Errno::BadDescriptor.into()),
    };
    let read = list.read(guest, Reach::WhatIsRead, &mut |buffers| {
        system::preadv(fd, buffers, args.u64(3))
    })?;
    guest.put_u32(args.u32(4), read)
}

pub fn fd_pwrite(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let list = List::find(guest, args.u32(1), args.u32(2))?;
    let fd = match ctx.descriptor(args.u32(0))? {
        Descriptor::Stream { input: false, .. } | Descriptor::Socket(_) => return Err(Errno::InvalidSeek.into()),
        Descriptor::File(file) => system::borrow(&file.fd),
        _ => return Err(Errno::BadDescriptor.into()),
    };
    let written = list.write(guest, &mut |buffers| system::pwritev(fd, buffers, args.u64(3)))?;
    guest.put_u32(args.u32(4), written)
}

/// Moves the position of a file and returns it.
fn seek_to(ctx: &mut Ctx, number: u32, offset: i64, whence: Whence) -> Result<u64> {
    match ctx.descriptor(number)? {
        Descriptor::File(file) => system::seek(system::borrow(&file.fd), offset, whence),
        Descriptor::EmbeddedFile(file) => file.seek(offset, whence),
        Descriptor::Stream { .. } | Descriptor::Socket(_) => Err(Errno::InvalidSeek.into()),
        _ => Err(Errno::BadDescriptor.into()),
    }
}

const LAST_WHENCE: u32 = 2;

pub fn fd_seek(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let whence = match args.choice(2, LAST_WHENCE)? {
        0 => Whence::Start,
        1 => Whence::Current,
        _ => Whence::End,
    };
    seek(ctx, guest, args, whence)
}

/// The same with the numbers that the second argument had before.
pub fn unstable_fd_seek(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let whence = match args.choice(2, LAST_WHENCE)? {
        0 => Whence::Current,
        1 => Whence::End,
        _ => Whence::Start,
    };
    seek(ctx, guest, args, whence)
}

fn seek(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args, whence: Whence) -> Result {
    let position = seek_to(ctx, args.u32(0), args.u64(1) as i64, whence)?;
    guest.put_u64(args.u32(3), position)
}

pub fn fd_tell(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let position = seek_to(ctx, args.u32(0), 0, Whence::Current)?;
    guest.put_u64(args.u32(1), position)
}

pub fn fd_sync(ctx: &mut Ctx, _: &mut Guest<'_>, args: &Args) -> Result {
    if let Descriptor::EmbeddedFile(_) = ctx.descriptor(args.u32(0))? {
        return Ok(());
    }
    system::sync(system::borrow(&ctx.file(args.u32(0))?.fd))
}

pub fn fd_datasync(ctx: &mut Ctx, _: &mut Guest<'_>, args: &Args) -> Result {
    if let Descriptor::EmbeddedFile(_) = ctx.descriptor(args.u32(0))? {
        return Ok(());
    }
    system::sync_data(system::borrow(&ctx.file(args.u32(0))?.fd))
}

pub fn fd_advise(ctx: &mut Ctx, _: &mut Guest<'_>, args: &Args) -> Result {
    let advice = match args.choice(3, 5)? {
        0 => Advice::Normal,
        1 => Advice::Sequential,
        2 => Advice::Random,
        3 => Advice::WillNeed,
        4 => Advice::DontNeed,
        _ => Advice::NoReuse,
    };
    if let Descriptor::EmbeddedFile(_) = ctx.descriptor(args.u32(0))? {
        return Ok(());
    }
    let file = ctx.file(args.u32(0))?;
    system::advise(system::borrow(&file.fd), args.u64(1), args.u64(2), advice)
}

/// Not supported, as in wasmtime: not every file system can, and programs have a way round it.
pub fn fd_allocate(ctx: &mut Ctx, _: &mut Guest<'_>, args: &Args) -> Result {
    ctx.file(args.u32(0))?;
    Err(Errno::NotSupported.into())
}

pub fn fd_filestat_set_size(ctx: &mut Ctx, _: &mut Guest<'_>, args: &Args) -> Result {
    if let Descriptor::EmbeddedFile(_) = ctx.descriptor(args.u32(0))? {
        // Said of a descriptor that is not open for writing, before anything else.
        return Err(Errno::Invalid.into());
    }
    let file = writable_file(ctx, args.u32(0))?;
    system::set_size(system::borrow(&file.fd), args.u64(1))
}

/// A file that may be changed, though perhaps not through this descriptor: that is for the kernel to say.
fn writable_file(ctx: &mut Ctx, number: u32) -> Result<&File> {
    let file = ctx.file(number)?;
    file.scope.check_write()?;
    Ok(file)
}

fn filestat(ctx: &mut Ctx, number: u32) -> Result<Filestat> {
    if let Some(files) = ctx.embedded {
        match ctx.descriptor(number)? {
            Descriptor::EmbeddedFile(file) => return files.file_attributes(file),
            Descriptor::EmbeddedDirectory(directory) => return files.directory_attributes(*directory),
            _ => {}
        }
    }
    let fd = match ctx.descriptor(number)? {
        Descriptor::Stream { fd, .. } => {
            return Ok(Filestat {
                filetype: stream_filetype(system::borrow(fd))?,
                ..Filestat::default()
            });
        }
        Descriptor::Socket(fd) | Descriptor::Inherited(fd) => {
            let fd = system::borrow(fd);
            let filetype = system::socket_filetype(fd)?;
            return Ok(Filestat {
                filetype,
                ..system::attributes(fd)?
            });
        }
        Descriptor::File(file) => system::borrow(&file.fd),
        Descriptor::Directory(_) => ctx.directory_itself(number)?,
        // There are none without files.
        Descriptor::EmbeddedFile(_) | Descriptor::EmbeddedDirectory(_) => return Err(Errno::BadDescriptor.into()),
    };
    system::attributes(fd)
}

pub fn fd_filestat_get(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let stat = filestat(ctx, args.u32(0))?;
    guest.put(args.u32(1), 8, &stat.to_bytes())
}

pub fn unstable_fd_filestat_get(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let stat = filestat(ctx, args.u32(0))?;
    guest.put(args.u32(1), 8, &stat.to_unstable_bytes())
}

/// The times to set that `args` say from `i` on: access, modification, flags.
pub fn new_times(args: &Args, i: usize) -> Result<(NewTime, NewTime)> {
    let flags = args.flags16(i + 2, fstflags::ALL)?;
    let time = |set: u16, now: u16, value: u64| match (flags & set != 0, flags & now != 0) {
        (true, true) => Err(Errno::Invalid),
        (true, false) => Ok(NewTime::At(value)),
        (false, true) => Ok(NewTime::Now),
        (false, false) => Ok(NewTime::Keep),
    };
    let access = time(fstflags::ATIM, fstflags::ATIM_NOW, args.u64(i))?;
    let modification = time(fstflags::MTIM, fstflags::MTIM_NOW, args.u64(i + 1))?;
    Ok((access, modification))
}

pub fn fd_filestat_set_times(ctx: &mut Ctx, _: &mut Guest<'_>, args: &Args) -> Result {
    let (access, modification) = new_times(args, 1)?;
    let number = args.u32(0);
    let fd = match ctx.descriptor(number)? {
        Descriptor::File(file) => {
            file.scope.check_write()?;
            system::borrow(&file.fd)
        }
        Descriptor::Directory(directory) => {
            directory.scope.check_write()?;
            // Open for reading, because times cannot be set through a descriptor that is good for paths only.
            ctx.directory_list(number)?
        }
        Descriptor::EmbeddedFile(_) | Descriptor::EmbeddedDirectory(_) => return Err(Errno::ReadOnly.into()),
        _ => return Err(Errno::BadDescriptor.into()),
    };
    system::set_times(fd, access, modification)
}
