//! A packed file out of a runtime and a payload.

use std::ops::Range;

use object::macho::{self, LinkeditDataCommand, MachHeader64, Section64, SegmentCommand64};
use object::pod::bytes_of;
use object::{LittleEndian as LE, U32, U64};

use super::commands::{Command, field, linkedit_offsets};
use super::faults::{HEADER, damaged, unusable};
use super::file::{File, LINKEDIT, NAMES, Segment};
use super::signature;
use super::symbols::Tables;
use crate::error::Result;
use crate::executable::parts::{Access, Contents, Part};

impl File<'_> {
    /// `__LINKEDIT`, which has to be the last segment of file and memory.
    fn linkedit(&self) -> Result<Segment<'_>> {
        let last = self.segments.last().filter(|segment| segment.name == LINKEDIT);
        let linkedit = *last.ok_or_else(|| unusable("its last segment is not __LINKEDIT"))?;
        let (offset, address) = (linkedit.header.fileoff.get(LE), linkedit.header.vmaddr.get(LE));
        for segment in &self.segments[..self.segments.len() - 1] {
            // Segments parse only if both sums are in range.
            let end = segment.header.fileoff.get(LE) + segment.header.filesize.get(LE);
            if end > offset || segment.end()? > address {
                return Err(unusable("one of its segments lies behind __LINKEDIT"));
            }
        }
        Ok(linkedit)
    }

    /// The bytes before `__LINKEDIT`, in whole pages, and the address that follows them in memory.
    pub(in crate::executable) fn start_packing(&self, page: usize) -> Result<(Vec<u8>, u64)> {
        let linkedit = self.linkedit()?;
        let address = linkedit.header.vmaddr.get(LE).checked_next_multiple_of(page as u64);
        let address = address.ok_or_else(|| unusable("it leaves no addresses for a payload"))?;
        let mut out = self.bytes[..linkedit.header.fileoff.get(LE) as usize].to_vec();
        out.resize(out.len().next_multiple_of(page), 0);
        Ok((out, address))
    }

    /// Adds segments for the parts, `__LINKEDIT` with the symbols of the code, and room for the signature.
    pub(in crate::executable) fn finish_packing(
        &self,
        out: &mut Vec<u8>,
        payload: Range<usize>,
        address: u64,
        contents: &Contents<'_>,
        page: usize,
    ) -> Result<()> {
        let linkedit = self.linkedit()?;
        let start = out.len();
        if !start.is_multiple_of(page) || start < payload.end {
            return Err(unusable("the payload does not end at a page"));
        }
        let old = linkedit.header.fileoff.get(LE) as usize..self.linkedit_end(&linkedit)?;
        let symbols = Tables::new(self, contents, address, &old)?;
        match &symbols {
            Some(symbols) => out.extend(symbols.replaced(self.bytes, &old)?),
            None => out.extend_from_slice(&self.bytes[old.clone()]),
        }
        out.resize(out.len().next_multiple_of(signature::ALIGNMENT), 0);
        let signature = out.len();
        let end = signature + signature::len(signature)?;
        out.resize(end, 0);

        let mut placed = Placed {
            by: start - old.start,
            within: old,
            symbols,
            signature: signature..end,
            signed: false,
        };
        let mut new = *linkedit.header;
        new.fileoff = U64::new(LE, start as u64);
        new.filesize = U64::new(LE, (end - start) as u64);
        let behind = address.checked_add((start - payload.start) as u64);
        new.vmaddr = U64::new(
            LE,
            behind.ok_or_else(|| unusable("it leaves no addresses for a payload"))?,
        );
        new.vmsize = U64::new(LE, ((end - start) as u64).next_multiple_of(page as u64));

        let mut commands = Vec::new();
        let mut count = 0;
        for command in self.commands.list() {
            if command.kind == macho::LC_SEGMENT_64 && Segment::parse(command)?.name == LINKEDIT {
                for part in contents.parts {
                    commands.extend(segment(part, payload.start, address, page)?);
                    count += 1;
                }
                commands.extend_from_slice(bytes_of(&new));
            } else {
                commands.extend(placed.moved(command)?);
            }
            count += 1;
        }
        if !placed.signed {
            let command = LinkeditDataCommand {
                cmd: U32::new(LE, macho::LC_CODE_SIGNATURE),
                cmdsize: U32::new(LE, size_of::<LinkeditDataCommand<LE>>() as u32),
                dataoff: U32::new(LE, 0),
                datasize: U32::new(LE, 0),
            };
            commands.extend(placed.moved(&Command {
                kind: macho::LC_CODE_SIGNATURE,
                bytes: bytes_of(&command),
            })?);
            count += 1;
        }
        let room = self.room_end() as usize;
        if HEADER + commands.len() > room {
            return Err(unusable(format!(
                "its header has room for {} bytes of load commands, and the program needs {}; link it with -headerpad",
                room.saturating_sub(HEADER),
                commands.len()
            )));
        }
        let mut header: MachHeader64<LE> = *self.commands.header;
        header.ncmds = U32::new(LE, count);
        header.sizeofcmds = U32::new(LE, commands.len() as u32);
        let room = out.get_mut(..room).ok_or_else(|| damaged("a section lies outside"))?;
        room.fill(0);
        room[..HEADER].copy_from_slice(bytes_of(&header));
        room[HEADER..HEADER + commands.len()].copy_from_slice(&commands);
        Ok(())
    }

    /// The end of what is kept of `__LINKEDIT`: its signature, which comes last, is made anew.
    fn linkedit_end(&self, linkedit: &Segment<'_>) -> Result<usize> {
        let start = linkedit.header.fileoff.get(LE) as usize;
        let end = start + linkedit.header.filesize.get(LE) as usize;
        let Some((command, _)) = self.commands.find(macho::LC_CODE_SIGNATURE) else {
            return Ok(end);
        };
        let field = |at: usize| command.bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
        let (Some(offset), Some(len)) = (field(8), field(12)) else {
            return Err(damaged("a load command is cut short"));
        };
        let (offset, len) = (offset as usize, len as usize);
        if offset < start || offset > end || offset.checked_add(len) != Some(end) {
            return Err(unusable("its signature is not the end of __LINKEDIT"));
        }
        Ok(offset)
    }
}

/// Where the contents of `__LINKEDIT` have gone.
struct Placed {
    /// Bytes by which they have moved.
    by: usize,
    /// Where they were.
    within: Range<usize>,
    /// The symbols, whose tables have other lengths now.
    symbols: Option<Tables>,
    /// Where the new signature is.
    signature: Range<usize>,
    /// The command for it has been written.
    signed: bool,
}

impl Placed {
    /// A command with its offsets moved.
    fn moved(&mut self, command: &Command<'_>) -> Result<Vec<u8>> {
        let mut bytes = command.bytes.to_vec();
        for at in linkedit_offsets(command)? {
            let field = field(&mut bytes, *at)?;
            let old = u32::from_le_bytes(*field) as usize;
            // 0 means that there is nothing.
            if old == 0 && command.kind != macho::LC_CODE_SIGNATURE {
                continue;
            }
            let new = if command.kind == macho::LC_CODE_SIGNATURE {
                self.signature.start
            } else if self.within.contains(&old) || old == self.within.end {
                self.symbols.as_ref().map_or(old, |symbols| symbols.moved(old)) + self.by
            } else {
                return Err(unusable("a load command points outside __LINKEDIT"));
            };
            *field = offset32(new)?.to_le_bytes();
        }
        if command.kind == macho::LC_CODE_SIGNATURE {
            if self.signed {
                return Err(unusable("it has two signatures"));
            }
            let len = offset32(self.signature.len())?;
            *field(&mut bytes, 12)? = len.to_le_bytes();
            self.signed = true;
        }
        if let Some(symbols) = &self.symbols {
            symbols.count_in(command.kind, &mut bytes)?;
        }
        Ok(bytes)
    }
}

/// Offsets in load commands have 32 bits.
fn offset32(offset: usize) -> Result<u32> {
    u32::try_from(offset).map_err(|_| crate::error::Error::TooLarge {
        what: "the executable",
        size: offset as u64,
        limit: u32::MAX.into(),
    })
}

/// A name in a fixed place.
fn name(text: &str) -> Result<[u8; 16]> {
    let mut name = [0; 16];
    match name.get_mut(..text.len()) {
        Some(place) => place.copy_from_slice(text.as_bytes()),
        None => return Err(unusable(format!("`{text}` is too long for the name of a section"))),
    }
    Ok(name)
}

/// The segment command of a part, with one section that is all of it.
fn segment(part: &Part, payload: usize, address: u64, page: usize) -> Result<Vec<u8>> {
    let known = NAMES.iter().find(|(elf, _)| *elf == part.section);
    let (_, section) = known.ok_or_else(|| unusable(format!("`{}` has no name in Mach-O", part.section)))?;
    let len = part.range.len() as u64;
    let offset = (payload + part.range.start) as u64;
    let at = address
        .checked_add(part.range.start as u64)
        .filter(|at| at.checked_add(len).is_some());
    let at = at.ok_or_else(|| unusable("it leaves no addresses for a payload"))?;
    let (rights, flags) = match part.access {
        Access::Read => (macho::VM_PROT_READ, 0),
        Access::Execute => (
            macho::VM_PROT_READ | macho::VM_PROT_EXECUTE,
            macho::S_ATTR_PURE_INSTRUCTIONS | macho::S_ATTR_SOME_INSTRUCTIONS,
        ),
        Access::Write => (macho::VM_PROT_READ | macho::VM_PROT_WRITE, 0),
    };
    let command_len = size_of::<SegmentCommand64<LE>>() + size_of::<Section64<LE>>();
    let header = SegmentCommand64 {
        cmd: U32::new(LE, macho::LC_SEGMENT_64),
        cmdsize: U32::new(LE, command_len as u32),
        segname: name(&section.to_ascii_uppercase())?,
        vmaddr: U64::new(LE, at),
        vmsize: U64::new(LE, len),
        fileoff: U64::new(LE, offset),
        filesize: U64::new(LE, len),
        maxprot: U32::new(LE, rights),
        initprot: U32::new(LE, rights),
        nsects: U32::new(LE, 1),
        flags: U32::new(LE, 0),
    };
    let inner = Section64 {
        sectname: name(section)?,
        segname: header.segname,
        addr: header.vmaddr,
        size: header.vmsize,
        offset: U32::new(LE, offset32(offset as usize)?),
        align: U32::new(LE, page.trailing_zeros()),
        reloff: U32::new(LE, 0),
        nreloc: U32::new(LE, 0),
        flags: U32::new(LE, flags),
        reserved1: U32::new(LE, 0),
        reserved2: U32::new(LE, 0),
        reserved3: U32::new(LE, 0),
    };
    let mut bytes = bytes_of(&header).to_vec();
    bytes.extend_from_slice(bytes_of(&inner));
    Ok(bytes)
}
