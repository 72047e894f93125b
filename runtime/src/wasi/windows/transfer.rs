//! Reading, writing, and the position and size of files.

use windows_sys::Wdk::Storage::FileSystem as fs;
use windows_sys::Win32::Foundation as status;
use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::IO::IO_STATUS_BLOCK;

use super::super::abi::Errno;
use super::super::call::{Fail, Result};
use super::errno::{Status, Win32};
use super::fd::FdRef;
use super::flags::{Advice, OpenFlags};
use super::nt::{self, At, NtResult};
use super::streams::{Device, bytes_in_pipe};
use crate::platform::console;

/// Short buffers of one write that are put together up to this length, so that they arrive in one piece.
const TOGETHER: usize = 4096;

/// A buffer to write from.
#[derive(Clone, Copy)]
pub struct IoSlice<'a>(&'a [u8]);

impl<'a> IoSlice<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        IoSlice(bytes)
    }
}

/// A buffer to read to.
pub struct IoSliceMut<'a>(&'a mut [u8]);

impl<'a> IoSliceMut<'a> {
    pub fn new(bytes: &'a mut [u8]) -> Self {
        IoSliceMut(bytes)
    }

    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        self.0
    }
}

fn check_access(fd: FdRef<'_>, without: OpenFlags) -> Result<HANDLE> {
    let handle = fd.handle()?;
    match fd.flags.get() & OpenFlags::ACCMODE == without {
        true => Err(Errno::BadDescriptor.into()),
        false => Ok(handle),
    }
}

/// The end of a file, and of a pipe that nobody writes to any more, is no error.
fn read_once(handle: HANDLE, buffer: &mut [u8], at: At) -> NtResult<usize> {
    match nt::read(handle, buffer, at) {
        Err(Status(status::STATUS_END_OF_FILE | status::STATUS_PIPE_BROKEN | status::STATUS_PIPE_EMPTY)) => Ok(0),
        done => done,
    }
}

/// Reads to one buffer after the other, until one is not filled. `most` is how many may be used.
fn read_all(handle: HANDLE, buffers: &mut [IoSliceMut<'_>], mut at: At, most: usize) -> Result<u32> {
    let mut total = 0;
    for buffer in buffers.iter_mut().take(most) {
        let read = match read_once(handle, buffer.0, at) {
            Ok(read) => read,
            // What has been read before must not be lost.
            Err(_) if total > 0 => break,
            Err(error) => return Err(error.into()),
        };
        total += read;
        if let At::Offset(offset) = &mut at {
            *offset += read as u64;
        }
        if read < buffer.0.len() {
            break;
        }
    }
    Ok(total as u32)
}

pub fn readv(fd: FdRef<'_>, buffers: &mut [IoSliceMut<'_>]) -> Result<u32> {
    let handle = check_access(fd, OpenFlags::WRONLY)?;
    let Some(first) = buffers.first_mut() else { return Ok(0) };
    match fd.device()? {
        Device::Disk => read_all(handle, buffers, At::Position, usize::MAX),
        Device::Console => Ok(console::read(handle, first.0).map_err(Win32)? as u32),
        Device::Pipe if fd.is_nonblocking() => {
            match bytes_in_pipe(fd) {
                Ok(0) => return Err(Errno::Again.into()),
                Ok(_) => {}
                Err(Fail::Errno(Errno::Pipe)) => return Ok(0),
                Err(fail) => return Err(fail),
            }
            read_all(handle, buffers, At::Position, 1)
        }
        // More than one read could wait although something has been read.
        Device::Pipe | Device::Other => read_all(handle, buffers, At::Position, 1),
    }
}

fn write_all(handle: HANDLE, buffers: &[IoSlice<'_>], mut at: At) -> Result<u32> {
    let len: usize = buffers.iter().map(|buffer| buffer.0.len()).sum();
    if buffers.len() > 1 && len <= TOGETHER {
        return write_together(handle, buffers, at);
    }
    let mut total = 0;
    for buffer in buffers {
        let written = match nt::write(handle, buffer.0, at) {
            Ok(written) => written,
            Err(_) if total > 0 => break,
            Err(error) => return Err(error.into()),
        };
        total += written;
        if let At::Offset(offset) = &mut at {
            *offset += written as u64;
        }
        if written < buffer.0.len() {
            break;
        }
    }
    Ok(total as u32)
}

#[inline(never)]
fn write_together(handle: HANDLE, buffers: &[IoSlice<'_>], at: At) -> Result<u32> {
    let mut bytes = [0; TOGETHER];
    let mut used = 0;
    for buffer in buffers {
        bytes[used..used + buffer.0.len()].copy_from_slice(buffer.0);
        used += buffer.0.len();
    }
    Ok(nt::write(handle, &bytes[..used], at)? as u32)
}

pub fn writev(fd: FdRef<'_>, buffers: &[IoSlice<'_>]) -> Result<u32> {
    let handle = check_access(fd, OpenFlags::RDONLY)?;
    match fd.device()? {
        Device::Console => {
            let stream = fd.standard_number().unwrap_or(1);
            let mut total = 0;
            for buffer in buffers {
                console::write(handle, stream, buffer.0).map_err(Win32)?;
                total += buffer.0.len();
            }
            Ok(total as u32)
        }
        _ if buffers.is_empty() => Ok(0),
        Device::Disk if fd.flags.get().contains(OpenFlags::APPEND) => write_all(handle, buffers, At::End),
        _ => write_all(handle, buffers, At::Position),
    }
}

/// Does something that moves the file's position, and moves it back.
fn keeping_position<T>(handle: HANDLE, transfer: impl FnOnce() -> Result<T>) -> Result<T> {
    let before = position(handle)?;
    let done = transfer();
    set_position(handle, before)?;
    done
}

/// An offset that the system can hold.
fn offset(offset: u64) -> Result<At> {
    match i64::try_from(offset) {
        Ok(_) => Ok(At::Offset(offset)),
        Err(_) => Err(Errno::Invalid.into()),
    }
}

fn seekable(fd: FdRef<'_>) -> Result<()> {
    match fd.device()? {
        Device::Disk => Ok(()),
        _ => Err(Errno::InvalidSeek.into()),
    }
}

pub fn preadv(fd: FdRef<'_>, buffers: &mut [IoSliceMut<'_>], at: u64) -> Result<u32> {
    let handle = check_access(fd, OpenFlags::WRONLY)?;
    seekable(fd)?;
    let at = offset(at)?;
    keeping_position(handle, || read_all(handle, buffers, at, usize::MAX))
}

pub fn pwritev(fd: FdRef<'_>, buffers: &[IoSlice<'_>], at: u64) -> Result<u32> {
    let handle = check_access(fd, OpenFlags::RDONLY)?;
    seekable(fd)?;
    let at = match fd.flags.get().contains(OpenFlags::APPEND) {
        // As Linux does it.
        true => At::End,
        false => offset(at)?,
    };
    if buffers.is_empty() {
        return Ok(0);
    }
    keeping_position(handle, || write_all(handle, buffers, at))
}

fn position(handle: HANDLE) -> NtResult<i64> {
    let info: fs::FILE_POSITION_INFORMATION = nt::query(handle, fs::FilePositionInformation)?;
    Ok(info.CurrentByteOffset)
}

fn set_position(handle: HANDLE, position: i64) -> NtResult {
    let len = size_of_val(&position);
    // SAFETY: the class asks for one number.
    unsafe { nt::set(handle, fs::FilePositionInformation, (&raw const position).cast(), len) }
}

fn size(handle: HANDLE) -> NtResult<i64> {
    let info: fs::FILE_STANDARD_INFORMATION = nt::query(handle, fs::FileStandardInformation)?;
    Ok(info.EndOfFile)
}

/// Bytes between the position and the end of a file.
pub fn rest_of_file(fd: FdRef<'_>) -> Result<u64> {
    let handle = fd.handle()?;
    Ok(u64::try_from(size(handle)? - position(handle)?).unwrap_or(0))
}

/// Where a move of the file position is measured from.
#[derive(Clone, Copy)]
pub enum Whence {
    Start,
    Current,
    End,
}

pub fn seek(fd: FdRef<'_>, by: i64, whence: Whence) -> Result<u64> {
    seekable(fd)?;
    let handle = fd.handle()?;
    let from = match whence {
        Whence::Start => 0,
        Whence::Current => position(handle)?,
        Whence::End => size(handle)?,
    };
    // POSIX has it so: what cannot be told overflows, what cannot be is invalid.
    let to = from.checked_add(by).ok_or(Errno::Invalid)?;
    let reached = u64::try_from(to).map_err(|_| Errno::Invalid)?;
    if !(by == 0 && matches!(whence, Whence::Current)) {
        set_position(handle, to)?;
    }
    Ok(reached)
}

pub fn set_size(fd: FdRef<'_>, size: u64) -> Result {
    let handle = fd.handle()?;
    let size = i64::try_from(size).map_err(|_| Errno::Invalid)?;
    if fd.flags.get() & OpenFlags::ACCMODE == OpenFlags::RDONLY {
        return Err(Errno::Invalid.into());
    }
    let len = size_of_val(&size);
    // SAFETY: the class asks for one number.
    Ok(unsafe { nt::set(handle, fs::FileEndOfFileInformation, (&raw const size).cast(), len) }?)
}

/// Advice is taken when a file is opened, not later; what is none is refused all the same.
pub fn advise(fd: FdRef<'_>, _offset: u64, len: u64, _advice: Advice) -> Result {
    seekable(fd)?;
    match i64::try_from(len) {
        Ok(_) => Ok(()),
        Err(_) => Err(Errno::Invalid.into()),
    }
}

pub fn sync(fd: FdRef<'_>) -> Result {
    let mut block = IO_STATUS_BLOCK::default();
    // SAFETY: flushes what is open.
    match nt::check(unsafe { fs::NtFlushBuffersFile(fd.handle()?, &mut block) }) {
        // What is open for reading has nothing to flush.
        Err(Status(status::STATUS_ACCESS_DENIED)) => Ok(()),
        done => Ok(done?),
    }
}

pub fn sync_data(fd: FdRef<'_>) -> Result {
    sync(fd)
}
