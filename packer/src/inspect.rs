//! Reading packed programs back: what `inspect`, `verify` and `extract` show, and what the packer checks after writing.

use nyash_format::{
    CompatKey, FormatError, HashOf, Header, Metadata, NameTable, Part, Region, RegionKind, SLOT_LEN, Slot, section,
    stub_info,
};

use crate::cwasm;
use crate::error::{Error, Result};
use crate::executable::Executable;
use crate::{pack, stub};

/// A packed program as a view of its file's bytes. Its slot, header and metadata are undamaged.
pub struct Program<'a> {
    /// The executable around it.
    pub executable: Executable<'a>,
    /// The file's bytes.
    pub file: &'a [u8],
    /// The slot.
    pub slot: Slot,
    /// Address of the slot once the file is loaded at 0.
    pub slot_address: u64,
    /// All of the payload.
    pub payload: &'a [u8],
    /// Its regions.
    pub regions: Vec<Region>,
    /// Its metadata.
    pub metadata: Metadata<'a>,
}

/// What a stored hash says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashCheck {
    /// What it was taken of.
    pub of: HashOf,
    /// The stored value.
    pub stored: [u8; 32],
    /// The value computed now; `None` for the input, which is not in the file.
    pub computed: Option<[u8; 32]>,
}

impl HashCheck {
    /// Whether nothing speaks against it.
    pub fn holds(&self) -> bool {
        self.computed.is_none_or(|computed| computed == self.stored)
    }
}

impl<'a> Program<'a> {
    /// Reads a packed program.
    ///
    /// # Errors
    /// [`Error::NotPacked`] for other files, [`Error::Damaged`] or [`Error::Format`] for damaged ones.
    pub fn parse(file: &'a [u8]) -> Result<Self> {
        let executable = Executable::parse(file)?;
        let (slot_address, slot) = find_slot(&executable)?;
        let cut = || Error::Damaged("the file is cut short: parts of the payload are missing".to_owned());
        let address = slot_address.wrapping_add_signed(slot.payload_offset);
        let payload = executable.at(address, slot.payload_len).ok_or_else(cut)?;
        let (header, metadata) = slot.split(payload)?;
        let regions = Header::parse(header, slot.payload_len)?.regions().collect();
        let metadata = Metadata::parse(metadata)?;
        Ok(Program {
            executable,
            file,
            slot,
            slot_address,
            payload,
            regions,
            metadata,
        })
    }

    /// The first region of a kind, with its bytes.
    pub fn region(&self, kind: RegionKind) -> Option<(Region, &'a [u8])> {
        let region = *self.regions.iter().find(|region| region.kind == kind)?;
        let start = usize::try_from(region.offset).ok()?;
        let len = usize::try_from(region.len).ok()?;
        Some((region, self.payload.get(start..start.checked_add(len)?)?))
    }

    /// The offset of a region in the file in bytes.
    pub fn file_offset(&self, region: Region) -> Option<u64> {
        let payload = self.slot_address.wrapping_add_signed(self.slot.payload_offset);
        self.executable.offset_of(payload.checked_add(region.offset)?)
    }

    /// A line of the runtime's own description.
    pub fn runtime_info(&self, name: &str) -> Option<&'a str> {
        stub::info(&self.executable, name)
    }

    /// Computes every stored hash again.
    ///
    /// # Errors
    /// [`Error::Damaged`] when a region that a hash is about is missing.
    pub fn check_hashes(&self) -> Result<Vec<HashCheck>> {
        let region = |kind: RegionKind| {
            let bytes = self.region(kind).map(|(_, bytes)| pack::sha256(bytes));
            bytes.ok_or_else(|| Error::Damaged(format!("it has no {} region", kind.name())))
        };
        let payload = self.slot_address.wrapping_add_signed(self.slot.payload_offset);
        let mut checks = Vec::new();
        for (of, stored) in &self.metadata.hashes {
            let computed = match of {
                HashOf::Input => None,
                HashOf::Module => Some(region(RegionKind::Module)?),
                HashOf::Names => Some(region(RegionKind::Names)?),
                HashOf::Runtime => Some(pack::runtime_hash(self.file, payload, self.slot_address)?),
            };
            checks.push(HashCheck {
                of: *of,
                stored: **stored,
                computed,
            });
        }
        Ok(checks)
    }

    /// Checks everything that can be checked: hashes, the compatibility key, the image and the name table.
    ///
    /// # Errors
    /// [`Error::Damaged`] or [`Error::DamagedImage`] with the first fault.
    pub fn verify(&self) -> Result<Vec<HashCheck>> {
        let checks = self.check_hashes()?;
        if let Some(bad) = checks.iter().find(|check| !check.holds()) {
            return Err(Error::Damaged(format!(
                "the hash of the {} does not match",
                bad.of.name()
            )));
        }
        for of in [HashOf::Module, HashOf::Names, HashOf::Runtime] {
            if !checks.iter().any(|check| check.of == of) {
                return Err(Error::Damaged(format!("no hash of the {} is stored", of.name())));
            }
        }
        let (region, image) = self.module()?;
        cwasm::Image::parse(image)?;
        let key = CompatKey {
            wasmtime: self.runtime_info(stub_info::WASMTIME).unwrap_or_default(),
            target: self.runtime_info(stub_info::TARGET).unwrap_or_default(),
            cpu: region.cpu,
            engine: self.metadata.engine,
        };
        // Without the runtime's description (section headers stripped away) there is nothing to compare with.
        if !key.wasmtime.is_empty() && key.hash() != region.key {
            return Err(Error::Damaged(
                "the compatibility key does not fit the runtime".to_owned(),
            ));
        }
        if let Some((_, names)) = self.region(RegionKind::Names) {
            NameTable::parse(names)?;
        }
        Ok(checks)
    }

    /// The compiled module.
    ///
    /// # Errors
    /// [`Error::Damaged`] when it is missing.
    pub fn module(&self) -> Result<(Region, &'a [u8])> {
        self.region(RegionKind::Module)
            .ok_or_else(|| Error::Damaged("it has no module region".to_owned()))
    }

    /// The compiled module as a file of its own (`.cwasm`), with its symbols.
    ///
    /// # Errors
    /// When [`Self::verify`] finds damage.
    pub fn extract(&self) -> Result<Vec<u8>> {
        self.verify()?;
        let (_, image) = self.module()?;
        let names = match self.region(RegionKind::Names) {
            Some((_, names)) => Some(NameTable::parse(names)?),
            None => None,
        };
        cwasm::with_symbols(image, names.as_ref())
    }
}

/// The slot, by its section or, where a tool has removed the section table, by its magic number.
fn find_slot(executable: &Executable<'_>) -> Result<(u64, Slot)> {
    let at = |address| executable.at(address, SLOT_LEN as u64);
    if let Some(section) = executable.section(section::SLOT)
        && let Some(bytes) = at(section.address)
    {
        return Ok((section.address, parse_slot(bytes)?));
    }
    let magic = &Slot::EMPTY[..8];
    for address in executable.search(magic) {
        if let Some(Ok(slot)) = at(address).map(Slot::parse) {
            return Ok((address, slot));
        }
    }
    Err(Error::NotPacked("it has no slot".to_owned()))
}

fn parse_slot(bytes: &[u8]) -> Result<Slot> {
    Slot::parse(bytes).map_err(|error| match error {
        FormatError::Empty => Error::NotPacked(error.to_string()),
        FormatError::Magic(Part::Slot) => Error::Damaged(error.to_string()),
        error => Error::Format(error),
    })
}
