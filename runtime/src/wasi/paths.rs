//! Paths of the program: how they arrive, and where an operation on one takes place.
//!
//! An operation below a granted directory happens in two steps. The directory that holds the last name is opened
//! without leaving the granted one (`open_beneath` of the system), and then the system call gets the last name alone, which no
//! link can lead astray. A program that has the whole file system makes the plain system calls of a native one.

use core::ffi::CStr;

use super::abi::Errno;
use super::call::Result;
use super::memory::{Guest, Ptr};
use super::system::{self, Fd, FdRef};

/// Bytes of the longest path that Linux takes.
pub const LONGEST: usize = 4095;

/// A short text on the stack that can be handed to the kernel.
pub struct Text {
    /// Always followed by a zero.
    bytes: [u8; LONGEST + 1],
    len: usize,
}

impl Text {
    /// An empty text.
    pub fn new() -> Self {
        Text {
            bytes: [0; LONGEST + 1],
            len: 0,
        }
    }

    /// Appends a byte.
    pub fn push(&mut self, byte: u8) -> Result {
        if self.len == LONGEST {
            return Err(Errno::NameTooLong.into());
        }
        self.bytes[self.len] = byte;
        self.len += 1;
        self.bytes[self.len] = 0;
        Ok(())
    }

    /// The text.
    #[cfg(not(windows))]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// The text for the kernel.
    pub fn as_c_str(&self) -> Result<&CStr> {
        c_str(&self.bytes[..=self.len])
    }
}

fn c_str(bytes: &[u8]) -> Result<&CStr> {
    CStr::from_bytes_with_nul(bytes).map_err(|_| Errno::Invalid.into())
}

/// What a descriptor of a directory gives access to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// What is below the directory.
    Beneath {
        /// Nothing can be changed.
        read_only: bool,
    },
    /// The whole file system.
    Everything,
}

impl Scope {
    /// Refuses a change where nothing can be changed.
    pub fn check_write(self) -> Result {
        match self {
            Scope::Beneath { read_only: true } => Err(Errno::NotPermitted.into()),
            _ => Ok(()),
        }
    }
}

/// Where the paths of a directory descriptor start.
pub enum Base<'a> {
    /// At an open directory.
    At(FdRef<'a>),
    /// At the working directory of the process.
    WorkingDirectory,
    /// At the root of the file system.
    Root,
    /// At the root or at the working directory: the path itself does not tell, see [`GuestPath::starts_at_root`].
    Either {
        /// The command line names the root, and not the working directory.
        root_is_named: bool,
    },
}

/// A path that the program passed.
///
/// One byte is kept free in front of it, for the slash of a path that starts at the root.
pub struct GuestPath {
    bytes: [u8; 1 + LONGEST + 1],
    len: usize,
    too_long: bool,
    after_slash: bool,
}

/// The parts of a path: the directory, unless it is the one the path starts from, and the last name.
pub struct Split<'a> {
    /// `None` if the name is in the directory that the path starts from.
    pub parent: Option<&'a CStr>,
    /// Never `..`; may be `.`.
    pub name: &'a CStr,
}

impl GuestPath {
    /// Copies a path out of the program's memory.
    pub fn read(guest: &Guest<'_>, at: Ptr, len: u32) -> Result<GuestPath> {
        let source = guest.bytes(at, len)?;
        system::check_name(source)?;
        let mut path = GuestPath {
            bytes: [0; 1 + LONGEST + 1],
            len: source.len().min(LONGEST),
            too_long: source.len() > LONGEST,
            after_slash: guest.byte_before(at) == Some(b'/'),
        };
        path.bytes[0] = b'/';
        path.bytes[1..=path.len].copy_from_slice(&source[..path.len]);
        Ok(path)
    }

    /// The path.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[1..=self.len]
    }

    /// The path for the kernel.
    pub fn as_c_str(&self) -> Result<&CStr> {
        self.check_length()?;
        c_str(&self.bytes[1..self.len + 2])
    }

    /// The path for the kernel, starting at the root.
    fn below_root(&self) -> Result<&CStr> {
        self.check_length()?;
        c_str(&self.bytes[..self.len + 2])
    }

    fn check_length(&self) -> Result {
        if self.too_long {
            return Err(Errno::NameTooLong.into());
        }
        Ok(())
    }

    /// Drops slashes at the end, but not the only one. Returns whether there were any.
    pub fn strip_slashes(&mut self) -> bool {
        let before = self.len;
        while self.len > 1 && self.bytes[self.len] == b'/' {
            self.bytes[self.len] = 0;
            self.len -= 1;
        }
        self.len < before || self.as_bytes() == b"/"
    }

    /// Whether the path is one name in the directory that it starts from.
    pub fn is_plain_name(&self) -> bool {
        let path = self.as_bytes();
        !matches!(path, b"" | b"." | b"..") && !path.contains(&b'/')
    }

    /// The only name in the path, if nothing but slashes and dots follow it.
    pub fn sole_name(&self) -> Result<Option<Text>> {
        self.as_c_str()?;
        let mut names = self.as_bytes().split(|byte| *byte == b'/');
        let first = names.next().unwrap_or_default();
        if matches!(first, b"" | b"." | b"..") || names.any(|name| !matches!(name, b"" | b".")) {
            return Ok(None);
        }
        let mut text = Text::new();
        for byte in first {
            text.push(*byte)?;
        }
        Ok(Some(text))
    }

    /// Splits the last name off. A path that names a directory by its end (`/`, `/.`, `..`) is all directory, with the
    /// name `.`.
    pub fn split(&mut self) -> Result<Split<'_>> {
        // A zero inside would cut the path short.
        self.as_c_str()?;
        let path = self.as_bytes();
        if path.is_empty() {
            return Err(Errno::NoEntry.into());
        }
        let name_at = path.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
        let name = &path[name_at..];
        if name.is_empty() || name == b".." || (name == b"." && name_at > 0) {
            return Ok(Split {
                parent: Some(self.as_c_str()?),
                name: c".",
            });
        }
        let end = 1 + self.len;
        let parent = match name_at {
            0 => None,
            // The parent is the root, whose slash stays.
            1 => Some(c"/"),
            _ => {
                // The slash becomes the end of the parent.
                self.bytes[name_at] = 0;
                Some(c_str(&self.bytes[1..=name_at])?)
            }
        };
        Ok(Split {
            parent,
            name: c_str(&self.bytes[1 + name_at..=end])?,
        })
    }

    /// Decides where a path of [`Base::Either`] starts.
    ///
    /// wasi-libc takes the slash off absolute paths before it passes them on, so `/etc/hosts` and `etc/hosts` look the
    /// same. What exists decides: the first name is looked up in the working directory and in the root. If it is in
    /// both, the byte in front of the path tells when the C library passes on a part of the original string, and the
    /// working directory is meant when that does not say `/`, as it is for names that are new.
    ///
    /// `.` and `..` are in both. `/` alone arrives as a `.` of the library's own, and the byte in front of that tells nothing:
    /// linkers let a literal `.` be the end of another one (`"/."`, `"%s/.."`). It is the root where the command line says
    /// so (`ls /`).
    fn starts_at_root(&self, root_is_named: bool) -> Result<bool> {
        let path = self.as_bytes();
        let first = path.split(|byte| *byte == b'/').next().unwrap_or_default();
        match first {
            b"" => return Ok(false),
            b"." if names_start(path) => return Ok(root_is_named),
            b".." if path.len() == first.len() => return Ok(false),
            b"." | b".." => return Ok(self.after_slash),
            _ => {}
        }
        let mut text = Text::new();
        text.push(b'/')?;
        for byte in first {
            text.push(*byte)?;
        }
        let absolute = text.as_c_str()?;
        let relative = c_str(&absolute.to_bytes_with_nul()[1..])?;
        let in_root = system::exists(absolute);
        Ok(in_root && (self.after_slash || !system::exists(relative)))
    }

    /// The path for a plain system call, relative to the returned descriptor.
    pub fn place<'a>(&'a self, base: &Base<'a>) -> Result<(FdRef<'a>, &'a CStr)> {
        let root = match base {
            Base::At(fd) => return Ok((*fd, self.as_c_str()?)),
            Base::WorkingDirectory => false,
            Base::Root => true,
            Base::Either { root_is_named } => self.starts_at_root(*root_is_named)?,
        };
        // An empty path stays one: it is an error.
        let path = if root && self.len > 0 {
            self.below_root()?
        } else {
            self.as_c_str()?
        };
        Ok((system::working_directory(), path))
    }
}

/// A path as a system call takes it: a directory and a path that the kernel may resolve freely from there.
pub struct Place<'a> {
    fd: FdRef<'a>,
    opened: Option<Fd>,
    /// The path.
    pub path: &'a CStr,
}

impl Place<'_> {
    /// The directory.
    pub fn fd(&self) -> FdRef<'_> {
        self.opened.as_ref().map_or(self.fd, system::borrow)
    }
}

/// Whether a word of a command line names the root and nothing below it.
pub fn names_root(word: &[u8]) -> bool {
    word.starts_with(b"/") && names_start(word)
}

/// Whether a word names the working directory and nothing below it.
pub fn names_working_directory(word: &[u8]) -> bool {
    word.starts_with(b".") && names_start(word)
}

fn names_start(word: &[u8]) -> bool {
    word.split(|byte| *byte == b'/').all(|name| matches!(name, b"" | b"."))
}

/// Finds where an operation on the last name of a path takes place.
pub fn place<'a>(base: &Base<'a>, scope: Scope, path: &'a mut GuestPath) -> Result<Place<'a>> {
    let Base::At(fd) = *base else {
        let (fd, path) = path.place(base)?;
        return Ok(Place { fd, opened: None, path });
    };
    if scope == Scope::Everything {
        let path = path.as_c_str()?;
        return Ok(Place { fd, opened: None, path });
    }
    let split = path.split()?;
    let opened = match split.parent {
        Some(parent) => Some(system::open_directory_beneath(fd, parent)?),
        None => None,
    };
    Ok(Place {
        fd,
        opened,
        path: split.name,
    })
}
