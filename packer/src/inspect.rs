//! Reading packed programs back: what `inspect`, `verify` and `extract` show, and what the packer checks after writing.

use nyash_format::{
    CompatKey, CpuLevel, Format, FormatError, HashOf, Header, Metadata, NameTable, Part, Region, RegionKind, SLOT_LEN,
    Slot, Target, section, stub_info,
};

use crate::compile::key;
use crate::embed::Contents;
use crate::error::{Error, Result};
use crate::executable::Executable;
use crate::executable::{hash, info};
use crate::image::reading::Image;
use crate::image::symbols::with_symbols;

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

/// How the program's memory gets its first contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InitialMemory {
    /// Bytes that are mapped: they cost nothing before they are touched.
    pub mapped: u64,
    /// Ranges of addresses that these are mapped to.
    pub ranges: usize,
    /// Bytes that are copied at each start. Passive segments, which the program copies itself, are among them if wasmtime
    /// has not made one image of the others.
    pub copied: u64,
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
        if !executable.is_whole(address, slot.payload_len) {
            return Err(cut());
        }
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
        self.nth(kind, 0)
    }

    /// The regions of a kind, in order.
    pub fn all(&self, kind: RegionKind) -> impl Iterator<Item = Region> {
        self.regions.iter().copied().filter(move |region| region.kind == kind)
    }

    /// The region of a kind that stands behind `index` others of it, with its bytes.
    pub fn nth(&self, kind: RegionKind, index: usize) -> Option<(Region, &'a [u8])> {
        let region = self.all(kind).nth(index)?;
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
        info::info(&self.executable, name)
    }

    /// Computes every stored hash again.
    ///
    /// # Errors
    /// [`Error::Damaged`] when a region that a hash is about is missing.
    pub fn check_hashes(&self) -> Result<Vec<HashCheck>> {
        let region = |kind: RegionKind, index| {
            let bytes = self.nth(kind, index).map(|(_, bytes)| hash::sha256(bytes));
            bytes.ok_or_else(|| Error::Damaged(format!("it has no {} region", kind.name())))
        };
        let payload = self.slot_address.wrapping_add_signed(self.slot.payload_offset);
        let mut checks = Vec::new();
        for (of, stored) in &self.metadata.hashes {
            let computed = match of {
                HashOf::Input => None,
                HashOf::Module(_) => Some(region(RegionKind::Module, of.index())?),
                HashOf::Names(_) => Some(region(RegionKind::Names, of.index())?),
                HashOf::Bytecode => Some(region(RegionKind::Bytecode, 0)?),
                HashOf::Compiler => Some(region(RegionKind::Compiler, 0)?),
                HashOf::Wasm => Some(region(RegionKind::Wasm, 0)?),
                HashOf::EmbedIndex => Some(region(RegionKind::EmbedIndex, 0)?),
                HashOf::Runtime => Some(hash::runtime_hash(self.file, payload, self.slot_address)?),
            };
            checks.push(HashCheck {
                of: *of,
                stored: **stored,
                computed,
            });
        }
        Ok(checks)
    }

    /// Checks everything that can be checked: hashes, compatibility keys, images and name tables.
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
        for of in self.subjects() {
            if !checks.iter().any(|check| check.of == of) {
                return Err(Error::Damaged(format!("no hash of the {} is stored", of.name())));
            }
        }
        self.module(None)?;
        if self.all(RegionKind::Text).count() != self.all(RegionKind::Module).count() {
            return Err(Error::Damaged("a text region is missing".to_owned()));
        }
        let engine = self.metadata.engine;
        for (index, region) in self.all(RegionKind::Module).enumerate() {
            self.check_image(RegionKind::Module, index, |wasmtime, target| CompatKey {
                wasmtime,
                target,
                cpu: region.cpu,
                engine,
            })?;
        }
        let runs = self.metadata.image_runs;
        let image = self.all(RegionKind::Image).next().map_or(0, |region| region.len);
        if !runs.is_empty() && runs.image_len() != image {
            return Err(Error::Damaged(
                "the initial memory is not as long as its runs".to_owned(),
            ));
        }
        if self.region(RegionKind::Bytecode).is_some() {
            self.check_image(RegionKind::Bytecode, 0, |wasmtime, target| CompatKey {
                wasmtime,
                target: key::bytecode_target(target),
                cpu: CpuLevel::Baseline,
                engine: engine.for_bytecode(),
            })?;
        }
        if let Some(embedded) = self.embedded()? {
            embedded.check_hashes()?;
        }
        for index in 0..self.all(RegionKind::Names).count() {
            if let Some((_, names)) = self.nth(RegionKind::Names, index) {
                NameTable::parse(names)?;
            }
        }
        Ok(checks)
    }

    /// The embedded files, if there are any.
    ///
    /// # Errors
    /// [`Error::Damaged`] or [`Error::Format`].
    pub fn embedded(&self) -> Result<Option<Contents<'a>>> {
        match (self.region(RegionKind::EmbedIndex), self.region(RegionKind::EmbedData)) {
            (Some((_, index)), Some((_, data))) => Contents::new(index, data).map(Some),
            (None, None) => Ok(None),
            (Some(_), None) | (None, Some(_)) => {
                Err(Error::Damaged("a region of its embedded files is missing".to_owned()))
            }
        }
    }

    /// What of the first module's initial memory is mapped and what is copied.
    ///
    /// # Errors
    /// [`Error::Damaged`] or [`Error::DamagedImage`].
    pub fn initial_memory(&self) -> Result<InitialMemory> {
        let (_, _, bytes) = self.module(None)?;
        let image = Image::parse(bytes)?;
        let total = match image.initial_memory()? as u64 {
            0 => image.segments()?,
            laid_out => laid_out,
        };
        let maps = self
            .runtime_info(stub_info::TARGET)
            .and_then(|name| Target::parse(name).ok());
        let maps = maps.is_none_or(|target| target.format() != Format::Pe);
        let mapped = self
            .all(RegionKind::Image)
            .find(|_| maps)
            .map_or(0, |region| region.len);
        Ok(InitialMemory {
            mapped,
            ranges: self.metadata.image_runs.iter().count().max(usize::from(mapped > 0)),
            copied: total.saturating_sub(mapped),
        })
    }

    /// What hashes must be stored of.
    fn subjects(&self) -> Vec<HashOf> {
        let count = |kind| self.all(kind).count() as u16;
        let mut subjects = vec![HashOf::Runtime];
        subjects.extend((0..count(RegionKind::Module)).map(HashOf::Module));
        subjects.extend((0..count(RegionKind::Names)).map(HashOf::Names));
        subjects.extend((count(RegionKind::Bytecode) > 0).then_some(HashOf::Bytecode));
        subjects.extend((count(RegionKind::Compiler) > 0).then_some(HashOf::Compiler));
        subjects.extend((count(RegionKind::Wasm) > 0).then_some(HashOf::Wasm));
        subjects.extend((count(RegionKind::EmbedIndex) > 0).then_some(HashOf::EmbedIndex));
        subjects
    }

    /// Checks a compiled module and its key.
    fn check_image<'k>(
        &self,
        kind: RegionKind,
        index: usize,
        key: impl FnOnce(&'k str, &'k str) -> CompatKey<'k>,
    ) -> Result<()>
    where
        'a: 'k,
    {
        let Some((region, image)) = self.nth(kind, index) else {
            return Ok(());
        };
        Image::parse(image)?;
        // Without the runtime's description (section headers stripped away) there is nothing to compare with.
        let Some(wasmtime) = self.runtime_info(stub_info::WASMTIME) else {
            return Ok(());
        };
        let target = self.runtime_info(stub_info::TARGET).unwrap_or_default();
        if key(wasmtime, target).hash() != region.key {
            return Err(Error::Damaged(format!(
                "the compatibility key of the {} does not fit the runtime",
                kind.name()
            )));
        }
        Ok(())
    }

    /// A compiled module: that of a CPU level, or the best. Its place among the modules, its region and its bytes.
    ///
    /// # Errors
    /// [`Error::Damaged`] when there is none, [`Error::Option`] with the levels that there are.
    pub fn module(&self, level: Option<&str>) -> Result<(usize, Region, &'a [u8])> {
        let missing = || Error::Damaged("it has no module region".to_owned());
        let index = match level {
            None => 0,
            Some(level) => {
                let levels: Vec<&str> = self.all(RegionKind::Module).map(|region| region.cpu.name()).collect();
                let index = levels.iter().position(|other| other.eq_ignore_ascii_case(level));
                index.ok_or_else(|| Error::Option {
                    option: "--cpu",
                    message: format!("the program has no code for {level:?}; it has {}", levels.join(", ")),
                })?
            }
        };
        let (region, bytes) = self.nth(RegionKind::Module, index).ok_or_else(missing)?;
        Ok((index, region, bytes))
    }

    /// The compiled module of a CPU level, or the best, as a file of its own (`.cwasm`), with its symbols.
    ///
    /// # Errors
    /// When [`Self::verify`] finds damage, and as [`Self::module`].
    pub fn extract(&self, level: Option<&str>) -> Result<Vec<u8>> {
        self.verify()?;
        let (index, _, image) = self.module(level)?;
        let names = match self.nth(RegionKind::Names, index) {
            Some((_, names)) => Some(NameTable::parse(names)?),
            None => None,
        };
        with_symbols(image, names.as_ref(), self.metadata.image_runs)
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
