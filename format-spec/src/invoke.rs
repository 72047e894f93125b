//! What is called in place of `_start`.

use alloc::vec::Vec;

use crate::bytes::Reader;
use crate::error::{FormatError, Part};

const PART: Part = Part::Metadata;
const MAIN: u32 = 1;

/// Export that the packer adds for a `main`: function `(i32) -> i32` that gives so many bytes of memory.
pub const MALLOC: &str = "nyash:malloc";
/// Export that the packer adds for a `main`: mutable global of type i32, the pointer of a stack that grows downwards.
pub const STACK: &str = "nyash:stack";
/// Export that the packer adds for a `main`: function without parameters and results that a C library wants to be called
/// afterwards.
pub const END: &str = "nyash:end";

/// An export that is called in place of `_start`, after `_initialize` if that is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invoke<'a> {
    /// Its name.
    pub name: &'a str,
    /// It is the `main` of a C program: its parameters, if it has any, are `argc` and `argv`, and its result is the exit
    /// status. Otherwise parameters are read from the arguments, and results are printed.
    pub is_main: bool,
}

impl<'a> Invoke<'a> {
    /// Decodes the value of the record.
    ///
    /// # Errors
    /// For unknown flags, and a name that is no text.
    pub fn parse(value: &'a [u8]) -> Result<Self, FormatError> {
        let invalid = FormatError::Field {
            part: PART,
            field: "invoke record",
        };
        let mut reader = Reader::new(value, PART);
        let flags = reader.u32()?;
        if flags & !MAIN != 0 {
            return Err(invalid);
        }
        let name = core::str::from_utf8(&value[4..]).map_err(|_| invalid)?;
        Ok(Invoke {
            name,
            is_main: flags & MAIN != 0,
        })
    }

    /// The value of the record.
    pub fn to_bytes(self) -> Vec<u8> {
        let flags = if self.is_main { MAIN } else { 0 };
        let mut value = flags.to_le_bytes().to_vec();
        value.extend_from_slice(self.name.as_bytes());
        value
    }
}
