//! Compiled modules (`.cwasm`): one ELF image with wasmtime's sections, read, laid out anew, and given back.
//!
//! The compiler's own layout is kept in content and changed in order. What a start reads comes first, so that it lies
//! in few pages; symbols, which nothing reads at run time, are dropped; a large initial memory comes last, so that it
//! can be mapped on its own.

use std::borrow::Cow;
use std::ops::Range;

use nyash_format::NameTable;
use object::elf::{self, FileHeader64, SectionHeader64, Sym64};
use object::pod::{bytes_of, from_bytes, slice_from_bytes};
use object::read::elf::{FileHeader as _, SectionHeader as _, Sym as _};
use object::{Endianness, U16, U32, U64};
use wasmtime_environ::{CompiledModuleInfo, MemoryInitialization, obj};

use crate::compat;
use crate::error::{Error, Result};
use crate::target::Target;

/// Initial memory up to this size is copied at the start; mapping it would take longer.
pub(crate) const COPIED_IMAGE: usize = 64 << 10;
/// The largest alignment that wasmtime asks for, on targets with large pages.
const MOST_ALIGNED: usize = 64 << 10;

const TEXT: &str = ".text";
/// Read at every start, in this order.
const FIRST: [&str; 3] = [obj::ELF_WASM_ENGINE, obj::ELF_WASM_BTI, obj::ELF_WASMTIME_INFO];

/// Whether these bytes claim to be a compiled module.
pub fn is_cwasm(bytes: &[u8]) -> bool {
    bytes.starts_with(&elf::ELFMAG) && bytes.get(7) == Some(&obj::ELFOSABI_WASMTIME)
}

/// A compiled module as a view of its bytes.
pub struct Image<'a> {
    endian: Endianness,
    header: &'a FileHeader64<Endianness>,
    sections: Vec<Section<'a>>,
}

struct Section<'a> {
    name: &'a str,
    header: &'a SectionHeader64<Endianness>,
    data: &'a [u8],
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

    /// The functions that the symbol table lists. The order is the table's.
    pub fn functions(&self) -> Vec<Function<'a>> {
        let (Some(table), Some(strings)) = (self.section(".symtab"), self.section(".strtab")) else {
            return Vec::new();
        };
        let count = table.len() / size_of::<Sym64<Endianness>>();
        let Ok((symbols, _)) = slice_from_bytes::<Sym64<Endianness>>(table, count) else {
            return Vec::new();
        };
        let e = self.endian;
        let strings = object::StringTable::new(strings, 0, strings.len() as u64);
        let function = |symbol: &'a Sym64<Endianness>| {
            let name = std::str::from_utf8(symbol.name(e, strings).ok()?).ok()?;
            let rest = name.strip_prefix("wasm[0]::function[")?;
            let (index, rest) = rest.split_once(']')?;
            Some(Function {
                start: symbol.st_value.get(e).try_into().ok()?,
                len: symbol.st_size.get(e).try_into().ok()?,
                index: index.parse().ok()?,
                name: rest.strip_prefix("::"),
            })
        };
        symbols.iter().filter_map(function).collect()
    }

    /// Where the code ends that the symbol table lists, in bytes from the start of the text. wasmtime fills the text up to a
    /// page of the largest size.
    fn code_end(&self) -> Option<usize> {
        let table = self.section(".symtab")?;
        let (symbols, _) =
            slice_from_bytes::<Sym64<Endianness>>(table, table.len() / size_of::<Sym64<Endianness>>()).ok()?;
        let end = |symbol: &Sym64<Endianness>| {
            let (start, len) = (symbol.st_value.get(self.endian), symbol.st_size.get(self.endian));
            usize::try_from(start.checked_add(len)?).ok()
        };
        symbols
            .iter()
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

    /// Length of the initial memory at the start of the data section, of all memories together, in bytes. 0 when it is
    /// not laid out for mapping.
    fn initial_memory(&self) -> Result<usize> {
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

/// A new order for the parts of an image: its front, whole pages that end with the code, and a large initial memory
/// that may stand anywhere behind, so that several images can share it.
pub struct Layout<'a> {
    header: FileHeader64<Endianness>,
    headers: Vec<SectionHeader64<Endianness>>,
    endian: Endianness,
    parts: Vec<Part<'a>>,
    front: usize,
    text: Range<usize>,
    mapped: Option<Mapped<'a>>,
    page: usize,
}

/// A data section whose start is mapped instead of copied.
pub struct Mapped<'a> {
    /// The section.
    pub data: &'a [u8],
    /// Length of the initial memory at its start: whole pages.
    pub initial: usize,
    /// Its header's place in the section table.
    header: usize,
}

struct Part<'a> {
    offset: usize,
    data: Cow<'a, [u8]>,
}

impl<'a> Layout<'a> {
    /// Plans the layout of an image for the pages of a target. A large initial memory is part of the front unless it may
    /// be `mapped`. `alone` says that nothing but that memory follows the code.
    ///
    /// Where kernels have pages of several sizes, only what wasmtime wants to map, and code that something follows, counts
    /// in the largest one. Other images are aligned to the smallest, and the executable puts the code at a large one.
    ///
    /// # Errors
    /// [`Error::DamagedImage`].
    pub fn new(image: &Image<'a>, target: Target, mapped: bool, alone: bool) -> Result<Self> {
        let e = image.endian;
        let initial = image.initial_memory()?;
        let page = if initial > 0 || !alone {
            target.page()
        } else {
            target.smallest_page()
        };
        let mut data = None;
        let mut text = None;
        let mut first = [const { None }; FIRST.len()];
        let mut others = Vec::new();
        for section in &image.sections {
            if let Some(at) = FIRST.iter().position(|name| *name == section.name) {
                first[at] = Some(section);
            } else if section.name == TEXT {
                text = Some(section);
            } else if section.name == obj::ELF_WASM_DATA {
                data = Some(section);
            } else if !section.data.is_empty()
                && (section.name.starts_with(".wasmtime.") || section.name == obj::ELF_NAME_DATA)
            {
                others.push(section);
            }
        }
        let text = text
            .filter(|text| !text.data.is_empty())
            .ok_or_else(|| damaged("it holds no code"))?;
        let initial = match data {
            Some(data) if initial <= data.data.len() => initial,
            _ if initial == 0 => 0,
            _ => return Err(damaged("initial memory is cut short")),
        };
        let mapped = mapped && initial > COPIED_IMAGE;
        let mut sections: Vec<&Section<'a>> = first.into_iter().flatten().chain(others).collect();
        if mapped {
            sections.push(text);
            sections.extend(data);
        } else {
            sections.extend(data);
            sections.push(text);
        }

        let mut names = vec![0];
        let mut headers = vec![zeroed::<SectionHeader64<Endianness>>()];
        let table_len = (sections.len() + 2) * size_of::<SectionHeader64<Endianness>>();
        let mut parts = Vec::new();
        let names_len = 1 + sections.iter().map(|s| s.name.len() + 1).sum::<usize>() + ".shstrtab\0".len();
        let names_at = size_of::<FileHeader64<Endianness>>() + table_len;
        let mut at = names_at + names_len;
        let (mut text_range, mut separate) = (0..0, None);
        for section in sections {
            let own = std::ptr::eq(section, text);
            let align = usize::try_from(section.header.sh_addralign.get(e))
                .map_err(damaged)?
                .max(1);
            if !align.is_power_of_two() || align > MOST_ALIGNED.max(page) {
                return Err(damaged("a section has an impossible alignment"));
            }
            // wasmtime aligns what it may map to the largest page.
            let align = if own { page } else { align.min(page) };
            let data = if section.name == obj::ELF_WASM_ENGINE {
                Cow::Owned(compat::reduced_record(section.data)?)
            } else if own {
                let end = image.code_end().unwrap_or(section.data.len()).next_multiple_of(page);
                // Behind it there is nothing, or what a restored symbol table does not list.
                let used = section.data.split_at_checked(end);
                let used = used.filter(|(_, rest)| rest.iter().all(|byte| *byte == 0));
                Cow::Borrowed(used.map_or(section.data, |(used, _)| used))
            } else {
                Cow::Borrowed(section.data)
            };
            let apart = mapped && section.name == obj::ELF_WASM_DATA;
            if !apart {
                at = at.next_multiple_of(align);
            }
            let mut header = *section.header;
            header.sh_addralign = U64::new(e, align as u64);
            header.sh_size = U64::new(e, data.len() as u64);
            header.sh_name = U32::new(e, names.len() as u32);
            header.sh_offset = U64::new(e, at as u64);
            header.sh_link = U32::new(e, 0);
            header.sh_info = U32::new(e, 0);
            headers.push(header);
            names.extend_from_slice(section.name.as_bytes());
            names.push(0);
            if apart {
                separate = Some(Mapped {
                    data: section.data,
                    initial,
                    header: headers.len() - 1,
                });
                continue;
            }
            if own {
                text_range = at..at + data.len();
            }
            let len = data.len();
            parts.push(Part { offset: at, data });
            at += len;
            if own {
                // Nothing but code becomes executable.
                at = at.next_multiple_of(page);
            }
        }
        let mut strings = zeroed::<SectionHeader64<Endianness>>();
        strings.sh_name = U32::new(e, names.len() as u32);
        strings.sh_type = U32::new(e, elf::SHT_STRTAB);
        strings.sh_offset = U64::new(e, names_at as u64);
        strings.sh_size = U64::new(e, names_len as u64);
        strings.sh_addralign = U64::new(e, 1);
        headers.push(strings);
        names.extend_from_slice(b".shstrtab\0");
        debug_assert_eq!(names.len(), names_len);

        let mut header = *image.header;
        header.e_phoff = U64::new(e, 0);
        header.e_phnum = U16::new(e, 0);
        header.e_shoff = U64::new(e, size_of::<FileHeader64<Endianness>>() as u64);
        header.e_shnum = U16::new(e, headers.len() as u16);
        header.e_shstrndx = U16::new(e, (headers.len() - 1) as u16);
        parts.push(Part {
            offset: names_at,
            data: Cow::Owned(names),
        });
        if separate.as_ref().is_some_and(|data| data.initial % page != 0) {
            return Err(damaged("initial memory is not made of whole pages"));
        }
        Ok(Layout {
            header,
            headers,
            endian: e,
            parts,
            front: at,
            text: text_range,
            mapped: separate,
            page,
        })
    }

    /// Length of the front in bytes.
    pub fn front(&self) -> usize {
        self.front
    }

    /// The data section that stands apart from the front, if there is one.
    pub fn mapped(&self) -> Option<&Mapped<'a>> {
        self.mapped.as_ref()
    }

    /// Where the code lies: whole pages.
    pub fn text(&self) -> Range<usize> {
        self.text.start..self.text.end.next_multiple_of(self.page)
    }

    /// Writes the front to [`Self::front`] zeroed bytes. The mapped data stands `data_at` bytes behind its start.
    pub fn write(&self, out: &mut [u8], data_at: usize) {
        let mut at = 0;
        let mut put = |bytes: &[u8]| {
            out[at..at + bytes.len()].copy_from_slice(bytes);
            at += bytes.len();
        };
        put(bytes_of(&self.header));
        for (number, header) in self.headers.iter().enumerate() {
            let mut header = *header;
            if self.mapped.as_ref().is_some_and(|data| data.header == number) {
                header.sh_offset = U64::new(self.endian, data_at as u64);
            }
            put(bytes_of(&header));
        }
        for part in &self.parts {
            out[part.offset..part.offset + part.data.len()].copy_from_slice(&part.data);
        }
    }
}

/// The image with its symbol table restored from the name table, so that disassemblers and the packer know the
/// functions again.
///
/// # Errors
/// [`Error::DamagedImage`].
pub fn with_symbols(image: &[u8], names: Option<&NameTable<'_>>) -> Result<Vec<u8>> {
    let parsed = Image::parse(image)?;
    let e = parsed.endian;
    let mut out = image.to_vec();
    let Some(names) = names.filter(|names| !names.is_empty()) else {
        return Ok(out);
    };
    let text_index = 1 + parsed.sections.iter().position(|s| s.name == TEXT).unwrap_or(0);
    let mut symbols = bytes_of(&zeroed::<Sym64<Endianness>>()).to_vec();
    let mut strings = vec![0];
    for (start, len, frame) in names.functions() {
        let mut symbol = zeroed::<Sym64<Endianness>>();
        symbol.st_name = U32::new(e, u32::try_from(strings.len()).map_err(damaged)?);
        symbol.st_info = elf::STT_FUNC;
        symbol.st_shndx = U16::new(e, text_index as u16);
        symbol.st_value = U64::new(e, start.into());
        symbol.st_size = U64::new(e, len.into());
        symbols.extend_from_slice(bytes_of(&symbol));
        strings.extend_from_slice(format!("wasm[0]::function[{}]", frame.index).as_bytes());
        if let Some(name) = frame.name {
            strings.extend_from_slice(b"::");
            strings.extend(name.bytes().filter(|byte| *byte != 0));
        }
        strings.push(0);
    }

    let mut headers = vec![zeroed::<SectionHeader64<Endianness>>()];
    let mut section_names = vec![0];
    let mut add = |name: &str, mut header: SectionHeader64<Endianness>| {
        header.sh_name = U32::new(e, section_names.len() as u32);
        section_names.extend_from_slice(name.as_bytes());
        section_names.push(0);
        headers.push(header);
    };
    for section in parsed.sections.iter().filter(|s| s.name != ".shstrtab") {
        add(section.name, *section.header);
    }
    let string_index = parsed.sections.iter().filter(|s| s.name != ".shstrtab").count() + 2;
    let mut append = |data: &[u8], kind: u32, align: usize| {
        out.resize(out.len().next_multiple_of(align), 0);
        let mut header = zeroed::<SectionHeader64<Endianness>>();
        header.sh_type = U32::new(e, kind);
        header.sh_offset = U64::new(e, out.len() as u64);
        header.sh_size = U64::new(e, data.len() as u64);
        header.sh_addralign = U64::new(e, align as u64);
        out.extend_from_slice(data);
        header
    };
    let mut table = append(&symbols, elf::SHT_SYMTAB, 8);
    table.sh_link = U32::new(e, string_index as u32);
    table.sh_info = U32::new(e, (symbols.len() / size_of::<Sym64<Endianness>>()) as u32);
    table.sh_entsize = U64::new(e, size_of::<Sym64<Endianness>>() as u64);
    add(".symtab", table);
    add(".strtab", append(&strings, elf::SHT_STRTAB, 1));
    add(".shstrtab", zeroed::<SectionHeader64<Endianness>>());
    let mut names_header = append(&section_names, elf::SHT_STRTAB, 1);
    if let Some(last) = headers.last_mut() {
        names_header.sh_name = last.sh_name;
        *last = names_header;
    }
    out.resize(out.len().next_multiple_of(8), 0);
    let mut header = *parsed.header;
    header.e_shoff = U64::new(e, out.len() as u64);
    header.e_shnum = U16::new(e, headers.len() as u16);
    header.e_shstrndx = U16::new(e, (headers.len() - 1) as u16);
    for header in &headers {
        out.extend_from_slice(bytes_of(header));
    }
    out[..size_of::<FileHeader64<Endianness>>()].copy_from_slice(bytes_of(&header));
    Ok(out)
}

/// An ELF structure of zero bytes; the longest has 64.
pub(crate) fn zeroed<T: object::pod::Pod>() -> T {
    static ZEROS: [u64; 8] = [0; 8];
    match from_bytes(bytes_of(&ZEROS)) {
        Ok((value, _)) => *value,
        Err(()) => unreachable!("64 bytes hold every ELF structure"),
    }
}

fn damaged(error: impl std::fmt::Display) -> Error {
    Error::DamagedImage(error.to_string())
}
