//! The system calls of files, directories, sockets, clocks and the process that every Unix has.

use core::ffi::CStr;

use rustix::fd::{AsFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, Timestamps};
use rustix::io::{Errno as Linux, retry_on_intr};
use rustix::net::{RecvAncillaryBuffer, RecvFlags, ReturnFlags, SendAncillaryBuffer, SendFlags, Shutdown};
use rustix::time::Timespec;

use super::super::abi::{Errno, Filestat, filetype};
use super::super::call::Result;
use super::super::system::{LOOKUP, RECEIVE};

pub use rustix::event::{PollFd, PollFlags};
pub use rustix::fs::OFlags as OpenFlags;
pub use rustix::io::{IoSlice, IoSliceMut};

/// An open descriptor; closed when dropped.
pub type Fd = OwnedFd;
/// A descriptor that somebody keeps open.
pub type FdRef<'a> = BorrowedFd<'a>;

/// Borrows a descriptor.
pub fn borrow(fd: &Fd) -> FdRef<'_> {
    fd.as_fd()
}

/// Takes over a descriptor that was open, or not, when the process was started.
pub fn inherited(number: u32) -> Fd {
    // SAFETY: each number is taken over once, by the descriptor table. If nothing is open there, nothing of ours ever
    // will be: see `Table::adopt`.
    unsafe { Fd::from_raw_fd(number as RawFd) }
}

/// A standard stream before there is a descriptor table.
pub fn standard_stream(number: u32) -> FdRef<'static> {
    // SAFETY: only used while nothing can have closed it.
    unsafe { FdRef::borrow_raw(number as RawFd) }
}

/// Moves a descriptor to a number that is at least `least`.
pub fn at_least(fd: Fd, least: u32) -> Result<Fd> {
    let number = fd.into_raw_fd();
    // SAFETY: the number was just taken out of an owned descriptor.
    let fd = unsafe { Fd::from_raw_fd(number) };
    if number >= least as RawFd {
        return Ok(fd);
    }
    Ok(rustix::io::fcntl_dupfd_cloexec(&fd, least as RawFd)?)
}

/// The descriptor that stands for the working directory in path operations.
pub fn working_directory() -> FdRef<'static> {
    rustix::fs::CWD
}

/// Refuses what can be no path. Every byte can be part of one; macOS says itself which it does not take.
pub fn check_name(_: &[u8]) -> Result {
    Ok(())
}

/// Whether the text of a link starts elsewhere than in the directory of the link.
pub fn is_absolute(text: &[u8]) -> bool {
    text.starts_with(b"/")
}

/// Whether there is something at a path, be it a link to nowhere.
pub fn exists(path: &CStr) -> bool {
    rustix::fs::statat(rustix::fs::CWD, path, AtFlags::SYMLINK_NOFOLLOW).is_ok()
}

/// What a new file may be; the process's mask takes away from it.
pub fn new_file_mode() -> Mode {
    Mode::from_raw_mode(0o666)
}

/// Opens a path as any program does.
pub fn open(fd: FdRef<'_>, path: &CStr, flags: OFlags) -> Result<Fd> {
    let open = || rustix::fs::openat(fd, path, flags | OFlags::CLOEXEC, new_file_mode());
    Ok(retry_on_intr(open)?)
}

/// Opens a directory of a granted path, to look things up from it.
pub fn open_granted(path: &CStr) -> Result<Fd> {
    open(rustix::fs::CWD, path, LOOKUP)
}

// Attributes.

/// The file type bits of a mode say symbolic link.
pub fn is_link_mode(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::Symlink
}

/// Whether a descriptor, opened by path only, is a symbolic link.
pub fn is_symbolic_link(fd: FdRef<'_>) -> Result<bool> {
    Ok(is_link_mode(&rustix::fs::fstat(fd)?))
}

/// A file type in WASI's numbers.
pub fn filetype_of(kind: FileType) -> u8 {
    match kind {
        FileType::RegularFile => filetype::REGULAR_FILE,
        FileType::Directory => filetype::DIRECTORY,
        FileType::Symlink => filetype::SYMBOLIC_LINK,
        FileType::CharacterDevice => filetype::CHARACTER_DEVICE,
        FileType::BlockDevice => filetype::BLOCK_DEVICE,
        // WASI has no number for pipes, nor for sockets of which only the name is known.
        FileType::Fifo | FileType::Socket | FileType::Unknown => filetype::UNKNOWN,
    }
}

/// Nanoseconds since 1970; times before that are 0.
pub fn nanoseconds(seconds: i64, nanoseconds: u64) -> Result<u64> {
    let Ok(seconds) = u64::try_from(seconds) else {
        return Ok(0);
    };
    let total = seconds
        .checked_mul(1_000_000_000)
        .and_then(|s| s.checked_add(nanoseconds));
    Ok(total.ok_or(Errno::Overflow)?)
}

fn filestat(stat: &Stat) -> Result<Filestat> {
    #[allow(clippy::unnecessary_cast, reason = "the fields' types differ between architectures")]
    Ok(Filestat {
        dev: stat.st_dev as u64,
        ino: stat.st_ino as u64,
        filetype: filetype_of(FileType::from_raw_mode(stat.st_mode)),
        nlink: stat.st_nlink as u64,
        size: stat.st_size as u64,
        atim: nanoseconds(stat.st_atime as i64, stat.st_atime_nsec as u64)?,
        mtim: nanoseconds(stat.st_mtime as i64, stat.st_mtime_nsec as u64)?,
        ctim: nanoseconds(stat.st_ctime as i64, stat.st_ctime_nsec as u64)?,
    })
}

/// Attributes of what is open.
pub fn attributes(fd: FdRef<'_>) -> Result<Filestat> {
    filestat(&rustix::fs::fstat(fd)?)
}

/// Attributes of what a path names. The kernel resolves the path freely.
pub fn attributes_at(fd: FdRef<'_>, path: &CStr, follow: bool) -> Result<Filestat> {
    let flags = if follow {
        AtFlags::empty()
    } else {
        AtFlags::SYMLINK_NOFOLLOW
    };
    filestat(&rustix::fs::statat(fd, path, flags)?)
}

/// What kind of thing a descriptor is.
pub enum Kind {
    Directory,
    Socket,
    Other,
}

/// Finds out what a descriptor is.
pub fn kind(fd: FdRef<'_>) -> Result<Kind> {
    let stat = rustix::fs::fstat(fd)?;
    Ok(match FileType::from_raw_mode(stat.st_mode) {
        FileType::Directory => Kind::Directory,
        FileType::Socket => Kind::Socket,
        _ => Kind::Other,
    })
}

/// The flags that a descriptor was opened with.
pub fn open_flags(fd: FdRef<'_>) -> Result<OFlags> {
    Ok(rustix::fs::fcntl_getfl(fd)?)
}

/// Sets or clears the two flags that can be changed while a file is open.
pub fn set_append_and_nonblock(fd: FdRef<'_>, append: bool, nonblock: bool) -> Result {
    let mut flags = rustix::fs::fcntl_getfl(fd)?;
    flags.set(OFlags::APPEND, append);
    flags.set(OFlags::NONBLOCK, nonblock);
    Ok(rustix::fs::fcntl_setfl(fd, flags)?)
}

/// Whether a descriptor is a terminal; an error if it is not open.
pub fn is_terminal(fd: FdRef<'_>) -> Result<bool> {
    match rustix::termios::tcgetwinsize(fd) {
        Ok(_) => Ok(true),
        Err(Linux::BADF) => Err(Errno::BadDescriptor.into()),
        Err(_) => Ok(false),
    }
}

/// A time to set.
#[derive(Clone, Copy)]
pub enum NewTime {
    Keep,
    Now,
    At(u64),
}

impl NewTime {
    fn timespec(self) -> Timespec {
        let (tv_sec, tv_nsec) = match self {
            NewTime::Keep => (0, rustix::fs::UTIME_OMIT),
            NewTime::Now => (0, rustix::fs::UTIME_NOW),
            NewTime::At(time) => ((time / 1_000_000_000) as i64, (time % 1_000_000_000) as _),
        };
        Timespec { tv_sec, tv_nsec }
    }
}

/// Times as the kernel takes them.
pub fn timestamps(access: NewTime, modification: NewTime) -> Timestamps {
    Timestamps {
        last_access: access.timespec(),
        last_modification: modification.timespec(),
    }
}

/// Sets the times of what is open.
pub fn set_times(fd: FdRef<'_>, access: NewTime, modification: NewTime) -> Result {
    Ok(rustix::fs::futimens(fd, &timestamps(access, modification))?)
}

/// Sets the times of what a path names. The kernel resolves the path freely.
pub fn set_times_at(fd: FdRef<'_>, path: &CStr, follow: bool, access: NewTime, modification: NewTime) -> Result {
    let flags = if follow {
        AtFlags::empty()
    } else {
        AtFlags::SYMLINK_NOFOLLOW
    };
    Ok(rustix::fs::utimensat(
        fd,
        path,
        &timestamps(access, modification),
        flags,
    )?)
}

// Reading and writing.

pub fn readv(fd: FdRef<'_>, buffers: &mut [IoSliceMut<'_>]) -> Result<u32> {
    Ok(retry_on_intr(|| rustix::io::readv(fd, buffers))? as u32)
}

pub fn writev(fd: FdRef<'_>, buffers: &[IoSlice<'_>]) -> Result<u32> {
    Ok(retry_on_intr(|| rustix::io::writev(fd, buffers))? as u32)
}

pub fn preadv(fd: FdRef<'_>, buffers: &mut [IoSliceMut<'_>], offset: u64) -> Result<u32> {
    Ok(retry_on_intr(|| rustix::io::preadv(fd, buffers, offset))? as u32)
}

pub fn pwritev(fd: FdRef<'_>, buffers: &[IoSlice<'_>], offset: u64) -> Result<u32> {
    Ok(retry_on_intr(|| rustix::io::pwritev(fd, buffers, offset))? as u32)
}

/// Where a move of the file position is measured from.
#[derive(Clone, Copy)]
pub enum Whence {
    Start,
    Current,
    End,
}

pub fn seek(fd: FdRef<'_>, offset: i64, whence: Whence) -> Result<u64> {
    use rustix::fs::SeekFrom;
    let from = match whence {
        Whence::Start => SeekFrom::Start(u64::try_from(offset).map_err(|_| Errno::Invalid)?),
        Whence::Current => SeekFrom::Current(offset),
        Whence::End => SeekFrom::End(offset),
    };
    Ok(rustix::fs::seek(fd, from)?)
}

pub fn set_size(fd: FdRef<'_>, size: u64) -> Result {
    Ok(retry_on_intr(|| rustix::fs::ftruncate(fd, size))?)
}

// Directories.

pub fn create_directory(fd: FdRef<'_>, path: &CStr) -> Result {
    Ok(rustix::fs::mkdirat(fd, path, Mode::from_raw_mode(0o777))?)
}

pub fn remove_directory(fd: FdRef<'_>, path: &CStr) -> Result {
    Ok(rustix::fs::unlinkat(fd, path, AtFlags::REMOVEDIR)?)
}

pub fn rename(from: FdRef<'_>, from_path: &CStr, to: FdRef<'_>, to_path: &CStr) -> Result {
    Ok(rustix::fs::renameat(from, from_path, to, to_path)?)
}

pub fn link(from: FdRef<'_>, from_path: &CStr, to: FdRef<'_>, to_path: &CStr) -> Result {
    Ok(rustix::fs::linkat(from, from_path, to, to_path, AtFlags::empty())?)
}

pub fn symlink(text: &CStr, fd: FdRef<'_>, path: &CStr) -> Result {
    Ok(rustix::fs::symlinkat(text, fd, path)?)
}

/// Reads the text of a symbolic link and returns its length.
pub fn read_link(fd: FdRef<'_>, path: &CStr, text: &mut [u8]) -> Result<usize> {
    Ok(rustix::fs::readlinkat_raw(fd, path, text)?)
}

/// One name in a directory.
pub struct Entry<'a> {
    pub name: &'a CStr,
    pub ino: u64,
    /// `None` if the file system does not tell.
    pub filetype: Option<u8>,
}

// Sockets.

/// The file type of a socket.
pub fn socket_filetype(fd: FdRef<'_>) -> Result<u8> {
    use rustix::net::SocketType;
    Ok(match rustix::net::sockopt::socket_type(fd)? {
        SocketType::STREAM | SocketType::SEQPACKET => filetype::SOCKET_STREAM,
        _ => filetype::SOCKET_DGRAM,
    })
}

/// Receives, and tells whether a message was longer than the buffers.
pub fn receive(fd: FdRef<'_>, buffers: &mut [IoSliceMut<'_>], peek: bool, wait_all: bool) -> Result<(u32, bool)> {
    let mut flags = RECEIVE;
    flags.set(RecvFlags::PEEK, peek);
    flags.set(RecvFlags::WAITALL, wait_all);
    let received = retry_on_intr(|| {
        let mut control = RecvAncillaryBuffer::new(&mut []);
        rustix::net::recvmsg(fd, buffers, &mut control, flags)
    })?;
    Ok((received.bytes as u32, received.flags.contains(ReturnFlags::TRUNC)))
}

pub fn send(fd: FdRef<'_>, buffers: &[IoSlice<'_>]) -> Result<u32> {
    let sent = retry_on_intr(|| {
        let mut control = SendAncillaryBuffer::new(&mut []);
        rustix::net::sendmsg(fd, buffers, &mut control, SendFlags::empty())
    })?;
    Ok(sent as u32)
}

pub fn shut_down(fd: FdRef<'_>, read: bool, write: bool) -> Result {
    let how = match (read, write) {
        (true, true) => Shutdown::Both,
        (true, false) => Shutdown::Read,
        (false, true) => Shutdown::Write,
        (false, false) => return Err(Errno::Invalid.into()),
    };
    Ok(rustix::net::shutdown(fd, how)?)
}

// Time.

/// A clock that a program can ask for.
#[derive(Clone, Copy)]
pub enum Clock {
    Realtime,
    Monotonic,
    /// Time that processors have spent on the process.
    Process,
    /// The same for its one thread.
    Thread,
}

/// A day, in nanoseconds. Some kernels refuse a wait of more milliseconds than 31 bits hold.
const LONGEST_WAIT: u64 = 86_400_000_000_000;

/// Waits until a descriptor is ready or `timeout` nanoseconds have passed. Being interrupted counts as either, and so
/// does a day.
pub fn poll(descriptors: &mut [PollFd<'_>], timeout: Option<u64>) -> Result {
    let timeout = timeout.map(|timeout| NewTime::At(timeout.min(LONGEST_WAIT)).timespec());
    match rustix::event::poll(descriptors, timeout.as_ref()) {
        Ok(_) | Err(Linux::INTR) => Ok(()),
        Err(errno) => Err(errno.into()),
    }
}

/// Bytes that can be read at once, if the descriptor is one that can tell.
pub fn readable_bytes(fd: FdRef<'_>) -> Option<u64> {
    rustix::io::ioctl_fionread(fd).ok()
}

// The process.

/// Whether two names are those of one environment variable.
pub fn same_variable(one: &[u8], other: &[u8]) -> bool {
    one == other
}

/// The entry of a variable under the name that was packed, which is its own.
pub fn spelled(_: &[u8], entry: &'static [u8]) -> &'static [u8] {
    entry
}

pub fn sched_yield() {
    rustix::thread::sched_yield();
}

/// Sends a signal to this process.
pub fn raise(signal: i32) -> Result {
    // SAFETY: the numbers come from `process.rs` and are those of signals that programs send each other.
    let signal = unsafe { rustix::process::Signal::from_raw_unchecked(signal) };
    // The process exists and may signal itself.
    let _ = rustix::process::kill_process(rustix::process::getpid(), signal);
    Ok(())
}
