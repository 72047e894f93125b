//! The symbol table of a packed file: what lldb, profilers and crash reports call the code.
//!
//! Packed code takes the place of the runtime's own functions, which nobody wants to see and which made up a quarter of
//! hello; what dyld binds stays. Local symbols come first, and all numbers of others change (`<mach-o/nlist.h>`,
//! `<mach-o/loader.h>`). Apple's tools want `__LINKEDIT` without gaps and in the order of the linker, so both tables stay
//! where they are, and what follows them moves.

use std::iter;
use std::ops::Range;

use object::LittleEndian as LE;
use object::macho::{self, DysymtabCommand, Nlist64, SymtabCommand};
use object::pod::{bytes_of, from_bytes, slice_from_bytes};
use object::{U16, U32, U64};

use super::commands::{Command, Commands, field};
use super::faults::{damaged, unusable};
use super::file::{File, NAMES};
use super::signature;
use crate::error::Result;
use crate::executable::parts::Contents;

/// The string table ends at a multiple of this.
const ALIGNMENT: usize = 8;

/// The symbol table and the names of a packed file, with the places that they take in its runtime.
pub(super) struct Tables {
    /// Number of symbols of packed code, all of them local.
    locals: u32,
    /// Number of local symbols of the runtime.
    dropped: u32,
    entries: Replaced,
    names: Replaced,
    /// Where the runtime has references to symbols by their numbers.
    references: Range<usize>,
}

/// Bytes that stand for others.
struct Replaced {
    /// Place of the old ones in the runtime's file.
    old: Range<usize>,
    new: Vec<u8>,
}

impl Tables {
    /// Those of a runtime whose `__LINKEDIT` is at `linkedit`, with the symbols of packed code for its own local ones. None
    /// if the runtime has no table.
    ///
    /// # Errors
    /// When the tables of the runtime lie elsewhere, or are used in a way that is not known.
    pub fn new(
        file: &File<'_>,
        contents: &Contents<'_>,
        address: u64,
        linkedit: &Range<usize>,
    ) -> Result<Option<Self>> {
        let (Some(table), Some(numbers)) = (symtab(&file.commands)?, dysymtab(&file.commands)?) else {
            return Ok(None);
        };
        let within = |offset: u32, len: u64| {
            let start = offset as usize;
            let end = usize::try_from(len).ok().and_then(|len| start.checked_add(len));
            end.filter(|end| linkedit.start <= start && *end <= linkedit.end)
                .map(|end| start..end)
                .ok_or_else(|| unusable("its symbols lie outside __LINKEDIT"))
        };
        let old = table.nsyms.get(LE);
        if old == 0 {
            return Ok(None);
        }
        let old_entries = within(table.symoff.get(LE), u64::from(old) * size_of::<Nlist64<LE>>() as u64)?;
        let old_names = within(table.stroff.get(LE), table.strsize.get(LE).into())?;
        let references = match numbers.nindirectsyms.get(LE) {
            0 => 0..0,
            count => within(numbers.indirectsymoff.get(LE), u64::from(count) * 4)?,
        };
        let unknown = [numbers.ntoc, numbers.nmodtab, numbers.nextrefsyms, numbers.nextrel];
        let dropped = numbers.nlocalsym.get(LE);
        if unknown.iter().any(|count| count.get(LE) > 0) || numbers.ilocalsym.get(LE) != 0 || dropped > old {
            return Err(unusable("its symbols are not those of an executable"));
        }

        let (mut entries, mut names, mut locals) = (Vec::new(), vec![0], 0);
        let mut add = |mut entry: Nlist64<LE>, name: &mut dyn Iterator<Item = u8>| -> Result<()> {
            let at = u32::try_from(names.len()).map_err(|_| unusable("the names of its symbols are too long"))?;
            entry.n_strx = U32::new(LE, at);
            entries.extend_from_slice(bytes_of(&entry));
            names.extend(name);
            names.push(0);
            Ok(())
        };
        let runtime_sections: usize = file.segments.iter().map(|segment| segment.sections.len()).sum();
        for (number, part, symbols) in contents.named_code() {
            let section = u8::try_from(runtime_sections + number + 1);
            let section = section.map_err(|_| unusable("it has too many sections"))?;
            for symbol in symbols {
                let entry = Nlist64 {
                    n_strx: U32::new(LE, 0),
                    n_type: macho::N_SECT,
                    n_sect: section,
                    n_desc: U16::new(LE, 0),
                    n_value: U64::new(LE, address + part.range.start as u64 + u64::from(symbol.start)),
                };
                // As C compilers for macOS do it; its tools take one off.
                add(entry, &mut iter::once(b'_').chain(symbol.name_bytes()))?;
                locals += 1;
            }
        }
        let (kept, _) = slice_from_bytes::<Nlist64<LE>>(&file.bytes[old_entries.clone()], old as usize)
            .map_err(|()| damaged("its symbols are cut short"))?;
        for entry in &kept[dropped as usize..] {
            let name = file.bytes[old_names.clone()].get(entry.n_strx.get(LE) as usize..);
            let name = name.and_then(|name| name.split(|byte| *byte == 0).next());
            let name = name.ok_or_else(|| damaged("the name of a symbol lies outside"))?;
            add(*entry, &mut name.iter().copied())?;
        }
        names.resize(names.len().next_multiple_of(ALIGNMENT), 0);
        Ok(Some(Tables {
            locals,
            dropped,
            entries: Replaced {
                old: old_entries,
                new: entries,
            },
            names: Replaced {
                old: old_names,
                new: names,
            },
            references,
        }))
    }

    /// Where something goes that is at an offset in the runtime's file, if nothing else moves it.
    pub fn moved(&self, offset: usize) -> usize {
        let behind = [&self.entries, &self.names]
            .into_iter()
            .filter(|replaced| replaced.old.end <= offset);
        behind.fold(offset, |at, replaced| at + replaced.new.len() - replaced.old.len())
    }

    /// The contents of `__LINKEDIT`, which is at `at` in the runtime's file, with these tables.
    ///
    /// # Errors
    /// When something refers to a symbol that is gone.
    pub fn replaced(&self, file: &[u8], at: &Range<usize>) -> Result<Vec<u8>> {
        let mut old = file[..at.end].to_vec();
        for reference in old[self.references.clone()].chunks_exact_mut(4) {
            let number = u32::from_le_bytes([reference[0], reference[1], reference[2], reference[3]]);
            if number & (macho::INDIRECT_SYMBOL_LOCAL | macho::INDIRECT_SYMBOL_ABS) == 0 {
                reference.copy_from_slice(&self.renumbered(number)?.to_le_bytes());
            }
        }
        let mut tables = [&self.entries, &self.names];
        tables.sort_by_key(|replaced| replaced.old.start);
        let (mut new, mut from) = (Vec::new(), at.start);
        for replaced in tables {
            let between = old.get(from..replaced.old.start);
            new.extend_from_slice(between.ok_or_else(|| unusable("its symbols and their names overlap"))?);
            new.extend_from_slice(&replaced.new);
            from = replaced.old.end;
        }
        // What only brought the runtime's signature to its alignment would be a gap now.
        let rest = &old[from..];
        if rest.len() >= signature::ALIGNMENT || rest.iter().any(|byte| *byte != 0) {
            new.extend_from_slice(rest);
        }
        Ok(new)
    }

    /// The new number of a symbol that is not local.
    fn renumbered(&self, number: u32) -> Result<u32> {
        let new = number
            .checked_sub(self.dropped)
            .and_then(|number| number.checked_add(self.locals));
        new.ok_or_else(|| unusable("a local symbol is referred to"))
    }

    /// Writes the new numbers into a command that is about symbols.
    ///
    /// # Errors
    /// When the command is cut short, or its numbers make no sense.
    pub fn count_in(&self, kind: u32, command: &mut [u8]) -> Result<()> {
        type New<'a> = &'a dyn Fn(u32) -> Result<u32>;
        let renumbered: New<'_> = &|old| self.renumbered(old);
        let changes: &[(usize, New<'_>)] = match kind {
            // Number of symbols, length of their names.
            macho::LC_SYMTAB => &[(12, renumbered), (20, &|_| Ok(self.names.new.len() as u32))],
            // Number of local ones; the first defined, the first undefined one.
            macho::LC_DYSYMTAB => &[(12, &|_| Ok(self.locals)), (16, renumbered), (24, renumbered)],
            _ => &[],
        };
        for (at, new) in changes {
            let field = field(command, *at)?;
            *field = new(u32::from_le_bytes(*field))?.to_le_bytes();
        }
        Ok(())
    }
}

fn parsed<'a, T: object::Pod>(command: Option<(Command<'a>, usize)>) -> Result<Option<&'a T>> {
    let parsed = command.map(|(command, _)| from_bytes::<T>(command.bytes));
    let parsed = parsed
        .transpose()
        .map_err(|()| damaged("a load command is cut short"))?;
    Ok(parsed.map(|(command, _)| command))
}

fn symtab<'a>(commands: &Commands<'a>) -> Result<Option<&'a SymtabCommand<LE>>> {
    parsed(commands.find(macho::LC_SYMTAB))
}

fn dysymtab<'a>(commands: &Commands<'a>) -> Result<Option<&'a DysymtabCommand<LE>>> {
    parsed(commands.find(macho::LC_DYSYMTAB))
}

impl File<'_> {
    /// Number of symbols of packed code.
    pub(in crate::executable) fn symbols(&self) -> usize {
        let Ok(Some(table)) = symtab(&self.commands) else {
            return 0;
        };
        let text = NAMES.iter().find(|(elf, _)| *elf == nyash_format::section::TEXT);
        let packed = |section: &&object::macho::Section64<LE>| {
            let name = &section.sectname;
            text.is_some_and(|(_, text)| {
                name.starts_with(text.as_bytes()) && name[text.len()..].iter().all(|b| *b == 0)
            })
        };
        let sections: Vec<bool> = self
            .segments
            .iter()
            .flat_map(|segment| segment.sections)
            .map(|section| packed(&section))
            .collect();
        let entries = self.bytes.get(table.symoff.get(LE) as usize..).unwrap_or_default();
        let entries = slice_from_bytes::<Nlist64<LE>>(entries, table.nsyms.get(LE) as usize);
        let (entries, _) = entries.unwrap_or_default();
        let ours = |entry: &&Nlist64<LE>| {
            let section = usize::from(entry.n_sect).wrapping_sub(1);
            entry.n_type == macho::N_SECT && sections.get(section) == Some(&true)
        };
        entries.iter().filter(ours).count()
    }
}
