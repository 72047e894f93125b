//! Executables of every format: the runtime's, the packed one made from it, and reading that again.
//!
//! A format is a file here. Each knows its tables and offers the same few steps: what lies where, where a payload goes,
//! the tables of a packed file, and what has to be computed once everything else stands (checksum, signature).

mod elf;
pub(crate) mod hash;
pub(crate) mod info;
mod macho;
pub(crate) mod parts;
mod pe;
pub(crate) mod resources;
pub(crate) mod stack;

use std::ops::Range;

use self::parts::{Contents, Load, Section};
use nyash_format::{ELF_HEADERS_LEN, END_MARK, Target};

use crate::error::{Error, Result};

/// An executable as a view of its bytes.
pub struct Executable<'a> {
    bytes: &'a [u8],
    sections: Vec<Section<'a>>,
    loads: Vec<Load>,
    file: File<'a>,
}

enum File<'a> {
    Elf(elf::File<'a>),
    Pe(pe::File<'a>),
    MachO(macho::File<'a>),
}

impl<'a> Executable<'a> {
    /// Reads the tables of an executable of any target.
    ///
    /// # Errors
    /// [`Error::NotPacked`] for anything else, and [`Error::Damaged`] for tables that lie outside the file.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        if bytes.is_empty() {
            return Err(Error::NotPacked("the file is empty".to_owned()));
        }
        if bytes.starts_with(b"\x7fELF") {
            let file = elf::File::parse(bytes)?;
            return Ok(Executable {
                bytes,
                sections: file.sections(),
                loads: file.loads().collect(),
                file: File::Elf(file),
            });
        }
        if bytes.starts_with(b"MZ") {
            let file = pe::File::parse(bytes)?;
            return Ok(Executable {
                bytes,
                sections: file.sections(),
                loads: file.loads().collect(),
                file: File::Pe(file),
            });
        }
        if macho::is_macho(bytes) {
            let file = macho::File::parse(bytes)?;
            return Ok(Executable {
                bytes,
                sections: file.sections(),
                loads: file.loads().collect(),
                file: File::MachO(file),
            });
        }
        Err(Error::NotPacked(if macho::is_related(bytes) {
            "it is a Mach-O file for several processors, or for one that nyash-pack does not know".to_owned()
        } else {
            "it is no executable".to_owned()
        }))
    }

    /// All sections.
    pub fn sections(&self) -> &[Section<'a>] {
        &self.sections
    }

    /// The first section of a name.
    pub fn section(&self, name: &str) -> Option<&Section<'a>> {
        self.sections.iter().find(|section| section.name == name)
    }

    /// The bytes that lie at an address once loaded at 0, if they are one range of the file.
    pub fn at(&self, address: u64, len: u64) -> Option<&'a [u8]> {
        let first = self.loads.iter().find(|load| load.holds(address))?;
        let mut reached = address;
        let end = address.checked_add(len)?;
        while reached < end {
            let mut loads = self.loads.iter();
            let load = loads.find(|load| load.holds(reached) && load.distance() == first.distance())?;
            reached = load.address.checked_add(load.len)?;
        }
        let start = usize::try_from(address.wrapping_sub(first.distance())).ok()?;
        self.bytes.get(start..start.checked_add(usize::try_from(len).ok()?)?)
    }

    /// Whether what ends the file is there, behind a payload at this address.
    pub fn is_whole(&self, address: u64, len: u64) -> bool {
        match &self.file {
            File::Elf(file) => file.is_whole(address, len, |at| self.at(at, END_MARK.len() as u64)),
            File::Pe(file) => file.is_whole(),
            // The system looks at the length before it starts a program.
            File::MachO(_) => true,
        }
    }

    /// Number of symbols for debuggers and profilers.
    pub fn symbols(&self) -> usize {
        match &self.file {
            File::Elf(file) => file.symbols(),
            File::Pe(file) => file.symbols(),
            File::MachO(file) => file.symbols(),
        }
    }

    /// The offset in the file of what lies at an address.
    pub fn offset_of(&self, address: u64) -> Option<u64> {
        let load = self.loads.iter().find(|load| load.holds(address))?;
        Some(address.wrapping_sub(load.distance()))
    }

    /// Addresses of everything that starts with `magic` at a multiple of 8, in the loaded part of the file.
    pub fn search(&self, magic: &[u8]) -> Vec<u64> {
        let mut found = Vec::new();
        for load in &self.loads {
            let Some(bytes) = self.at(load.address, load.len) else {
                continue;
            };
            let skew = (load.address.wrapping_neg() % 8) as usize;
            let mut at = skew;
            while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
                if rest.starts_with(magic) {
                    found.push(load.address + at as u64);
                }
                at += 8;
            }
        }
        found
    }

    /// File bytes of what is loaded below an address, in order. The headers of ELF are left out: tools that rewrite
    /// executables rewrite them, too.
    pub fn loaded_below(&self, address: u64) -> Vec<(u64, &'a [u8])> {
        let headers = match self.file {
            File::Elf(_) => ELF_HEADERS_LEN as u64,
            File::Pe(_) | File::MachO(_) => 0,
        };
        let mut loads: Vec<&Load> = self.loads.iter().filter(|load| load.address < address).collect();
        loads.sort_by_key(|load| load.address);
        let bytes = |load: &Load| {
            let skipped = headers.saturating_sub(load.address).min(load.len);
            let start = load.address + skipped;
            Some((start, self.at(start, load.len - skipped)?))
        };
        loads.into_iter().filter_map(bytes).collect()
    }

    /// The runtime's bytes up to where the payload goes, and the payload's address.
    ///
    /// # Errors
    /// [`Error::Runtime`] when the runtime leaves no place for a payload.
    pub(crate) fn start_packing(&self, target: Target, contents: &Contents<'_>) -> Result<(Vec<u8>, u64)> {
        match &self.file {
            File::Elf(file) => file.start_packing(target, contents),
            File::Pe(file) => file.start_packing(target.page()),
            File::MachO(file) => file.start_packing(target.page()),
        }
    }

    /// Writes the tables of the packed file to `out`, which holds the runtime and the payload from `payload.start`.
    ///
    /// # Errors
    /// [`Error::Runtime`] when there is no room for them.
    pub(crate) fn finish_packing(
        &self,
        out: &mut Vec<u8>,
        payload: Range<usize>,
        address: u64,
        contents: &Contents<'_>,
        target: Target,
    ) -> Result<()> {
        match &self.file {
            File::Elf(file) => file.finish_packing(out, payload, address, contents, target),
            File::Pe(file) => file.finish_packing(out, &payload, address, contents),
            File::MachO(file) => file.finish_packing(out, payload, address, contents, target.page()),
        }
    }

    /// Computes what covers the whole packed file, once nothing else of it changes any more.
    ///
    /// # Errors
    /// [`Error::Runtime`].
    pub(crate) fn seal(&self, out: &mut [u8]) -> Result<()> {
        match &self.file {
            // The kernel checks nothing.
            File::Elf(_) => Ok(()),
            File::Pe(file) => file.seal(out),
            File::MachO(_) => macho::seal(out),
        }
    }
}
