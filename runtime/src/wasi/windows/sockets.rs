//! Sockets. A program can only have those that it inherited, and on Windows it inherits none, so these are never called
//! with one.

use super::super::abi::Errno;
use super::super::call::Result;
use super::fd::{Fd, FdRef};
use super::transfer::{IoSlice, IoSliceMut};

/// The file type of a socket.
pub fn socket_filetype(_: FdRef<'_>) -> Result<u8> {
    Err(Errno::BadDescriptor.into())
}

pub fn accept(_: FdRef<'_>, _nonblock: bool) -> Result<Fd> {
    Err(Errno::NotSocket.into())
}

pub fn receive(_: FdRef<'_>, _: &mut [IoSliceMut<'_>], _peek: bool, _wait_all: bool) -> Result<(u32, bool)> {
    Err(Errno::NotSocket.into())
}

pub fn send(_: FdRef<'_>, _: &[IoSlice<'_>]) -> Result<u32> {
    Err(Errno::NotSocket.into())
}

pub fn shut_down(_: FdRef<'_>, _read: bool, _write: bool) -> Result {
    Err(Errno::NotSocket.into())
}
