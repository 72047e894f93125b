//! Reading little-endian fields without ever indexing out of bounds.

use crate::error::{FormatError, Part};

/// The digest of the format: XXH64 with seed 0. It detects damage, it does not authenticate.
pub fn digest(bytes: &[u8]) -> u64 {
    xxhash_rust::xxh64::xxh64(bytes, 0)
}

/// A cursor over the bytes of one part.
#[derive(Clone)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    part: Part,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(rest: &'a [u8], part: Part) -> Self {
        Reader { rest, part }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn take(&mut self, len: usize) -> Result<&'a [u8], FormatError> {
        let (head, rest) = self
            .rest
            .split_at_checked(len)
            .ok_or(FormatError::Truncated(self.part))?;
        self.rest = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], FormatError> {
        let (head, rest) = self
            .rest
            .split_first_chunk::<N>()
            .ok_or(FormatError::Truncated(self.part))?;
        self.rest = rest;
        Ok(*head)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, FormatError> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub(crate) fn u32(&mut self) -> Result<u32, FormatError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(crate) fn u64(&mut self) -> Result<u64, FormatError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    pub(crate) fn i64(&mut self) -> Result<i64, FormatError> {
        Ok(i64::from_le_bytes(self.array()?))
    }

    pub(crate) fn magic(&mut self, magic: &[u8; 8]) -> Result<(), FormatError> {
        if self.take(8)? == magic {
            Ok(())
        } else {
            Err(FormatError::Magic(self.part))
        }
    }

    /// Reads a version and refuses any but [`crate::FORMAT_VERSION`].
    pub(crate) fn version(&mut self) -> Result<(), FormatError> {
        self.version_of(crate::FORMAT_VERSION)
    }

    /// Reads the version of a part that counts its own.
    pub(crate) fn version_of(&mut self, known: u32) -> Result<(), FormatError> {
        let (part, found) = (self.part, self.u32()?);
        if found == known {
            return Ok(());
        }
        Err(FormatError::Version { part, found, known })
    }
}
