//! Hashes of contents.

use nyash_format::Slot;
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::executable::Executable;

/// The hash of the runtime's loaded bytes in a packed file, with an empty slot.
///
/// Zeros at the end of a range do not count: tools that rewrite executables leave them to the system.
pub(crate) fn runtime_hash(file: &[u8], payload: u64, slot: u64) -> Result<[u8; 32]> {
    let executable = Executable::parse(file)?;
    let mut hash = Sha256::new();
    for (address, bytes) in executable.loaded_below(payload) {
        let mut bytes = bytes.to_vec();
        let within = slot.checked_sub(address).and_then(|at| usize::try_from(at).ok());
        if let Some(place) = within.and_then(|at| bytes.get_mut(at..)?.get_mut(..nyash_format::SLOT_LEN)) {
            place.copy_from_slice(&Slot::EMPTY);
        }
        let len = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        hash.update(&bytes[..len]);
    }
    Ok(hash.finalize().into())
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
