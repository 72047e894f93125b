//! A program whose compiled module no runtime takes, so that it runs on what it falls back to.

use anyhow::{Context, Result};
use nyash_format::{RegionKind, SLOT_LEN, Slot};
use nyash_pack::inspect::Program;

/// The program with another compatibility key in each module and all digests right, as if a runtime of another version
/// met it (`format-spec/SPEC.md`, "Header").
///
/// # Errors
/// For what is no packed program.
pub fn unfit(file: &[u8]) -> Result<Vec<u8>> {
    const REGIONS: usize = 24;
    const REGION: usize = 32;
    const KEY: usize = 24;
    let program = Program::parse(file)?;
    let place = |address: u64| -> Result<usize> {
        let offset = program
            .executable
            .offset_of(address)
            .context("an address in the file")?;
        Ok(usize::try_from(offset)?)
    };
    let slot_at = place(program.slot_address)?;
    let payload = place(program.slot_address.wrapping_add_signed(program.slot.payload_offset))?;
    let mut out = file.to_vec();
    for (number, region) in program.regions.iter().enumerate() {
        if region.kind == RegionKind::Module {
            out[payload + REGIONS + REGION * number + KEY] ^= 1;
        }
    }
    let covered = (program.slot.header_len + program.slot.metadata_len) as usize;
    let slot = Slot {
        digest: nyash_format::digest(&out[payload..payload + covered]),
        ..program.slot
    };
    out[slot_at..slot_at + SLOT_LEN].copy_from_slice(&slot.to_bytes());
    Ok(out)
}
