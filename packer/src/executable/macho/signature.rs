//! The ad hoc signature: hashes of all pages of the file, which the kernel compares when it first touches a page.
//!
//! It names no signer. arm64 runs nothing without one. The structures are big-endian, whatever the processor
//! (`cs_blobs.h` in Apple's kernel sources).

use object::LittleEndian as LE;
use object::macho;
use sha2::{Digest, Sha256};

use super::faults::{damaged, unusable};
use super::file::File;
use crate::error::{Error, Result};

/// What tools call the program. A name of its own would have to come from the output's path, and the bytes of a packed
/// program do not depend on that.
const IDENTIFIER: &[u8] = b"nyash-program\0";

/// The signature starts at a multiple of this.
pub(super) const ALIGNMENT: usize = 16;

const EMBEDDED_SIGNATURE: u32 = 0xfade_0cc0;
const CODE_DIRECTORY: u32 = 0xfade_0c02;
/// With the fields for the executable segment.
const VERSION: u32 = 0x2_0400;
/// Ad hoc, and made by a linker: tools that change the file may replace the signature without being asked to.
const FLAGS: u32 = 0x2 | 0x2_0000;
const HASH_SHA256: u8 = 2;
const HASH_LEN: usize = 32;
const PAGE_LOG2: u8 = 12;
const PAGE: usize = 1 << PAGE_LOG2;
/// The executable segment is that of a main program.
const MAIN_BINARY: u64 = 1;

/// Length of the list of blobs with its one entry.
const SUPER_BLOB: usize = 12 + 8;
/// Length of the fixed part of the code directory.
const DIRECTORY: usize = 88;

/// Bytes of the signature of a file that has `code` bytes in front of it.
pub(super) fn len(code: usize) -> Result<usize> {
    if u32::try_from(code).is_err() {
        return Err(Error::TooLarge {
            what: "the executable",
            size: code as u64,
            limit: u32::MAX.into(),
        });
    }
    let len = SUPER_BLOB + DIRECTORY + IDENTIFIER.len() + code.div_ceil(PAGE) * HASH_LEN;
    // What `__LINKEDIT` holds ends at a multiple of 8, so that other tools can go on behind it.
    Ok(len.next_multiple_of(8))
}

/// Writes the signature into the room that was left for it at the end of the file.
pub(in crate::executable) fn seal(out: &mut [u8]) -> Result<()> {
    let file = File::parse(out)?;
    let (command, _) = file
        .commands
        .find(macho::LC_CODE_SIGNATURE)
        .ok_or_else(|| unusable("it has no room for a signature"))?;
    let field = |at: usize| command.bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
    let (Some(start), Some(len)) = (field(8), field(12)) else {
        return Err(damaged("a load command is cut short"));
    };
    let (start, room) = (start as usize, len as usize);
    if room != self::len(start)? || start.checked_add(room) != Some(out.len()) {
        return Err(unusable("its signature is not the end of the file"));
    }
    let text = file.segments.iter().find(|segment| segment.name == "__TEXT");
    let text = text.ok_or_else(|| unusable("it has no segment __TEXT"))?;
    let (text_at, text_len) = (text.header.fileoff.get(LE), text.header.filesize.get(LE));
    let (identity_at, identity) = identity(&file)?;
    out[identity_at..identity_at + identity.len()].copy_from_slice(&identity);

    let (code, place) = out.split_at_mut(start);
    let pages = code.len().div_ceil(PAGE);
    let hashes_at = DIRECTORY + IDENTIFIER.len();
    let directory_len = hashes_at + pages * HASH_LEN;
    let mut blob = Writer(Vec::with_capacity(room));
    blob.u32(EMBEDDED_SIGNATURE);
    blob.u32((SUPER_BLOB + directory_len) as u32);
    blob.u32(1);
    // The slot of the code directory, and where it is.
    blob.u32(0);
    blob.u32(SUPER_BLOB as u32);

    blob.u32(CODE_DIRECTORY);
    blob.u32(directory_len as u32);
    blob.u32(VERSION);
    blob.u32(FLAGS);
    blob.u32(hashes_at as u32);
    blob.u32(DIRECTORY as u32);
    // No hashes of anything but pages.
    blob.u32(0);
    blob.u32(pages as u32);
    blob.u32(code.len() as u32);
    // Length and kind of hashes, platform, size of pages.
    blob.0.extend_from_slice(&[HASH_LEN as u8, HASH_SHA256, 0, PAGE_LOG2]);
    // Spare, scatter, team, spare; then the limit for files that need 64 bits.
    blob.0.extend_from_slice(&[0; 16]);
    blob.u64(0);
    blob.u64(text_at);
    blob.u64(text_len);
    blob.u64(MAIN_BINARY);
    blob.0.extend_from_slice(IDENTIFIER);
    // The last page is hashed as long as it is.
    for page in code.chunks(PAGE) {
        blob.0.extend_from_slice(&Sha256::digest(page));
    }
    place[..blob.0.len()].copy_from_slice(&blob.0);
    Ok(())
}

/// The program's UUID and where it goes. It comes from the filled slot, which has a digest of all that is packed: the
/// runtime's own would be the same for all programs, and macOS tells programs apart by it.
fn identity(file: &File<'_>) -> Result<(usize, Vec<u8>)> {
    let Some((command, at)) = file.commands.find(macho::LC_UUID) else {
        return Ok((0, Vec::new()));
    };
    let slot = file
        .sections()
        .into_iter()
        .find(|section| section.name == nyash_format::section::SLOT)
        .and_then(|slot| {
            let start = slot.offset as usize;
            file.bytes.get(start..start.checked_add(slot.len as usize)?)
        });
    let slot = slot.ok_or_else(|| unusable("it has no slot"))?;
    let mut uuid = Sha256::digest(slot)[..16].to_vec();
    // As random UUIDs are marked (RFC 9562, version 8: made by hashing).
    uuid[6] = uuid[6] & 0x0f | 0x80;
    uuid[8] = uuid[8] & 0x3f | 0x80;
    if command.bytes.len() != 24 {
        return Err(damaged("a load command is cut short"));
    }
    Ok((at + 8, uuid))
}

/// Big-endian numbers.
struct Writer(Vec<u8>);

impl Writer {
    fn u32(&mut self, value: u32) {
        self.0.extend_from_slice(&value.to_be_bytes());
    }

    fn u64(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_be_bytes());
    }
}
