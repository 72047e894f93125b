//! The program's memory, as host calls read and write it.
//!
//! Records are put together and taken apart byte by byte, so that the host's byte order does not matter.

use super::call::{Fail, Result, Violation};

/// A view of the whole linear memory.
pub struct Guest<'a>(pub &'a mut [u8]);

/// A pointer the program passed.
pub type Ptr = u32;

impl Guest<'_> {
    /// `len` bytes at `at`.
    ///
    /// # Errors
    /// Out of bounds is the end of the program, as the witx documentation asks for.
    pub fn bytes(&self, at: Ptr, len: u32) -> Result<&[u8]> {
        self.0.get(range(at, len)?).ok_or(Fail::Trap(Violation::OutOfBounds))
    }

    /// As [`bytes`](Self::bytes), to write.
    pub fn bytes_mut(&mut self, at: Ptr, len: u32) -> Result<&mut [u8]> {
        self.0
            .get_mut(range(at, len)?)
            .ok_or(Fail::Trap(Violation::OutOfBounds))
    }

    /// Checks an array of `count` records before any of them is used.
    pub fn check_array(&self, at: Ptr, count: u32, size: u32, align: u32) -> Result<()> {
        aligned(at, align)?;
        let len = count.checked_mul(size).ok_or(Fail::Trap(Violation::OutOfBounds))?;
        self.bytes(at, len).map(drop)
    }

    /// The byte before `at`, if there is one.
    pub fn byte_before(&self, at: Ptr) -> Option<u8> {
        self.0.get((at as usize).checked_sub(1)?).copied()
    }

    /// A 32-bit number.
    pub fn u32(&self, at: Ptr) -> Result<u32> {
        aligned(at, 4)?;
        self.array(at).map(u32::from_le_bytes)
    }

    /// A 64-bit number.
    pub fn u64(&self, at: Ptr) -> Result<u64> {
        aligned(at, 8)?;
        self.array(at).map(u64::from_le_bytes)
    }

    fn array<const N: usize>(&self, at: Ptr) -> Result<[u8; N]> {
        let mut out = [0; N];
        out.copy_from_slice(self.bytes(at, N as u32)?);
        Ok(out)
    }

    /// Writes a 32-bit number.
    pub fn put_u32(&mut self, at: Ptr, value: u32) -> Result<()> {
        self.put(at, 4, &value.to_le_bytes())
    }

    /// Writes a 64-bit number.
    pub fn put_u64(&mut self, at: Ptr, value: u64) -> Result<()> {
        self.put(at, 8, &value.to_le_bytes())
    }

    /// Writes a record that needs `align`.
    pub fn put(&mut self, at: Ptr, align: u32, record: &[u8]) -> Result<()> {
        aligned(at, align)?;
        self.bytes_mut(at, record.len() as u32)?.copy_from_slice(record);
        Ok(())
    }
}

fn range(at: Ptr, len: u32) -> Result<core::ops::Range<usize>> {
    let start = at as usize;
    match start.checked_add(len as usize) {
        Some(end) => Ok(start..end),
        None => Err(Fail::Trap(Violation::OutOfBounds)),
    }
}

/// A misaligned pointer is the end of the program, too.
fn aligned(at: Ptr, align: u32) -> Result<()> {
    if at.is_multiple_of(align) {
        Ok(())
    } else {
        Err(Fail::Trap(Violation::Misaligned))
    }
}
