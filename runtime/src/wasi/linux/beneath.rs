//! Opening what a path names, never above the directory it starts from.
//!
//! `openat2` does this in the kernel (Linux 5.6). Where it does not exist, or a filter forbids it, the path is walked
//! one name at a time: every directory is opened without following links and kept, so that `..` returns to a
//! directory that was passed and not to wherever it may have been moved since; links are read and walked in turn.

use core::ffi::CStr;
use core::sync::atomic::{AtomicBool, Ordering};

use alloc::vec::Vec;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, Mode, OFlags, ResolveFlags, openat, openat2, readlinkat_raw, statat};
use rustix::io::Errno as Linux;

use super::super::Result;
use super::super::abi::Errno;
use super::super::paths::{LONGEST, Text};

/// Times that a lookup is tried again in the kernel when something is renamed meanwhile anywhere on the machine.
const ATTEMPTS: u32 = 4;

/// Links followed in one path, as many as the kernel follows.
const MOST_LINKS: u32 = 40;

static NO_OPENAT2: AtomicBool = AtomicBool::new(false);

/// Opens `path` below `root`.
///
/// A path that leads out is not permitted. With [`OFlags::NOFOLLOW`] a link at the end of the path is not followed.
pub fn open_beneath(root: BorrowedFd<'_>, path: &CStr, flags: OFlags) -> Result<OwnedFd> {
    let flags = flags | OFlags::CLOEXEC;
    // openat2 refuses a mode that is not used.
    let mode = if flags.contains(OFlags::CREATE) {
        super::new_file_mode()
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
pub fn open_directory_beneath(root: BorrowedFd<'_>, path: &CStr) -> Result<OwnedFd> {
    open_beneath(root, path, OFlags::PATH | OFlags::DIRECTORY)
}

struct Walk<'a> {
    root: BorrowedFd<'a>,
    /// The directories passed below the root.
    passed: Vec<OwnedFd>,
    links: u32,
}

/// What there is still to walk: the path, with links replaced by what they say.
struct Rest {
    /// The next name is at the end, so that a link's text is put in its place without moving what follows.
    reversed: Vec<u8>,
}

impl Rest {
    fn new(path: &[u8]) -> Result<Rest> {
        let mut rest = Rest { reversed: Vec::new() };
        rest.put_first(path)?;
        Ok(rest)
    }

    fn put_first(&mut self, path: &[u8]) -> Result {
        self.reversed.try_reserve(path.len() + 1).map_err(|_| Errno::NoMemory)?;
        if !self.reversed.is_empty() {
            self.reversed.push(b'/');
        }
        self.reversed.extend(path.iter().rev());
        Ok(())
    }

    fn is_only_slashes(&self) -> bool {
        self.reversed.iter().all(|byte| *byte == b'/')
    }

    /// Takes the next name off, and tells whether it is the last one, that is, not even a slash follows.
    fn next(&mut self) -> Result<(Text, bool)> {
        while self.reversed.last() == Some(&b'/') {
            self.reversed.pop();
        }
        let start = self
            .reversed
            .iter()
            .rposition(|byte| *byte == b'/')
            .map_or(0, |at| at + 1);
        let mut name = Text::new();
        for byte in self.reversed[start..].iter().rev() {
            name.push(*byte)?;
        }
        self.reversed.truncate(start);
        Ok((name, start == 0))
    }
}

impl<'a> Walk<'a> {
    fn new(root: BorrowedFd<'a>) -> Self {
        Walk {
            root,
            passed: Vec::new(),
            links: 0,
        }
    }

    fn here(&self) -> BorrowedFd<'_> {
        self.passed.last().map_or(self.root, AsFd::as_fd)
    }

    fn open(mut self, path: &[u8], flags: OFlags, mode: Mode) -> Result<OwnedFd> {
        if path.is_empty() {
            return Err(Errno::NoEntry.into());
        }
        if path.starts_with(b"/") {
            return Err(Errno::NotPermitted.into());
        }
        let mut rest = Rest::new(path)?;
        loop {
            let (name, last) = rest.next()?;
            match name.as_bytes() {
                // Slashes at the end: what was before them is a directory, and has been entered.
                b"" | b"." | b".." => {
                    if name.as_bytes() == b".." && self.passed.pop().is_none() {
                        return Err(Errno::NotPermitted.into());
                    }
                    if last {
                        return self.open_here(flags);
                    }
                }
                _ if last => {
                    if let Some(fd) = self.open_last(name.as_c_str()?, flags, mode)? {
                        return Ok(fd);
                    }
                    self.follow(name.as_c_str()?, &mut rest)?;
                }
                // The kernel creates nothing under a name with a slash behind it, and does not look further.
                _ if flags.contains(OFlags::CREATE) && rest.is_only_slashes() => {
                    return Err(Errno::IsDirectory.into());
                }
                _ => self.enter(name.as_c_str()?, &mut rest)?,
            }
        }
    }

    /// Opens the directory that was reached.
    fn open_here(&self, flags: OFlags) -> Result<OwnedFd> {
        if flags.contains(OFlags::CREATE | OFlags::EXCL) {
            return Err(Errno::Exist.into());
        }
        if flags.contains(OFlags::CREATE) {
            return Err(Errno::IsDirectory.into());
        }
        Ok(openat(self.here(), c".", flags, Mode::empty())?)
    }

    /// Opens the last name, or returns `None` if it is a link to follow.
    fn open_last(&self, name: &CStr, flags: OFlags, mode: Mode) -> Result<Option<OwnedFd>> {
        let follow = !flags.contains(OFlags::NOFOLLOW) && !flags.contains(OFlags::CREATE | OFlags::EXCL);
        // Opening a link by O_PATH succeeds, and O_DIRECTORY has an error of its own for it.
        if follow && (flags.contains(OFlags::PATH) || flags.contains(OFlags::DIRECTORY)) && self.is_link(name)? {
            return Ok(None);
        }
        match openat(self.here(), name, flags | OFlags::NOFOLLOW, mode) {
            Ok(fd) => {
                if follow && flags.contains(OFlags::PATH) && super::is_symbolic_link(fd.as_fd())? {
                    // It became a link since the check.
                    return Ok(None);
                }
                Ok(Some(fd))
            }
            Err(Linux::LOOP) if follow => Ok(None),
            Err(errno) => Err(errno.into()),
        }
    }

    fn is_link(&self, name: &CStr) -> Result<bool> {
        let stat = statat(self.here(), name, AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(super::is_link_mode(&stat))
    }

    /// Goes into a directory, or follows a link that stands in its place.
    fn enter(&mut self, name: &CStr, rest: &mut Rest) -> Result {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match openat(self.here(), name, flags, Mode::empty()) {
            Ok(fd) => {
                self.passed.try_reserve(1).map_err(|_| Errno::NoMemory)?;
                self.passed.push(fd);
                Ok(())
            }
            Err(Linux::NOTDIR | Linux::LOOP) => self.follow(name, rest),
            Err(errno) => Err(errno.into()),
        }
    }

    fn follow(&mut self, name: &CStr, rest: &mut Rest) -> Result {
        self.links += 1;
        if self.links > MOST_LINKS {
            return Err(Errno::Loop.into());
        }
        let mut buffer = [0; LONGEST + 1];
        let text = match readlinkat_raw(self.here(), name, &mut buffer[..]) {
            Ok(len) => &buffer[..len],
            // Not a link.
            Err(Linux::INVAL) => return Err(Errno::NotDirectory.into()),
            Err(errno) => return Err(errno.into()),
        };
        if text.starts_with(b"/") {
            return Err(Errno::NotPermitted.into());
        }
        if text.is_empty() {
            return Err(Errno::NoEntry.into());
        }
        rest.put_first(text)
    }
}
