//! A compiled module laid out anew: the compiler's content in another order.
//!
//! What a start reads comes first, so that it lies in few pages; symbols, which nothing reads at run time, are dropped; a
//! large initial memory comes last, so that it can be mapped on its own.

use std::borrow::Cow;
use std::ops::Range;

use nyash_format::Target;
use object::elf::{self, FileHeader64, SectionHeader64};
use object::pod::bytes_of;
use object::{Endianness, U16, U32, U64};
use wasmtime_environ::obj;

use super::reading::{ADDRESS_MAP, COPIED_IMAGE, Image, Section, TEXT, damaged, zeroed};
use super::{description, record};
use crate::error::Result;

/// The largest alignment that wasmtime asks for, on targets with large pages.
const MOST_ALIGNED: usize = 64 << 10;
/// Read at every start, in this order.
const FIRST: [&str; 3] = [obj::ELF_WASM_ENGINE, obj::ELF_WASM_BTI, obj::ELF_WASMTIME_INFO];

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

/// Which initial memory is mapped, so that it stands apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Map {
    /// None.
    Nothing,
    /// What is too large to be copied.
    Large,
    /// All: copying cannot make it up from its runs.
    All,
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
    /// Plans the layout of an image for the pages of a target. A large initial memory is part of the front unless it is
    /// mapped. `alone` says that nothing but that memory follows the code.
    ///
    /// Where kernels have pages of several sizes, only what wasmtime wants to map, and code that something follows, counts
    /// in the largest one. Other images are aligned to the smallest, and the executable puts the code at a large one.
    ///
    /// # Errors
    /// [`Error::DamagedImage`].
    pub fn new(image: &Image<'a>, target: Target, map: Map, alone: bool) -> Result<Self> {
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
                // What it says is in the name table, as far as anybody asks.
                && section.name != ADDRESS_MAP
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
        let mapped = match map {
            Map::Nothing => false,
            Map::Large => initial > COPIED_IMAGE,
            Map::All => initial > 0,
        };
        let mut sections: Vec<&Section<'a>> = first.into_iter().flatten().chain(others).collect();
        if mapped {
            sections.push(text);
            sections.extend(data);
        } else {
            sections.extend(data);
            sections.push(text);
        }

        let bytecode = match image.section(obj::ELF_WASM_ENGINE) {
            Some(record) => record::is_bytecode(record)?,
            None => false,
        };
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
                Cow::Owned(record::reduced_record(section.data)?)
            } else if section.name == obj::ELF_WASMTIME_INFO && !bytecode {
                Cow::Owned(description::reduced(section.data)?)
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
