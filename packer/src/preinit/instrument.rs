//! The module as it is run to take its snapshot: everything that can change is exported under reserved names
//! (`nyash_format::snapshot`), and what no export shows, that a segment was dropped, is noted in globals of its own.

use std::collections::BTreeMap;

use nyash_format::snapshot::Exported;
use wasm_encoder::{
    CodeSection, ConstExpr, ExportKind, ExportSection, Function, GlobalSection, GlobalType, InstructionSink,
    MemorySection, MemoryType, ValType,
};
use wasmparser::{DataKind, ElementKind, Operator};

use super::shape::{Shape, can_change};
use super::state::Dropped;
use super::suspend::{Changes, Shadow, Site, suspendable};
use super::write::{copy_globals, encoded, memory_type, value_type};
use crate::error::Result;
use crate::module::sections::{Kind, bytes, cut, invalid};

/// Length of the shadow stack in pages of wasm. What is not used costs nothing.
const SHADOW_PAGES: u64 = 4096;

/// The module for the run.
pub(super) struct Instrumented {
    pub wasm: Vec<u8>,
    pub dropped: Dropped,
    /// The calls that the program can be in when it reads standard input, and where the frames are, if the snapshot is taken
    /// then.
    pub late: Option<(Vec<Site>, Shadow)>,
}

/// Makes the module that runs `init`, functions by index, and shows what has become of it; with `late`, what it is when it
/// first reads standard input.
///
/// # Errors
/// [`crate::Error::Invalid`].
pub(super) fn instrument(wasm: &[u8], shape: &Shape<'_>, init: &[u32], late: bool) -> Result<Instrumented> {
    let mut others = BTreeMap::new();
    let mut exports = ExportSection::new();
    for export in &shape.exports {
        exports.export(export.name, encoded(export.kind), export.index);
    }
    for (number, function) in init.iter().enumerate() {
        exports.export(&Exported::Init.name(number as u32), ExportKind::Func, *function);
    }
    for table in 0..shape.tables.len() as u32 {
        exports.export(&Exported::Table.name(table), ExportKind::Table, table);
    }
    for function in shape.referable()? {
        exports.export(&Exported::Function.name(function), ExportKind::Func, function);
    }

    // New memories and globals stand behind those that there are.
    let (mut memories, mut globals) = (shape.memories.len() as u32, shape.globals.len() as u32);
    let mut suspended = None;
    let mut changes = BTreeMap::new();
    if late {
        let shadow = Shadow {
            memory: memories,
            top: globals,
        };
        (memories, globals) = (memories + 1, globals + 1);
        let (sites, found) = suspendable(wasm, shape, &shape.reading, shadow)?;
        changes = found;
        suspended = Some((sites, shadow));
        let mut section = MemorySection::new();
        for memory in &shape.memories {
            section.memory(memory_type(*memory)?);
        }
        section.memory(MemoryType {
            minimum: SHADOW_PAGES,
            maximum: Some(SHADOW_PAGES),
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        others.insert(Kind::Memory, bytes(&section));
        exports.export(&Exported::Input.name(shadow.top), ExportKind::Global, shadow.top);
    }
    let dropped = Dropped::number(shape, &mut globals);
    dropped.note(wasm, shape, &mut changes)?;
    for memory in 0..memories {
        exports.export(&Exported::Memory.name(memory), ExportKind::Memory, memory);
    }
    let own = (0..).zip(&shape.globals).filter(|(_, global)| can_change(global));
    let new = shape.globals.len() as u32..globals;
    for global in own.map(|(index, _)| index).chain(new.clone()) {
        exports.export(&Exported::Global.name(global), ExportKind::Global, global);
    }
    if !new.is_empty() {
        let mut section = GlobalSection::new();
        copy_globals(&mut section, &shape.globals)?;
        for _ in new {
            let ty = GlobalType {
                val_type: ValType::I32,
                mutable: true,
                shared: false,
            };
            section.global(ty, &ConstExpr::i32_const(0));
        }
        others.insert(Kind::Global, bytes(&section));
    }
    if !changes.is_empty() {
        others.insert(Kind::Code, bytes(&changed(wasm, shape, &changes)?));
    }
    others.insert(Kind::Export, bytes(&exports));
    Ok(Instrumented {
        wasm: shape.sections.write(others),
        dropped,
        late: suspended,
    })
}

impl Dropped {
    /// Gives each passive segment a global.
    fn number(shape: &Shape<'_>, next: &mut u32) -> Self {
        let mut dropped = Dropped::default();
        let mut number = || {
            *next += 1;
            *next - 1
        };
        for (index, data) in (0..).zip(&shape.data) {
            if matches!(data.kind, DataKind::Passive) {
                dropped.data.insert(index, number());
            }
        }
        for (index, element) in (0..).zip(&shape.elements) {
            if matches!(element.kind, ElementKind::Passive) {
                dropped.elements.insert(index, number());
            }
        }
        dropped
    }

    /// Notes each drop, before it is done.
    fn note(&self, wasm: &[u8], shape: &Shape<'_>, changes: &mut BTreeMap<u32, Changes>) -> Result<()> {
        if self.data.is_empty() && self.elements.is_empty() {
            return Ok(());
        }
        for (function, body) in (shape.imported()..).zip(shape.bodies(wasm)?) {
            let mut reader = body.get_operators_reader().map_err(invalid)?;
            while !reader.eof() {
                let (operator, offset) = reader.read_with_offset().map_err(invalid)?;
                let global = match operator {
                    Operator::DataDrop { data_index } => self.data.get(&data_index),
                    Operator::ElemDrop { elem_index } => self.elements.get(&elem_index),
                    _ => None,
                };
                if let Some(global) = global {
                    let code = changes.entry(function).or_default().code.entry(offset).or_default();
                    InstructionSink::new(code).i32_const(1).global_set(*global);
                }
            }
        }
        Ok(())
    }
}

/// The functions with what is inserted into them.
fn changed(wasm: &[u8], shape: &Shape<'_>, changes: &BTreeMap<u32, Changes>) -> Result<CodeSection> {
    let mut section = CodeSection::new();
    for (function, body) in (shape.imported()..).zip(shape.bodies(wasm)?) {
        let whole = body.range();
        let own = wasm.get(whole.clone()).ok_or_else(|| cut(wasm))?;
        let Some(changes) = changes.get(&function) else {
            section.raw(own);
            continue;
        };
        let mut locals = Vec::new();
        for group in body.get_locals_reader().map_err(invalid)? {
            let (count, ty) = group.map_err(invalid)?;
            locals.push((count, value_type(ty)?));
        }
        for ty in &changes.locals {
            locals.push((1, value_type(*ty)?));
        }
        let mut out = Function::new(locals).into_raw_body();
        let mut copied = body.get_operators_reader().map_err(invalid)?.original_position();
        for (offset, code) in &changes.code {
            out.extend_from_slice(&own[copied - whole.start..offset - whole.start]);
            out.extend_from_slice(code);
            copied = *offset;
        }
        out.extend_from_slice(&own[copied - whole.start..]);
        section.raw(&out);
    }
    Ok(section)
}
