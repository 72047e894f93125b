//! Opening what a path names, never above the directory it starts from.
//!
//! The kernel would follow links anywhere, so the path is walked one name at a time: every directory is opened without
//! following links and kept, so that `..` returns to a directory that was passed and not to wherever it may have been
//! moved since; links are read and walked in turn.

use core::ffi::CStr;

use alloc::vec::Vec;
use windows_sys::Wdk::Storage::FileSystem::FILE_OPEN_REPARSE_POINT;

use super::super::abi::Errno;
use super::super::call::{Fail, Result};
use super::fd::{Fd, FdRef};
use super::flags::OpenFlags;
use super::nt;
use super::open::{checked_name, finish, how, into_handle};
use super::reparse::{link_text, redirection};
use super::streams::Device;

/// Links followed in one path, as many as Windows follows.
const MOST_LINKS: u32 = 63;

/// Opens `path` below `root`.
///
/// A path that leads out is not permitted. With [`OpenFlags::NOFOLLOW`] a link at the end of the path is not followed.
pub fn open_beneath(root: FdRef<'_>, path: &CStr, flags: OpenFlags) -> Result<Fd> {
    let mut walk = Walk {
        root,
        passed: Vec::new(),
        links: 0,
    };
    let fd = walk.open(path.to_bytes(), flags)?;
    fd.device.set(Some(Device::Disk));
    Ok(fd)
}

/// Opens a directory below `root`, only to start further lookups from it.
pub fn open_directory_beneath(root: FdRef<'_>, path: &CStr) -> Result<Fd> {
    open_beneath(root, path, OpenFlags::PATH | OpenFlags::DIRECTORY)
}

struct Walk<'a> {
    root: FdRef<'a>,
    /// The directories passed below the root.
    passed: Vec<Fd>,
    links: u32,
}

/// Cuts the first name off a path. What is left is `None` if not even a slash follows.
fn first_name(path: &[u8]) -> (&[u8], Option<&[u8]>) {
    let path = &path[path.iter().take_while(|byte| **byte == b'/').count()..];
    match path.iter().position(|byte| *byte == b'/') {
        Some(slash) => (&path[..slash], Some(&path[slash + 1..])),
        None => (path, None),
    }
}

impl Walk<'_> {
    fn here(&self) -> FdRef<'_> {
        self.passed.last().unwrap_or(self.root)
    }

    fn open(&mut self, path: &[u8], flags: OpenFlags) -> Result<Fd> {
        if path.is_empty() {
            return Err(Errno::NoEntry.into());
        }
        if path.starts_with(b"/") {
            return Err(Errno::NotPermitted.into());
        }
        let mut path = path.to_vec();
        loop {
            let (name, rest) = first_name(&path);
            let link = match (name, rest) {
                // Slashes at the end: what was before them is a directory, and has been entered.
                (b"" | b"." | b"..", rest) => {
                    if name == b".." && self.passed.pop().is_none() {
                        return Err(Errno::NotPermitted.into());
                    }
                    if rest.is_none() {
                        return self.open_here(flags);
                    }
                    None
                }
                (name, None) => match self.open_last(name, flags)? {
                    Opened::Done(fd) => return Ok(fd),
                    Opened::Link(text) => Some(text),
                },
                // Nothing is created under a name with a slash behind it, as on other systems.
                (_, Some(rest)) if flags.contains(OpenFlags::CREATE) && rest.iter().all(|byte| *byte == b'/') => {
                    return Err(Errno::IsDirectory.into());
                }
                (name, Some(_)) => self.enter(name)?,
            };
            let rest = rest.map(<[u8]>::to_vec);
            path = match (link, rest) {
                (None, rest) => rest.unwrap_or_default(),
                (Some(text), None) => text,
                (Some(mut text), Some(rest)) => {
                    text.push(b'/');
                    text.extend_from_slice(&rest);
                    text
                }
            };
        }
    }

    /// Opens the directory that was reached.
    fn open_here(&self, flags: OpenFlags) -> Result<Fd> {
        if flags.contains(OpenFlags::CREATE | OpenFlags::EXCL) {
            return Err(Errno::Exist.into());
        }
        if flags.contains(OpenFlags::CREATE) {
            return Err(Errno::IsDirectory.into());
        }
        let mut how = how(flags);
        how.options |= windows_sys::Wdk::Storage::FileSystem::FILE_DIRECTORY_FILE;
        if flags & OpenFlags::ACCMODE != OpenFlags::RDONLY {
            return Err(Errno::IsDirectory.into());
        }
        finish(nt::create_file(self.here().handle()?, &[], how)?, flags)
    }

    /// Opens the last name, or returns the text of a link to follow.
    fn open_last(&mut self, name: &[u8], flags: OpenFlags) -> Result<Opened> {
        let name = checked_name(name).map_err(|fail| lookup_failure(fail, flags))?;
        let exclusive = flags.contains(OpenFlags::CREATE | OpenFlags::EXCL);
        let here = self.here().handle()?;
        let mut how = how(flags);
        how.options |= FILE_OPEN_REPARSE_POINT;
        let fd = Fd::from_handle(nt::create_file(here, &name, how)?, flags);
        match redirection(fd.handle()?)? {
            _ if exclusive => {}
            None => {}
            Some(true) if flags.contains(OpenFlags::NOFOLLOW) => {
                if !flags.contains(OpenFlags::PATH) {
                    return Err(Errno::Loop.into());
                }
            }
            Some(true) => return Ok(Opened::Link(self.follow(&fd)?)),
            Some(false) => {
                how.options &= !FILE_OPEN_REPARSE_POINT;
                return Ok(Opened::Done(finish(nt::create_file(here, &name, how)?, flags)?));
            }
        }
        Ok(Opened::Done(finish(into_handle(fd), flags)?))
    }

    /// Goes into a directory, or returns the text of a link that stands in its place.
    fn enter(&mut self, name: &[u8]) -> Result<Option<Vec<u8>>> {
        let flags = OpenFlags::PATH | OpenFlags::DIRECTORY;
        let name = checked_name(name).map_err(|fail| lookup_failure(fail, flags))?;
        let here = self.here().handle()?;
        let mut directory = how(flags);
        directory.options |= FILE_OPEN_REPARSE_POINT;
        let fd = match nt::create_file(here, &name, directory) {
            Ok(handle) => Fd::from_handle(handle, flags),
            // A link of the kind for files, or a file.
            Err(Fail::Errno(Errno::NotDirectory)) => {
                let mut any = how(OpenFlags::PATH);
                any.options |= FILE_OPEN_REPARSE_POINT;
                let fd = Fd::from_handle(nt::create_file(here, &name, any)?, flags);
                return match redirection(fd.handle()?)? {
                    Some(true) => self.follow(&fd).map(Some),
                    _ => Err(Errno::NotDirectory.into()),
                };
            }
            Err(fail) => return Err(fail),
        };
        if redirection(fd.handle()?)? == Some(true) {
            return self.follow(&fd).map(Some);
        }
        self.passed.try_reserve(1).map_err(|_| Errno::NoMemory)?;
        self.passed.push(fd);
        Ok(None)
    }

    /// The text of a link, with slashes, if it may be followed.
    fn follow(&mut self, link: &Fd) -> Result<Vec<u8>> {
        self.links += 1;
        if self.links > MOST_LINKS {
            return Err(Errno::Loop.into());
        }
        let text = link_text(link.handle()?)?;
        if text.starts_with(b"/") || text.contains(&b':') {
            return Err(Errno::NotPermitted.into());
        }
        if text.is_empty() {
            return Err(Errno::NoEntry.into());
        }
        Ok(text)
    }
}

enum Opened {
    Done(Fd),
    Link(Vec<u8>),
}

/// What cannot be a name does not exist; it is wrong only where it would be made.
fn lookup_failure(fail: Fail, flags: OpenFlags) -> Fail {
    match fail {
        Fail::Errno(Errno::Invalid) if !flags.contains(OpenFlags::CREATE) => Errno::NoEntry.into(),
        fail => fail,
    }
}
