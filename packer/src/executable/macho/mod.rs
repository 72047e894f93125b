//! Mach-O executables of macOS: the runtime's, the packed one made from it, and reading that again.
//!
//! `__LINKEDIT`, which holds what dyld and tools read, has to stay the last segment of the file and of the address space.
//! So the payload's segments go in front of it, and everything that points into it is moved along. The signature is the
//! end of `__LINKEDIT` and of the file. Load commands are changed only in the room that the runtime was linked with.

mod commands;
mod faults;
mod file;
mod packing;
mod signature;
mod symbols;

pub(super) use file::{File, is_macho, is_related, set_stack};
pub(super) use signature::seal;

#[cfg(test)]
mod tests;
