//! PE: executables of Windows.
//!
//! The runtime's sections stay where they are; the payload's follow as sections of their own, whose headers go into the
//! room that the linker leaves behind the section table. Loaders want a section to start at a multiple of the file
//! alignment; ours start at whole pages in the file as well, so that the payload has one distance between file and
//! memory.
//!
//! The tables are few and their fields are read at their offsets, which are those of "PE Format" in Microsoft's
//! documentation.

use std::ops::Range;

use nyash_format::{Format, Target};

use super::parts::{Access, Contents, Load, Section};
use crate::error::{Error, Result};

/// Section names have eight bytes, so those of the format are shortened.
const NAMES: [(&str, &str); 7] = [
    (".nyslot", nyash_format::section::SLOT),
    (".nyinfo", nyash_format::section::INFO),
    (".nyash", nyash_format::section::PAYLOAD),
    (".nytext", nyash_format::section::TEXT),
    (".nytail", nyash_format::section::TAIL),
    (".nyimage", nyash_format::section::IMAGE),
    (".nyend", nyash_format::section::END),
];

/// Windows loads no image with more.
const MOST_SECTIONS: usize = 96;
const SIGNATURE: &[u8] = b"PE\0\0";
const PE32_PLUS: u16 = 0x20b;

/// Offset in the DOS header of the PE header's offset.
const PE_HEADER_OFFSET: usize = 0x3c;

/// Offsets in the PE header: signature, COFF header, optional header.
mod field {
    pub const MACHINE: usize = 4;
    pub const SECTION_COUNT: usize = 6;
    /// Place and number of the linker's symbols.
    pub const SYMBOLS: usize = 12;
    pub const OPTIONAL_LEN: usize = 20;
    pub const OPTIONAL: usize = 24;
    pub const CODE_LEN: usize = OPTIONAL + 4;
    pub const DATA_LEN: usize = OPTIONAL + 8;
    pub const SECTION_ALIGNMENT: usize = OPTIONAL + 32;
    pub const FILE_ALIGNMENT: usize = OPTIONAL + 36;
    pub const IMAGE_LEN: usize = OPTIONAL + 56;
    pub const HEADERS_LEN: usize = OPTIONAL + 60;
    pub const CHECKSUM: usize = OPTIONAL + 64;
    pub const STACK_LEN: usize = OPTIONAL + 72;
    pub const DIRECTORY_COUNT: usize = OPTIONAL + 108;
    pub const DIRECTORIES: usize = OPTIONAL + 112;
}

/// Numbers of data directories.
pub(super) mod directory {
    /// Signatures, which lie behind the sections.
    pub const CERTIFICATES: usize = 4;
    /// They lie in the room of the section headers.
    pub const BOUND_IMPORTS: usize = 11;
}

/// Length of a section header.
const SECTION_HEADER: usize = 40;

/// Length of a symbol.
const SYMBOL: usize = 18;
/// A symbol's type: a function, of which nothing is told.
const FUNCTION: u16 = 0x20;
/// A symbol's storage class: names of a module need not be unique.
const STATIC: u8 = 3;

const CONTAINS_CODE: u32 = 0x20;
const CONTAINS_DATA: u32 = 0x40;
const DISCARDABLE: u32 = 0x0200_0000;
const EXECUTE: u32 = 0x2000_0000;
const READ: u32 = 0x4000_0000;
const WRITE: u32 = 0x8000_0000;

/// An executable as a view of its bytes.
pub(super) struct File<'a> {
    bytes: &'a [u8],
    /// Where the PE header starts.
    header: usize,
    /// Where the section table starts.
    table: usize,
    sections: Vec<Header<'a>>,
}

/// A section header.
#[derive(Clone, Copy)]
struct Header<'a> {
    name: &'a str,
    /// Length in memory.
    memory: u32,
    address: u32,
    /// Length in the file.
    len: u32,
    offset: u32,
    flags: u32,
}

impl Header<'_> {
    /// End of its bytes in the file.
    fn end(&self) -> usize {
        self.offset as usize + self.len as usize
    }
}

impl<'a> File<'a> {
    /// Reads the headers.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let not = |why: &str| Error::NotPacked(why.to_owned());
        let header = number(bytes, PE_HEADER_OFFSET)? as usize;
        if bytes.get(header..header.saturating_add(SIGNATURE.len())) != Some(SIGNATURE) {
            return Err(not("it is a program for DOS, or cut short"));
        }
        if !Target::runs_on(Format::Pe, short(bytes, header + field::MACHINE)?.into()) {
            return Err(not("it is an executable for a processor that nothing is packed for"));
        }
        let optional_len = usize::from(short(bytes, header + field::OPTIONAL_LEN)?);
        if short(bytes, header + field::OPTIONAL)? != PE32_PLUS || optional_len < field::DIRECTORIES - field::OPTIONAL {
            return Err(not("it is no 64-bit executable"));
        }
        let table = header + field::OPTIONAL + optional_len;
        let count = usize::from(short(bytes, header + field::SECTION_COUNT)?);
        let headers = bytes.get(table..table + count * SECTION_HEADER).ok_or_else(cut)?;
        let sections = headers.chunks_exact(SECTION_HEADER).map(|header| {
            let name = &header[..header[..8].iter().position(|byte| *byte == 0).unwrap_or(8)];
            Ok(Header {
                name: std::str::from_utf8(name).unwrap_or_default(),
                memory: number(header, 8)?,
                address: number(header, 12)?,
                len: number(header, 16)?,
                offset: number(header, 20)?,
                flags: number(header, 36)?,
            })
        });
        Ok(File {
            bytes,
            header,
            table,
            sections: sections.collect::<Result<_>>()?,
        })
    }

    fn field(&self, offset: usize) -> Result<u32> {
        number(self.bytes, self.header + offset)
    }

    /// All sections, under the names that the format has for them.
    pub fn sections(&self) -> Vec<Section<'a>> {
        let section = |header: &Header<'a>| Section {
            name: NAMES
                .iter()
                .find(|(short, _)| *short == header.name)
                .map_or(header.name, |(_, name)| *name),
            address: header.address.into(),
            offset: header.offset.into(),
            len: header.memory.into(),
            allocated: header.flags & DISCARDABLE == 0,
            access: (header.flags & WRITE != 0, header.flags & EXECUTE != 0),
        };
        self.sections.iter().map(section).collect()
    }

    /// What of the file is loaded, section by section.
    pub fn loads(&self) -> impl Iterator<Item = Load> {
        self.sections.iter().map(|header| Load {
            address: header.address.into(),
            offset: header.offset.into(),
            len: header.len.min(header.memory).into(),
            memory: header.memory.into(),
        })
    }

    /// The file's bytes up to the end of its sections, in whole pages, and the address behind all of them. What follows
    /// the sections in the file (signatures, symbols) is not taken along.
    pub fn start_packing(&self, page: usize) -> Result<(Vec<u8>, u64)> {
        for (what, offset) in [
            ("in memory", field::SECTION_ALIGNMENT),
            ("in the file", field::FILE_ALIGNMENT),
        ] {
            let alignment = self.field(offset)? as usize;
            if !alignment.is_power_of_two() || alignment > page {
                return Err(Error::Runtime(format!(
                    "its sections are aligned to {alignment} bytes {what}, and must be to {page} at most"
                )));
            }
        }
        let end = self.sections.iter().map(Header::end).max().unwrap_or(0);
        let loaded = self.bytes.get(..end);
        let mut out = loaded
            .ok_or_else(|| Error::Runtime("it is cut short".to_owned()))?
            .to_vec();
        out.resize(out.len().next_multiple_of(page), 0);
        Ok((out, self.end_of_memory().next_multiple_of(page as u64)))
    }

    fn end_of_memory(&self) -> u64 {
        self.loads().map(|load| load.address + load.memory).max().unwrap_or(0)
    }

    /// Adds section headers for the payload's parts to `out`, and symbols behind everything.
    pub fn finish_packing(
        &self,
        out: &mut Vec<u8>,
        payload: &Range<usize>,
        address: u64,
        contents: &Contents<'_>,
    ) -> Result<()> {
        let mut headers = Vec::with_capacity(contents.parts.len());
        for part in contents.parts {
            let short = NAMES.iter().find(|(_, name)| *name == part.section);
            let (name, _) =
                short.ok_or_else(|| Error::Runtime(format!("there is no PE section for {}", part.section)))?;
            let len = fits(part.range.len() as u64)?;
            headers.push(Header {
                name,
                memory: len,
                address: fits(address + part.range.start as u64)?,
                len,
                offset: fits((payload.start + part.range.start) as u64)?,
                flags: READ
                    | match part.access {
                        Access::Read => CONTAINS_DATA,
                        Access::Execute => CONTAINS_CODE | EXECUTE,
                        Access::Write => CONTAINS_DATA | WRITE,
                    },
            });
        }
        self.add_sections(out, &headers)?;
        self.add_symbols(out, contents)
    }

    /// Adds a COFF symbol table with the functions, which gdb and other tools read that do not want PDB files. It is not
    /// loaded.
    fn add_symbols(&self, out: &mut Vec<u8>, contents: &Contents<'_>) -> Result<()> {
        let (mut table, mut count) = (Vec::new(), 0_u32);
        // Its length goes before the names, and counts itself.
        let mut names = vec![0; 4];
        for (number, _, symbols) in contents.named_code() {
            let section = (self.sections.len() + number + 1) as u16;
            for symbol in symbols {
                // No name of up to eight bytes in place: all are where the others have to be.
                table.extend_from_slice(&[0; 4]);
                table.extend_from_slice(&fits(names.len() as u64)?.to_le_bytes());
                table.extend_from_slice(&symbol.start.to_le_bytes());
                table.extend_from_slice(&section.to_le_bytes());
                table.extend_from_slice(&FUNCTION.to_le_bytes());
                table.extend_from_slice(&[STATIC, 0]);
                names.extend(symbol.name_bytes());
                names.push(0);
                count += 1;
            }
        }
        if count == 0 {
            return Ok(());
        }
        let at = fits(out.len() as u64)?;
        out.extend(table);
        // Signatures start at a multiple of 8.
        let end = out.len() + names.len();
        names.resize(names.len() + end.next_multiple_of(8) - end, 0);
        let len = fits(names.len() as u64)?;
        names[..4].copy_from_slice(&len.to_le_bytes());
        out.extend(names);
        let place = self.header + field::SYMBOLS;
        out[place..place + 4].copy_from_slice(&at.to_le_bytes());
        out[place + 4..place + 8].copy_from_slice(&count.to_le_bytes());
        Ok(())
    }

    /// Number of symbols.
    pub fn symbols(&self) -> usize {
        self.field(field::SYMBOLS + 4).unwrap_or(0) as usize
    }

    /// Whether the symbols, which end the file, are there. The system looks after the rest.
    pub fn is_whole(&self) -> bool {
        let Ok(table) = self.field(field::SYMBOLS) else {
            return false;
        };
        let names = (self.symbols().checked_mul(SYMBOL)).and_then(|len| len.checked_add(table as usize));
        table == 0
            || names.is_some_and(|names| {
                let end = number(self.bytes, names).map(|len| names + len as usize);
                end.is_ok_and(|end| end <= self.bytes.len())
            })
    }

    /// Writes more section headers, and what they change in the other headers.
    fn add_sections(&self, out: &mut [u8], added: &[Header<'_>]) -> Result<()> {
        let room = self.table + self.sections.len() * SECTION_HEADER;
        let first = self.sections.iter().map(|section| section.offset as usize);
        let end = first.filter(|at| *at != 0).min().unwrap_or(0);
        let end = end.min(self.field(field::HEADERS_LEN)? as usize);
        let needed = added.len() * SECTION_HEADER;
        let has_room = room + needed <= end && out[room..room + needed].iter().all(|byte| *byte == 0);
        if !has_room || self.sections.len() + added.len() > MOST_SECTIONS {
            return Err(Error::Runtime(format!(
                "it has no room for the headers of {} more sections behind its section table",
                added.len()
            )));
        }
        let mut code = self.field(field::CODE_LEN)?;
        let mut data = self.field(field::DATA_LEN)?;
        let mut end = self.end_of_memory();
        for (section, place) in added.iter().zip(out[room..].chunks_exact_mut(SECTION_HEADER)) {
            place[..section.name.len()].copy_from_slice(section.name.as_bytes());
            let fields = [section.memory, section.address, section.len, section.offset];
            for (field, place) in fields.into_iter().zip(place[8..].chunks_exact_mut(4)) {
                place.copy_from_slice(&field.to_le_bytes());
            }
            place[36..].copy_from_slice(&section.flags.to_le_bytes());
            let kind = if section.flags & CONTAINS_CODE != 0 {
                &mut code
            } else {
                &mut data
            };
            *kind = kind.saturating_add(section.len);
            end = end.max(u64::from(section.address) + u64::from(section.memory));
        }
        let alignment = u64::from(self.field(field::SECTION_ALIGNMENT)?);
        let count = (self.sections.len() + added.len()) as u16;
        let at = self.header + field::SECTION_COUNT;
        out[at..at + 2].copy_from_slice(&count.to_le_bytes());
        let mut put = |offset: usize, value: u32| {
            let at = self.header + offset;
            out[at..at + 4].copy_from_slice(&value.to_le_bytes());
        };
        put(field::IMAGE_LEN, fits(end.next_multiple_of(alignment))?);
        put(field::CODE_LEN, code);
        put(field::DATA_LEN, data);
        // What lay behind the sections is not there any more.
        put(field::SYMBOLS, 0);
        put(field::SYMBOLS + 4, 0);
        for index in [directory::CERTIFICATES, directory::BOUND_IMPORTS] {
            if let Some(at) = self.directory(index) {
                put(at, 0);
                put(at + 4, 0);
            }
        }
        Ok(())
    }

    /// Offset of a data directory from the PE header, if the file has it.
    fn directory(&self, index: usize) -> Option<usize> {
        let at = field::DIRECTORIES + 8 * index;
        let count = self.field(field::DIRECTORY_COUNT).ok()? as usize;
        (index < count && self.header + at + 8 <= self.table).then_some(at)
    }

    /// Writes the checksum of the finished file.
    pub fn seal(&self, out: &mut [u8]) -> Result<()> {
        let at = self.header + field::CHECKSUM;
        let place = out.get_mut(at..at + 4).ok_or_else(cut)?;
        place.fill(0);
        let sum = checksum(out);
        out[at..at + 4].copy_from_slice(&sum.to_le_bytes());
        Ok(())
    }
}

/// Writes how much address space the system reserves for the stack.
pub(super) fn set_stack(bytes: &mut [u8], size: u64) -> Result<()> {
    let at = File::parse(bytes)?.header + field::STACK_LEN;
    bytes[at..at + 8].copy_from_slice(&size.to_le_bytes());
    Ok(())
}

/// The checksum of an image whose field for it is zero: the 16-bit words added up with their carries, and the length.
fn checksum(bytes: &[u8]) -> u32 {
    let mut sum = 0_u32;
    for word in bytes.chunks(2) {
        sum += u32::from(word[0]) | u32::from(word.get(1).copied().unwrap_or(0)) << 8;
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum.wrapping_add(bytes.len() as u32)
}

/// Addresses and offsets have 32 bits.
fn fits(value: u64) -> Result<u32> {
    u32::try_from(value).map_err(|_| Error::TooLarge {
        what: "the executable",
        size: value,
        limit: u32::MAX.into(),
    })
}

fn cut() -> Error {
    Error::Damaged("the file is cut short: its headers are missing".to_owned())
}

fn short(bytes: &[u8], at: usize) -> Result<u16> {
    let field = at.checked_add(2).and_then(|end| bytes.get(at..end)).ok_or_else(cut)?;
    Ok(u16::from_le_bytes([field[0], field[1]]))
}

fn number(bytes: &[u8], at: usize) -> Result<u32> {
    let field = at.checked_add(4).and_then(|end| bytes.get(at..end)).ok_or_else(cut)?;
    Ok(u32::from_le_bytes([field[0], field[1], field[2], field[3]]))
}

#[cfg(test)]
mod tests {
    use super::checksum;

    #[test]
    fn checksums_carry_and_count_the_length() {
        assert_eq!(checksum(&[]), 0);
        assert_eq!(checksum(&[1, 0, 2]), 3 + 3);
        // 0xffff + 2 carries to 2.
        assert_eq!(checksum(&[0xff, 0xff, 2, 0]), 2 + 4);
    }
}
