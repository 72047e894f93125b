//! The module as it is run to take its snapshot in the middle: every frame of the call stack is readable.
//!
//! Before each call that can lead to the place of the snapshot, a function writes its locals and operands into a memory of
//! its own, the shadow stack, and says how far it reaches. So at any host call the shadow stack tells of every frame which
//! call it is in, and what that will find when it returns. `resume` goes on from there.
//!
//! Nothing of this is in the program: it is code for one run.

use std::collections::BTreeMap;

use wasm_encoder::{InstructionSink, MemArg};
use wasmparser::{
    FuncValidatorAllocations, FunctionBody, Operator, Parser, ValType, ValidPayload, Validator, WasmFeatures,
};

use super::shape::Shape;
use crate::error::Result;
use crate::module::sections::invalid;

/// A call that the program can be in at the snapshot, and what its frame holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Site {
    /// The function that calls.
    pub function: u32,
    /// Where the call stands in the module, in bytes.
    pub offset: usize,
    /// The types of all operands, with the arguments of the call as the last.
    pub operands: Vec<ValType>,
    /// The types of all locals, parameters first.
    pub locals: Vec<ValType>,
}

impl Site {
    /// Length of the frame in the shadow stack in bytes: the number of the site, operands, locals.
    pub fn frame_len(&self) -> u32 {
        8 + self
            .operands
            .iter()
            .chain(&self.locals)
            .map(|ty| slot(*ty))
            .sum::<u32>()
    }
}

/// Length of a value in the shadow stack.
pub(super) fn slot(ty: ValType) -> u32 {
    match ty {
        ValType::V128 => 16,
        _ => 8,
    }
}

/// Where the shadow stack is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shadow {
    /// Its memory.
    pub memory: u32,
    /// The global that says how far it reaches.
    pub top: u32,
}

/// What is to be inserted into a function.
#[derive(Default)]
pub(super) struct Changes {
    /// Types of more locals.
    pub locals: Vec<ValType>,
    /// Instructions by where they are inserted: before what stands there in the module.
    pub code: BTreeMap<usize, Vec<u8>>,
}

/// Finds the sites, and what to insert for them, by function. `stops` are the imported functions at which the snapshot may
/// be taken.
///
/// # Errors
/// [`crate::Error::Invalid`] for modules that are not valid.
pub(super) fn suspendable(
    wasm: &[u8],
    shape: &Shape<'_>,
    stops: &[u32],
    shadow: Shadow,
) -> Result<(Vec<Site>, BTreeMap<u32, Changes>)> {
    let reaching = reaching(wasm, shape, stops)?;
    let (mut sites, mut all) = (Vec::new(), BTreeMap::new());
    let mut failed = None;
    each_function(wasm, |function, body, validator| {
        if failed.is_some() || !reaching[function as usize] {
            return Ok(());
        }
        match changes(shape, &reaching, function, body, validator, shadow, &mut sites) {
            Ok(Some(changes)) => {
                all.insert(function, changes);
            }
            Ok(None) => {}
            Err(error) => failed = Some(error),
        }
        Ok(())
    })?;
    match failed {
        Some(error) => Err(error),
        None => Ok((sites, all)),
    }
}

/// A function's body with its validator, which has seen nothing of it.
pub(super) type FunctionValidator = wasmparser::FuncValidator<wasmparser::ValidatorResources>;

/// Shows every function.
pub(super) fn each_function<'a>(
    wasm: &'a [u8],
    mut see: impl FnMut(u32, &FunctionBody<'a>, &mut FunctionValidator) -> Result<()>,
) -> Result<()> {
    let mut validator = Validator::new_with_features(WasmFeatures::all());
    let mut allocations = FuncValidatorAllocations::default();
    let mut parser = Parser::new(0);
    parser.set_features(WasmFeatures::all());
    for payload in parser.parse_all(wasm) {
        if let ValidPayload::Func(function, body) = validator.payload(&payload.map_err(invalid)?).map_err(invalid)? {
            let index = function.index;
            let mut own = function.into_validator(allocations);
            see(index, &body, &mut own)?;
            allocations = own.into_allocations();
        }
    }
    Ok(())
}

/// Which functions can be on the stack when one of `stops` is called.
fn reaching(wasm: &[u8], shape: &Shape<'_>, stops: &[u32]) -> Result<Vec<bool>> {
    let bodies = shape.bodies(wasm)?;
    let first = shape.imported();
    let mut callers: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut found = vec![false; first as usize + bodies.len()];
    let mut open = stops.to_vec();
    for (function, body) in (first..).zip(&bodies) {
        let mut reader = body.get_operators_reader().map_err(invalid)?;
        let mut called = std::collections::BTreeSet::new();
        while !reader.eof() {
            match reader.read().map_err(invalid)? {
                Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                    called.insert(function_index);
                }
                // It may be any.
                Operator::CallIndirect { .. }
                | Operator::ReturnCallIndirect { .. }
                | Operator::CallRef { .. }
                | Operator::ReturnCallRef { .. } => open.push(function),
                _ => {}
            }
        }
        for callee in called {
            callers.entry(callee).or_default().push(function);
        }
    }
    while let Some(function) = open.pop() {
        if let Some(found) = found.get_mut(function as usize)
            && !std::mem::replace(found, true)
        {
            open.extend(callers.get(&function).into_iter().flatten());
        }
    }
    Ok(found)
}

/// What to insert into a function; nothing if it calls nothing that matters.
fn changes(
    shape: &Shape<'_>,
    reaching: &[bool],
    function: u32,
    body: &FunctionBody<'_>,
    validator: &mut FunctionValidator,
    shadow: Shadow,
    sites: &mut Vec<Site>,
) -> Result<Option<Changes>> {
    let mut reader = body.get_binary_reader();
    validator.read_locals(&mut reader).map_err(invalid)?;
    let locals: Vec<ValType> = (0..validator.len_locals())
        .filter_map(|local| validator.get_local_type(local))
        .collect();
    let base = locals.len() as u32;
    let mut changes = Changes {
        locals: vec![ValType::I32],
        code: BTreeMap::new(),
    };
    let mut spare = Spare::default();
    // Operands below the constructs that are open: nobody can get at them inside, so they are in locals as well.
    let mut below: Vec<u32> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut operators = body.get_operators_reader().map_err(invalid)?;
    let start = operators.original_position();
    while !operators.eof() {
        let (operator, offset) = operators.read_with_offset().map_err(invalid)?;
        let unreachable = validator.get_control_frame(0).is_none_or(|frame| frame.unreachable);
        let dead = unreachable || open.last().is_some_and(|open| open.dead);
        let operands = || -> Option<Vec<ValType>> {
            let height = validator.operand_stack_height() as usize;
            let ty = |depth| validator.get_operand_type(depth).flatten();
            (0..height).rev().map(ty).collect()
        };
        match operator {
            Operator::Block { blockty: ty } | Operator::Loop { blockty: ty } | Operator::If { blockty: ty } => {
                let condition = usize::from(matches!(operator, Operator::If { .. }));
                open.push(Open {
                    below: below.len(),
                    dead,
                });
                if let Some(operands) = operands().filter(|_| !dead) {
                    let left = operands.len() - shape.parameters(ty) - condition;
                    keep(&operands, left, base, &mut below, &mut spare, changes.at(offset));
                }
            }
            Operator::TryTable { ref try_table } => {
                open.push(Open {
                    below: below.len(),
                    dead,
                });
                if let Some(operands) = operands().filter(|_| !dead) {
                    let left = operands.len() - shape.parameters(try_table.ty);
                    keep(&operands, left, base, &mut below, &mut spare, changes.at(offset));
                }
            }
            Operator::End => {
                if let Some(closed) = open.pop() {
                    spare.release(below.drain(closed.below..).map(|local| local - base - 1));
                }
            }
            Operator::ReturnCall { function_index } if !dead && reaches(reaching, function_index) => {
                // The frame is gone by then.
                InstructionSink::new(changes.at(offset))
                    .local_get(base)
                    .global_set(shadow.top);
            }
            Operator::ReturnCallIndirect { .. } | Operator::ReturnCallRef { .. } if !dead => {
                InstructionSink::new(changes.at(offset))
                    .local_get(base)
                    .global_set(shadow.top);
            }
            Operator::Call { .. } | Operator::CallIndirect { .. } | Operator::CallRef { .. } => {
                let matters = match operator {
                    Operator::Call { function_index } => reaches(reaching, function_index),
                    _ => true,
                };
                if let Some(operands) = operands().filter(|_| matters && !dead) {
                    let site = Site {
                        function,
                        offset,
                        operands,
                        locals: locals.clone(),
                    };
                    let sink = &mut InstructionSink::new(changes.at(offset));
                    write_frame(&site, sites.len() as u32, base, shadow, &below, &mut spare, sink);
                    sites.push(site);
                }
            }
            _ => {}
        }
        validator.op(offset, &operator).map_err(invalid)?;
    }
    if changes.code.is_empty() {
        return Ok(None);
    }
    let mut prologue = Vec::new();
    InstructionSink::new(&mut prologue)
        .global_get(shadow.top)
        .local_set(base);
    let first = changes.code.entry(start).or_default();
    first.splice(0..0, prologue);
    changes.locals.extend(spare.types);
    Ok(Some(changes))
}

/// A construct that is open.
struct Open {
    /// How many operands are in locals outside of it.
    below: usize,
    /// It is never entered.
    dead: bool,
}

impl Changes {
    /// What is inserted at a place.
    fn at(&mut self, offset: usize) -> &mut Vec<u8> {
        self.code.entry(offset).or_default()
    }
}

fn reaches(reaching: &[bool], function: u32) -> bool {
    reaching.get(function as usize) == Some(&true)
}

/// Copies the operands up to `left` to locals, before a construct starts in which they are out of reach.
fn keep(operands: &[ValType], left: usize, base: u32, below: &mut Vec<u32>, spare: &mut Spare, code: &mut Vec<u8>) {
    let first = below.len();
    if left <= first {
        return;
    }
    let kept: Vec<u32> = operands[first..left]
        .iter()
        .map(|ty| base + 1 + spare.hold(*ty))
        .collect();
    let above = spare.places(&operands[left..]);
    let mut sink = InstructionSink::new(code);
    let all: Vec<u32> = kept
        .iter()
        .copied()
        .chain(above.iter().map(|at| base + 1 + at))
        .collect();
    for local in all.iter().rev() {
        sink.local_set(*local);
    }
    for local in &all {
        sink.local_get(*local);
    }
    below.extend(kept);
}

/// Locals that hold operands.
#[derive(Default)]
struct Spare {
    types: Vec<ValType>,
    /// Those that hold one for longer.
    held: Vec<bool>,
}

impl Spare {
    /// Places in the list of spare locals for operands of these types, for the time of moving them.
    fn places(&mut self, operands: &[ValType]) -> Vec<u32> {
        let places: Vec<u32> = operands.iter().map(|ty| self.hold(*ty)).collect();
        self.release(places.iter().copied());
        places
    }

    /// A place that stays taken.
    fn hold(&mut self, ty: ValType) -> u32 {
        let free = (0..self.types.len()).find(|at| !self.held[*at] && self.types[*at] == ty);
        let at = free.unwrap_or_else(|| {
            self.types.push(ty);
            self.held.push(false);
            self.types.len() - 1
        });
        self.held[at] = true;
        at as u32
    }

    fn release(&mut self, places: impl Iterator<Item = u32>) {
        for place in places {
            self.held[place as usize] = false;
        }
    }
}

/// Writes the frame of a site, and leaves the operands as they were.
fn write_frame(
    site: &Site,
    number: u32,
    base: u32,
    shadow: Shadow,
    below: &[u32],
    spare: &mut Spare,
    sink: &mut InstructionSink<'_>,
) {
    let moved = spare.places(&site.operands[below.len()..]);
    let moved: Vec<u32> = moved.iter().map(|at| base + 1 + at).collect();
    for place in moved.iter().rev() {
        sink.local_set(*place);
    }
    let places = below.iter().chain(&moved);
    let at = |offset: u32| MemArg {
        offset: offset.into(),
        align: 0,
        memory_index: shadow.memory,
    };
    // What is not 0, so that an empty stack is none.
    sink.local_get(base)
        .i32_const((number + 1).cast_signed())
        .i32_store(at(0));
    let mut offset = 8;
    let values = places.copied().zip(&site.operands);
    for (local, ty) in values.chain((0..).zip(&site.locals)) {
        let place = at(offset);
        offset += slot(*ty);
        if let ValType::Ref(ty) = ty
            && !ty.is_nullable()
        {
            // It may not have been set. It cannot be kept anyway.
            sink.local_get(base).i32_const(1).i32_store(place);
            continue;
        }
        sink.local_get(base).local_get(local);
        match ty {
            ValType::I32 => sink.i32_store(place),
            ValType::I64 => sink.i64_store(place),
            ValType::F32 => sink.f32_store(place),
            ValType::F64 => sink.f64_store(place),
            ValType::V128 => sink.v128_store(place),
            // Whether there is something that cannot be kept.
            ValType::Ref(_) => sink.ref_is_null().i32_eqz().i32_store(place),
        };
    }
    sink.local_get(base)
        .i32_const(offset.cast_signed())
        .i32_add()
        .global_set(shadow.top);
    for place in moved {
        sink.local_get(place);
    }
}
