//! Finding what a path names, never above the directory it starts from, where the kernel does not offer to.
//!
//! The path is walked one name at a time: every directory is opened without following links and kept, so that `..`
//! returns to a directory that was passed and not to wherever it may have been moved since; links are read and walked
//! in turn.

use core::ffi::CStr;

use alloc::vec::Vec;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, Mode, OFlags, openat, readlinkat_raw, statat};
use rustix::io::Errno as System;

use super::super::abi::Errno;
use super::super::call::Result;
use super::super::paths::{LONGEST, Text};
use super::super::system::{LOOKUP, opens_links};
use super::calls::{is_link_mode, is_symbolic_link};

/// Links followed in one path, as many as Linux follows. macOS stops at 32.
const MOST_LINKS: u32 = 40;

/// One walk from a directory down.
pub struct Walk<'a> {
    root: BorrowedFd<'a>,
    /// The directories passed below the root.
    passed: Vec<OwnedFd>,
    links: u32,
}

/// A name in a directory that was reached.
#[cfg(any(target_os = "macos", feature = "macos-host"))]
pub struct Found<'a> {
    walk: Walk<'a>,
    name: Text,
}

#[cfg(any(target_os = "macos", feature = "macos-host"))]
impl Found<'_> {
    /// The directory.
    pub fn directory(&self) -> BorrowedFd<'_> {
        self.walk.here()
    }

    /// The name; `.` for the directory itself.
    pub fn name(&self) -> Result<&CStr> {
        self.name.as_c_str()
    }
}

/// What there is still to walk: the path, with links replaced by what they say.
struct Rest {
    /// The next name is at the end, so that a link's text is put in its place without moving what follows.
    reversed: Vec<u8>,
}

impl Rest {
    fn new(path: &[u8]) -> Result<Rest> {
        if path.is_empty() {
            return Err(Errno::NoEntry.into());
        }
        if path.starts_with(b"/") {
            return Err(Errno::NotPermitted.into());
        }
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
    /// A walk below `root`.
    pub fn new(root: BorrowedFd<'a>) -> Self {
        Walk {
            root,
            passed: Vec::new(),
            links: 0,
        }
    }

    fn here(&self) -> BorrowedFd<'_> {
        self.passed.last().map_or(self.root, AsFd::as_fd)
    }

    /// Opens what a path names. A path that leads out is not permitted. With [`OFlags::NOFOLLOW`] a link at the end of
    /// the path is not followed.
    pub fn open(mut self, path: &[u8], flags: OFlags, mode: Mode) -> Result<OwnedFd> {
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

    /// Finds the place of what a path names, for a system call that takes a directory and a name and follows no link.
    /// With `follow`, a link at the end of the path is walked, too.
    #[cfg(any(target_os = "macos", feature = "macos-host"))]
    pub fn find(mut self, path: &[u8], follow: bool) -> Result<Found<'a>> {
        let mut rest = Rest::new(path)?;
        loop {
            let (name, last) = rest.next()?;
            match name.as_bytes() {
                b"" | b"." | b".." => {
                    if name.as_bytes() == b".." && self.passed.pop().is_none() {
                        return Err(Errno::NotPermitted.into());
                    }
                    if last {
                        let mut name = Text::new();
                        name.push(b'.')?;
                        return Ok(Found { walk: self, name });
                    }
                }
                _ if last && follow && self.is_link(name.as_c_str()?)? => self.follow(name.as_c_str()?, &mut rest)?,
                _ if last => return Ok(Found { walk: self, name }),
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
        // O_DIRECTORY has an error of its own for links.
        if follow && (opens_links(flags) || flags.contains(OFlags::DIRECTORY)) && self.is_link(name)? {
            return Ok(None);
        }
        match openat(self.here(), name, flags | OFlags::NOFOLLOW, mode) {
            Ok(fd) => {
                if follow && opens_links(flags) && is_symbolic_link(fd.as_fd())? {
                    // It became a link since the check.
                    return Ok(None);
                }
                Ok(Some(fd))
            }
            Err(System::LOOP) if follow => Ok(None),
            Err(errno) => Err(errno.into()),
        }
    }

    fn is_link(&self, name: &CStr) -> Result<bool> {
        let stat = statat(self.here(), name, AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(is_link_mode(&stat))
    }

    /// Goes into a directory, or follows a link that stands in its place.
    fn enter(&mut self, name: &CStr, rest: &mut Rest) -> Result {
        let flags = LOOKUP | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match openat(self.here(), name, flags, Mode::empty()) {
            Ok(fd) => {
                self.passed.try_reserve(1).map_err(|_| Errno::NoMemory)?;
                self.passed.push(fd);
                Ok(())
            }
            Err(System::NOTDIR | System::LOOP) => self.follow(name, rest),
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
            Err(System::INVAL) => return Err(Errno::NotDirectory.into()),
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
