//! Modules for RISC-V without its vector extension, which the baseline of that target does not have.
//!
//! Cranelift has no other form of 128-bit vectors there. A module that uses them is refused; and copies of a constant
//! length up to 128 bytes, which wasmtime 48 expands into vector moves on every target, get a length that does not look
//! constant. Without that the compiler panics, as it did with the first Nyash program that was packed for RISC-V.

use std::borrow::Cow;
use std::ops::Range;

use wasmparser::{Chunk, FunctionBody, Operator, Parser, Payload, ValType, WasmFeatures};

use crate::error::{Error, Result};

/// The prefix of all vector instructions.
const VECTOR_PREFIX: u8 = 0xfd;
const CODE_SECTION: u8 = 10;
/// `i32.const 0; i32.or`, and the same of 64 bits.
const OR_ZERO: [&[u8]; 2] = [&[0x41, 0, 0x72], &[0x42, 0, 0x84]];

/// A function body and where in the module something goes into it.
struct Body {
    range: Range<usize>,
    insertions: Vec<(usize, &'static [u8])>,
}

/// The module in a form that compiles without vectors. What cannot be read is the validator's to refuse.
///
/// # Errors
/// [`Error::Feature`] for a module that uses vectors itself.
pub(crate) fn without_vectors(wasm: Cow<'_, [u8]>) -> Result<Cow<'_, [u8]>> {
    let mut walk = Walk::default();
    match walk.module(&wasm) {
        Ok(()) => {}
        Err(Stop::Vectors(offset)) => {
            return Err(Error::Feature {
                feature: "SIMD, on RISC-V without vector instructions",
                way_out: "build the module without -msimd128, or pack it for another target",
                offset,
            });
        }
        Err(Stop::Unreadable) => return Ok(wasm),
    }
    if walk.bodies.iter().all(|body| body.insertions.is_empty()) {
        return Ok(wasm);
    }
    Ok(Cow::Owned(walk.rewritten(&wasm)))
}

enum Stop {
    Vectors(u64),
    Unreadable,
}

impl From<wasmparser::BinaryReaderError> for Stop {
    fn from(_: wasmparser::BinaryReaderError) -> Self {
        Stop::Unreadable
    }
}

#[derive(Default)]
struct Walk {
    wide_memories: Vec<bool>,
    wide_tables: Vec<bool>,
    /// The whole code section with its head.
    section: Range<usize>,
    bodies: Vec<Body>,
}

impl Walk {
    fn module(&mut self, wasm: &[u8]) -> std::result::Result<(), Stop> {
        let mut parser = Parser::new(0);
        parser.set_features(WasmFeatures::all());
        let mut at = 0;
        loop {
            let rest = wasm.get(at..).ok_or(Stop::Unreadable)?;
            let Chunk::Parsed { consumed, payload } = parser.parse(rest, true)? else {
                return Err(Stop::Unreadable);
            };
            match payload {
                Payload::MemorySection(memories) => {
                    for memory in memories {
                        self.wide_memories.push(memory?.memory64);
                    }
                }
                Payload::TableSection(tables) => {
                    for table in tables {
                        self.wide_tables.push(table?.ty.table64);
                    }
                }
                Payload::CodeSectionStart { range, .. } => self.section = at..range.end,
                Payload::CodeSectionEntry(body) => self.body(&body, wasm)?,
                Payload::End(_) => return Ok(()),
                _ => {}
            }
            at += consumed;
        }
    }

    fn body(&mut self, body: &FunctionBody<'_>, wasm: &[u8]) -> std::result::Result<(), Stop> {
        for local in body.get_locals_reader()? {
            if local?.1 == ValType::V128 {
                return Err(Stop::Vectors(body.range().start as u64));
            }
        }
        let mut insertions = Vec::new();
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let at = operators.original_position();
            if wasm.get(at) == Some(&VECTOR_PREFIX) {
                return Err(Stop::Vectors(at as u64));
            }
            let wide = |list: &[bool], index: u32| list.get(index as usize).copied().unwrap_or(false);
            // The length has 64 bits if both sides have.
            let length = match operators.read()? {
                Operator::MemoryCopy { dst_mem, src_mem } => {
                    wide(&self.wide_memories, dst_mem) && wide(&self.wide_memories, src_mem)
                }
                Operator::TableCopy { dst_table, src_table } => {
                    wide(&self.wide_tables, dst_table) && wide(&self.wide_tables, src_table)
                }
                Operator::MemoryInit { .. }
                | Operator::TableInit { .. }
                | Operator::ArrayCopy { .. }
                | Operator::ArrayInitData { .. }
                | Operator::ArrayInitElem { .. }
                | Operator::ArrayNewData { .. }
                | Operator::ArrayNewElem { .. } => false,
                _ => continue,
            };
            insertions.push((at, OR_ZERO[usize::from(length)]));
        }
        self.bodies.push(Body {
            range: body.range(),
            insertions,
        });
        Ok(())
    }

    fn rewritten(&self, wasm: &[u8]) -> Vec<u8> {
        let mut code = Vec::with_capacity(self.section.len() + self.section.len() / 8);
        push_leb128(&mut code, self.bodies.len());
        for body in &self.bodies {
            let added: usize = body.insertions.iter().map(|(_, bytes)| bytes.len()).sum();
            push_leb128(&mut code, body.range.len() + added);
            let mut at = body.range.start;
            for (place, bytes) in &body.insertions {
                code.extend_from_slice(&wasm[at..*place]);
                code.extend_from_slice(bytes);
                at = *place;
            }
            code.extend_from_slice(&wasm[at..body.range.end]);
        }
        let mut out = wasm[..self.section.start].to_vec();
        out.push(CODE_SECTION);
        push_leb128(&mut out, code.len());
        out.extend_from_slice(&code);
        out.extend_from_slice(&wasm[self.section.end..]);
        out
    }
}

fn push_leb128(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &str) -> Result<Vec<u8>> {
        let wasm = wat::parse_str(text).unwrap();
        without_vectors(Cow::Owned(wasm)).map(Cow::into_owned)
    }

    #[test]
    fn copies_stay_valid_and_vectors_are_refused() {
        let copies = "(module (memory 1) (memory i64 1) (table 4 funcref)
            (func (memory.copy (i32.const 0) (i32.const 100) (i32.const 64))
                  (memory.copy 1 1 (i64.const 0) (i64.const 100) (i64.const 64))
                  (memory.copy 0 1 (i32.const 0) (i64.const 100) (i32.const 64))
                  (table.copy (i32.const 0) (i32.const 1) (i32.const 2)))
            (func (result i32) i32.const 7) (data (i32.const 0) \"behind\"))";
        let changed = rewritten(copies).unwrap();
        assert_eq!(changed.len(), wat::parse_str(copies).unwrap().len() + 12);
        let mut validator = wasmparser::Validator::new_with_features(WasmFeatures::all());
        validator.validate_all(&changed).unwrap();

        let same = "(module (memory 1) (func (memory.fill (i32.const 0) (i32.const 1) (i32.const 64))))";
        assert_eq!(rewritten(same).unwrap(), wat::parse_str(same).unwrap());
        for vectors in [
            "(module (func (drop (v128.const i64x2 1 2))))",
            "(module (func (local v128)))",
        ] {
            assert!(matches!(rewritten(vectors), Err(Error::Feature { .. })), "{vectors}");
        }
    }
}
