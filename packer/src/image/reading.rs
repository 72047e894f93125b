//! A compiled module as a view of its bytes: sections, functions, and what the compiler says of it.

use nyash_format::{ImageRuns, Run};
use object::Endianness;
use object::elf::{self, FileHeader64, SectionHeader64, Sym64};
use object::pod::{bytes_of, from_bytes, slice_from_bytes};
use object::read::elf::{FileHeader as _, SectionHeader as _, Sym as _};
use wasmtime_environ::{CompiledModuleInfo, FilePos, MemoryInitialization, iterate_address_map, iterate_traps, obj};

use crate::error::{Error, Result};

/// Initial memory up to this size is copied at the start; mapping it would take longer.
pub(crate) const COPIED_IMAGE: usize = 64 << 10;
/// The section that says where code was made from.
pub(super) const ADDRESS_MAP: &str = ".wasmtime.addrmap";
/// The section of the code.
pub(super) const TEXT: &str = ".text";
/// Where the pages of initial memory go, in an image that was extracted: the record image_runs of `SPEC.md`.
pub(super) const RUNS: &str = ".nyash.runs";

/// Whether these bytes claim to be a compiled module.
pub fn is_cwasm(bytes: &[u8]) -> bool {
    bytes.starts_with(&elf::ELFMAG) && bytes.get(7) == Some(&obj::ELFOSABI_WASMTIME)
}

/// A compiled module as a view of its bytes.
pub struct Image<'a> {
    pub(super) endian: Endianness,
    pub(super) header: &'a FileHeader64<Endianness>,
    pub(super) sections: Vec<Section<'a>>,
}

/// A section with its header in the image's table.
pub(super) struct Section<'a> {
    pub name: &'a str,
    pub header: &'a SectionHeader64<Endianness>,
    pub data: &'a [u8],
}

/// A compiled function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function<'a> {
    /// Offset of its code from the start of the text in bytes.
    pub start: u32,
    /// Length of its code in bytes.
    pub len: u32,
    /// Index in the module.
    pub index: u32,
    /// Its name as the symbol table has it.
    pub name: Option<&'a str>,
}

impl<'a> Image<'a> {
    /// Reads the section table.
    ///
    /// # Errors
    /// [`Error::Component`] or [`Error::DamagedImage`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let header = FileHeader64::<Endianness>::parse(bytes).map_err(damaged)?;
        let endian = header.endian().map_err(damaged)?;
        let flags = header.e_flags.get(endian);
        if flags & obj::EF_WASMTIME_COMPONENT != 0 {
            return Err(Error::Component);
        }
        if flags & obj::EF_WASMTIME_MODULE == 0 {
            return Err(damaged("it is not marked as a module"));
        }
        let headers = header.section_headers(endian, bytes).map_err(damaged)?;
        let strings = header.section_strings(endian, bytes, headers).map_err(damaged)?;
        let mut sections = Vec::with_capacity(headers.len());
        for header in headers.iter().skip(1) {
            let name = header.name(endian, strings).map_err(damaged)?;
            sections.push(Section {
                name: std::str::from_utf8(name).map_err(damaged)?,
                header,
                data: header.data(endian, bytes).map_err(damaged)?,
            });
        }
        Ok(Image {
            endian,
            header,
            sections,
        })
    }

    /// The data of a section.
    pub fn section(&self, name: &str) -> Option<&'a [u8]> {
        self.sections.iter().find(|s| s.name == name).map(|s| s.data)
    }

    /// Which bytes of the module each piece of code was made from, in the order of the code. Nothing if the compiler did not
    /// write it down.
    pub(crate) fn address_map(&self) -> impl Iterator<Item = (u32, FilePos)> + use<'a> {
        let map = self.section(ADDRESS_MAP).and_then(iterate_address_map);
        map.into_iter().flatten()
    }

    /// Where code can trap, in order, as offsets into the text.
    pub(crate) fn traps(&self) -> impl Iterator<Item = u32> + use<'a> {
        let traps = self.section(obj::ELF_WASMTIME_TRAPS).and_then(iterate_traps);
        traps.into_iter().flatten().map(|(at, _)| at)
    }

    /// The symbols, and their names.
    pub(super) fn symbol_table(&self) -> impl Iterator<Item = (&'a Sym64<Endianness>, &'a str)> {
        let table = self.section(".symtab").unwrap_or_default();
        let strings = self.section(".strtab").unwrap_or_default();
        let count = table.len() / size_of::<Sym64<Endianness>>();
        let symbols = slice_from_bytes::<Sym64<Endianness>>(table, count).map_or(&[][..], |(symbols, _)| symbols);
        let strings = object::StringTable::new(strings, 0, strings.len() as u64);
        let e = self.endian;
        symbols.iter().filter_map(move |symbol| {
            let name = symbol.name(e, strings).ok()?;
            Some((symbol, std::str::from_utf8(name).ok()?))
        })
    }

    /// The functions that the symbol table lists. The order is the table's.
    pub fn functions(&self) -> Vec<Function<'a>> {
        let e = self.endian;
        let function = |(symbol, name): (&Sym64<Endianness>, &'a str)| {
            let rest = name.strip_prefix("wasm[0]::function[")?;
            let (index, rest) = rest.split_once(']')?;
            Some(Function {
                start: symbol.st_value.get(e).try_into().ok()?,
                len: symbol.st_size.get(e).try_into().ok()?,
                index: index.parse().ok()?,
                name: rest.strip_prefix("::"),
            })
        };
        self.symbol_table().filter_map(function).collect()
    }

    /// The names of all functions that the symbol table lists, those of the engine that the code calls too.
    pub fn symbols(&self) -> Vec<&'a str> {
        self.symbol_table().map(|(_, name)| name).collect()
    }

    /// Where the code ends that the symbol table lists, in bytes from the start of the text. wasmtime fills the text up to a
    /// page of the largest size.
    pub(super) fn code_end(&self) -> Option<usize> {
        let end = |symbol: &Sym64<Endianness>| {
            let (start, len) = (symbol.st_value.get(self.endian), symbol.st_size.get(self.endian));
            usize::try_from(start.checked_add(len)?).ok()
        };
        self.symbol_table()
            .map(|(symbol, _)| symbol)
            .filter(|symbol| symbol.st_type() == elf::STT_FUNC)
            .filter_map(end)
            .max()
    }

    /// The compiler's description of the module.
    ///
    /// # Errors
    /// [`Error::DamagedImage`].
    pub(crate) fn info(&self) -> Result<CompiledModuleInfo> {
        let bytes = self
            .section(obj::ELF_WASMTIME_INFO)
            .ok_or_else(|| damaged("no module description"))?;
        let (info, _) = postcard::take_from_bytes(bytes).map_err(damaged)?;
        Ok(info)
    }

    /// Where the pages of initial memory go, if it is compact.
    ///
    /// # Errors
    /// [`Error::Format`].
    pub(crate) fn runs(&self) -> Result<Vec<Run>> {
        match self.section(RUNS) {
            Some(runs) => Ok(ImageRuns::parse(runs)?.iter().collect()),
            None => Ok(Vec::new()),
        }
    }

    /// Length of all data segments together, in bytes.
    ///
    /// # Errors
    /// [`Error::DamagedImage`].
    pub(crate) fn segments(&self) -> Result<u64> {
        let info = self.info()?;
        let lens = info.module.runtime_data.values();
        Ok(lens.map(|range| u64::from(range.end.saturating_sub(range.start))).sum())
    }

    /// Length of the initial memory at the start of the data section, of all memories together, in bytes. 0 when it is
    /// not laid out for mapping.
    pub(crate) fn initial_memory(&self) -> Result<usize> {
        let info = self.info()?;
        let MemoryInitialization::Static { map } = &info.module.memory_initialization else {
            return Ok(0);
        };
        let mut end = 0;
        for (_, index) in map.values().flatten() {
            let range = info
                .module
                .runtime_data
                .get(*index)
                .ok_or_else(|| damaged("no such initial memory"))?;
            end = end.max(range.end as usize);
        }
        Ok(end)
    }
}

/// An ELF structure of zero bytes; the longest has 64.
pub(crate) fn zeroed<T: object::pod::Pod>() -> T {
    static ZEROS: [u64; 8] = [0; 8];
    match from_bytes(bytes_of(&ZEROS)) {
        Ok((value, _)) => *value,
        Err(()) => unreachable!("64 bytes hold every ELF structure"),
    }
}

/// A reason why an image cannot be used.
pub(super) fn damaged(error: impl std::fmt::Display) -> Error {
    Error::DamagedImage(error.to_string())
}
