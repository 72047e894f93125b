//! ELF executables.
//!
//! The runtime's loaded bytes stay where they are; the payload's segments follow behind the highest address. The new
//! program header table is the last thing in the file: the kernel reads it before anything else, so it refuses a file
//! that was cut anywhere, before a missing page can turn into a signal. The room that the table had behind the ELF
//! header belongs to no segment and no section, because GNU strip and objcopy move the table back there.

use std::ops::Range;

use object::elf::{self, FileHeader64, ProgramHeader64, SectionHeader64};
use object::pod::bytes_of;
use object::read::elf::{FileHeader as _, SectionHeader as _};
use object::{Endianness, U16, U32, U64};

use super::parts::{Access, Load, Part, Section};
use nyash_format::{Format, Target};

use crate::error::{Error, Result};
use crate::image::reading::zeroed;

/// The section in the runtime that leaves room for program headers.
const ROOM: &str = ".nyash.phdrs";

type Segment64 = ProgramHeader64<Endianness>;
type Section64 = SectionHeader64<Endianness>;

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

    /// The first address at a multiple of the largest page behind everything that is loaded.
    fn free_address(&self, page: usize) -> u64 {
        let end = self.loads().map(|load| load.address.saturating_add(load.memory)).max();
        end.unwrap_or(0).next_multiple_of(page as u64)
    }

    /// The file's bytes up to the end of what is loaded, padded to where the payload goes, and the payload's address.
    ///
    /// `to_text` is the distance from the start of the payload to the code in it, a multiple of the smallest page. The
    /// code has pages of its own on every kernel, so it lies at a multiple of the largest page, in memory and in the file;
    /// what is before it need not start at one, and only the file's bytes in between are padding.
    pub fn start_packing(&self, target: Target, to_text: usize) -> Result<(Vec<u8>, u64)> {
        let page = target.page();
        for segment in self.segments {
            let align = segment.p_align.get(self.endian);
            if segment.p_type.get(self.endian) == elf::PT_LOAD && align > page as u64 {
                return Err(Error::Runtime(format!(
                    "it is laid out for pages of {align} bytes, and {target} has {page} at most"
                )));
            }
        }
        let end = self
            .loads()
            .map(|load| load.offset.saturating_add(load.len))
            .max()
            .unwrap_or(0);
        let loaded = usize::try_from(end).ok().and_then(|end| self.bytes.get(..end));
        let loaded = loaded.ok_or_else(|| Error::Runtime("it is cut short".to_owned()))?;
        let mut out = loaded.to_vec();
        let least = out.len().next_multiple_of(target.smallest_page());
        let payload = (least + to_text).next_multiple_of(page) - to_text;
        out.resize(payload, 0);
        let address = self.free_address(page) + (payload % page) as u64;
        Ok((out, address))
    }

    /// Adds section and program headers to `out`, which holds the runtime and the payload from `payload.start`.
    pub fn finish_packing(&self, out: &mut Vec<u8>, payload: Range<usize>, address: u64, parts: &[Part], page: usize) {
        let e = self.endian;
        let is_kept =
            |name: &str, header: &Section64| header.sh_flags.get(e) & u64::from(elf::SHF_ALLOC) != 0 && name != ROOM;
        let kept: Vec<&(&str, &Section64)> = self
            .sections
            .iter()
            .filter(|(name, header)| is_kept(name, header))
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
        let mut names = vec![0];
        let mut sections = vec![zeroed::<Section64>()];
        let mut add = |name: &str, mut header: Section64| {
            header.sh_name = U32::new(e, names.len() as u32);
            names.extend_from_slice(name.as_bytes());
            names.push(0);
            sections.push(header);
        };
        for (name, header) in &kept {
            let mut header = **header;
            header.sh_link = U32::new(e, index_of(header.sh_link.get(e)));
            // In other sections it is a number of something else.
            if header.sh_flags.get(e) & u64::from(elf::SHF_INFO_LINK) != 0 {
                header.sh_info = U32::new(e, index_of(header.sh_info.get(e)));
            }
            add(name, header);
        }
        let mut segments = Vec::new();
        for part in parts {
            let (offset, len) = (payload.start + part.range.start, part.range.len() as u64);
            let at = address + part.range.start as u64;
            let mut header = zeroed::<Section64>();
            header.sh_type = U32::new(e, elf::SHT_PROGBITS);
            header.sh_flags = U64::new(e, u64::from(part.section_flags()));
            header.sh_addr = U64::new(e, at);
            header.sh_offset = U64::new(e, offset as u64);
            header.sh_size = U64::new(e, len);
            header.sh_addralign = U64::new(e, page as u64);
            add(part.section, header);
            let mut segment = zeroed::<Segment64>();
            segment.p_type = U32::new(e, elf::PT_LOAD);
            segment.p_flags = U32::new(e, part.segment_flags());
            segment.p_offset = U64::new(e, offset as u64);
            segment.p_vaddr = U64::new(e, at);
            segment.p_paddr = U64::new(e, at);
            segment.p_filesz = U64::new(e, len);
            segment.p_memsz = U64::new(e, len);
            segments.push(segment);
        }
        add(".shstrtab", zeroed());
        if let Some(strings) = sections.last_mut() {
            strings.sh_type = U32::new(e, elf::SHT_STRTAB);
            strings.sh_offset = U64::new(e, out.len() as u64);
            strings.sh_size = U64::new(e, names.len() as u64);
            strings.sh_addralign = U64::new(e, 1);
        }
        out.extend_from_slice(&names);
        out.resize(out.len().next_multiple_of(8), 0);
        let section_table = out.len();
        for section in &sections {
            out.extend_from_slice(bytes_of(section));
        }

        // A loader expects the segments in order of address; what is not loaded comes behind.
        let is_load = |s: &Segment64| s.p_type.get(e) == elf::PT_LOAD;
        let mut table: Vec<Segment64> = self.segments.iter().copied().filter(is_load).collect();
        table.extend(segments);
        table.extend(
            self.segments
                .iter()
                .copied()
                .filter(|s| !is_load(s) && s.p_type.get(e) != elf::PT_PHDR),
        );
        let first_section = kept
            .iter()
            .map(|(_, header)| header.sh_offset.get(e))
            .min()
            .unwrap_or(0);
        for segment in table.iter_mut().filter(|s| is_load(s)) {
            segment.p_align = U64::new(e, page as u64);
            if segment.p_offset.get(e) == 0 {
                let shift = |field: &mut U64<Endianness>, by: u64| *field = U64::new(e, field.get(e).wrapping_add(by));
                shift(&mut segment.p_offset, first_section);
                shift(&mut segment.p_vaddr, first_section);
                shift(&mut segment.p_paddr, first_section);
                shift(&mut segment.p_filesz, first_section.wrapping_neg());
                shift(&mut segment.p_memsz, first_section.wrapping_neg());
            }
        }
        let mut header = *self.header;
        header.e_phoff = U64::new(e, out.len() as u64);
        header.e_phnum = U16::new(e, table.len() as u16);
        header.e_shoff = U64::new(e, section_table as u64);
        header.e_shnum = U16::new(e, sections.len() as u16);
        header.e_shstrndx = U16::new(e, sections.len() as u16 - 1);
        for segment in &table {
            out.extend_from_slice(bytes_of(segment));
        }
        // The room of the old table is empty, as it was before the runtime was linked.
        out[..first_section as usize].fill(0);
        out[..size_of::<FileHeader64<Endianness>>()].copy_from_slice(bytes_of(&header));
    }
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
        File::parse(&bytes).unwrap().start_packing(target, 4096).unwrap();
        for segment in (first..).step_by(size_of::<Segment64>()).take(3) {
            bytes[segment + last_field..][..8].copy_from_slice(&65_536_u64.to_le_bytes());
        }
        let error = File::parse(&bytes).unwrap().start_packing(target, 4096).unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("it is laid out for pages of 65536 bytes, and x86_64-linux has 4096 at most"),
            "{error}"
        );
    }
}
