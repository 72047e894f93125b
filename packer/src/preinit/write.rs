//! The module as it is after its initialisation: the same functions, with the state of the snapshot as what they start
//! with.
//!
//! Nothing gets another number, so that functions, names and debugging information stay as they are, byte for byte.
//! Segments that were used up stay as empty ones.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use nyash_format::snapshot::Value;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{
    ConstExpr, DataCountSection, DataSection, ElementSection, Elements, Encode, ExportKind, ExportSection,
    GlobalSection, Ieee32, Ieee64, MemorySection, RefType, TableSection,
};
use wasmparser::{DataKind, Element, ElementItems, ElementKind, Export, ExternalKind, Global, TableInit, ValType};

use super::error::{Failure, Held};
use super::shape::{Shape, can_change, references};
use super::state::{Memory, State};
use crate::error::{Error, Result};
use crate::module::sections::{Kind, bytes, invalid};

/// More segments than this no engine accepts (100,000), so that holes are filled from there on.
const MOST_SEGMENTS: usize = 50_000;
/// More lists of functions than this and the elements of a table are written with its nulls.
const MOST_LISTS: usize = 1000;

/// What is added to a module: functions that resume a program.
#[derive(Default)]
pub(super) struct Added {
    /// Types of functions: results of such as take nothing.
    pub types: Vec<Vec<wasm_encoder::ValType>>,
    /// Functions with the numbers of their types; the first one resumes the outermost frame.
    pub functions: Vec<(u32, Vec<u8>)>,
}

/// Changes to what a module exports.
pub(super) struct Exports<'a> {
    /// Exports that are gone.
    pub removed: Vec<&'a str>,
    /// An export that takes the place of another, whose name it gets.
    pub renamed: Option<(&'a str, &'a str)>,
    /// What resumes the program, and the export that does it from now on.
    pub resumed: Option<(Added, &'a str)>,
}

/// Writes the module.
///
/// # Errors
/// [`Failure::Held`] for a global or table with something that cannot be kept.
pub(super) fn write(shape: &Shape<'_>, state: &State<'_>, changes: &Exports<'_>) -> Result<Vec<u8>> {
    let mut others = BTreeMap::from([(Kind::Start, Vec::new())]);
    if !shape.memories.is_empty() {
        others.insert(Kind::Memory, bytes(&memories(shape, state)?));
    }
    if !shape.tables.is_empty() {
        others.insert(Kind::Table, bytes(&tables(shape, state)?));
    }
    if !shape.globals.is_empty() {
        others.insert(Kind::Global, bytes(&globals(shape, state)?));
    }
    let (exports, mut undeclared) = exports(shape, changes);
    // Functions may refer to what only an export or the first value of a global has declared.
    for global in &shape.globals {
        references(&global.init_expr, &mut undeclared)?;
    }
    others.insert(Kind::Export, bytes(&exports));
    let undeclared: Vec<u32> = undeclared.into_iter().collect();
    let elements = elements(shape, state, &undeclared)?;
    others.insert(
        Kind::Element,
        if elements.is_empty() {
            Vec::new()
        } else {
            bytes(&elements)
        },
    );
    let data = data(shape, state)?;
    if shape.counts_data {
        let count = DataCountSection { count: data.len() };
        others.insert(Kind::DataCount, bytes(&count));
    }
    others.insert(Kind::Data, if data.is_empty() { Vec::new() } else { bytes(&data) });
    if let Some((added, _)) = &changes.resumed {
        extend(shape, added, &mut others)?;
    }
    Ok(shape.sections.write(others))
}

/// Adds types and functions behind those that there are.
fn extend(shape: &Shape<'_>, added: &Added, others: &mut BTreeMap<Kind, Vec<u8>>) -> Result<()> {
    let (mut types, mut functions, mut code) = (Vec::new(), Vec::new(), Vec::new());
    for results in &added.types {
        // A function that takes nothing.
        types.extend([0x60, 0]);
        results.as_slice().encode(&mut types);
    }
    for (ty, body) in &added.functions {
        ty.encode(&mut functions);
        body.as_slice().encode(&mut code);
    }
    let count = added.functions.len() as u32;
    for (kind, count, elements) in [
        (Kind::Type, added.types.len() as u32, types),
        (Kind::Function, count, functions),
        (Kind::Code, count, code),
    ] {
        others.insert(kind, shape.sections.extended(kind, count, &elements)?);
    }
    Ok(())
}

fn memories(shape: &Shape<'_>, state: &State<'_>) -> Result<MemorySection> {
    let mut section = MemorySection::new();
    for (memory, now) in shape.memories.iter().zip(&state.memories) {
        let mut ty = memory_type(*memory)?;
        ty.minimum = now.size >> memory.page_size_log2.unwrap_or(16);
        section.memory(ty);
    }
    Ok(section)
}

fn tables(shape: &Shape<'_>, state: &State<'_>) -> Result<TableSection> {
    let mut section = TableSection::new();
    for (table, now) in shape.tables.iter().zip(&state.tables) {
        let mut ty = RoundtripReencoder.table_type(table.ty).map_err(unwritten)?;
        ty.minimum = now.len() as u64;
        match &table.init {
            TableInit::RefNull => section.table(ty),
            TableInit::Expr(init) => section.table_with_init(ty, &expression(init)?),
        };
    }
    Ok(section)
}

fn globals(shape: &Shape<'_>, state: &State<'_>) -> Result<GlobalSection> {
    let mut section = GlobalSection::new();
    for (index, global) in (0..).zip(&shape.globals) {
        let ty = RoundtripReencoder.global_type(global.ty).map_err(unwritten)?;
        let value = state.globals.get(&index);
        if can_change(global) && !matches!(global.ty.content_type, ValType::Ref(_)) || global.ty.mutable {
            let value = *value.ok_or_else(|| missing(format!("global {index}")))?;
            section.global(ty, &constant(global.ty.content_type, value, || place("global", index))?);
        } else {
            // An object behind it may have changed although it cannot be another.
            if let Some(Value::External | Value::Collected | Value::Unknown) = value {
                return Err(held(*value.unwrap_or(&Value::Unknown), place("global", index)));
            }
            section.global(ty, &expression(&global.init_expr)?);
        }
    }
    Ok(section)
}

/// The exports, and the functions that are no longer among them and could be referred to.
fn exports(shape: &Shape<'_>, changes: &Exports<'_>) -> (ExportSection, BTreeSet<u32>) {
    let mut section = ExportSection::new();
    let mut gone = BTreeSet::new();
    for Export { name, kind, index } in &shape.exports {
        let (mut name, mut index) = (*name, *index);
        match changes.renamed {
            Some((from, to)) if from == name => name = to,
            Some((_, to)) if to == name => {
                gone.insert(index);
                continue;
            }
            _ => {}
        }
        if changes.resumed.as_ref().is_some_and(|(_, resumed)| *resumed == name) {
            gone.insert(index);
            index = shape.function_count();
        }
        if changes.removed.contains(&name) {
            if *kind == ExternalKind::Func {
                gone.insert(index);
            }
            continue;
        }
        section.export(name, encoded(*kind), index);
    }
    (section, gone)
}

fn elements(shape: &Shape<'_>, state: &State<'_>, undeclared: &[u32]) -> Result<ElementSection> {
    let mut section = ElementSection::new();
    for (index, element) in (0..).zip(&shape.elements) {
        let (functions, expressions);
        let elements = match items(element)? {
            Items::Functions(list) => {
                functions = list;
                Elements::Functions(functions.as_slice().into())
            }
            Items::Expressions(ty, list) => {
                expressions = list;
                Elements::Expressions(ty, expressions.as_slice().into())
            }
        };
        // What is used up still says which functions can be referred to.
        if matches!(element.kind, ElementKind::Passive) && !state.dropped_elements.contains(&index) {
            section.passive(elements);
        } else {
            section.declared(elements);
        }
    }
    if !undeclared.is_empty() {
        section.declared(Elements::Functions(undeclared.into()));
    }
    for (index, (table, now)) in (0..).zip(shape.tables.iter().zip(&state.tables)) {
        let at = |at: usize| {
            if table.ty.table64 {
                ConstExpr::i64_const(at as i64)
            } else {
                ConstExpr::i32_const((at as u32).cast_signed())
            }
        };
        let ty = RoundtripReencoder.ref_type(table.ty.element_type).map_err(unwritten)?;
        let plain = ty == RefType::FUNCREF && matches!(table.init, TableInit::RefNull);
        let lists = plain.then(|| lists(now)).filter(|lists| lists.len() <= MOST_LISTS);
        let element = |value: &Value, number: usize| {
            constant(ValType::Ref(table.ty.element_type), *value, || {
                format!("element {number} of table {index}")
            })
        };
        // Everything is checked, whatever form it is written in.
        let all: Vec<ConstExpr> = now
            .iter()
            .enumerate()
            .map(|(number, value)| element(value, number))
            .collect::<Result<_>>()?;
        match lists {
            Some(lists) => {
                for (start, list) in lists {
                    section.active(Some(index), &at(start), Elements::Functions(list.into()));
                }
            }
            None if all.is_empty() => {}
            None => {
                section.active(Some(index), &at(0), Elements::Expressions(ty, all.into()));
            }
        }
    }
    Ok(section)
}

/// The functions in a table that stand next to each other.
fn lists(elements: &[Value]) -> Vec<(usize, Vec<u32>)> {
    let mut lists: Vec<(usize, Vec<u32>)> = Vec::new();
    let mut next = 0;
    for (at, value) in elements.iter().enumerate() {
        let Value::Function(function) = value else { continue };
        match lists.last_mut() {
            Some((_, list)) if next == at => list.push(*function),
            _ => lists.push((at, vec![*function])),
        }
        next = at + 1;
    }
    lists
}

fn data(shape: &Shape<'_>, state: &State<'_>) -> Result<DataSection> {
    let mut section = DataSection::new();
    // Without a count no function refers to one.
    for (index, data) in (0..).zip(&shape.data).filter(|_| shape.counts_data) {
        match data.kind {
            DataKind::Passive if !state.dropped_data.contains(&index) => section.passive(data.data.iter().copied()),
            _ => section.passive([]),
        };
    }
    for (index, (memory, now)) in (0..).zip(shape.memories.iter().zip(&state.memories)) {
        for (range, bytes) in segments(now) {
            let at = if memory.memory64 {
                ConstExpr::i64_const(range.start.cast_signed())
            } else {
                ConstExpr::i32_const((range.start as u32).cast_signed())
            };
            section.active(index, &at, bytes);
        }
    }
    Ok(section)
}

/// The contents of a memory without zeros around them, in as many pieces as may be.
fn segments(memory: &Memory<'_>) -> Vec<(Range<u64>, Vec<u8>)> {
    let mut gap = 0;
    loop {
        let mut pieces: Vec<(Range<u64>, Vec<u8>)> = Vec::new();
        for (address, bytes) in &memory.contents {
            let Some(first) = bytes.iter().position(|byte| *byte != 0) else {
                continue;
            };
            let last = bytes.iter().rposition(|byte| *byte != 0).unwrap_or(first);
            let (start, bytes) = (address + first as u64, &bytes[first..=last]);
            let end = start + bytes.len() as u64;
            match pieces.last_mut() {
                Some((range, own)) if start - range.end <= gap => {
                    own.resize((start - range.start) as usize, 0);
                    own.extend_from_slice(bytes);
                    range.end = end;
                }
                _ => pieces.push((start..end, bytes.to_vec())),
            }
        }
        if pieces.len() <= MOST_SEGMENTS {
            return pieces;
        }
        gap = (gap * 2).max(4096);
    }
}

/// An expression for a value of this type.
fn constant(ty: ValType, value: Value, place: impl FnOnce() -> String) -> Result<ConstExpr> {
    Ok(match (ty, value) {
        (ValType::I32, Value::Bits(bits)) => ConstExpr::i32_const((bits as u32).cast_signed()),
        (ValType::I64, Value::Bits(bits)) => ConstExpr::i64_const((bits as u64).cast_signed()),
        (ValType::F32, Value::Bits(bits)) => ConstExpr::f32_const(Ieee32::new(bits as u32)),
        (ValType::F64, Value::Bits(bits)) => ConstExpr::f64_const(Ieee64::new(bits as u64)),
        (ValType::V128, Value::Bits(bits)) => ConstExpr::v128_const(bits.cast_signed()),
        (ValType::Ref(ty), Value::Null) => {
            ConstExpr::ref_null(RoundtripReencoder.heap_type(ty.heap_type()).map_err(unwritten)?)
        }
        (ValType::Ref(_), Value::Function(function)) => ConstExpr::ref_func(function),
        _ => return Err(held(value, place())),
    })
}

fn held(value: Value, place: String) -> Error {
    let held = match value {
        Value::External => Held::External,
        Value::Collected => Held::Collected,
        _ => Held::Unknown,
    };
    Failure::Held { place, held }.into()
}

fn place(what: &str, index: u32) -> String {
    format!("{what} {index}")
}

/// What a segment holds, in the form for writing.
enum Items {
    Functions(Vec<u32>),
    Expressions(RefType, Vec<ConstExpr>),
}

fn items(element: &Element<'_>) -> Result<Items> {
    Ok(match &element.items {
        ElementItems::Functions(functions) => Items::Functions(
            functions
                .clone()
                .into_iter()
                .collect::<Result<_, _>>()
                .map_err(invalid)?,
        ),
        ElementItems::Expressions(ty, list) => {
            let ty = RoundtripReencoder.ref_type(*ty).map_err(unwritten)?;
            let mut expressions = Vec::new();
            for item in list.clone() {
                expressions.push(expression(&item.map_err(invalid)?)?);
            }
            Items::Expressions(ty, expressions)
        }
    })
}

pub(super) fn copy_globals(section: &mut GlobalSection, globals: &[Global<'_>]) -> Result<()> {
    for global in globals {
        let ty = RoundtripReencoder.global_type(global.ty).map_err(unwritten)?;
        section.global(ty, &expression(&global.init_expr)?);
    }
    Ok(())
}

pub(super) fn value_type(ty: ValType) -> Result<wasm_encoder::ValType> {
    RoundtripReencoder.val_type(ty).map_err(unwritten)
}

pub(super) fn memory_type(memory: wasmparser::MemoryType) -> Result<wasm_encoder::MemoryType> {
    RoundtripReencoder.memory_type(memory).map_err(unwritten)
}

fn expression(expression: &wasmparser::ConstExpr<'_>) -> Result<ConstExpr> {
    RoundtripReencoder.const_expr(expression.clone()).map_err(unwritten)
}

pub(super) fn unwritten(error: impl std::fmt::Display) -> Error {
    Error::Compile(format!("its initialised form cannot be written: {error}"))
}

fn missing(what: String) -> Error {
    Failure::Incomplete(what).into()
}

pub(super) fn encoded(kind: ExternalKind) -> ExportKind {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => ExportKind::Func,
        ExternalKind::Table => ExportKind::Table,
        ExternalKind::Memory => ExportKind::Memory,
        ExternalKind::Global => ExportKind::Global,
        ExternalKind::Tag => ExportKind::Tag,
    }
}
