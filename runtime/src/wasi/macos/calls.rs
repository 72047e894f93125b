//! System calls that macOS has in a form of its own, or has not got.

use core::ffi::CStr;

use rustix::fs::{AtFlags, OFlags};
use rustix::io::{Errno as System, retry_on_intr};
use rustix::net::RecvFlags;

use super::super::abi::{Errno, filetype};
use super::super::call::{Fail, Result};
use super::super::unix::{Fd, FdRef, attributes, attributes_at};
use super::apple;

/// How a directory is opened to start lookups from it. It has to be readable, because flags that ask for less come only
/// with macOS 12.
pub const LOOKUP: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY);

/// Flags of every receiving call. Descriptors that a message carries are not taken.
pub const RECEIVE: RecvFlags = RecvFlags::empty();

/// Whether opening with these flags and [`OFlags::NOFOLLOW`] opens a symbolic link itself. None that are used do.
pub fn opens_links(_: OFlags) -> bool {
    false
}

/// Removes a name that is not a directory's.
pub fn unlink(fd: FdRef<'_>, path: &CStr) -> Result {
    match rustix::fs::unlinkat(fd, path, AtFlags::empty()) {
        // POSIX has EPERM for directories, and Linux, whose error programs know, EISDIR.
        Err(System::PERM) => match attributes_at(fd, path, false) {
            Ok(stat) if stat.filetype == filetype::DIRECTORY => Err(Errno::IsDirectory.into()),
            _ => Err(Errno::NotPermitted.into()),
        },
        done => Ok(done?),
    }
}

/// How a program is going to use a part of a file.
#[derive(Clone, Copy)]
pub enum Advice {
    Normal,
    Sequential,
    Random,
    WillNeed,
    DontNeed,
    NoReuse,
}

/// Passes advice on. What macOS has no word for is taken note of, as POSIX allows.
pub fn advise(fd: FdRef<'_>, offset: u64, len: u64, advice: Advice) -> Result {
    // The answer of Linux for what has no position.
    if attributes(fd)?.filetype == filetype::UNKNOWN {
        return Err(Errno::InvalidSeek.into());
    }
    if i64::try_from(offset).is_err() || i64::try_from(len).is_err() {
        return Err(Errno::Invalid.into());
    }
    match advice {
        Advice::WillNeed => apple::read_ahead(fd, offset, len),
        Advice::Normal | Advice::Sequential | Advice::Random | Advice::DontNeed | Advice::NoReuse => {}
    }
    Ok(())
}

/// Waits until contents and attributes are on the medium, not only in its cache.
pub fn sync(fd: FdRef<'_>) -> Result {
    match retry_on_intr(|| apple::full_sync(fd)) {
        // Some file systems and devices have nothing stronger than fsync.
        Err(System::NOTSUP | System::NOTTY | System::INVAL | System::NODEV) => {
            Ok(retry_on_intr(|| rustix::fs::fsync(fd))?)
        }
        done => Ok(done?),
    }
}

/// The same: macOS does not tell contents and attributes apart.
pub fn sync_data(fd: FdRef<'_>) -> Result {
    sync(fd)
}

/// Accepts a connection.
pub fn accept(fd: FdRef<'_>, nonblock: bool) -> Result<Fd> {
    let connection = retry_on_intr(|| rustix::net::accept(fd))?;
    let set_up = || {
        rustix::io::fcntl_setfd(&connection, rustix::io::FdFlags::CLOEXEC)?;
        // A connection has the flags of the socket it was accepted from.
        let mut flags = rustix::fs::fcntl_getfl(&connection)?;
        flags.set(OFlags::NONBLOCK, nonblock);
        rustix::fs::fcntl_setfl(&connection, flags)
    };
    set_up().map_err(Fail::from)?;
    Ok(connection)
}
