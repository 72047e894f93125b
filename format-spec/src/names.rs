//! The name table: which wasm function a code address belongs to, for call stacks.
//!
//! It is read only when a program traps, straight from the mapped image, and is laid out for binary search. Places in the source
//! are a second table behind the first ([`crate::lines`]); writers that know none write none.

use alloc::vec::Vec;

use crate::bytes::Reader;
use crate::error::{FormatError, Part};
use crate::lines::{self, BLOCK_LEN, Position, Scope};

const MAGIC: &[u8; 8] = b"NYNAMES\n";
/// Of this table; the first had another form of positions, which nobody wrote.
const VERSION: u32 = 2;
const FUNCTION_LEN: usize = 16;
const PART: Part = Part::Names;

/// What is known of a code address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Index of the function in the module.
    pub index: u32,
    /// Its name, when the module has one.
    pub name: Option<&'a str>,
    /// Offset of the address from the start of the function's code in bytes.
    pub offset: u32,
    /// Source file, line and column (both from 1; column 0 if unknown).
    pub position: Option<(&'a str, u32, u32)>,
    /// The innermost function that the code was inlined from, or 0.
    scope: u32,
}

/// A line of a call stack: a frame has one, and one more for each function that was inlined there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call<'a> {
    /// Name of the function, when it is known.
    pub name: Option<&'a str>,
    /// It was put where it is called, and has no code of its own here.
    pub inlined: bool,
    /// Source file, line and column, as in [`Frame`].
    pub position: Option<(&'a str, u32, u32)>,
}

/// A view of a name table's bytes.
#[derive(Debug, Clone, Copy)]
pub struct NameTable<'a> {
    functions: &'a [u8],
    blocks: &'a [u8],
    rows: &'a [u8],
    scopes: &'a [u8],
    strings: &'a [u8],
}

impl<'a> NameTable<'a> {
    /// Reads the table's head; entries are checked when they are looked at.
    ///
    /// # Errors
    /// When magic, version or lengths do not fit.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FormatError> {
        let mut r = Reader::new(bytes, PART);
        r.magic(MAGIC)?;
        r.version_of(VERSION)?;
        let functions = r.u32()? as usize;
        let blocks = r.u32()? as usize;
        let rows = r.u32()? as usize;
        let scopes = r.u32()? as usize;
        let strings = r.u32()? as usize;
        let length = |n: usize, each: usize| n.checked_mul(each).ok_or(FormatError::Truncated(PART));
        Ok(NameTable {
            functions: r.take(length(functions, FUNCTION_LEN)?)?,
            blocks: r.take(length(blocks, BLOCK_LEN)?)?,
            rows: r.take(rows)?,
            scopes: r.take(scopes)?,
            strings: r.take(strings)?,
        })
    }

    /// Finds the function that holds the code address `offset` (bytes from the start of the module's text).
    pub fn find(&self, offset: u32) -> Option<Frame<'a>> {
        let entry = last_at_or_before(self.functions, FUNCTION_LEN, offset)?;
        let mut r = Reader::new(entry, PART);
        let (start, len, index, name) = (r.u32().ok()?, r.u32().ok()?, r.u32().ok()?, r.u32().ok()?);
        let within = offset - start;
        if within >= len {
            return None;
        }
        let position = self.position(offset).filter(|(at, _)| *at >= start);
        let position = position.map(|(_, position)| position).unwrap_or_default();
        Some(Frame {
            index,
            name: self.string(name),
            offset: within,
            position: self.place(position),
            scope: position.scope,
        })
    }

    /// The lines of a call stack that a frame stands for, the innermost first.
    pub fn calls(&self, frame: &Frame<'a>) -> impl Iterator<Item = Call<'a>> + use<'a> {
        let table = *self;
        let (name, mut position, mut scope) = (frame.name, frame.position, Some(frame.scope));
        core::iter::from_fn(move || {
            let own = scope?;
            let Some(inner) = lines::scope(table.scopes, own) else {
                scope = None;
                let inlined = false;
                return Some(Call {
                    name,
                    inlined,
                    position,
                });
            };
            let call = Call {
                name: table.string(inner.name),
                inlined: true,
                position,
            };
            position = table.place(inner.call);
            // A scope stands behind the one that it is in; anything else could go round for ever.
            scope = Some(inner.call.scope).filter(|outer| *outer < own);
            Some(call)
        })
    }

    /// All functions in order of their code: start and length of the code in bytes, and what a frame at the start is.
    pub fn functions(&self) -> impl Iterator<Item = (u32, u32, Frame<'a>)> + use<'a> {
        let table = *self;
        table.functions.chunks_exact(FUNCTION_LEN).filter_map(move |entry| {
            let mut r = Reader::new(entry, PART);
            let (start, len, index, name) = (r.u32().ok()?, r.u32().ok()?, r.u32().ok()?, r.u32().ok()?);
            let frame = Frame {
                index,
                name: table.string(name),
                offset: 0,
                position: None,
                scope: 0,
            };
            Some((start, len, frame))
        })
    }

    /// A frame of the function with this index in the module, where only that is known. The table is not sorted by
    /// index, so this walks it.
    pub fn function(&self, index: u32) -> Option<Frame<'a>> {
        self.functions()
            .map(|(_, _, frame)| frame)
            .find(|frame| frame.index == index)
    }

    /// Number of functions.
    pub fn len(&self) -> usize {
        self.functions.len() / FUNCTION_LEN
    }

    /// Whether there are no functions.
    pub fn is_empty(&self) -> bool {
        self.functions.is_empty()
    }

    /// Whether there are places in the source.
    pub fn has_positions(&self) -> bool {
        !self.blocks.is_empty()
    }

    fn position(&self, offset: u32) -> Option<(u32, Position)> {
        let entry = last_at_or_before(self.blocks, BLOCK_LEN, offset)?;
        let mut r = Reader::new(entry, PART);
        lines::find(self.rows, r.u32().ok()?, r.u32().ok()?, offset)
    }

    fn place(&self, position: Position) -> Option<(&'a str, u32, u32)> {
        (position.line > 0).then_some((self.string(position.file)?, position.line, position.column))
    }

    fn string(&self, at: u32) -> Option<&'a str> {
        let mut r = Reader::new(self.strings.get(at as usize..)?, PART);
        let len = r.u32().ok()? as usize;
        let text = core::str::from_utf8(r.take(len).ok()?).ok()?;
        (!text.is_empty()).then_some(text)
    }
}

/// The last entry whose first field is not above `key`. Entries are sorted by that field.
fn last_at_or_before(entries: &[u8], each: usize, key: u32) -> Option<&[u8]> {
    let first = |i: usize| -> Option<u32> { Some(u32::from_le_bytes(*entries.get(i * each..)?.first_chunk()?)) };
    let (mut low, mut high) = (0, entries.len() / each);
    while low < high {
        let middle = low + (high - low) / 2;
        if first(middle)? <= key {
            low = middle + 1
        } else {
            high = middle
        }
    }
    let at = low.checked_sub(1)? * each;
    entries.get(at..at + each)
}

/// Builds a name table.
#[derive(Debug, Default)]
pub struct NameTableBuilder {
    functions: Vec<[u32; 4]>,
    positions: Vec<(u32, Position)>,
    scopes: Vec<u8>,
    strings: Vec<u8>,
}

impl NameTableBuilder {
    /// An empty table. The empty string stands at offset 0.
    pub fn new() -> Self {
        NameTableBuilder {
            strings: alloc::vec![0; 4],
            ..Self::default()
        }
    }

    /// Stores a string and returns its offset, for [`Self::function`] and [`Self::position`].
    ///
    /// # Errors
    /// [`FormatError::TooLarge`] when the strings exceed 4 GiB.
    pub fn string(&mut self, text: &str) -> Result<u32, FormatError> {
        if text.is_empty() {
            return Ok(0);
        }
        let too_large = FormatError::TooLarge("the text of all function names");
        let at = u32::try_from(self.strings.len()).map_err(|_| too_large)?;
        let len = u32::try_from(text.len()).map_err(|_| too_large)?;
        self.strings.extend_from_slice(&len.to_le_bytes());
        self.strings.extend_from_slice(text.as_bytes());
        Ok(at)
    }

    /// Adds a function whose code is `len` bytes from `start` of the module's text; `name` is an offset or 0.
    pub fn function(&mut self, start: u32, len: u32, index: u32, name: u32) {
        self.functions.push([start, len, index, name]);
    }

    /// Adds the source position of the code from `start` to the next position, or to the end of the function.
    pub fn position(&mut self, start: u32, position: Position) {
        self.positions.push((start, position));
    }

    /// Adds a function that was put where it is called, and returns what stands for it in [`Position::scope`]. The scope that
    /// it is called in has been added before.
    ///
    /// # Errors
    /// [`FormatError::TooLarge`] when there are more than 32 bits can count.
    pub fn scope(&mut self, scope: Scope) -> Result<u32, FormatError> {
        lines::put_scope(&mut self.scopes, scope)
    }

    /// The table's bytes.
    ///
    /// # Errors
    /// [`FormatError::TooLarge`] when a count exceeds 32 bits.
    pub fn finish(mut self) -> Result<Vec<u8>, FormatError> {
        self.functions.sort_unstable();
        self.positions.sort_by_key(|(start, _)| *start);
        let (blocks, rows) = lines::write(&self.positions)?;
        let mut out = Vec::new();
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        let (functions, scopes) = (self.functions.len(), self.scopes.len());
        for len in [functions, blocks.len(), rows.len(), scopes, self.strings.len()] {
            let len = u32::try_from(len).map_err(|_| FormatError::TooLarge("the name table"))?;
            out.extend_from_slice(&len.to_le_bytes());
        }
        let mut put = |fields: &[u32]| out.extend(fields.iter().flat_map(|field| field.to_le_bytes()));
        self.functions.iter().for_each(|function| put(function));
        blocks.iter().for_each(|block| put(block));
        out.extend_from_slice(&rows);
        out.extend_from_slice(&self.scopes);
        out.extend_from_slice(&self.strings);
        Ok(out)
    }
}
