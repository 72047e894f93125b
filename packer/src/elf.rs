//! ELF executables: the runtime's, the packed one made from it, and reading that again.
//!
//! The runtime's loaded bytes stay where they are; the payload's segments follow behind the highest address. The new
//! program header table is the last thing in the file: the kernel reads it before anything else, so it refuses a file
//! that was cut anywhere, before a missing page can turn into a signal. The room that the table had behind the ELF
//! header belongs to no segment and no section, because GNU strip and objcopy move the table back there.

use std::ops::Range;

use object::elf::{self, FileHeader64, ProgramHeader64, SectionHeader64};
use object::pod::bytes_of;
use object::read::elf::{FileHeader as _, SectionHeader as _};
use object::{LittleEndian as LE, U16, U32, U64};

use crate::cwasm::PAGE;
use crate::error::{Error, Result};

/// The section in the runtime that leaves room for program headers.
const ROOM: &str = ".nyash.phdrs";

type Segment64 = ProgramHeader64<LE>;
type Section64 = SectionHeader64<LE>;

/// An executable as a view of its bytes.
pub struct Executable<'a> {
    bytes: &'a [u8],
    header: &'a FileHeader64<LE>,
    segments: &'a [Segment64],
    sections: Vec<Section<'a>>,
}

/// A section of an executable.
#[derive(Clone, Copy)]
pub struct Section<'a> {
    /// Its name.
    pub name: &'a str,
    header: &'a Section64,
}

impl Section<'_> {
    /// Address once loaded at 0.
    pub fn address(&self) -> u64 {
        self.header.sh_addr.get(LE)
    }

    /// Offset in the file in bytes.
    pub fn offset(&self) -> u64 {
        self.header.sh_offset.get(LE)
    }

    /// Length in memory in bytes.
    pub fn len(&self) -> u64 {
        self.header.sh_size.get(LE)
    }

    /// Whether it is loaded.
    pub fn allocated(&self) -> bool {
        self.header.sh_flags.get(LE) & u64::from(elf::SHF_ALLOC) != 0
    }

    /// Access rights as `r-x` and the like.
    pub fn rights(&self) -> String {
        let flags = self.header.sh_flags.get(LE);
        let bit = |bit: u32, letter| if flags & u64::from(bit) != 0 { letter } else { '-' };
        [
            bit(elf::SHF_ALLOC, 'r'),
            bit(elf::SHF_WRITE, 'w'),
            bit(elf::SHF_EXECINSTR, 'x'),
        ]
        .iter()
        .collect()
    }
}

impl<'a> Executable<'a> {
    /// Reads the tables of an x86-64 executable.
    ///
    /// # Errors
    /// [`Error::NotPacked`] for anything else, and for tables that lie outside the file.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        if bytes.is_empty() {
            return Err(Error::NotPacked("the file is empty".to_owned()));
        }
        let header = FileHeader64::<LE>::parse(bytes).map_err(|_| not("it is no 64-bit ELF file"))?;
        if header.e_ident.data != elf::ELFDATA2LSB || header.e_machine.get(LE) != elf::EM_X86_64 {
            return Err(not("it is an executable for another processor"));
        }
        let segments = header
            .program_headers(LE, bytes)
            .map_err(|_| Error::Damaged("the file is cut short: its program headers are missing".to_owned()))?;
        let mut sections = Vec::new();
        // A file without a readable section table still runs.
        if let Ok(headers) = header.section_headers(LE, bytes)
            && let Ok(strings) = header.section_strings(LE, bytes, headers)
        {
            for header in headers.iter().skip(1) {
                let name = header.name(LE, strings).unwrap_or_default();
                sections.push(Section {
                    name: std::str::from_utf8(name).unwrap_or_default(),
                    header,
                });
            }
        }
        Ok(Executable {
            bytes,
            header,
            segments,
            sections,
        })
    }

    /// All sections.
    pub fn sections(&self) -> &[Section<'a>] {
        &self.sections
    }

    /// The first section of a name.
    pub fn section(&self, name: &str) -> Option<Section<'a>> {
        self.sections.iter().copied().find(|section| section.name == name)
    }

    /// The loaded segments.
    fn loads(&self) -> impl Iterator<Item = Load> {
        self.segments
            .iter()
            .filter(|s| s.p_type.get(LE) == elf::PT_LOAD)
            .map(Load::new)
    }

    /// The bytes that lie at an address once loaded at 0, if they are one range of the file.
    pub fn at(&self, address: u64, len: u64) -> Option<&'a [u8]> {
        let first = self.loads().find(|load| load.holds(address))?;
        let mut reached = address;
        let end = address.checked_add(len)?;
        while reached < end {
            let load = self
                .loads()
                .find(|load| load.holds(reached) && load.distance() == first.distance())?;
            reached = load.address + load.len;
        }
        let start = usize::try_from(address.wrapping_sub(first.distance())).ok()?;
        self.bytes.get(start..start.checked_add(usize::try_from(len).ok()?)?)
    }

    /// The offset in the file of what lies at an address.
    pub fn offset_of(&self, address: u64) -> Option<u64> {
        let load = self.loads().find(|load| load.holds(address))?;
        Some(address.wrapping_sub(load.distance()))
    }

    /// Addresses of everything that starts with `magic` at a multiple of 8, in the loaded part of the file.
    pub fn search(&self, magic: &[u8]) -> Vec<u64> {
        let mut found = Vec::new();
        for load in self.loads() {
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

    /// File bytes of the segments below an address, in order.
    pub fn loaded_below(&self, address: u64) -> Vec<(u64, &'a [u8])> {
        self.loads()
            .filter(|load| load.address < address)
            .filter_map(|load| Some((load.address, self.at(load.address, load.len)?)))
            .collect()
    }

    /// The first page-aligned address behind everything that is loaded.
    fn free_address(&self) -> u64 {
        let end = self.loads().map(|load| load.address.saturating_add(load.memory)).max();
        end.unwrap_or(0).next_multiple_of(PAGE as u64)
    }

    /// The file's bytes up to the end of what is loaded, to whole pages: what a packed file starts with. Also the
    /// address at which the payload goes.
    pub(crate) fn start_packing(&self) -> Result<(Vec<u8>, u64)> {
        let end = self
            .loads()
            .map(|load| load.offset.saturating_add(load.len))
            .max()
            .unwrap_or(0);
        let loaded = usize::try_from(end).ok().and_then(|end| self.bytes.get(..end));
        let loaded = loaded.ok_or_else(|| Error::Runtime("it is cut short".to_owned()))?;
        let mut out = loaded.to_vec();
        out.resize(out.len().next_multiple_of(PAGE), 0);
        Ok((out, self.free_address()))
    }

    /// Adds section and program headers to `out`, which holds the runtime and the payload from `payload.start`.
    pub(crate) fn finish_packing(&self, out: &mut Vec<u8>, payload: Range<usize>, address: u64, parts: &[Part]) {
        let kept: Vec<&Section<'_>> = self
            .sections
            .iter()
            .filter(|s| s.allocated() && s.name != ROOM)
            .collect();
        let index_of = |old: u32| {
            let name = (old as usize)
                .checked_sub(1)
                .and_then(|old| self.sections.get(old))
                .map(|s| s.name);
            kept.iter()
                .position(|section| Some(section.name) == name)
                .map_or(0, |at| at as u32 + 1)
        };
        let mut names = vec![0];
        let mut sections = vec![zeroed::<Section64>()];
        let mut add = |name: &str, mut header: Section64| {
            header.sh_name = U32::new(LE, names.len() as u32);
            names.extend_from_slice(name.as_bytes());
            names.push(0);
            sections.push(header);
        };
        for section in &kept {
            let mut header = *section.header;
            header.sh_link = U32::new(LE, index_of(header.sh_link.get(LE)));
            header.sh_info = U32::new(LE, index_of(header.sh_info.get(LE)));
            add(section.name, header);
        }
        let mut segments = Vec::new();
        for part in parts {
            let (offset, len) = (payload.start + part.range.start, part.range.len() as u64);
            let at = address + part.range.start as u64;
            let mut header = zeroed::<Section64>();
            header.sh_type = U32::new(LE, elf::SHT_PROGBITS);
            header.sh_flags = U64::new(LE, u64::from(part.section_flags()));
            header.sh_addr = U64::new(LE, at);
            header.sh_offset = U64::new(LE, offset as u64);
            header.sh_size = U64::new(LE, len);
            header.sh_addralign = U64::new(LE, PAGE as u64);
            add(part.section, header);
            let mut segment = zeroed::<Segment64>();
            segment.p_type = U32::new(LE, elf::PT_LOAD);
            segment.p_flags = U32::new(LE, part.segment_flags());
            segment.p_offset = U64::new(LE, offset as u64);
            segment.p_vaddr = U64::new(LE, at);
            segment.p_paddr = U64::new(LE, at);
            segment.p_filesz = U64::new(LE, len);
            segment.p_memsz = U64::new(LE, len);
            segments.push(segment);
        }
        add(".shstrtab", zeroed());
        if let Some(strings) = sections.last_mut() {
            strings.sh_type = U32::new(LE, elf::SHT_STRTAB);
            strings.sh_offset = U64::new(LE, out.len() as u64);
            strings.sh_size = U64::new(LE, names.len() as u64);
            strings.sh_addralign = U64::new(LE, 1);
        }
        out.extend_from_slice(&names);
        out.resize(out.len().next_multiple_of(8), 0);
        let section_table = out.len();
        for section in &sections {
            out.extend_from_slice(bytes_of(section));
        }

        // A loader expects the segments in order of address; what is not loaded comes behind.
        let is_load = |s: &Segment64| s.p_type.get(LE) == elf::PT_LOAD;
        let mut table: Vec<Segment64> = self.segments.iter().copied().filter(is_load).collect();
        table.extend(segments);
        table.extend(
            self.segments
                .iter()
                .copied()
                .filter(|s| !is_load(s) && s.p_type.get(LE) != elf::PT_PHDR),
        );
        let first_section = kept.iter().map(|s| s.offset()).min().unwrap_or(0);
        for segment in table.iter_mut().filter(|s| is_load(s)) {
            segment.p_align = U64::new(LE, PAGE as u64);
            if segment.p_offset.get(LE) == 0 {
                let shift = |field: &mut U64<LE>, by: u64| *field = U64::new(LE, field.get(LE).wrapping_add(by));
                shift(&mut segment.p_offset, first_section);
                shift(&mut segment.p_vaddr, first_section);
                shift(&mut segment.p_paddr, first_section);
                shift(&mut segment.p_filesz, first_section.wrapping_neg());
                shift(&mut segment.p_memsz, first_section.wrapping_neg());
            }
        }
        let mut header = *self.header;
        header.e_phoff = U64::new(LE, out.len() as u64);
        header.e_phnum = U16::new(LE, table.len() as u16);
        header.e_shoff = U64::new(LE, section_table as u64);
        header.e_shnum = U16::new(LE, sections.len() as u16);
        header.e_shstrndx = U16::new(LE, sections.len() as u16 - 1);
        for segment in &table {
            out.extend_from_slice(bytes_of(segment));
        }
        // The room of the old table is empty, as it was before the runtime was linked.
        out[..first_section as usize].fill(0);
        out[..size_of::<FileHeader64<LE>>()].copy_from_slice(bytes_of(&header));
    }
}

/// A part of the payload with its own access rights.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// Name of its section.
    pub section: &'static str,
    /// Where it lies in the payload; whole pages.
    pub range: Range<usize>,
    /// Its access rights.
    pub access: Access,
}

/// Access rights of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Read only.
    Read,
    /// Read and execute.
    Execute,
    /// Read and write, private to the process.
    Write,
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

/// A segment that is loaded.
#[derive(Clone, Copy)]
struct Load {
    address: u64,
    offset: u64,
    /// Length in the file.
    len: u64,
    /// Length in memory.
    memory: u64,
}

impl Load {
    fn new(segment: &Segment64) -> Self {
        Load {
            address: segment.p_vaddr.get(LE),
            offset: segment.p_offset.get(LE),
            len: segment.p_filesz.get(LE),
            memory: segment.p_memsz.get(LE),
        }
    }

    fn holds(&self, address: u64) -> bool {
        address >= self.address && address - self.address < self.len
    }

    fn distance(&self) -> u64 {
        self.address.wrapping_sub(self.offset)
    }
}

fn zeroed<T: object::pod::Pod>() -> T {
    crate::cwasm::zeroed()
}

fn not(why: &str) -> Error {
    Error::NotPacked(why.to_owned())
}
