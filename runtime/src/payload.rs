//! The payload in our own image, found through the slot.

use nyash_format::{FormatError, Header, Metadata, Region, RegionKind, SLOT_LEN, Slot};

/// The version of wasmtime in this runtime; the manifest pins it.
pub const WASMTIME: &str = "48.0.8";
/// The target as the compatibility key spells it.
pub const TARGET: &str = target!();

/// Filled by the packer in the file, so the compiler must not know what it holds.
#[cfg_attr(target_os = "macos", unsafe(link_section = "__TEXT,__nyash_slot"))]
#[cfg_attr(target_os = "linux", unsafe(link_section = ".nyash.slot"))]
#[cfg_attr(windows, unsafe(link_section = ".nyslot"))]
#[used]
static SLOT: AlignedSlot = AlignedSlot(Slot::EMPTY);

#[repr(C, align(8))]
struct AlignedSlot([u8; SLOT_LEN]);

/// Room for the program headers of the payload's segments; see the linker script.
#[cfg(target_os = "linux")]
#[unsafe(link_section = ".nyash.phdrs")]
#[used]
static PROGRAM_HEADERS: [u8; 14 * 56] = [0; 14 * 56];

#[cfg(feature = "full")]
macro_rules! kind {
    () => {
        "full"
    };
}
#[cfg(not(feature = "full"))]
macro_rules! kind {
    () => {
        "lean"
    };
}

/// What bug reports need to know of this runtime: the stub's name and its version.
pub const NAME: &str = concat!(target!(), "-", kind!(), " ", env!("CARGO_PKG_VERSION"));

/// What the packer reads of the runtime: `nyash_format::stub_info`.
const INFO_TEXT: &str = concat!(
    "format=1\nruntime=",
    env!("CARGO_PKG_VERSION"),
    "\nwasmtime=48.0.8\ntarget=",
    target!(),
    "\nkind=",
    kind!(),
    "\n"
);

#[cfg_attr(target_os = "macos", unsafe(link_section = "__TEXT,__nyash_info"))]
#[cfg_attr(target_os = "linux", unsafe(link_section = ".nyash.info"))]
#[cfg_attr(windows, unsafe(link_section = ".nyinfo"))]
#[used]
static INFO: [u8; INFO_TEXT.len()] = {
    let mut bytes = [0; INFO_TEXT.len()];
    bytes.copy_from_slice(INFO_TEXT.as_bytes());
    bytes
};

/// The payload, found and checked.
pub struct Payload {
    /// Decoded metadata.
    pub metadata: Metadata<'static>,
    /// Its regions.
    pub regions: Regions,
}

/// A header and the bytes that it is about.
pub struct Regions {
    /// Says which regions there are.
    pub header: Header<'static>,
    mapped: &'static [u8],
}

impl Regions {
    /// The bytes of a region. `Header::parse` has checked that regions lie inside the payload.
    pub fn bytes(&self, region: Region) -> &'static [u8] {
        &self.mapped[region.offset as usize..][..region.len as usize]
    }

    /// The name table that stands behind `index` others; empty if there is none.
    pub fn names(&self, index: usize) -> &'static [u8] {
        let region = self.header.nth(RegionKind::Names, index);
        region.map_or(&[], |region| self.bytes(region))
    }

    /// Address and length of the initial memory that can be moved, both 0 if there is none. It is writable and goes
    /// away, so it is not a slice.
    pub fn image(&self) -> (usize, usize) {
        let place = |image: Region| {
            (
                self.mapped.as_ptr() as usize + image.offset as usize,
                image.len as usize,
            )
        };
        self.header.find(RegionKind::Image).map_or((0, 0), place)
    }
}

/// The whole payload as mapped, with the lengths of header and metadata.
fn mapped() -> Result<(Slot, &'static [u8]), FormatError> {
    // SAFETY: a volatile read of our own static, see `SLOT`.
    let slot = unsafe { core::ptr::read_volatile(&raw const SLOT.0) };
    let slot = Slot::parse(&slot)?;
    let start = (&raw const SLOT)
        .cast::<u8>()
        .wrapping_offset(slot.payload_offset as isize);
    // SAFETY: the slot's digest is right, so the packer wrote it, and the packer lays the payload out as one range
    // that the kernel has mapped for the life of the process. Initial memory inside it is not read after it is moved.
    Ok((slot, unsafe {
        core::slice::from_raw_parts(start, slot.payload_len as usize)
    }))
}

/// Finds and checks the payload.
pub fn find() -> Result<Payload, FormatError> {
    let (slot, bytes) = mapped()?;
    let (header, metadata) = slot.split(bytes)?;
    let header = Header::parse(header, slot.payload_len)?;
    let metadata = Metadata::parse(metadata)?;
    Ok(Payload {
        metadata,
        regions: Regions { header, mapped: bytes },
    })
}

/// The regions of a payload without metadata, as a compiler writes it.
#[cfg(all(feature = "full", target_os = "linux"))]
pub fn regions(bytes: &'static [u8]) -> Result<Regions, FormatError> {
    // The header tells its own length.
    let len = bytes
        .get(12..16)
        .and_then(|len| Some(u32::from_le_bytes(len.try_into().ok()?)));
    let header = bytes.get(..len.unwrap_or(0) as usize).unwrap_or(bytes);
    Ok(Regions {
        header: Header::parse(header, bytes.len() as u64)?,
        mapped: bytes,
    })
}
