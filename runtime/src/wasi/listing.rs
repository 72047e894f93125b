//! Directory listings that go on behind an entry, where the system has a position behind each.

use alloc::vec::Vec;

use super::abi::Errno;
use super::call::Result;
use super::system::{Entry, FdRef, list_from};

/// What a listing needs to go on behind the entries that it has seen.
///
/// The file system has a position behind each entry, which stays right when names come and go meanwhile.
pub struct Listing {
    positions: Vec<u64>,
}

impl Listing {
    /// One that has seen nothing yet.
    pub const fn new() -> Self {
        Listing { positions: Vec::new() }
    }

    /// Calls `each` with the names from number `wanted` on and their numbers, until it returns `false`. `.` and `..`
    /// are passed over.
    pub fn read(
        &mut self,
        list: FdRef<'_>,
        wanted: usize,
        mut each: impl FnMut(usize, &Entry<'_>) -> Result<bool>,
    ) -> Result {
        let positions = &mut self.positions;
        // Behind the wanted entry if it has been seen, else behind the last one that has.
        let mut index = wanted.min(positions.len());
        let start = index.checked_sub(1).map_or(0, |last| positions[last]);
        let ended = list_from(list, start, |entry, next| {
            if matches!(entry.name.to_bytes(), b"." | b"..") {
                return Ok(true);
            }
            match positions.get_mut(index) {
                Some(position) => *position = next,
                None => {
                    positions.try_reserve(1).map_err(|_| Errno::NoMemory)?;
                    positions.push(next);
                }
            }
            index += 1;
            if index <= wanted {
                return Ok(true);
            }
            each(index - 1, entry)
        })?;
        if ended {
            // Positions behind the end are those of a listing that was longer: the file system may make something of them
            // that lists an entry again.
            positions.truncate(index);
        }
        Ok(())
    }
}
