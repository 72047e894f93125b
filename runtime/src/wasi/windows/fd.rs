//! Descriptors: handles, and what Windows does not keep with them.

use core::cell::{Cell, UnsafeCell};
use core::ptr::null_mut;

use alloc::boxed::Box;
use windows_sys::Win32::Foundation::{CloseHandle, HANDLE, INVALID_HANDLE_VALUE};
use windows_sys::Win32::System::Console::{GetStdHandle, STD_HANDLE, SetStdHandle};

use super::super::abi::Errno;
use super::super::call::Result;
use super::flags::OpenFlags;
use super::listing::Cursor;
use super::streams::Device;

/// Where the handle of a descriptor comes from.
#[derive(Clone, Copy)]
enum Source {
    /// It was opened here.
    Handle(HANDLE),
    /// The standard stream of this number, whatever handle that is when it is used.
    Standard(u32),
    /// The working directory of the process, in path operations only.
    WorkingDirectory,
    /// Nothing: Windows hands down no descriptors under their number.
    Nothing,
}

/// An open descriptor; closed when dropped.
pub struct Fd {
    source: Source,
    /// Access, and the flags that can be changed. Windows keeps neither.
    pub flags: Cell<OpenFlags>,
    /// Found out at the first read or write.
    pub device: Cell<Option<Device>>,
    /// Of a directory that is being listed.
    pub listing: UnsafeCell<Option<Box<Cursor>>>,
}

// SAFETY: the process has one thread.
unsafe impl Sync for Fd {}
// SAFETY: as above.
unsafe impl Send for Fd {}

/// A descriptor that somebody keeps open.
pub type FdRef<'a> = &'a Fd;

impl Fd {
    const fn new(source: Source, flags: OpenFlags) -> Self {
        Fd {
            source,
            flags: Cell::new(flags),
            device: Cell::new(None),
            listing: UnsafeCell::new(None),
        }
    }

    /// Owns a handle.
    pub fn from_handle(handle: HANDLE, flags: OpenFlags) -> Self {
        Fd::new(Source::Handle(handle), flags)
    }

    /// The handle.
    ///
    /// # Errors
    /// A standard stream that is not open.
    pub fn handle(&self) -> Result<HANDLE> {
        let handle = match self.source {
            Source::Handle(handle) => handle,
            // SAFETY: asks for a handle.
            Source::Standard(number) => unsafe { GetStdHandle(standard(number)) },
            Source::WorkingDirectory | Source::Nothing => null_mut(),
        };
        if handle.is_null() || handle == INVALID_HANDLE_VALUE {
            return Err(Errno::BadDescriptor.into());
        }
        Ok(handle)
    }

    /// The number of a standard stream.
    pub fn standard_number(&self) -> Option<u32> {
        match self.source {
            Source::Standard(number) => Some(number),
            _ => None,
        }
    }

    /// Whether paths start at the working directory.
    pub fn is_working_directory(&self) -> bool {
        matches!(self.source, Source::WorkingDirectory)
    }
}

impl Drop for Fd {
    fn drop(&mut self) {
        let Ok(handle) = self.handle() else { return };
        // SAFETY: the handle is ours to close, and nothing uses it any more.
        unsafe {
            CloseHandle(handle);
            if let Source::Standard(number) = self.source {
                SetStdHandle(standard(number), null_mut());
            }
        }
    }
}

/// The system's names of the standard streams are -10, -11 and -12.
fn standard(number: u32) -> STD_HANDLE {
    (-10_i32 - number as i32) as STD_HANDLE
}

/// Borrows a descriptor.
pub fn borrow(fd: &Fd) -> FdRef<'_> {
    fd
}

/// Takes over a descriptor that was open, or not, when the process was started: there are three.
pub fn inherited(number: u32) -> Fd {
    let access = if number == 0 {
        OpenFlags::RDONLY
    } else {
        OpenFlags::WRONLY
    };
    match number {
        0..=2 => Fd::new(Source::Standard(number), access),
        _ => Fd::new(Source::Nothing, access),
    }
}

/// A standard stream before there is a descriptor table.
pub fn standard_stream(number: u32) -> FdRef<'static> {
    static OUTPUT: Fd = Fd::new(Source::Standard(1), OpenFlags::WRONLY);
    static ERROR: Fd = Fd::new(Source::Standard(2), OpenFlags::WRONLY);
    if number == 2 { &ERROR } else { &OUTPUT }
}

/// Handles have no small numbers that could be taken for inherited ones.
pub fn at_least(fd: Fd, _least: u32) -> Result<Fd> {
    Ok(fd)
}

/// The descriptor that stands for the working directory in path operations.
pub fn working_directory() -> FdRef<'static> {
    static WORKING_DIRECTORY: Fd = Fd::new(Source::WorkingDirectory, OpenFlags::PATH);
    &WORKING_DIRECTORY
}
