//! What a descriptor is underneath: a file, a pipe, or a console.

use core::ptr::null_mut;

use windows_sys::Win32::Storage::FileSystem::{FILE_TYPE_CHAR, FILE_TYPE_DISK, FILE_TYPE_PIPE, GetFileType};
use windows_sys::Win32::System::Pipes::PeekNamedPipe;

use super::super::call::Result;
use super::errno::Win32;
use super::fd::{Fd, FdRef};
use super::flags::OpenFlags;
use super::transfer::rest_of_file;
use crate::platform::console;

/// What is behind a handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device {
    Disk,
    Pipe,
    Console,
    /// `NUL`, serial lines and the like.
    Other,
}

impl Fd {
    /// What is behind the handle.
    pub fn device(&self) -> Result<Device> {
        let handle = self.handle()?;
        if let Some(device) = self.device.get() {
            return Ok(device);
        }
        // SAFETY: asks about a handle.
        let device = match unsafe { GetFileType(handle) } {
            FILE_TYPE_DISK => Device::Disk,
            FILE_TYPE_PIPE => Device::Pipe,
            FILE_TYPE_CHAR if console::is_console(handle) => Device::Console,
            _ => Device::Other,
        };
        self.device.set(Some(device));
        Ok(device)
    }

    /// Whether reads and writes must not wait.
    pub fn is_nonblocking(&self) -> bool {
        self.flags.get().contains(OpenFlags::NONBLOCK)
    }
}

/// Whether a descriptor is a terminal; an error if it is not open.
pub fn is_terminal(fd: FdRef<'_>) -> Result<bool> {
    Ok(fd.device()? == Device::Console)
}

/// The flags that a descriptor was opened with.
pub fn open_flags(fd: FdRef<'_>) -> Result<OpenFlags> {
    fd.handle()?;
    Ok(fd.flags.get())
}

/// Sets or clears the two flags that can be changed while a file is open.
pub fn set_append_and_nonblock(fd: FdRef<'_>, append: bool, nonblock: bool) -> Result {
    fd.handle()?;
    let mut flags = fd.flags.get();
    flags.set(OpenFlags::APPEND, append);
    flags.set(OpenFlags::NONBLOCK, nonblock);
    fd.flags.set(flags);
    Ok(())
}

/// Bytes in a pipe that can be read at once.
///
/// # Errors
/// `pipe` when nothing is left and nobody can write any more.
pub fn bytes_in_pipe(fd: FdRef<'_>) -> Result<u64> {
    let mut available = 0;
    // SAFETY: only the number is written.
    let done = unsafe { PeekNamedPipe(fd.handle()?, null_mut(), 0, null_mut(), &mut available, null_mut()) };
    if done == 0 {
        return Err(Win32::last().into());
    }
    Ok(available.into())
}

/// Bytes that can be read at once, if the descriptor is one that can tell.
pub fn readable_bytes(fd: FdRef<'_>) -> Option<u64> {
    match fd.device().ok()? {
        Device::Disk => rest_of_file(fd).ok(),
        Device::Pipe => bytes_in_pipe(fd).ok(),
        Device::Console => Some(console::waiting_input()).filter(|waiting| *waiting > 0),
        Device::Other => None,
    }
}
