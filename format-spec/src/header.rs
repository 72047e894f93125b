//! The header at the start of the payload: which regions it has and where.

use alloc::vec::Vec;

use crate::bytes::Reader;
use crate::cpu::CpuLevel;
use crate::error::{FormatError, Part};

const MAGIC: &[u8; 8] = b"\x7fNYASH\r\n";
const FIXED_LEN: usize = 24;
const REGION_LEN: usize = 32;
/// More regions than any writer makes; it bounds what a reader walks over in damaged bytes.
const MAX_REGIONS: u32 = 64;

/// What a region holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u16)]
pub enum RegionKind {
    /// A compiled module (`.cwasm`): one contiguous ELF image.
    Module = 1,
    /// The code inside a module region, mapped R-X.
    Text = 2,
    /// Initial memory inside a module region, mapped private and writable.
    Image = 3,
    /// Function names by code address: [`crate::NameTable`].
    Names = 4,
    /// A module compiled for the interpreter, in the form of [`RegionKind::Module`]. For when no module can be used.
    Bytecode = 5,
    /// An executable that compiles the module on the machine that runs it. For when no module can be used.
    Compiler = 6,
    /// The WebAssembly module, for the compiler.
    Wasm = 7,
    /// What embedded files there are: [`crate::EmbedIndex`].
    EmbedIndex = 8,
    /// The bytes of embedded files, one behind the other.
    EmbedData = 9,
}

impl RegionKind {
    fn from_number(number: u16) -> Option<Self> {
        Some(match number {
            1 => RegionKind::Module,
            2 => RegionKind::Text,
            3 => RegionKind::Image,
            4 => RegionKind::Names,
            5 => RegionKind::Bytecode,
            6 => RegionKind::Compiler,
            7 => RegionKind::Wasm,
            8 => RegionKind::EmbedIndex,
            9 => RegionKind::EmbedData,
            _ => return None,
        })
    }

    /// Name as printed by `nyash-pack inspect`.
    pub fn name(self) -> &'static str {
        match self {
            RegionKind::Module => "module",
            RegionKind::Text => "text",
            RegionKind::Image => "image",
            RegionKind::Names => "names",
            RegionKind::Bytecode => "bytecode",
            RegionKind::Compiler => "compiler",
            RegionKind::Wasm => "wasm",
            RegionKind::EmbedIndex => "embed index",
            RegionKind::EmbedData => "embed data",
        }
    }

    /// A reader that does not know a critical region must refuse the program. Without the others it can still run it
    /// as it was meant.
    fn critical(self) -> bool {
        !matches!(self, RegionKind::Bytecode | RegionKind::Compiler | RegionKind::Wasm)
    }
}

/// One region of the payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// What it holds.
    pub kind: RegionKind,
    /// For a module and the regions inside it: the CPU level the code needs.
    pub cpu: CpuLevel,
    /// Offset from the start of the payload in bytes.
    pub offset: u64,
    /// Length in bytes.
    pub len: u64,
    /// For a module or bytecode: its compatibility key ([`crate::CompatKey::hash`]). Otherwise 0.
    pub key: u64,
}

/// The header, as a view of its bytes.
#[derive(Debug, Clone, Copy)]
pub struct Header<'a> {
    regions: &'a [u8],
    payload_len: u64,
}

impl<'a> Header<'a> {
    /// Reads a header of a payload that is `payload_len` bytes long.
    ///
    /// Every region is checked to lie inside the payload. Regions of an unknown kind with the low bit of their flags
    /// set are critical and refused; others are skipped.
    ///
    /// # Errors
    /// Whatever makes the header unusable.
    pub fn parse(bytes: &'a [u8], payload_len: u64) -> Result<Self, FormatError> {
        let part = Part::Header;
        let mut r = Reader::new(bytes, part);
        r.magic(MAGIC)?;
        r.version()?;
        let len = r.u32()?;
        let count = r.u32()?;
        let reserved = r.u32()?;
        if len as usize != bytes.len() {
            return Err(FormatError::Field {
                part,
                field: "header_len",
            });
        }
        if count > MAX_REGIONS || bytes.len() != FIXED_LEN + count as usize * REGION_LEN {
            return Err(FormatError::Field {
                part,
                field: "region_count",
            });
        }
        if reserved != 0 {
            return Err(FormatError::Field {
                part,
                field: "reserved",
            });
        }
        let header = Header {
            regions: &bytes[FIXED_LEN..],
            payload_len,
        };
        for region in header.raw_regions() {
            region?;
        }
        Ok(header)
    }

    /// The regions of a known kind, in file order.
    pub fn regions(&self) -> impl Iterator<Item = Region> + use<'a> {
        self.raw_regions().filter_map(|region| region.ok().flatten())
    }

    /// The first region of a kind.
    pub fn find(&self, kind: RegionKind) -> Option<Region> {
        self.nth(kind, 0)
    }

    /// The region of a kind that stands behind `index` others of it.
    pub fn nth(&self, kind: RegionKind, index: usize) -> Option<Region> {
        self.regions().filter(|region| region.kind == kind).nth(index)
    }

    fn raw_regions(&self) -> impl Iterator<Item = Result<Option<Region>, FormatError>> + use<'a> {
        let payload_len = self.payload_len;
        self.regions
            .chunks_exact(REGION_LEN)
            .map(move |bytes| read_region(bytes, payload_len))
    }

    /// Writes the header of a payload with these regions.
    ///
    /// # Errors
    /// [`FormatError::TooLarge`] for more regions than a reader accepts.
    pub fn write(regions: &[Region]) -> Result<Vec<u8>, FormatError> {
        if regions.len() > MAX_REGIONS as usize {
            return Err(FormatError::TooLarge("the number of regions"));
        }
        let len = FIXED_LEN + regions.len() * REGION_LEN;
        let mut out = Vec::with_capacity(len);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&crate::FORMAT_VERSION.to_le_bytes());
        out.extend_from_slice(&(len as u32).to_le_bytes());
        out.extend_from_slice(&(regions.len() as u32).to_le_bytes());
        out.extend_from_slice(&0u32.to_le_bytes());
        for region in regions {
            out.extend_from_slice(&(region.kind as u16).to_le_bytes());
            let flags = if region.kind.critical() { CRITICAL } else { 0 };
            out.extend_from_slice(&flags.to_le_bytes());
            out.extend_from_slice(&region.cpu.number().to_le_bytes());
            out.extend_from_slice(&region.offset.to_le_bytes());
            out.extend_from_slice(&region.len.to_le_bytes());
            out.extend_from_slice(&region.key.to_le_bytes());
        }
        Ok(out)
    }

    /// Length in bytes of a header with `count` regions.
    pub fn len_for(count: usize) -> usize {
        FIXED_LEN + count * REGION_LEN
    }
}

const CRITICAL: u16 = 1;

fn read_region(bytes: &[u8], payload_len: u64) -> Result<Option<Region>, FormatError> {
    let part = Part::Header;
    let mut r = Reader::new(bytes, part);
    let number = r.u16()?;
    let flags = r.u16()?;
    let cpu = r.u32()?;
    let offset = r.u64()?;
    let len = r.u64()?;
    let key = r.u64()?;
    let Some(kind) = RegionKind::from_number(number) else {
        if flags & CRITICAL == 0 {
            return Ok(None);
        }
        return Err(FormatError::Unknown {
            part,
            number: number.into(),
        });
    };
    if offset.checked_add(len).is_none_or(|end| end > payload_len) {
        return Err(FormatError::Field {
            part,
            field: "region offset",
        });
    }
    let cpu = CpuLevel::from_number(cpu).ok_or(FormatError::Field {
        part,
        field: "CPU level",
    })?;
    Ok(Some(Region {
        kind,
        cpu,
        offset,
        len,
        key,
    }))
}
