//! A module written in the terms that the compiler and the runtime have, where it uses others that mean the same.
//!
//! - Compact import sections become plain ones: wasmtime does not read them.
//! - A shared memory becomes an ordinary one, an imported one is defined: there is one thread, so nobody can tell.
//! - `memory.atomic.notify` wakes nobody, and `memory.atomic.wait` has nobody to wait for. Both are calls into an engine
//!   with threads, which the runtimes are not. Of an ordinary memory a wait is a trap ("Threads" proposal, "Wait and
//!   notify operators"); of a shared one it compares, and then sleeps for ever, which is a trap here, or until its time is
//!   over, which it then is at once.
//!
//! Indices stay, and with them names. What this writes is valid if the module was.

use std::borrow::Cow;
use std::ops::Range;

use wasm_encoder::Encode;
use wasmparser::{
    BinaryReaderError, CompositeInnerType, FunctionBody, ImportSectionReader, MemArg, MemoryType, Operator, Parser,
    Payload, TypeRef, WasmFeatures,
};

use super::features;

const TYPES: u8 = 1;
const IMPORTS: u8 = 2;
const FUNCTIONS: u8 = 3;
const MEMORIES: u8 = 5;
const CODE: u8 = 10;
/// Sections that stand before memories.
const BEFORE_MEMORIES: [u8; 4] = [TYPES, IMPORTS, FUNCTIONS, 4];

const I32: u8 = 0x7f;
const I64: u8 = 0x7e;

/// What there is to write anew.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Imports are in the compact form.
    pub imports: bool,
    /// A memory is shared.
    pub shared: bool,
    /// There are waits or notifications.
    pub waits: bool,
}

/// The module in these terms. It has been validated, and imports functions and shared memories only.
///
/// # Errors
/// Never, for such a module.
pub(crate) fn prepare(module: &[u8], wanted: Wanted) -> Result<Cow<'_, [u8]>, BinaryReaderError> {
    if wanted == Wanted::default() {
        return Ok(Cow::Borrowed(module));
    }
    let mut waits = Waits::default();
    let mut bodies = Vec::new();
    let mut imported = Vec::new();
    let mut defined = Vec::new();
    for payload in sections(module) {
        match payload? {
            Payload::TypeSection(types) => {
                for group in types {
                    for ty in group?.into_types() {
                        waits.types += 1;
                        debug_assert!(!matches!(ty.composite_type.inner, CompositeInnerType::Cont(_)));
                    }
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    match import?.ty {
                        TypeRef::Memory(memory) => imported.push(memory),
                        _ => waits.functions += 1,
                    }
                }
            }
            Payload::FunctionSection(functions) => waits.functions += functions.count(),
            Payload::MemorySection(memories) => {
                for memory in memories {
                    defined.push(memory?);
                }
            }
            Payload::CodeSectionEntry(body) if wanted.waits => {
                let memories: Vec<MemoryType> = imported.iter().chain(&defined).copied().collect();
                bodies.push(waits.edits(&body, &memories)?);
            }
            _ => {}
        }
    }

    let mut out = module[..8].to_vec();
    let mut memories_written = imported.is_empty();
    for payload in sections(module) {
        let payload = payload?;
        let Some((id, contents)) = payload.as_section() else {
            continue;
        };
        let is_custom = id == 0;
        if !memories_written && !is_custom && !BEFORE_MEMORIES.contains(&id) {
            section(&mut out, MEMORIES, &memory_section(&imported, &defined));
            memories_written = true;
            if id == MEMORIES {
                continue;
            }
        }
        let bytes = &module[contents];
        match payload {
            Payload::ImportSection(imports) => section(&mut out, IMPORTS, &import_section(imports)?),
            Payload::MemorySection(_) => section(&mut out, MEMORIES, &memory_section(&[], &defined)),
            Payload::TypeSection(_) if !waits.helpers.is_empty() => {
                section(&mut out, TYPES, &longer(bytes, &waits.type_entries())?);
            }
            Payload::FunctionSection(_) if !waits.helpers.is_empty() => {
                section(&mut out, FUNCTIONS, &longer(bytes, &waits.function_entries())?);
            }
            Payload::CodeSectionStart { .. } if wanted.waits => {
                section(&mut out, CODE, &code_section(module, &bodies, &waits));
            }
            _ => section(&mut out, id, bytes),
        }
    }
    Ok(Cow::Owned(out))
}

fn sections(module: &[u8]) -> impl Iterator<Item = Result<Payload<'_>, BinaryReaderError>> {
    let mut parser = Parser::new(0);
    parser.set_features(features::accepted().union(WasmFeatures::COMPACT_IMPORTS));
    parser.parse_all(module)
}

fn section(out: &mut Vec<u8>, id: u8, contents: &[u8]) {
    out.push(id);
    contents.encode(out);
}

/// Functions only: memories are defined.
fn import_section(imports: ImportSectionReader<'_>) -> Result<Vec<u8>, BinaryReaderError> {
    let mut entries = Vec::new();
    let mut count = 0_u32;
    for import in imports.into_imports() {
        let import = import?;
        if let TypeRef::Func(ty) = import.ty {
            import.module.encode(&mut entries);
            import.name.encode(&mut entries);
            entries.push(0);
            ty.encode(&mut entries);
            count += 1;
        }
    }
    let mut out = Vec::new();
    count.encode(&mut out);
    out.extend(entries);
    Ok(out)
}

fn memory_section(imported: &[MemoryType], defined: &[MemoryType]) -> Vec<u8> {
    let all = imported.iter().chain(defined);
    let mut out = Vec::new();
    ((imported.len() + defined.len()) as u32).encode(&mut out);
    for memory in all {
        let bit = |set: bool, bit: u8| if set { bit } else { 0 };
        // Without the bit of shared ones, 2.
        out.push(bit(memory.maximum.is_some(), 1) | bit(memory.memory64, 4) | bit(memory.page_size_log2.is_some(), 8));
        memory.initial.encode(&mut out);
        if let Some(maximum) = memory.maximum {
            maximum.encode(&mut out);
        }
        if let Some(page_size) = memory.page_size_log2 {
            page_size.encode(&mut out);
        }
    }
    out
}

/// A section of counted entries with more of them.
fn longer(contents: &[u8], entries: &[Vec<u8>]) -> Result<Vec<u8>, BinaryReaderError> {
    let mut reader = wasmparser::BinaryReader::new(contents, 0);
    let count = reader.read_var_u32()?;
    let mut out = Vec::new();
    (count + entries.len() as u32).encode(&mut out);
    out.extend_from_slice(&contents[reader.original_position()..]);
    out.extend(entries.iter().flatten());
    Ok(out)
}

/// A function body and what stands in for some of its instructions.
struct Body {
    range: Range<usize>,
    edits: Vec<(Range<usize>, Vec<u8>)>,
}

fn code_section(module: &[u8], bodies: &[Body], waits: &Waits) -> Vec<u8> {
    let mut out = Vec::new();
    ((bodies.len() + waits.helpers.len()) as u32).encode(&mut out);
    for body in bodies {
        let mut code = Vec::with_capacity(body.range.len());
        let mut at = body.range.start;
        for (place, bytes) in &body.edits {
            code.extend_from_slice(&module[at..place.start]);
            code.extend_from_slice(bytes);
            at = place.end;
        }
        code.extend_from_slice(&module[at..body.range.end]);
        code.encode(&mut out);
    }
    for helper in &waits.helpers {
        helper.body().encode(&mut out);
    }
    out
}

/// A function that stands in for `memory.atomic.wait` of a shared memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Helper {
    memory64: bool,
    wide: bool,
    memarg: MemArg,
}

impl Helper {
    fn ty(self) -> Vec<u8> {
        let address = if self.memory64 { I64 } else { I32 };
        let expected = if self.wide { I64 } else { I32 };
        vec![0x60, 3, address, expected, I64, 1, I32]
    }

    /// 1 if the value is another; 2 if the time is over, which it is at once; else it would never wake.
    fn body(self) -> Vec<u8> {
        let mut code = vec![0];
        code.extend([0x20, 0]);
        atomic_load(self.wide, &self.memarg, &mut code);
        code.extend([0x20, 1, if self.wide { 0x52 } else { 0x47 }]);
        code.extend([0x04, I32, 0x41, 1, 0x05]);
        // local.get 2; i64.const 0; i64.lt_s: no time is set.
        code.extend([0x20, 2, 0x42, 0, 0x53]);
        code.extend([0x04, I32, 0x00, 0x05, 0x41, 2, 0x0b, 0x0b, 0x0b]);
        code
    }
}

/// What becomes of waits and notifications.
#[derive(Default)]
struct Waits {
    /// Types and functions of the module.
    types: u32,
    functions: u32,
    helpers: Vec<Helper>,
}

impl Waits {
    fn edits(&mut self, body: &FunctionBody<'_>, memories: &[MemoryType]) -> Result<Body, BinaryReaderError> {
        let mut edits = Vec::new();
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let start = operators.original_position();
            let operator = operators.read()?;
            let place = start..operators.original_position();
            let instead = match operator {
                Operator::MemoryAtomicNotify { memarg } => notify(&memarg),
                Operator::MemoryAtomicWait32 { memarg } => self.wait(false, memarg, memories),
                Operator::MemoryAtomicWait64 { memarg } => self.wait(true, memarg, memories),
                _ => continue,
            };
            edits.push((place, instead));
        }
        Ok(Body {
            range: body.range(),
            edits,
        })
    }

    fn wait(&mut self, wide: bool, memarg: MemArg, memories: &[MemoryType]) -> Vec<u8> {
        let memory = memories.get(memarg.memory as usize);
        if !memory.is_some_and(|memory| memory.shared) {
            return vec![0x00];
        }
        let helper = Helper {
            memory64: memory.is_some_and(|memory| memory.memory64),
            wide,
            memarg,
        };
        let known = self.helpers.iter().position(|known| *known == helper);
        let number = known.unwrap_or_else(|| {
            self.helpers.push(helper);
            self.helpers.len() - 1
        });
        let mut call = vec![0x10];
        (self.functions + number as u32).encode(&mut call);
        call
    }

    fn type_entries(&self) -> Vec<Vec<u8>> {
        self.helpers.iter().map(|helper| helper.ty()).collect()
    }

    fn function_entries(&self) -> Vec<Vec<u8>> {
        let entry = |number: usize| {
            let mut entry = Vec::new();
            (self.types + number as u32).encode(&mut entry);
            entry
        };
        (0..self.helpers.len()).map(entry).collect()
    }
}

/// Nobody is woken, but the address is looked at: drop the count, load, drop, 0.
fn notify(memarg: &MemArg) -> Vec<u8> {
    let mut code = vec![0x1a];
    atomic_load(false, memarg, &mut code);
    code.extend([0x1a, 0x41, 0]);
    code
}

fn atomic_load(wide: bool, memarg: &MemArg, out: &mut Vec<u8>) {
    out.extend([0xfe, if wide { 0x11 } else { 0x10 }]);
    let memory = memarg.memory;
    let align = u32::from(memarg.align);
    if memory == 0 {
        align.encode(out);
    } else {
        // The bit says that the index of a memory follows.
        (align | 1 << 6).encode(out);
        memory.encode(out);
    }
    memarg.offset.encode(out);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(text: &str, wanted: Wanted) -> Vec<u8> {
        let module = wat::parse_str(text).unwrap();
        let out = prepare(&module, wanted).unwrap().into_owned();
        let features = features::accepted().difference(WasmFeatures::COMPACT_IMPORTS);
        wasmparser::Validator::new_with_features(features)
            .validate_all(&out)
            .unwrap();
        out
    }

    #[test]
    fn shared_memories_become_ordinary_ones() {
        let wanted = Wanted {
            shared: true,
            waits: true,
            ..Wanted::default()
        };
        let text = |memory: &str| {
            format!(
                r#"(module (import "a" "b" (func (param i32))) {memory} (global i32 (i32.const 1))
                (func $f (result i32) (memory.atomic.wait32 offset=8 (i32.const 0) (i32.const 0) (i64.const -1)))
                (func (result i32) (memory.atomic.wait64 (i32.const 0) (i64.const 0) (i64.const 5)))
                (func (result i32) (memory.atomic.notify (i32.const 0) (i32.const 1)))
                (start $start) (func $start (drop (call $f))) (data (i32.const 0) "x"))"#
            )
        };
        let memory = |module: &[u8]| {
            let memories = sections(module).find_map(|payload| match payload.unwrap() {
                Payload::MemorySection(memories) => Some(memories),
                _ => None,
            });
            memories.unwrap().into_iter().next().unwrap().unwrap()
        };
        for text in [
            text("(memory 1 2 shared)"),
            text("").replace(
                r#"(param i32)))"#,
                r#"(param i32))) (import "env" "memory" (memory 1 2 shared))"#,
            ),
        ] {
            let memory = memory(&prepared(&text, wanted));
            assert!(
                !memory.shared && memory.initial == 1 && memory.maximum == Some(2),
                "{text}"
            );
        }
        // Of an ordinary memory.
        prepared(
            &text("(memory 1)"),
            Wanted {
                shared: false,
                ..wanted
            },
        );
    }
}
