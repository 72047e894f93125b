//! Lists of buffers of the program, handed to the system without a copy.
//!
//! What is looked at, and when, is as in wasmtime's host: the list up to the first buffer that is not empty, then the
//! descriptor, then that buffer. What a later one is matters only if the system gets that far, and a call may transfer less
//! than was asked for: so the rest of the list ends where it is out of bounds.

use core::array;
use core::ops::Range;

use super::call::{Fail, Result, Violation};
use super::memory::{Guest, Ptr};
use super::system::{IoSlice, IoSliceMut};

/// Buffers of nearly every call.
const FEW: usize = 8;
/// Buffers that the kernel takes at once. More are used by the next call: short reads and writes are allowed.
const MOST: usize = 1024;

const RECORD: u32 = 8;

/// A list of buffers, from the first on that is not empty.
#[derive(Clone, Copy)]
pub struct List {
    at: Ptr,
    count: u32,
}

/// What writes some buffers and returns how many bytes that were.
pub type Write<'a> = &'a mut dyn FnMut(&[IoSlice<'_>]) -> Result<u32>;
/// What reads into some.
pub type Read<'a> = &'a mut dyn FnMut(&mut [IoSliceMut<'_>]) -> Result<u32>;

/// How far a buffer for reading has to lie in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// As a whole.
    Whole,
    /// As far as something is read into it.
    WhatIsRead,
}

impl List {
    /// Passes over the empty buffers in front.
    ///
    /// # Errors
    /// A list out of bounds, as far as it had to be looked at, is the end of the program.
    pub fn find(guest: &Guest<'_>, at: Ptr, count: u32) -> Result<List> {
        let mut list = List { at, count };
        while list.count > 0 && list.record(guest, 0)?.1 == 0 {
            // In bounds, hence no overflow but behind the last byte that a pointer can reach.
            list = List {
                at: list.at.wrapping_add(RECORD),
                count: list.count - 1,
            };
            if list.at == 0 && list.count > 0 {
                return Err(Fail::Trap(Violation::OutOfBounds));
            }
        }
        Ok(list)
    }

    /// Position and length of the `i`th buffer.
    fn record(&self, guest: &Guest<'_>, i: u32) -> Result<(Ptr, u32)> {
        let outside = Fail::Trap(Violation::OutOfBounds);
        let at = i.checked_mul(RECORD).and_then(|distance| self.at.checked_add(distance));
        let at = at.ok_or(outside)?;
        Ok((guest.u32(at)?, guest.u32(at.wrapping_add(4))?))
    }

    /// The bounds of the buffers that are not empty, up to one that is out of bounds or that `take` refuses. The first must
    /// be in bounds.
    fn ranges<const N: usize>(
        &self,
        guest: &Guest<'_>,
        take: impl Fn(&[Range<usize>], &Range<usize>) -> bool,
    ) -> Result<([Range<usize>; N], usize)> {
        let mut ranges: [Range<usize>; N] = [const { 0..0 }; N];
        let mut used = 0;
        for i in 0..self.count {
            if used == N {
                break;
            }
            let Ok((at, len)) = self.record(guest, i) else { break };
            if len == 0 {
                continue;
            }
            let range = at as usize..at as usize + len as usize;
            if i == 0 {
                guest.bytes(at, len)?;
            } else if range.end > guest.0.len() || !take(&ranges[..used], &range) {
                break;
            }
            ranges[used] = range;
            used += 1;
        }
        Ok((ranges, used))
    }

    /// Calls `write` with the buffers that are not empty.
    pub fn write(self, guest: &Guest<'_>, write: Write<'_>) -> Result<u32> {
        if self.count as usize <= FEW {
            self.write_up_to::<FEW>(guest, write)
        } else {
            self.write_many(guest, write)
        }
    }

    // Apart, so that the usual call does not touch the pages of the long list on the stack.
    #[inline(never)]
    fn write_many(self, guest: &Guest<'_>, write: Write<'_>) -> Result<u32> {
        self.write_up_to::<MOST>(guest, write)
    }

    #[inline(always)]
    fn write_up_to<const N: usize>(self, guest: &Guest<'_>, write: Write<'_>) -> Result<u32> {
        let (ranges, used) = self.ranges::<N>(guest, |_, _| true)?;
        let slices: [IoSlice<'_>; N] =
            array::from_fn(|i| IoSlice::new(guest.0.get(ranges[i].clone()).unwrap_or_default()));
        write(&slices[..used])
    }

    /// Calls `read` with the buffers that are not empty, up to one that overlaps another.
    pub fn read(self, guest: &mut Guest<'_>, reach: Reach, read: Read<'_>) -> Result<u32> {
        if reach == Reach::WhatIsRead && self.count > 0 {
            let (at, len) = self.record(guest, 0)?;
            if at as usize + len as usize > guest.0.len() {
                return read_outside(guest, at, read);
            }
        }
        if self.count as usize <= FEW {
            self.read_up_to::<FEW>(guest, read)
        } else {
            self.read_many(guest, read)
        }
    }

    #[inline(never)]
    fn read_many(self, guest: &mut Guest<'_>, read: Read<'_>) -> Result<u32> {
        self.read_up_to::<MOST>(guest, read)
    }

    #[inline(always)]
    fn read_up_to<const N: usize>(self, guest: &mut Guest<'_>, read: Read<'_>) -> Result<u32> {
        let apart = |before: &[Range<usize>], range: &Range<usize>| {
            before
                .iter()
                .all(|other| range.end <= other.start || other.end <= range.start)
        };
        let (ranges, used) = self.ranges::<N>(guest, apart)?;
        let base = guest.0.as_mut_ptr();
        let mut slices: [IoSliceMut<'_>; N] = array::from_fn(|i| {
            let range = ranges[i].clone();
            // SAFETY: each range is inside the memory, which is borrowed for as long as the slices live, and no two of
            // them overlap; those that are not used are empty.
            IoSliceMut::new(unsafe { core::slice::from_raw_parts_mut(base.add(range.start), range.len()) })
        });
        read(&mut slices[..used])
    }
}

/// Reads into a buffer that reaches behind the end of memory: as far as there is memory, and one byte that tells whether
/// more was there.
#[inline(never)]
fn read_outside(guest: &mut Guest<'_>, at: Ptr, read: Read<'_>) -> Result<u32> {
    let inside = guest.0.get_mut(at as usize..).unwrap_or_default();
    let len = inside.len();
    let mut more = [0];
    let mut buffers = [IoSliceMut::new(inside), IoSliceMut::new(&mut more)];
    match read(&mut buffers)? {
        read if read as usize > len => Err(Fail::Trap(Violation::OutOfBounds)),
        read => Ok(read),
    }
}
