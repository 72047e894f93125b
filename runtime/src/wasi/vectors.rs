//! Lists of buffers of the program, handed to the system without a copy.

use core::array;
use core::ops::Range;

use super::call::Result;
use super::memory::{Guest, Ptr};
use super::system::{IoSlice, IoSliceMut};

/// Buffers of nearly every call.
const FEW: usize = 8;
/// Buffers that the kernel takes at once. More are used by the next call: short reads and writes are allowed.
const MOST: usize = 1024;

const RECORD: u32 = 8;

/// Position and length of the `i`th buffer of a checked list.
fn record(guest: &Guest<'_>, list: Ptr, i: u32) -> Result<(Ptr, u32)> {
    Ok((guest.u32(list + i * RECORD)?, guest.u32(list + i * RECORD + 4)?))
}

/// Calls `write` with the buffers of the list that are not empty.
pub fn write_vectored<R>(
    guest: &Guest<'_>,
    list: Ptr,
    count: u32,
    write: impl FnOnce(&[IoSlice<'_>]) -> Result<R>,
) -> Result<R> {
    guest.check_array(list, count, RECORD, 4)?;
    if count as usize <= FEW {
        write_up_to::<FEW, R>(guest, list, count, write)
    } else {
        write_many(guest, list, count, write)
    }
}

// Apart, so that the usual call does not touch the pages of the long list on the stack.
#[inline(never)]
fn write_many<R>(
    guest: &Guest<'_>,
    list: Ptr,
    count: u32,
    write: impl FnOnce(&[IoSlice<'_>]) -> Result<R>,
) -> Result<R> {
    write_up_to::<MOST, R>(guest, list, count, write)
}

#[inline(always)]
fn write_up_to<const N: usize, R>(
    guest: &Guest<'_>,
    list: Ptr,
    count: u32,
    write: impl FnOnce(&[IoSlice<'_>]) -> Result<R>,
) -> Result<R> {
    let mut slices: [IoSlice<'_>; N] = array::from_fn(|_| IoSlice::new(&[]));
    let mut used = 0;
    for i in 0..count {
        let (at, len) = record(guest, list, i)?;
        if len == 0 {
            continue;
        }
        if used == N {
            break;
        }
        slices[used] = IoSlice::new(guest.bytes(at, len)?);
        used += 1;
    }
    write(&slices[..used])
}

/// Calls `read` with the buffers of the list that are not empty, up to one that overlaps another.
pub fn read_vectored<R>(
    guest: &mut Guest<'_>,
    list: Ptr,
    count: u32,
    read: impl FnOnce(&mut [IoSliceMut<'_>]) -> Result<R>,
) -> Result<R> {
    guest.check_array(list, count, RECORD, 4)?;
    if count as usize <= FEW {
        read_up_to::<FEW, R>(guest, list, count, read)
    } else {
        read_many(guest, list, count, read)
    }
}

#[inline(never)]
fn read_many<R>(
    guest: &mut Guest<'_>,
    list: Ptr,
    count: u32,
    read: impl FnOnce(&mut [IoSliceMut<'_>]) -> Result<R>,
) -> Result<R> {
    read_up_to::<MOST, R>(guest, list, count, read)
}

#[inline(always)]
fn read_up_to<const N: usize, R>(
    guest: &mut Guest<'_>,
    list: Ptr,
    count: u32,
    read: impl FnOnce(&mut [IoSliceMut<'_>]) -> Result<R>,
) -> Result<R> {
    let mut ranges: [Range<usize>; N] = [const { 0..0 }; N];
    let mut used = 0;
    for i in 0..count {
        let (at, len) = record(guest, list, i)?;
        if len == 0 {
            continue;
        }
        guest.bytes(at, len)?;
        let range = at as usize..at as usize + len as usize;
        let overlaps = |other: &Range<usize>| range.start < other.end && other.start < range.end;
        if used == N || ranges[..used].iter().any(overlaps) {
            break;
        }
        ranges[used] = range;
        used += 1;
    }
    let base = guest.0.as_mut_ptr();
    let mut slices: [IoSliceMut<'_>; N] = array::from_fn(|i| {
        let range = if i < used { ranges[i].clone() } else { 0..0 };
        // SAFETY: each range is inside the memory, which is borrowed for as long as the slices live, and no two of
        // them overlap.
        IoSliceMut::new(unsafe { core::slice::from_raw_parts_mut(base.add(range.start), range.len()) })
    });
    read(&mut slices[..used])
}
