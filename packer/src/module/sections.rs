//! A module as its sections, most of which are copied as they are.

use std::collections::BTreeMap;
use std::ops::Range;

use wasm_encoder::{Encode, RawSection};
use wasmparser::{BinaryReader, Encoding, Parser, Payload, WasmFeatures};

use crate::error::{Error, Result};

/// A kind of section, in the order in which they stand in a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Type,
    Import,
    Function,
    Table,
    Memory,
    Tag,
    Global,
    Export,
    Start,
    Element,
    DataCount,
    Code,
    Data,
}

impl Kind {
    /// With the numbers of the binary format.
    const ALL: [(Kind, u8); 13] = [
        (Kind::Type, 1),
        (Kind::Import, 2),
        (Kind::Function, 3),
        (Kind::Table, 4),
        (Kind::Memory, 5),
        (Kind::Tag, 13),
        (Kind::Global, 6),
        (Kind::Export, 7),
        (Kind::Start, 8),
        (Kind::Element, 9),
        (Kind::DataCount, 12),
        (Kind::Code, 10),
        (Kind::Data, 11),
    ];

    /// The kind of a section by its number; custom sections have none.
    fn from_id(id: u8) -> Option<Self> {
        Self::ALL.iter().find(|(_, own)| *own == id).map(|(kind, _)| *kind)
    }

    fn id(self) -> u8 {
        Self::ALL
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or(0, |(_, id)| *id)
    }
}

/// The sections of a module.
pub(crate) struct Sections<'a> {
    wasm: &'a [u8],
    /// Each with its head; custom sections have no kind.
    all: Vec<(Option<Kind>, Range<usize>)>,
}

impl<'a> Sections<'a> {
    /// Splits a module, and shows the contents of every section but those of functions.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no module.
    pub fn read(wasm: &'a [u8], mut see: impl FnMut(Payload<'a>) -> Result<()>) -> Result<Self> {
        let mut parser = Parser::new(0);
        parser.set_features(WasmFeatures::all());
        let mut all = Vec::new();
        let (mut rest, mut at) = (wasm, 0);
        loop {
            let (consumed, payload) = match parser.parse(rest, true).map_err(invalid)? {
                wasmparser::Chunk::Parsed { consumed, payload } => (consumed, payload),
                wasmparser::Chunk::NeedMoreData(_) => return Err(cut(wasm)),
            };
            let mut end = at + consumed;
            match payload {
                Payload::Version {
                    encoding: Encoding::Component,
                    ..
                } => return Err(Error::Component),
                Payload::Version { .. } => {}
                Payload::End(_) => return Ok(Sections { wasm, all }),
                payload => {
                    if let Payload::CodeSectionStart { range, .. } = &payload {
                        end = range.end;
                        parser.skip_section();
                    }
                    all.push((wasm.get(at).copied().and_then(Kind::from_id), at..end));
                    see(payload)?;
                }
            }
            rest = wasm.get(end..).ok_or_else(|| cut(wasm))?;
            at = end;
        }
    }

    /// A section with more elements.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn extended(&self, kind: Kind, added: u32, elements: &[u8]) -> Result<Vec<u8>> {
        let mut content: &[u8] = &[0];
        if let Some((_, range)) = self.all.iter().find(|(own, _)| *own == Some(kind)) {
            let mut reader = BinaryReader::new(&self.wasm[range.start + 1..range.end], 0);
            reader.read_var_u32().map_err(invalid)?;
            content = &self.wasm[range.start + 1 + reader.original_position()..range.end];
        }
        Ok(bytes(&RawSection {
            id: kind.id(),
            data: &longer(content, added, elements)?,
        }))
    }

    /// The module with other sections in the place of some of its own, or where it has none. An empty one is left out.
    pub fn write(&self, mut others: BTreeMap<Kind, Vec<u8>>) -> Vec<u8> {
        let mut out = self.wasm[..8].to_vec();
        for (kind, range) in &self.all {
            if let Some(kind) = kind {
                while let Some(entry) = others.first_entry().filter(|entry| entry.key() < kind) {
                    out.extend(entry.remove());
                }
                if let Some(other) = others.remove(kind) {
                    out.extend(other);
                    continue;
                }
            }
            out.extend_from_slice(&self.wasm[range.clone()]);
        }
        out.extend(others.into_values().flatten());
        out
    }
}

/// A vector of the binary format with more elements: the content of a section.
pub(crate) fn longer(content: &[u8], added: u32, elements: &[u8]) -> Result<Vec<u8>> {
    let mut reader = BinaryReader::new(content, 0);
    let count = reader.read_var_u32().map_err(invalid)?;
    let mut out = Vec::new();
    (count + added).encode(&mut out);
    out.extend_from_slice(&content[reader.original_position()..]);
    out.extend_from_slice(elements);
    Ok(out)
}

/// A section as bytes.
pub(crate) fn bytes(section: &impl wasm_encoder::Section) -> Vec<u8> {
    let mut out = Vec::new();
    section.append_to(&mut out);
    out
}

pub(crate) fn invalid(error: wasmparser::BinaryReaderError) -> Error {
    Error::Invalid {
        message: error.message().to_owned(),
        offset: error.offset() as u64,
    }
}

pub(crate) fn cut(wasm: &[u8]) -> Error {
    Error::Invalid {
        message: "unexpected end".to_owned(),
        offset: wasm.len() as u64,
    }
}
