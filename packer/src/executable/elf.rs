//! ELF executables.
//!
//! The runtime's loaded bytes stay at their addresses; the payload's segments follow behind the highest one. The program
//! header table stands behind the ELF header in the first segment, where the runtime leaves room for it and every tool
//! looks for it: debuggers read it in memory, at the address that the kernel tells (AT_PHDR).
//!
//! What is not loaded (names and table of the sections, symbols) goes between two segments, so that the file ends with
//! what the runtime looks at first: [`END_MARK`].

use std::ops::Range;

use object::elf::{self, FileHeader64, ProgramHeader64, SectionHeader64, Sym64};
use object::pod::bytes_of;
use object::read::elf::{FileHeader as _, SectionHeader as _};
use object::{Endianness, U16, U32, U64};

use super::parts::{Access, Contents, Load, Part, Section};
use nyash_format::{ELF_HEADERS_LEN, END_MARK, Format, Target};

use crate::error::{Error, Result};
use crate::image::labels::Symbol;
use crate::image::reading::zeroed;

/// The section in the runtime that leaves room for program headers.
const ROOM: &str = ".nyash.phdrs";

type Segment64 = ProgramHeader64<Endianness>;
type Section64 = SectionHeader64<Endianness>;
type Symbol64 = Sym64<Endianness>;

/// An ELF file as a view of its bytes.
pub(super) struct File<'a> {
    endian: Endianness,
    bytes: &'a [u8],
    header: &'a FileHeader64<Endianness>,
    segments: &'a [Segment64],
    sections: Vec<(&'a str, &'a Section64)>,
}

impl<'a> File<'a> {
    /// Reads the tables of an executable for one of the processors that there are targets for.
    ///
    /// # Errors
    /// [`Error::NotPacked`] for anything else, and for tables that lie outside the file.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let header = FileHeader64::<Endianness>::parse(bytes).map_err(|_| not("it is no 64-bit ELF file"))?;
        let e = header
            .endian()
            .map_err(|_| not("its byte order is neither of the two"))?;
        if !Target::runs_on(Format::Elf, header.e_machine.get(e).into()) {
            return Err(not("it is an executable for another processor"));
        }
        let segments = header
            .program_headers(e, bytes)
            .map_err(|_| Error::Damaged("the file is cut short: its program headers are missing".to_owned()))?;
        let mut sections = Vec::new();
        // A file without a readable section table still runs.
        if let Ok(headers) = header.section_headers(e, bytes)
            && let Ok(strings) = header.section_strings(e, bytes, headers)
        {
            for header in headers.iter().skip(1) {
                let name = header.name(e, strings).unwrap_or_default();
                sections.push((std::str::from_utf8(name).unwrap_or_default(), header));
            }
        }
        Ok(File {
            endian: e,
            bytes,
            header,
            segments,
            sections,
        })
    }

    /// All sections.
    pub fn sections(&self) -> Vec<Section<'a>> {
        let e = self.endian;
        let section = |(name, header): &(&'a str, &'a Section64)| {
            let flags = header.sh_flags.get(e);
            let has = |flag: u32| flags & u64::from(flag) != 0;
            Section {
                name,
                address: header.sh_addr.get(e),
                offset: header.sh_offset.get(e),
                len: header.sh_size.get(e),
                allocated: has(elf::SHF_ALLOC),
                access: (has(elf::SHF_WRITE), has(elf::SHF_EXECINSTR)),
            }
        };
        self.sections.iter().map(section).collect()
    }

    /// The loaded segments.
    pub fn loads(&self) -> impl Iterator<Item = Load> {
        let e = self.endian;
        let loaded = self.segments.iter().filter(move |s| s.p_type.get(e) == elf::PT_LOAD);
        loaded.map(move |segment| Load {
            address: segment.p_vaddr.get(e),
            offset: segment.p_offset.get(e),
            len: segment.p_filesz.get(e),
            memory: segment.p_memsz.get(e),
        })
    }

    /// Whether the mark at the end of the file follows a payload of `len` bytes at `address`. `at` reads what is loaded.
    pub fn is_whole<'b>(&self, address: u64, len: u64, at: impl Fn(u64) -> Option<&'b [u8]>) -> bool {
        let machine = self.header.e_machine.get(self.endian);
        let fits = |target: &&Target| target.format() == Format::Elf && target.machine() == u32::from(machine);
        let Some(target) = Target::ALL.iter().find(fits) else {
            return false;
        };
        let pages = len.checked_next_multiple_of(target.smallest_page() as u64);
        let end = pages.and_then(|len| address.checked_add(len));
        end.and_then(at) == Some(&END_MARK)
    }

    /// Number of symbols.
    pub fn symbols(&self) -> usize {
        let e = self.endian;
        let table = self
            .sections
            .iter()
            .find(|(_, header)| header.sh_type.get(e) == elf::SHT_SYMTAB);
        let len = table.map_or(0, |(_, header)| header.sh_size.get(e));
        // The first is none.
        (len as usize / size_of::<Symbol64>()).saturating_sub(1)
    }

    /// The first address at a multiple of the largest page behind everything that is loaded.
    fn free_address(&self, page: usize) -> u64 {
        let end = self.loads().map(|load| load.address.saturating_add(load.memory)).max();
        end.unwrap_or(0).next_multiple_of(page as u64)
    }

    /// The file's loaded bytes, padded to where the payload goes, and the payload's address.
    ///
    /// The code has pages of its own on every kernel, so it lies at a multiple of the largest page, in memory and in the
    /// file; what is before it need not start at one, and only the file's bytes in between are padding.
    pub fn start_packing(&self, target: Target, contents: &Contents<'_>) -> Result<(Vec<u8>, u64)> {
        let page = target.page();
        for segment in self.segments {
            let align = segment.p_align.get(self.endian);
            if segment.p_type.get(self.endian) == elf::PT_LOAD && align > page as u64 {
                return Err(Error::Runtime(format!(
                    "it is laid out for pages of {align} bytes, and {target} has {page} at most"
                )));
            }
        }
        let place = self.place(target, contents)?;
        let cut = || Error::Runtime("it is cut short".to_owned());
        let (front, rest) = self.bytes.split_at_checked(place.moved_from).ok_or_else(cut)?;
        let rest = rest.get(..place.loaded - place.moved_from).ok_or_else(cut)?;
        let mut out = front.to_vec();
        out.resize(place.moved_from + place.by, 0);
        out.extend_from_slice(rest);
        let mut payload = place.payload;
        let mut address = self.free_address(page) + (payload % page) as u64;
        if !contents.debug.is_empty() {
            // perf asks for lines by offsets in the file, as if addresses were the same (6.1; `map__rip_2objdump`).
            let least = usize::try_from(address).map_err(|_| cut())?;
            payload = payload.max(least);
            address = payload as u64;
        }
        out.resize(payload, 0);
        Ok((out, address))
    }

    /// Where everything goes in the file.
    fn place(&self, target: Target, contents: &Contents<'_>) -> Result<Place> {
        let page = target.page();
        let mut loads: Vec<Range<usize>> = Vec::new();
        for load in self.loads() {
            let len = load.len + zeros_behind(&load, target);
            let bounds = (load.offset.try_into(), load.offset.saturating_add(len).try_into());
            match bounds {
                (Ok(start), Ok(end)) => loads.push(start..end),
                _ => return Err(Error::Runtime("its segments lie outside".to_owned())),
            }
        }
        loads.sort_by_key(|load| load.start);
        let (Some(first), Some(last)) = (loads.first(), loads.last()) else {
            return Err(Error::Runtime("nothing of it is loaded".to_owned()));
        };
        let payload_behind = |end: usize| {
            let least = end.next_multiple_of(target.smallest_page());
            (least + contents.to_text).next_multiple_of(page) - contents.to_text
        };
        let loaded = last.end;
        let payload = payload_behind(loaded);
        let len = self.unloaded(contents, 0, 0..0, 0, (0, 0)).bytes.len();
        // Padding between segments may be large enough.
        let ends = loads.iter().map(|load| load.end.next_multiple_of(8));
        let starts = loads.iter().skip(1).map(|load| load.start).chain([payload]);
        if let Some((unloaded, _)) = ends.zip(starts).find(|(end, start)| end + len <= *start) {
            return Ok(Place {
                unloaded,
                moved_from: loaded,
                by: 0,
                loaded,
                payload,
            });
        }
        // Offsets and addresses stay congruent when whole pages come in between.
        let moved_from = loads.get(1).map_or(payload, |load| load.start);
        let unloaded = first.end.next_multiple_of(8);
        let by = (unloaded + len).saturating_sub(moved_from).next_multiple_of(page);
        Ok(Place {
            unloaded,
            moved_from: moved_from.min(loaded),
            by,
            loaded,
            payload: payload_behind(loaded + by),
        })
    }

    /// Adds headers and sections to `out`, which holds the runtime and the payload from `payload.start`.
    ///
    /// # Errors
    /// [`Error::Runtime`] when the runtime has too little room for the program headers.
    pub fn finish_packing(
        &self,
        out: &mut Vec<u8>,
        payload: Range<usize>,
        address: u64,
        contents: &Contents<'_>,
        target: Target,
    ) -> Result<()> {
        let e = self.endian;
        let page = target.page() as u64;
        let place = self.place(target, contents)?;
        let shift = |segment: &mut Segment64| {
            if segment.p_offset.get(e) >= place.moved_from as u64 {
                segment.p_offset.set(e, segment.p_offset.get(e) + place.by as u64);
            }
        };
        // Debuggers want the table itself first. A loader expects what is loaded in order of address; the rest comes behind.
        let mut table = vec![zeroed::<Segment64>()];
        let is_load = |s: &Segment64| s.p_type.get(e) == elf::PT_LOAD;
        for (segment, load) in self.segments.iter().filter(|s| is_load(s)).zip(self.loads()) {
            let mut segment = *segment;
            segment.p_align.set(e, page);
            segment.p_filesz.set(e, load.len + zeros_behind(&load, target));
            shift(&mut segment);
            table.push(segment);
        }
        let end = out.len();
        for (number, part) in contents.parts.iter().enumerate() {
            let offset = payload.start + part.range.start;
            // The mark at the end of the file is loaded with the last part.
            let is_last = number + 1 == contents.parts.len();
            let len = if is_last {
                end - offset + END_MARK.len()
            } else {
                part.range.len()
            };
            let mut segment = zeroed::<Segment64>();
            segment.p_type.set(e, elf::PT_LOAD);
            segment.p_flags.set(e, part.segment_flags());
            segment.p_offset.set(e, offset as u64);
            segment.p_vaddr.set(e, address + part.range.start as u64);
            segment.p_paddr.set(e, address + part.range.start as u64);
            segment.p_filesz.set(e, len as u64);
            segment.p_memsz.set(e, len as u64);
            segment.p_align.set(e, page);
            table.push(segment);
        }
        out.extend_from_slice(&END_MARK);
        for segment in self.segments {
            if !is_load(segment) && segment.p_type.get(e) != elf::PT_PHDR {
                let mut segment = *segment;
                shift(&mut segment);
                table.push(segment);
            }
        }
        let headers = size_of::<FileHeader64<Endianness>>();
        let room = self.room();
        let table_len = size_of_val(table.as_slice()) as u64;
        if headers as u64 + table_len > room as u64 {
            return Err(Error::Runtime(format!(
                "it has room for {} program headers, and the program needs {}",
                (room - headers) / size_of::<Segment64>(),
                table.len()
            )));
        }
        let own = &mut table[0];
        own.p_type.set(e, elf::PT_PHDR);
        own.p_flags.set(e, elf::PF_R);
        own.p_align.set(e, 8);
        for field in [&mut own.p_offset, &mut own.p_vaddr, &mut own.p_paddr] {
            field.set(e, headers as u64);
        }
        for field in [&mut own.p_filesz, &mut own.p_memsz] {
            field.set(e, table_len);
        }

        let shifts = (place.moved_from as u64, place.by as u64);
        let unloaded = self.unloaded(contents, place.unloaded, payload.start..out.len(), address, shifts);
        out[place.unloaded..place.unloaded + unloaded.bytes.len()].copy_from_slice(&unloaded.bytes);
        let mut header = *self.header;
        header.e_phoff.set(e, headers as u64);
        header.e_phnum.set(e, table.len() as u16);
        header.e_shoff.set(e, unloaded.sections as u64);
        header.e_shnum.set(e, unloaded.count);
        header.e_shstrndx.set(e, unloaded.count - 1);
        out[..room].fill(0);
        out[..headers].copy_from_slice(bytes_of(&header));
        for (place, segment) in out[headers..].chunks_exact_mut(size_of::<Segment64>()).zip(&table) {
            place.copy_from_slice(bytes_of(segment));
        }
        Ok(())
    }

    /// What the headers have at the start of the file, in bytes; 0 if the runtime does not leave what the format says.
    fn room(&self) -> usize {
        let kept = self.sections.iter().filter(|(name, header)| self.is_kept(name, header));
        let first = kept.map(|(_, header)| header.sh_offset.get(self.endian)).min();
        if first.is_some_and(|first| first >= ELF_HEADERS_LEN as u64) {
            ELF_HEADERS_LEN
        } else {
            size_of::<FileHeader64<Endianness>>()
        }
    }

    /// Whether a section of the runtime is one of the program, too.
    fn is_kept(&self, name: &str, header: &Section64) -> bool {
        header.sh_flags.get(self.endian) & u64::from(elf::SHF_ALLOC) != 0 && name != ROOM
    }

    /// Everything that is not loaded, as it stands from `at` on: symbols, names of sections, and the table of the sections.
    ///
    /// Its length depends on `contents` alone.
    fn unloaded(
        &self,
        contents: &Contents<'_>,
        at: usize,
        payload: Range<usize>,
        address: u64,
        (moved_from, by): (u64, u64),
    ) -> Unloaded {
        let e = self.endian;
        let kept: Vec<&(&str, &Section64)> = self
            .sections
            .iter()
            .filter(|(name, header)| self.is_kept(name, header))
            .collect();
        let index_of = |old: u32| {
            let name = (old as usize)
                .checked_sub(1)
                .and_then(|old| self.sections.get(old))
                .map(|(name, _)| *name);
            kept.iter()
                .position(|(kept, _)| Some(*kept) == name)
                .map_or(0, |at| at as u32 + 1)
        };
        let mut sections = Sections::new();
        for (name, header) in &kept {
            let mut header = **header;
            header.sh_link = U32::new(e, index_of(header.sh_link.get(e)));
            // In other sections it is a number of something else.
            if header.sh_flags.get(e) & u64::from(elf::SHF_INFO_LINK) != 0 {
                header.sh_info = U32::new(e, index_of(header.sh_info.get(e)));
            }
            if header.sh_offset.get(e) >= moved_from {
                header.sh_offset.set(e, header.sh_offset.get(e) + by);
            }
            sections.add(e, name, header);
        }
        let mut texts = Vec::new();
        for (number, part) in contents.parts.iter().enumerate() {
            let offset = payload.start + part.range.start;
            let is_last = number + 1 == contents.parts.len();
            let len = if is_last {
                payload.end.saturating_sub(offset)
            } else {
                part.range.len()
            };
            let mut header = zeroed::<Section64>();
            header.sh_type = U32::new(e, elf::SHT_PROGBITS);
            header.sh_flags = U64::new(e, u64::from(part.section_flags()));
            header.sh_addr = U64::new(e, address + part.range.start as u64);
            header.sh_offset = U64::new(e, offset as u64);
            header.sh_size = U64::new(e, len as u64);
            header.sh_addralign = U64::new(e, contents.page as u64);
            if part.access == Access::Execute {
                texts.push((sections.headers.len(), address + part.range.start as u64));
            }
            sections.add(e, part.section, header);
        }
        let mut bytes = Vec::new();
        if contents.symbols.iter().any(|symbols| !symbols.is_empty()) {
            let (table, strings) = symbol_table(e, contents.symbols, &texts);
            let mut header = zeroed::<Section64>();
            header.sh_type = U32::new(e, elf::SHT_SYMTAB);
            header.sh_offset = U64::new(e, at as u64);
            header.sh_size = U64::new(e, table.len() as u64);
            header.sh_link = U32::new(e, sections.headers.len() as u32 + 1);
            // All are local.
            header.sh_info = U32::new(e, (table.len() / size_of::<Symbol64>()) as u32);
            header.sh_addralign = U64::new(e, 8);
            header.sh_entsize = U64::new(e, size_of::<Symbol64>() as u64);
            sections.add(e, ".symtab", header);
            bytes.extend_from_slice(&table);
            sections.add(e, ".strtab", strings_header(e, at + bytes.len(), strings.len()));
            bytes.extend_from_slice(&strings);
        }
        for section in contents.debug {
            let mut header = zeroed::<Section64>();
            header.sh_type = U32::new(e, elf::SHT_PROGBITS);
            header.sh_offset = U64::new(e, (at + bytes.len()) as u64);
            header.sh_size = U64::new(e, section.bytes.len() as u64);
            header.sh_addralign = U64::new(e, 1);
            sections.add(e, section.name, header);
            let start = bytes.len();
            bytes.extend_from_slice(&section.bytes);
            for place in &section.addresses {
                // None while only the length is asked for.
                let address = texts.get(place.text).map_or(0, |(_, address)| address + place.offset);
                let value = U64::new(e, address);
                bytes[start + place.at..][..8].copy_from_slice(bytes_of(&value));
            }
        }
        let last = ".shstrtab";
        let len = sections.names.len() + last.len() + 1;
        sections.add(e, last, strings_header(e, at + bytes.len(), len));
        bytes.extend_from_slice(&sections.names);
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        let table = at + bytes.len();
        for section in &sections.headers {
            bytes.extend_from_slice(bytes_of(section));
        }
        Unloaded {
            bytes,
            sections: table,
            count: sections.headers.len() as u16,
        }
    }
}

/// How many bytes of a segment's zeros, behind what the file has of it, are read from the file, too: up to the end of the
/// page. The linker has left them zero there. Otherwise the kernel clears them, and a program whose file was cut before them
/// ends by a signal before it can say anything.
fn zeros_behind(load: &Load, target: Target) -> u64 {
    let end = load.offset.saturating_add(load.len);
    let rest = end.next_multiple_of(target.smallest_page() as u64) - end;
    rest.min(load.memory.saturating_sub(load.len))
}

/// Where things go in the file of a program, in bytes from its start.
struct Place {
    /// What is not loaded.
    unloaded: usize,
    /// The runtime's bytes from here on are further behind in the program,
    moved_from: usize,
    /// by this much.
    by: usize,
    /// The end of what is loaded of the runtime, in the runtime.
    loaded: usize,
    /// The payload.
    payload: usize,
}

/// What is not loaded.
struct Unloaded {
    bytes: Vec<u8>,
    /// Offset in the file of the table of the sections.
    sections: usize,
    /// Number of sections.
    count: u16,
}

/// Headers of sections, and their names.
struct Sections {
    headers: Vec<Section64>,
    names: Vec<u8>,
}

impl Sections {
    fn new() -> Self {
        Sections {
            headers: vec![zeroed()],
            names: vec![0],
        }
    }

    fn add(&mut self, e: Endianness, name: &str, mut header: Section64) {
        header.sh_name = U32::new(e, self.names.len() as u32);
        self.names.extend_from_slice(name.as_bytes());
        self.names.push(0);
        self.headers.push(header);
    }
}

fn strings_header(e: Endianness, offset: usize, len: usize) -> Section64 {
    let mut header = zeroed::<Section64>();
    header.sh_type = U32::new(e, elf::SHT_STRTAB);
    header.sh_offset = U64::new(e, offset as u64);
    header.sh_size = U64::new(e, len as u64);
    header.sh_addralign = U64::new(e, 1);
    header
}

/// The symbols of all code, and their names. `texts` has the section and the address of each code.
///
/// They are local: names of a module need not be unique.
fn symbol_table(e: Endianness, symbols: &[Vec<Symbol>], texts: &[(usize, u64)]) -> (Vec<u8>, Vec<u8>) {
    let mut table = bytes_of(&zeroed::<Symbol64>()).to_vec();
    let mut strings = vec![0];
    for (symbols, (section, address)) in symbols.iter().zip(texts) {
        for symbol in symbols {
            let mut entry = zeroed::<Symbol64>();
            entry.st_name = U32::new(e, strings.len() as u32);
            entry.st_info = elf::STT_FUNC;
            entry.st_shndx = U16::new(e, *section as u16);
            entry.st_value = U64::new(e, address + u64::from(symbol.start));
            entry.st_size = U64::new(e, symbol.len.into());
            table.extend_from_slice(bytes_of(&entry));
            strings.extend(symbol.name_bytes());
            strings.push(0);
        }
    }
    (table, strings)
}

impl Part {
    fn section_flags(&self) -> u32 {
        elf::SHF_ALLOC
            | match self.access {
                Access::Read => 0,
                Access::Execute => elf::SHF_EXECINSTR,
                Access::Write => elf::SHF_WRITE,
            }
    }

    fn segment_flags(&self) -> u32 {
        elf::PF_R
            | match self.access {
                Access::Read => 0,
                Access::Execute => elf::PF_X,
                Access::Write => elf::PF_W,
            }
    }
}

fn not(why: &str) -> Error {
    Error::NotPacked(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stub::{self, Folders, Kind};

    #[test]
    fn a_runtime_for_larger_pages_is_refused() {
        let target = Target::X86_64Linux;
        let (stub, _) = stub::find(target, Kind::Lean, &Folders::default()).unwrap();
        let mut bytes = stub.into_owned();
        let first = size_of::<FileHeader64<Endianness>>();
        let last_field = size_of::<Segment64>() - 8;
        let contents = Contents {
            parts: &[],
            to_text: 4096,
            symbols: &[],
            debug: &[],
            page: target.page(),
        };
        File::parse(&bytes).unwrap().start_packing(target, &contents).unwrap();
        for segment in (first..).step_by(size_of::<Segment64>()).take(3) {
            bytes[segment + last_field..][..8].copy_from_slice(&65_536_u64.to_le_bytes());
        }
        let error = File::parse(&bytes)
            .unwrap()
            .start_packing(target, &contents)
            .unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("it is laid out for pages of 65536 bytes, and x86_64-linux has 4096 at most"),
            "{error}"
        );
    }
}
