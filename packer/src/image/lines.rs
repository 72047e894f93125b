//! Where code comes from: the module's debugging information (DWARF), looked up for each piece of compiled code.
//!
//! Addresses in it are offsets into the module's code section (the tool conventions' Dwarf.md), and the compiler says which of
//! them each piece of code was made from. What is looked up goes into the name table and is read when a program traps.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use addr2line::{Context, Location};
use gimli::{Dwarf, EndianSlice, LittleEndian, SectionId};
use nyash_format::{NameTableBuilder, Position, Scope};
use wasmparser::{Parser, Payload};
use wasmtime_environ::FilePos;

use super::names::readable;
use super::reading::{Image, TEXT};
use crate::error::Result;
use crate::path_prefix::remapped;

type Slice<'a> = EndianSlice<'a, LittleEndian>;

/// A module's debugging information.
pub(crate) struct DebugInfo<'a> {
    context: Context<Slice<'a>>,
    /// The code that it is about.
    code: &'a [u8],
    /// What paths begin with, and what they shall begin with instead.
    prefixes: &'a [(String, String)],
}

impl<'a> DebugInfo<'a> {
    /// That of a module, if it has any.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read(wasm: &'a [u8], prefixes: &'a [(String, String)]) -> Result<Option<Self>, String> {
        let mut sections: HashMap<&str, &'a [u8]> = HashMap::new();
        let mut code = None;
        // The module itself has been accepted.
        for payload in Parser::new(0).parse_all(wasm).map_while(std::result::Result::ok) {
            if let Payload::CustomSection(custom) = &payload
                && custom.name().starts_with(".debug_")
            {
                sections.insert(custom.name(), custom.data());
            }
            if let Payload::CodeSectionStart { range, .. } = payload {
                code = wasm.get(range);
            }
        }
        let (Some(code), true) = (code, sections.contains_key(SectionId::DebugLine.name())) else {
            return Ok(None);
        };
        let load = |id: SectionId| sections.get(id.name()).copied().unwrap_or_default();
        let dwarf = Dwarf::load(|id| Ok::<_, gimli::Error>(Slice::new(load(id), LittleEndian)));
        let context = dwarf.and_then(Context::from_dwarf).map_err(|error| error.to_string())?;
        Ok(Some(DebugInfo {
            context,
            code,
            prefixes,
        }))
    }

    /// Whether it is about the code of a module that was made of the one that it came with.
    pub fn fits(&self, wasm: &[u8]) -> bool {
        code_section(wasm).is_some_and(|range| wasm[range] == *self.code)
    }

    /// Writes down where the code of an image comes from that was compiled from `wasm`.
    ///
    /// # Errors
    /// When there is more than the format holds.
    pub fn describe(&self, image: &Image<'_>, wasm: &[u8], table: &mut NameTableBuilder) -> Result<Described> {
        let mut described = Described::default();
        let Some(code) = code_section(wasm) else {
            return Ok(described);
        };
        let mut writer = Writer {
            info: self,
            table,
            files: HashMap::new(),
            names: HashMap::new(),
            scopes: HashMap::new(),
            known: HashMap::new(),
            wrong: None,
        };
        let mut functions: Vec<u32> = image.functions().iter().map(|function| function.start).collect();
        functions.sort_unstable();
        let mut functions = functions.into_iter().peekable();
        let mut traps = image.traps().peekable();
        let mut pieces = image.address_map().peekable();
        // What comes first is of no known place, as if the table said so; then the first place of the function.
        let (mut last, mut entry) = (Position::default(), Position::default());
        while let Some((start, from)) = pieces.next() {
            let end = pieces.peek().map_or(u32::MAX, |(next, _)| *next);
            let trap = std::iter::from_fn(|| traps.next_if(|at| *at < end))
                .last()
                .is_some_and(|at| at >= start);
            // A place holds to the end of its function.
            let mut opens = false;
            let (at, position) = match address(from, &code) {
                // The code that makes room for a function's variables comes from nowhere, and may find none. Where that trap
                // stands before everything else, the function's first place will cover it.
                None if trap && functions.peek().is_none_or(|own| *own > start) => (start, entry),
                None => continue,
                Some(address) => match std::iter::from_fn(|| functions.next_if(|own| *own <= start)).last() {
                    Some(first) => {
                        opens = true;
                        entry = writer.position(address)?;
                        (first, entry)
                    }
                    None if trap || calls(wasm[code.start + address as usize]) => (start, writer.position(address)?),
                    None => continue,
                },
            };
            if position != last || opens {
                writer.table.position(at, position);
                described.places += usize::from(position.line > 0);
                last = position;
            }
        }
        described.wrong = writer.wrong.map(|error| error.to_string());
        Ok(described)
    }
}

/// Bytes of the instructions at the start of a function that make its frame, as Cranelift writes them and gdb knows them; 0 where
/// there are none, or where gdb looks at lines only.
fn frame(code: &[u8]) -> u32 {
    // x86-64: push rbp; mov rbp, rsp. arm64: stp x29, x30, [sp, -16]!; mov x29, sp.
    const FRAMES: [&[u8]; 2] = [
        &[0x55, 0x48, 0x89, 0xe5],
        &[0xfd, 0x7b, 0xbf, 0xa9, 0xfd, 0x03, 0x00, 0x91],
    ];
    let frame = FRAMES.into_iter().find(|frame| code.starts_with(frame));
    frame.map_or(0, |frame| frame.len() as u32)
}

/// Functions and lines of an image's code.
#[derive(Debug, Default)]
pub(crate) struct NativeLines {
    /// Paths of source files.
    pub files: Vec<String>,
    /// In the order of their code.
    pub functions: Vec<NativeFunction>,
}

/// A function of an image.
#[derive(Debug)]
pub(crate) struct NativeFunction {
    /// As the module calls it, mangled as it is.
    pub name: String,
    /// Offset of its code from the start of the text in bytes.
    pub start: u32,
    /// Length of its code in bytes.
    pub len: u32,
    /// Where its code has made its frame, as an offset from the start of the text; its start where that is not known.
    pub body: u32,
    /// Where its code comes from, in order.
    pub places: Vec<NativePlace>,
}

/// Where code from an offset on comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NativePlace {
    /// Offset from the start of the text in bytes.
    pub start: u32,
    /// Which of the files.
    pub file: usize,
    /// From 1; 0 where it is not known.
    pub line: u32,
    /// From 1; 0 where it is not known.
    pub column: u32,
}

/// What became of looking all code up.
#[derive(Debug, Default)]
pub(crate) struct Described {
    /// How many places there are.
    pub places: usize,
    /// What was wrong with the debugging information first.
    pub wrong: Option<String>,
}

impl DebugInfo<'_> {
    /// Where all code of an image comes from that was compiled from `wasm`. `name` gives what the module calls a function.
    pub fn native<'n>(&self, image: &Image<'_>, wasm: &[u8], name: impl Fn(u32) -> Option<&'n str>) -> NativeLines {
        let mut native = NativeLines::default();
        let Some(code) = code_section(wasm) else { return native };
        let text = image.section(TEXT).unwrap_or_default();
        let mut functions = image.functions();
        functions.sort_unstable_by_key(|function| function.start);
        let mut files: HashMap<String, usize> = HashMap::new();
        let mut pieces = image.address_map().peekable();
        for function in functions {
            let mut places: Vec<NativePlace> = Vec::new();
            while let Some((start, from)) =
                pieces.next_if(|(start, _)| *start < function.start.saturating_add(function.len))
            {
                let Some(address) = address(from, &code).filter(|_| start >= function.start) else {
                    continue;
                };
                let Ok(Some(Location {
                    file: Some(file),
                    line: Some(line),
                    column,
                })) = self.context.find_location(address)
                else {
                    continue;
                };
                let file = *files.entry(file.to_owned()).or_insert_with_key(|file| {
                    native.files.push(remapped(file, self.prefixes));
                    native.files.len() - 1
                });
                let place = NativePlace {
                    // What makes room for the function's variables belongs to its first line.
                    start: if places.is_empty() { function.start } else { start },
                    file,
                    line,
                    column: column.unwrap_or(0),
                };
                let same = |last: &NativePlace| (last.file, last.line, last.column) == (file, line, place.column);
                if !places.last().is_some_and(same) {
                    places.push(place);
                }
            }
            native.functions.push(NativeFunction {
                name: name(function.index).map_or_else(|| format!("function[{}]", function.index), str::to_owned),
                start: function.start,
                len: function.len,
                body: function.start + frame(text.get(function.start as usize..).unwrap_or_default()),
                places,
            });
        }
        native
    }
}

/// Where the content of a module's code section lies.
fn code_section(wasm: &[u8]) -> Option<Range<usize>> {
    let payloads = Parser::new(0).parse_all(wasm).map_while(std::result::Result::ok);
    payloads
        .filter_map(|payload| match payload {
            Payload::CodeSectionStart { range, .. } => Some(range),
            _other => None,
        })
        .next()
}

/// A place in the module, as its debugging information counts them.
fn address(from: FilePos, code: &Range<usize>) -> Option<u64> {
    let offset = from.file_offset()? as usize;
    code.contains(&offset).then(|| (offset - code.start) as u64)
}

/// Whether an instruction may call something, so that a call stack has a frame there. Most do not, and the table is that much
/// smaller. By the first byte of the instruction, where what is not known to be without calls counts as a call.
fn calls(opcode: u8) -> bool {
    !matches!(
        opcode,
        // Blocks, jumps, parameters; variables; loads and stores; memory.size; constants.
        0x00..=0x07 | 0x0b..=0x0f | 0x1a..=0x24 | 0x28..=0x3f | 0x41..=0x44
        // Comparisons, arithmetic and conversions.
        | 0x45..=0xc4
        // References.
        | 0xd0..=0xd4
    )
}

struct Writer<'w, 'a> {
    info: &'w DebugInfo<'a>,
    table: &'w mut NameTableBuilder,
    files: HashMap<String, u32>,
    /// By what the module calls them.
    names: HashMap<String, u32>,
    scopes: HashMap<Scope, u32>,
    /// What has been looked up, by address.
    known: HashMap<u64, Position>,
    /// What went wrong first.
    wrong: Option<gimli::Error>,
}

impl Writer<'_, '_> {
    /// Where an address comes from; nowhere if that cannot be read.
    fn position(&mut self, address: u64) -> Result<Position> {
        if let Some(position) = self.known.get(&address) {
            return Ok(*position);
        }
        let position = match self.look_up(address)? {
            Ok(position) => position,
            Err(error) => {
                self.wrong.get_or_insert(error);
                Position::default()
            }
        };
        self.known.insert(address, position);
        Ok(position)
    }

    /// Where an address comes from, and the functions that were inlined there.
    fn look_up(&mut self, address: u64) -> Result<std::result::Result<Position, gimli::Error>> {
        let mut frames = match self.info.context.find_frames(address).skip_all_loads() {
            Ok(frames) => frames,
            Err(error) => return Ok(Err(error)),
        };
        // The innermost comes first: where it is, and what it is called unless it is the function itself.
        let mut chain = Vec::new();
        loop {
            match frames.next() {
                Ok(Some(frame)) => {
                    let name = frame.function.as_ref().and_then(|function| function.raw_name().ok());
                    let name = self.name(name.as_deref().unwrap_or_default())?;
                    chain.push((self.place(frame.location)?, name));
                }
                Ok(None) => break,
                Err(error) => return Ok(Err(error)),
            }
        }
        let Some((mut position, _)) = chain.pop() else {
            return Ok(Ok(Position::default()));
        };
        while let Some((inner, name)) = chain.pop() {
            let scope = Scope { name, call: position };
            let number = match self.scopes.get(&scope) {
                Some(number) => *number,
                None => {
                    let number = self.table.scope(scope)?;
                    self.scopes.insert(scope, number);
                    number
                }
            };
            position = Position { scope: number, ..inner };
        }
        Ok(Ok(position))
    }

    fn name(&mut self, name: &str) -> Result<u32> {
        if let Some(at) = self.names.get(name) {
            return Ok(*at);
        }
        // One without a name would be called after the function that it is inlined in.
        let shown = if name.is_empty() {
            Cow::Borrowed("unnamed")
        } else {
            readable(name)
        };
        let at = self.table.string(&shown)?;
        self.names.insert(name.to_owned(), at);
        Ok(at)
    }

    fn place(&mut self, location: Option<Location<'_>>) -> Result<Position> {
        let Some(Location {
            file: Some(file),
            line: Some(line),
            column,
        }) = location
        else {
            return Ok(Position::default());
        };
        let file = match self.files.get(file) {
            Some(at) => *at,
            None => {
                let at = self.table.string(&remapped(file, self.info.prefixes))?;
                self.files.insert(file.to_owned(), at);
                at
            }
        };
        Ok(Position {
            file,
            line,
            column: column.unwrap_or(0),
            scope: 0,
        })
    }
}
