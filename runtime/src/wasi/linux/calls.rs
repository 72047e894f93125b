//! System calls that Linux has in a form of its own.

use core::num::NonZeroU64;

use rustix::fs::OFlags;
use rustix::io::{Errno as Linux, retry_on_intr};
use rustix::net::{RecvFlags, SocketFlags};
use rustix::time::ClockId;

use crate::arguments::Arguments;
use crate::wasi::call::Result;
use crate::wasi::unix::{Clock, Fd, FdRef, nanoseconds};

pub use rustix::fs::Advice;

/// How a directory is opened to start lookups from it. It need not be readable.
pub const LOOKUP: OFlags = OFlags::PATH.union(OFlags::DIRECTORY);

/// Flags of every receiving call.
pub const RECEIVE: RecvFlags = RecvFlags::CMSG_CLOEXEC;

/// Whether opening with these flags and [`OFlags::NOFOLLOW`] opens a symbolic link itself.
pub fn opens_links(flags: OFlags) -> bool {
    flags.contains(OFlags::PATH)
}

pub fn unlink(fd: FdRef<'_>, path: &core::ffi::CStr) -> Result {
    Ok(rustix::fs::unlinkat(fd, path, rustix::fs::AtFlags::empty())?)
}

pub fn advise(fd: FdRef<'_>, offset: u64, len: u64, advice: Advice) -> Result {
    Ok(rustix::fs::fadvise(fd, offset, NonZeroU64::new(len), advice)?)
}

pub fn sync(fd: FdRef<'_>) -> Result {
    Ok(retry_on_intr(|| rustix::fs::fsync(fd))?)
}

pub fn sync_data(fd: FdRef<'_>) -> Result {
    Ok(retry_on_intr(|| rustix::fs::fdatasync(fd))?)
}

pub fn accept(fd: FdRef<'_>, nonblock: bool) -> Result<Fd> {
    let mut flags = SocketFlags::CLOEXEC;
    flags.set(SocketFlags::NONBLOCK, nonblock);
    Ok(retry_on_intr(|| rustix::net::accept_with(fd, flags))?)
}

/// Makes the kernel's clock page known, so that reading a clock needs no system call.
pub fn init_clocks(arguments: &Arguments) {
    // SAFETY: the environment as the kernel laid it out, followed by a null pointer and the auxiliary vector; nothing is
    // written through the pointer.
    unsafe { rustix::param::init(arguments.envp().as_ptr().cast_mut().cast()) };
}

fn id(clock: Clock) -> ClockId {
    match clock {
        Clock::Realtime => ClockId::Realtime,
        Clock::Monotonic => ClockId::Monotonic,
        Clock::Process => ClockId::ProcessCPUTime,
        Clock::Thread => ClockId::ThreadCPUTime,
    }
}

pub fn now(clock: Clock) -> Result<u64> {
    let time = rustix::time::clock_gettime(id(clock));
    nanoseconds(time.tv_sec, time.tv_nsec as u64)
}

pub fn resolution(clock: Clock) -> Result<u64> {
    let time = rustix::time::clock_getres(id(clock));
    nanoseconds(time.tv_sec, time.tv_nsec as u64)
}

pub fn random(mut buffer: &mut [u8]) -> Result {
    while !buffer.is_empty() {
        let filled = match rustix::rand::getrandom(&mut *buffer, rustix::rand::GetRandomFlags::empty()) {
            Ok(filled) => filled,
            Err(Linux::INTR) => continue,
            Err(errno) => return Err(errno.into()),
        };
        buffer = &mut buffer[filled..];
    }
    Ok(())
}
