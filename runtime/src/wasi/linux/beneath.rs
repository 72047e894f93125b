//! Opening what a path names, never above the directory it starts from.
//!
//! `openat2` does this in the kernel (Linux 5.6). Where it does not exist, or a filter forbids it, the path is walked.

use core::ffi::CStr;
use core::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{AtFlags, Mode, OFlags, ResolveFlags, openat2};
use rustix::io::Errno as Linux;

use super::super::abi::{Errno, Filestat};
use super::super::call::{Fail, Result};
use super::super::unix::{Fd, FdRef, NewTime, Walk, attributes, borrow, new_file_mode, set_times, timestamps};
use super::LOOKUP;

/// Times that a lookup is tried again in the kernel when something is renamed meanwhile anywhere on the machine.
const ATTEMPTS: u32 = 4;

static NO_OPENAT2: AtomicBool = AtomicBool::new(false);

/// Opens `path` below `root`.
///
/// A path that leads out is not permitted. With [`OFlags::NOFOLLOW`] a link at the end of the path is not followed.
pub fn open_beneath(root: FdRef<'_>, path: &CStr, flags: OFlags) -> Result<Fd> {
    let flags = flags | OFlags::CLOEXEC;
    // openat2 refuses a mode that is not used.
    let mode = if flags.contains(OFlags::CREATE) {
        new_file_mode()
    } else {
        Mode::empty()
    };
    if !NO_OPENAT2.load(Ordering::Relaxed) {
        for _ in 0..ATTEMPTS {
            match openat2(
                root,
                path,
                flags,
                mode,
                ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS,
            ) {
                Ok(fd) => return Ok(fd),
                Err(Linux::XDEV) => return Err(Errno::NotPermitted.into()),
                Err(Linux::AGAIN | Linux::INTR) => {}
                Err(Linux::NOSYS) => {
                    NO_OPENAT2.store(true, Ordering::Relaxed);
                    break;
                }
                // Some filters answer EPERM to system calls that they do not know.
                Err(Linux::PERM) => break,
                Err(errno) => return Err(errno.into()),
            }
        }
    }
    Walk::new(root).open(path.to_bytes(), flags, mode)
}

/// Opens a directory below `root`, only to start further lookups from it.
pub fn open_directory_beneath(root: FdRef<'_>, path: &CStr) -> Result<Fd> {
    open_beneath(root, path, LOOKUP)
}

/// Opens what a path names, to ask or tell something about it, without any right to its contents.
fn open_for_attributes(root: FdRef<'_>, path: &CStr, follow: bool) -> Result<Fd> {
    let nofollow = if follow { OFlags::empty() } else { OFlags::NOFOLLOW };
    open_beneath(root, path, OFlags::PATH | nofollow)
}

/// Attributes of what a path below `root` names.
pub fn attributes_beneath(root: FdRef<'_>, path: &CStr, follow: bool) -> Result<Filestat> {
    attributes(borrow(&open_for_attributes(root, path, follow)?))
}

/// Sets the times of what a path below `root` names; a link at its end is followed.
pub fn set_times_beneath(root: FdRef<'_>, path: &CStr, access: NewTime, modification: NewTime) -> Result {
    let fd = open_for_attributes(root, path, true)?;
    let times = timestamps(access, modification);
    match rustix::fs::utimensat(&fd, c"", &times, AtFlags::EMPTY_PATH).map_err(Fail::from) {
        // Kernels before 5.8 need a descriptor that is open in earnest.
        Err(Fail::Errno(Errno::Invalid | Errno::NoEntry)) => {
            let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
            let fd = open_beneath(root, path, flags)?;
            set_times(borrow(&fd), access, modification)
        }
        done => done,
    }
}
