//! What all formats of executables have: sections, loaded ranges, and the parts of a payload.

use std::ops::Range;

use crate::image::dwarf::DebugSection;
use crate::image::labels::Symbol;

/// A section of an executable.
#[derive(Debug, Clone)]
pub struct Section<'a> {
    /// Its name, in the spelling of ELF where the format shortens names.
    pub name: &'a str,
    /// Address once the file is loaded at 0.
    pub address: u64,
    /// Offset in the file in bytes.
    pub offset: u64,
    /// Length in memory in bytes.
    pub len: u64,
    /// Whether it is loaded.
    pub allocated: bool,
    /// It can be written to, executed.
    pub access: (bool, bool),
}

impl Section<'_> {
    /// Access rights as `r-x` and the like.
    pub fn rights(&self) -> String {
        let bit = |set, letter| if set { letter } else { '-' };
        let (write, execute) = self.access;
        [bit(self.allocated, 'r'), bit(write, 'w'), bit(execute, 'x')]
            .iter()
            .collect()
    }
}

/// A range of the file that is loaded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    /// Address once the file is loaded at 0.
    pub address: u64,
    /// Offset in the file.
    pub offset: u64,
    /// Length in the file.
    pub len: u64,
    /// Length in memory.
    pub memory: u64,
}

impl Load {
    pub(super) fn holds(&self, address: u64) -> bool {
        address >= self.address && address - self.address < self.len
    }

    pub(super) fn distance(&self) -> u64 {
        self.address.wrapping_sub(self.offset)
    }
}

/// A part of the payload with its own access rights.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// Name of its section.
    pub section: &'static str,
    /// Where it lies in the payload; whole pages of the smallest size.
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

/// What a program adds to its runtime, as far as the layout of the file depends on it.
pub(crate) struct Contents<'a> {
    /// The parts of the payload, in order.
    pub parts: &'a [Part],
    /// Distance of the first code from the start of the payload in bytes, a multiple of the smallest page.
    pub to_text: usize,
    /// Symbols of each part that is code, in order.
    pub symbols: &'a [Vec<Symbol>],
    /// Debugging information.
    pub debug: &'a [DebugSection],
    /// Alignment that sections of the payload claim, in bytes.
    pub page: usize,
}

impl Contents<'_> {
    /// The parts that are code, each with its number among all parts and its symbols.
    pub(super) fn named_code(&self) -> impl Iterator<Item = (usize, &Part, &[Symbol])> {
        let code = self.parts.iter().enumerate();
        let code = code.filter(|(_, part)| part.access == Access::Execute);
        code.zip(self.symbols)
            .map(|((number, part), symbols)| (number, part, symbols.as_slice()))
    }
}
