//! The slot: a fixed place in the runtime that tells it where its payload is.

use crate::bytes::{Reader, digest};
use crate::error::{FormatError, Part};

/// Length of the slot in bytes.
pub const SLOT_LEN: usize = 56;

const MAGIC: &[u8; 8] = b"\x7fNYSLOT\n";
const FILLED: u32 = 1;
/// The bytes that the slot's own digest covers.
const COVERED: usize = SLOT_LEN - 8;

/// What the packer writes into section `.nyash.slot` of a runtime. See "Slot" in `SPEC.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Address of the payload minus address of the slot, in bytes, once both are mapped.
    pub payload_offset: i64,
    /// Mapped length of the payload in bytes, from its header to the end of its last region.
    pub payload_len: u64,
    /// Length of the header with its regions, in bytes.
    pub header_len: u32,
    /// Length of the metadata, which follows the header, in bytes.
    pub metadata_len: u32,
    /// [`digest`] of header and metadata.
    pub digest: u64,
}

impl Slot {
    /// The slot of a runtime that holds no program: what the runtime is linked with.
    pub const EMPTY: [u8; SLOT_LEN] = {
        let mut bytes = [0; SLOT_LEN];
        let mut i = 0;
        while i < MAGIC.len() {
            bytes[i] = MAGIC[i];
            i += 1;
        }
        let version = crate::FORMAT_VERSION.to_le_bytes();
        i = 0;
        while i < version.len() {
            bytes[8 + i] = version[i];
            i += 1;
        }
        bytes
    };

    /// Whether `bytes` starts with the slot's magic number.
    pub fn has_magic(bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC)
    }

    /// The slot as bytes.
    pub fn to_bytes(&self) -> [u8; SLOT_LEN] {
        let mut bytes = Self::EMPTY;
        bytes[12..16].copy_from_slice(&FILLED.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.payload_offset.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.payload_len.to_le_bytes());
        bytes[32..36].copy_from_slice(&self.header_len.to_le_bytes());
        bytes[36..40].copy_from_slice(&self.metadata_len.to_le_bytes());
        bytes[40..48].copy_from_slice(&self.digest.to_le_bytes());
        let own = digest(&bytes[..COVERED]);
        bytes[48..56].copy_from_slice(&own.to_le_bytes());
        bytes
    }

    /// Reads a slot.
    ///
    /// # Errors
    /// [`FormatError::Empty`] for the slot of a bare runtime; otherwise whatever makes the bytes unusable.
    pub fn parse(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut r = Reader::new(bytes, Part::Slot);
        r.magic(MAGIC)?;
        r.version()?;
        let flags = r.u32()?;
        let slot = Slot {
            payload_offset: r.i64()?,
            payload_len: r.u64()?,
            header_len: r.u32()?,
            metadata_len: r.u32()?,
            digest: r.u64()?,
        };
        let own = r.u64()?;
        if bytes[..SLOT_LEN] == Self::EMPTY {
            return Err(FormatError::Empty);
        }
        if digest(&bytes[..COVERED]) != own {
            return Err(FormatError::Digest(Part::Slot));
        }
        if flags != FILLED {
            return Err(FormatError::Field {
                part: Part::Slot,
                field: "flags",
            });
        }
        if u64::from(slot.header_len) + u64::from(slot.metadata_len) > slot.payload_len {
            return Err(FormatError::Field {
                part: Part::Slot,
                field: "payload_len",
            });
        }
        Ok(slot)
    }

    /// Checks the payload's first bytes (header and metadata) against the slot's digest and splits them.
    ///
    /// # Errors
    /// When `payload` is shorter than the slot says or its digest differs.
    pub fn split<'a>(&self, payload: &'a [u8]) -> Result<(&'a [u8], &'a [u8]), FormatError> {
        let mut r = Reader::new(payload, Part::Header);
        let header = r.take(self.header_len as usize)?;
        let mut r = Reader::new(&payload[header.len()..], Part::Metadata);
        let metadata = r.take(self.metadata_len as usize)?;
        if digest(&payload[..header.len() + metadata.len()]) != self.digest {
            return Err(FormatError::Digest(Part::Header));
        }
        Ok((header, metadata))
    }
}
