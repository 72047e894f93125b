//! The size of the stack that an executable asks of its system. Windows and macOS read it from the headers; on Linux the
//! runtime sees to it.

use std::borrow::Cow;

use nyash_format::{Format, Target};

use super::{macho, pe};
use crate::error::Result;

/// What the runtime's own frames and host calls need besides the code's, in bytes.
const HOST: u64 = 9 << 20;
/// A multiple of every page.
const GRAIN: u64 = 64 << 10;

/// The runtime with a stack on which code may use `size` bytes.
///
/// # Errors
/// When its headers cannot be read.
pub(crate) fn apply(mut stub: Cow<'static, [u8]>, target: Target, size: u64) -> Result<Cow<'static, [u8]>> {
    let size = size.saturating_add(HOST) / GRAIN * GRAIN;
    match target.format() {
        Format::Elf => {}
        Format::Pe => pe::set_stack(stub.to_mut(), size)?,
        Format::MachO => macho::set_stack(stub.to_mut(), size)?,
    }
    Ok(stub)
}
