//! What a host call gets and what comes of it.

use alloc::vec::Vec;
use nyash_format::preview1::MOST_PARAMETERS;

use super::abi::{self, Errno};

/// Why a host call did not do what it was asked for.
pub enum Fail {
    /// The program is told.
    Errno(Errno),
    /// The program ends.
    Trap(Violation),
}

impl From<Errno> for Fail {
    fn from(errno: Errno) -> Self {
        Fail::Errno(errno)
    }
}

/// What a host call returns, or why it does not.
pub type Result<T = ()> = core::result::Result<T, Fail>;

/// What a program must not do in a host call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    OutOfBounds,
    Misaligned,
}

/// The arguments of a host call.
pub struct Args(pub [u64; MOST_PARAMETERS]);

impl Args {
    /// An argument of 32 bits.
    pub fn u32(&self, i: usize) -> u32 {
        self.0[i] as u32
    }

    /// An argument of 64 bits.
    pub fn u64(&self, i: usize) -> u64 {
        self.0[i]
    }

    /// An argument of an enumeration that ends with `last`.
    pub fn choice(&self, i: usize, last: u32) -> Result<u32> {
        match self.u32(i) {
            value if value <= last => Ok(value),
            _ => Err(Errno::Invalid.into()),
        }
    }

    /// An argument of flags that are 16 bits wide.
    pub fn flags16(&self, i: usize, all: u16) -> Result<u16> {
        let flags = u16::try_from(self.u32(i)).map_err(|_| Errno::Overflow)?;
        if flags & !all != 0 {
            return Err(Errno::Invalid.into());
        }
        Ok(flags)
    }

    /// An argument of rights.
    pub fn rights(&self, i: usize) -> Result<u64> {
        let rights = self.u64(i);
        if rights >> 63 != 0 {
            return Err(Errno::Overflow.into());
        }
        if rights & !abi::rights::ALL != 0 {
            return Err(Errno::Invalid.into());
        }
        Ok(rights)
    }

    /// An argument of lookup flags: whether a symbolic link at the end of the path is followed.
    pub fn follow(&self, i: usize) -> Result<bool> {
        match self.u32(i) {
            0 => Ok(false),
            abi::SYMLINK_FOLLOW => Ok(true),
            flags if flags >> 31 != 0 => Err(Errno::Overflow.into()),
            _ => Err(Errno::Invalid.into()),
        }
    }
}

/// A list that is allocated exactly, or the error for the program if there is no memory.
pub fn list_with_capacity<T>(capacity: usize) -> Result<Vec<T>> {
    let mut list = Vec::new();
    list.try_reserve_exact(capacity).map_err(|_| Errno::NoMemory)?;
    Ok(list)
}
