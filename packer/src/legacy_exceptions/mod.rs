//! Exceptions in the legacy encoding, translated to the one that became standard.
//!
//! The legacy encoding (`try`, `catch`, `catch_all`, `delegate`, `rethrow`) was never standardised. GHC, Emscripten,
//! Kotlin and others write it, and browsers run it; wasmtime does not. Its meaning is that of the legacy
//! page of the exception handling proposal ("Try-catch blocks", "Rethrowing an exception", "Try-delegate blocks"); the
//! proposal's other page has the standard encoding (`try_table`, `throw_ref`, `exnref`).
//!
//! The module is not validated here, and must be elsewhere: what is invalid may be valid once it is translated.
//!
//! One file is one idea: `scan` finds the functions, `plan` looks ahead in one of them, `body` writes it again, `types`
//! adds the types that its blocks need, `offsets` tells where code went. Functions without legacy instructions and all
//! other sections are copied as they are: indices of types, functions and locals stay, and so names stay right.

mod body;
mod error;
mod offsets;
mod plan;
mod scan;
mod types;

use std::ops::Range;

use wasm_encoder::Encode;
use wasmparser::{FunctionBody, Parser, Payload, TypeRef, WasmFeatures};

pub use error::Error;
use error::Result;
pub use offsets::OffsetMap;
use types::Types;

/// A module whose exceptions are translated.
#[derive(Debug)]
pub struct Translated {
    /// The module.
    pub module: Vec<u8>,
    /// How many of its functions were written again.
    pub functions: usize,
    /// Where code went. Debugging information and other sections that hold offsets in the code still have the old ones.
    pub offsets: OffsetMap,
}

/// Translates a module; `None` when nothing in it is in the legacy encoding, or when its sections cannot be read.
///
/// Memory: the result, and a few bytes for each piece of code between two places that change.
///
/// # Errors
/// Some invalid modules. Of valid ones those whose translation would exceed a limit of engines.
pub fn translate(module: &[u8]) -> Result<Option<Translated>> {
    let Some(found) = Sections::read(module) else {
        return Ok(None);
    };
    if found.legacy.is_empty() {
        return Ok(None);
    }
    let mut types = found.types()?;
    let mut offsets = OffsetMap::default();
    let mut out = Vec::with_capacity(module.len() + module.len() / 32);
    out.extend_from_slice(&module[..found.code_size]);
    let contents = out.len();
    let mut copied = found.code.start;
    for legacy in &found.legacy {
        let kept = copied..legacy.size_at;
        offsets.push(kept.start - found.code.start, out.len() - contents, kept.len());
        out.extend_from_slice(&module[kept]);
        let (translated, map) = body::translate(&legacy.body, legacy.index, &mut types)?;
        let range = legacy.body.range();
        translated.len().encode(&mut out);
        offsets.append(&map, range.start - found.code.start, out.len() - contents);
        out.extend_from_slice(&translated);
        copied = range.end;
    }
    let kept = copied..found.code.end;
    offsets.push(kept.start - found.code.start, out.len() - contents, kept.len());
    out.extend_from_slice(&module[kept]);
    // Sizes are known last, and what is behind them moves: that costs less than a second copy in memory.
    let size = encoded(out.len() - contents);
    out.splice(contents..contents, size);
    out.extend_from_slice(&module[found.code.end..]);
    if let Some((place, section)) = found.type_section(module, &types) {
        out.splice(place, section);
    }
    Ok(Some(Translated {
        module: out,
        functions: found.legacy.len(),
        offsets,
    }))
}

/// What one walk over the sections finds.
#[derive(Default)]
struct Sections<'a> {
    types: Option<wasmparser::TypeSectionReader<'a>>,
    imports: Option<wasmparser::ImportSectionReader<'a>>,
    functions: Option<wasmparser::FunctionSectionReader<'a>>,
    tags: Option<wasmparser::TagSectionReader<'a>>,
    /// Where the code section's size stands.
    code_size: usize,
    /// The contents of the code section.
    code: Range<usize>,
    legacy: Vec<Legacy<'a>>,
}

/// A function in the legacy encoding.
struct Legacy<'a> {
    /// Its place among the functions with bodies.
    index: usize,
    /// Where its size stands.
    size_at: usize,
    body: FunctionBody<'a>,
}

impl<'a> Sections<'a> {
    /// `None` if the sections are damaged, or in another order than the specification's: the validator says it.
    fn read(module: &'a [u8]) -> Option<Self> {
        let mut found = Sections::default();
        let mut parser = Parser::new(0);
        parser.set_features(WasmFeatures::all());
        let mut index = 0;
        let mut end_of_last = 0;
        for payload in parser.parse_all(module) {
            match payload.ok()? {
                Payload::TypeSection(section) => found.types = Some(section),
                Payload::ImportSection(section) => found.imports = Some(section),
                Payload::FunctionSection(section) => found.functions = Some(section),
                Payload::TagSection(section) => found.tags = Some(section),
                Payload::CodeSectionStart { range, .. } => {
                    found.code_size = size_before(module, &range)?;
                    // The number of functions stands before the first.
                    end_of_last = range.start + leb_len(module.get(range.start..)?)?;
                    found.code = range;
                }
                Payload::CodeSectionEntry(body) => {
                    let range = body.range();
                    if scan::uses_legacy_exceptions(&body) {
                        found.legacy.push(Legacy {
                            index,
                            size_at: end_of_last,
                            body,
                        });
                    }
                    index += 1;
                    end_of_last = range.end;
                }
                Payload::End(_) => break,
                _ => {}
            }
        }
        let types = found.types.as_ref().map_or(0, |types| types.range().end);
        (types <= found.code_size).then_some(found)
    }

    /// The types of the module's blocks, tags and functions.
    fn types(&self) -> Result<Types> {
        let mut types = Types::default();
        if let Some(section) = &self.types {
            types.define(section.clone())?;
        }
        if let Some(section) = &self.imports {
            for import in section.clone().into_imports() {
                if let TypeRef::Tag(tag) = import?.ty {
                    types.tags.push(tag.func_type_idx);
                }
            }
        }
        if let Some(section) = &self.tags {
            for tag in section.clone() {
                types.tags.push(tag?.func_type_idx);
            }
        }
        if let Some(section) = &self.functions {
            for function in section.clone() {
                types.functions.push(function?);
            }
        }
        Ok(types)
    }

    /// The type section with the added types, from its size on, and what it takes the place of.
    fn type_section(&self, module: &[u8], types: &Types) -> Option<(Range<usize>, Vec<u8>)> {
        let (added, code) = types.added();
        let section = self.types.as_ref().filter(|_| added > 0)?;
        let range = section.range();
        let size_at = size_before(module, &range)?;
        let items = range.start + leb_len(module.get(range.start..)?)?;
        // It counts groups of types, and each of the added ones is a group.
        let count = encoded(section.count() as usize + added as usize);
        let kept = &module[items..range.end];
        let mut out = encoded(count.len() + kept.len() + code.len());
        for part in [&count, kept, code] {
            out.extend_from_slice(part);
        }
        Some((size_at..range.end, out))
    }
}

/// A length as the format writes it (LEB128).
fn encoded(len: usize) -> Vec<u8> {
    let mut out = Vec::new();
    len.encode(&mut out);
    out
}

/// The bytes of a number at the start of these.
fn leb_len(bytes: &[u8]) -> Option<usize> {
    bytes.iter().take(5).position(|byte| byte & 0x80 == 0).map(|at| at + 1)
}

/// Where the size of a section stands, given its contents. It may be written with more bytes than it needs.
fn size_before(module: &[u8], contents: &Range<usize>) -> Option<usize> {
    // All bytes of the number but the last say that another follows; the section's number before it does not.
    let mut at = contents.start.checked_sub(1)?;
    while module.get(at.checked_sub(1)?)? & 0x80 != 0 {
        at -= 1;
    }
    Some(at)
}
