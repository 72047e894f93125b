//! Hashes of contents.

use nyash_format::Slot;
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::executable::Executable;

/// The hash of the runtime's loaded bytes in a packed file, with an empty slot.
pub(crate) fn runtime_hash(file: &[u8], payload: u64, slot: u64) -> Result<[u8; 32]> {
    let executable = Executable::parse(file)?;
    let mut hash = Sha256::new();
    for (address, bytes) in executable.loaded_below(payload) {
        let within = slot.checked_sub(address).and_then(|at| usize::try_from(at).ok());
        match within.and_then(|at| Some((bytes.get(..at)?, bytes.get(at + nyash_format::SLOT_LEN..)?))) {
            Some((before, after)) => {
                hash.update(before);
                hash.update(Slot::EMPTY);
                hash.update(after);
            }
            None => hash.update(bytes),
        }
    }
    Ok(hash.finalize().into())
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
