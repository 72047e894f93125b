//! What commands, packing and signing say when a file is not as it should be.

use crate::error::Error;

use object::LittleEndian as LE;

/// Length of the Mach-O header.
pub(super) const HEADER: usize = size_of::<object::macho::MachHeader64<LE>>();

pub(super) fn damaged(why: &str) -> Error {
    Error::Damaged(why.to_owned())
}

/// A reason why a runtime cannot be packed into.
pub(super) fn unusable(why: impl Into<String>) -> Error {
    Error::Runtime(why.into())
}
