//! The payload in our own image, found through the slot.

#[cfg(target_os = "linux")]
use nyash_format::END_MARK;
use nyash_format::{FormatError, Header, Kind, Metadata, Region, RegionKind, SLOT_LEN, Slot, Target, WASMTIME};

use crate::wasi::Embedded;

/// The target of this runtime.
pub const TARGET: Target = match Target::host() {
    Some(target) => target,
    None => panic!("a target needs a row in format-spec/src/target.rs"),
};

/// The kind of this runtime.
const KIND: Kind = if cfg!(feature = "full") { Kind::Full } else { Kind::Lean };

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
static PROGRAM_HEADERS: [u8; ROOM] = [0; ROOM];
#[cfg(target_os = "linux")]
const ROOM: usize = nyash_format::ELF_HEADERS_LEN - 64 - 5 * 56; // the linker writes five of its own before

/// What bug reports need to know of this runtime: the stub's name and its version.
pub const NAME: &str = {
    const PARTS: &[&str] = &[TARGET.name(), "-", KIND.name(), " ", env!("CARGO_PKG_VERSION")];
    const BYTES: [u8; len_of(PARTS)] = joined(PARTS);
    match core::str::from_utf8(&BYTES) {
        Ok(text) => text,
        Err(_) => unreachable!(),
    }
};

/// What the packer reads of the runtime: `nyash_format::stub_info`.
const INFO_TEXT: &[&str] = &[
    "format=1\nruntime=",
    env!("CARGO_PKG_VERSION"),
    "\nwasmtime=",
    WASMTIME,
    "\ntarget=",
    TARGET.name(),
    "\nkind=",
    KIND.name(),
    "\n",
];
const _: () = assert!(nyash_format::FORMAT_VERSION == 1);

/// Length of some texts together.
const fn len_of(texts: &[&str]) -> usize {
    let (mut len, mut at) = (0, 0);
    while at < texts.len() {
        len += texts[at].len();
        at += 1;
    }
    len
}

/// Some texts one behind the other, when the runtime is compiled.
const fn joined<const LEN: usize>(texts: &[&str]) -> [u8; LEN] {
    let mut bytes = [0; LEN];
    let (mut end, mut text) = (0, 0);
    while text < texts.len() {
        let mut at = 0;
        while at < texts[text].len() {
            bytes[end] = texts[text].as_bytes()[at];
            end += 1;
            at += 1;
        }
        text += 1;
    }
    bytes
}

#[cfg_attr(target_os = "macos", unsafe(link_section = "__TEXT,__nyash_info"))]
#[cfg_attr(target_os = "linux", unsafe(link_section = ".nyash.info"))]
#[cfg_attr(windows, unsafe(link_section = ".nyinfo"))]
#[used]
static INFO: [u8; len_of(INFO_TEXT)] = joined(INFO_TEXT);

/// The payload, found and checked.
pub struct Payload {
    /// Decoded metadata.
    pub metadata: Metadata<'static>,
    /// Files that go along.
    pub embedded: Option<Embedded>,
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

    fn embedded(&self) -> Option<Embedded> {
        let index = self.header.find(RegionKind::EmbedIndex)?;
        let data = self.header.find(RegionKind::EmbedData);
        let data = data.map_or(&[][..], |data| self.bytes(data));
        Some(Embedded::new(self.bytes(index), data))
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

/// Whether the executable is there to its last byte. `linux/guard.rs` has looked at its last page, so that nothing but
/// bytes of this one can be missing: zeros stand for them.
#[cfg(target_os = "linux")]
fn check_end(payload: &[u8]) -> Result<(), FormatError> {
    let pages = payload.len().next_multiple_of(crate::platform::memory::SMALLEST_PAGE);
    let mark = payload.as_ptr().wrapping_add(pages).cast::<[u8; END_MARK.len()]>();
    // SAFETY: the packer puts the mark into the last segment, behind the last page of the payload.
    if unsafe { mark.read() } == END_MARK {
        Ok(())
    } else {
        Err(FormatError::Truncated(nyash_format::Part::File))
    }
}

/// Finds and checks the payload.
pub fn find() -> Result<Payload, FormatError> {
    let (slot, bytes) = mapped()?;
    #[cfg(target_os = "linux")]
    check_end(bytes)?;
    let (header, metadata) = slot.split(bytes)?;
    let header = Header::parse(header, slot.payload_len)?;
    let metadata = Metadata::parse(metadata)?;
    let regions = Regions { header, mapped: bytes };
    Ok(Payload {
        metadata,
        embedded: regions.embedded(),
        regions,
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
