//! The tables of a Mach-O executable.

use nyash_format::section;
use object::LittleEndian as LE;
use object::macho::{self, Section64, SegmentCommand64};
use object::pod::{from_bytes, slice_from_bytes};

use super::commands::{Command, Commands};
use super::faults::damaged;
use crate::error::Result;
use crate::executable::parts::{Load, Section};

/// The segment of the tables that dyld and tools read.
pub(super) const LINKEDIT: &str = "__LINKEDIT";

/// Sections by their names in ELF and here; the others have the same name in both.
pub(super) const NAMES: [(&str, &str); 7] = [
    (section::PAYLOAD, "__nyash"),
    (section::TEXT, "__nyash_text"),
    (section::TAIL, "__nyash_tail"),
    (section::IMAGE, "__nyash_image"),
    (section::END, "__nyash_end"),
    (section::SLOT, "__nyash_slot"),
    (section::INFO, "__nyash_info"),
];

/// An executable as a view of its bytes.
pub(in crate::executable) struct File<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) commands: Commands<'a>,
    pub(super) segments: Vec<Segment<'a>>,
}

/// A segment and its sections.
#[derive(Clone, Copy)]
pub(super) struct Segment<'a> {
    pub name: &'a str,
    pub header: &'a SegmentCommand64<LE>,
    pub sections: &'a [Section64<LE>],
}

impl<'a> Segment<'a> {
    pub fn parse(command: &Command<'a>) -> Result<Self> {
        let (header, rest) = from_bytes::<SegmentCommand64<LE>>(command.bytes)
            .map_err(|()| damaged("a segment command is cut short"))?;
        let count = header.nsects.get(LE) as usize;
        let (sections, _) =
            slice_from_bytes::<Section64<LE>>(rest, count).map_err(|()| damaged("a section table is cut short"))?;
        Ok(Segment {
            name: text(&header.segname),
            header,
            sections,
        })
    }

    /// The first address behind it, or an error if there is none.
    pub fn end(&self) -> Result<u64> {
        let end = self.header.vmaddr.get(LE).checked_add(self.header.vmsize.get(LE));
        end.ok_or_else(|| damaged("a segment reaches beyond the address space"))
    }
}

/// The text of a name, which ends at a zero or fills its place.
fn text(name: &[u8; 16]) -> &str {
    let len = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
    std::str::from_utf8(&name[..len]).unwrap_or_default()
}

/// Whether bytes claim to be a 64-bit Mach-O file.
pub(in crate::executable) fn is_macho(bytes: &[u8]) -> bool {
    bytes.starts_with(&macho::MH_MAGIC_64.to_le_bytes())
}

/// Whether bytes are a file of another kind that macOS executes: for 32-bit processors, for big-endian ones, or for
/// several processors at once.
pub(in crate::executable) fn is_related(bytes: &[u8]) -> bool {
    let start = bytes.first_chunk().copied().map(u32::from_be_bytes);
    let related = [
        macho::MH_MAGIC,
        macho::MH_CIGAM,
        macho::MH_MAGIC_64,
        macho::FAT_MAGIC,
        macho::FAT_MAGIC_64,
    ];
    start.is_some_and(|start| related.contains(&start))
}

/// Writes how large the kernel makes the stack of the first thread, which it reads from the command that names the entry
/// point.
pub(in crate::executable) fn set_stack(bytes: &mut [u8], size: u64) -> Result<()> {
    /// Offset of `stacksize` in `struct entry_point_command`.
    const FIELD: usize = 16;
    let found = Commands::parse(bytes)?.find(macho::LC_MAIN).map(|(_, at)| at + FIELD);
    let place = found.and_then(|at| bytes.get_mut(at..at + 8));
    place
        .ok_or_else(|| damaged("it has no entry point"))?
        .copy_from_slice(&size.to_le_bytes());
    Ok(())
}

impl<'a> File<'a> {
    /// Reads the load commands of an executable for arm64 or x86-64.
    pub(in crate::executable) fn parse(bytes: &'a [u8]) -> Result<Self> {
        let commands = Commands::parse(bytes)?;
        let mut segments = Vec::new();
        for command in commands.list() {
            if command.kind == macho::LC_SEGMENT_64 {
                segments.push(Segment::parse(command)?);
            }
        }
        for segment in &segments {
            let (start, len) = (segment.header.fileoff.get(LE), segment.header.filesize.get(LE));
            if start.checked_add(len).is_none_or(|end| end > bytes.len() as u64) {
                return Err(damaged("the file is cut short: parts of its segments are missing"));
            }
            segment.end()?;
        }
        Ok(File {
            bytes,
            commands,
            segments,
        })
    }

    /// All sections.
    pub(in crate::executable) fn sections(&self) -> Vec<Section<'a>> {
        let mut all = Vec::new();
        for segment in &self.segments {
            let rights = segment.header.initprot.get(LE);
            for header in segment.sections {
                let own = text(&header.sectname);
                let known = NAMES.iter().find(|(_, name)| *name == own);
                all.push(Section {
                    name: known.map_or(own, |(elf, _)| elf),
                    address: header.addr.get(LE),
                    offset: header.offset.get(LE).into(),
                    len: header.size.get(LE),
                    allocated: true,
                    access: (rights & macho::VM_PROT_WRITE != 0, rights & macho::VM_PROT_EXECUTE != 0),
                });
            }
        }
        all
    }

    /// What is loaded of the program itself. The header and the load commands, which tools and signing change, are left
    /// out, and so is `__LINKEDIT`.
    pub(in crate::executable) fn loads(&self) -> impl Iterator<Item = Load> {
        let head = self.room_end();
        self.segments
            .iter()
            .filter(|segment| segment.name != LINKEDIT && segment.header.filesize.get(LE) > 0)
            .map(move |segment| {
                let header = segment.header;
                let skip = if header.fileoff.get(LE) == 0 {
                    head.min(header.filesize.get(LE))
                } else {
                    0
                };
                Load {
                    address: header.vmaddr.get(LE).wrapping_add(skip),
                    offset: header.fileoff.get(LE) + skip,
                    len: header.filesize.get(LE) - skip,
                    memory: header.vmsize.get(LE).saturating_sub(skip),
                }
            })
    }

    /// Where the room for load commands ends: at the first section that has bytes in the file.
    pub(super) fn room_end(&self) -> u64 {
        let offsets = self
            .segments
            .iter()
            .flat_map(|segment| segment.sections)
            .filter_map(|section| {
                let in_file = section.size.get(LE) > 0 && section.offset.get(LE) > 0;
                in_file.then(|| u64::from(section.offset.get(LE)))
            });
        offsets.min().unwrap_or(self.bytes.len() as u64)
    }
}
