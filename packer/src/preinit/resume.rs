//! Functions that go on in the middle of others: one for each frame of the call stack at the snapshot.
//!
//! A resumed function is the code behind the call that its frame is in, with locals and operands as constants, around a call
//! of the next frame's; the last one makes the host call that was pending. Of each loop around the call, the rest of the
//! body stands first and then the loop as it was. Everything else runs the functions of the module, unchanged.

use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{BlockType, Ieee32, Ieee64, InstructionSink};
use wasmparser::{Catch, FrameKind, Operator, ValType};

use super::error::{Failure, Held};
use super::shape::Shape;
use super::suspend::{Site, each_function, slot};
use super::write::{Added, unwritten};
use crate::error::{Error, Result};
use crate::module::sections::{cut, invalid};

/// A frame of the call stack.
pub(super) struct Frame<'s> {
    site: &'s Site,
    operands: Vec<u128>,
    locals: Vec<u128>,
}

/// The frames that a shadow stack holds, the outermost first.
///
/// # Errors
/// [`Failure::Incomplete`].
pub(super) fn frames<'s>(stack: &[u8], sites: &'s [Site]) -> Result<Vec<Frame<'s>>> {
    let damaged = || Error::from(Failure::Incomplete("its call stack cannot be read".to_owned()));
    let mut frames = Vec::new();
    let mut rest = stack;
    while let Some((number, _)) = rest.split_first_chunk::<4>() {
        let number = u32::from_le_bytes(*number).checked_sub(1).ok_or_else(damaged)?;
        let site = sites.get(number as usize).ok_or_else(damaged)?;
        let (frame, others) = rest.split_at_checked(site.frame_len() as usize).ok_or_else(damaged)?;
        let mut values = &frame[8..];
        let mut read = |types: &[ValType]| -> Result<Vec<u128>> {
            let mut found = Vec::new();
            for ty in types {
                let (value, others) = values.split_at_checked(slot(*ty) as usize).ok_or_else(damaged)?;
                values = others;
                let bits = value.iter().rev().fold(0, |bits, byte| bits << 8 | u128::from(*byte));
                // Of a reference it says only whether there is one.
                found.push(if matches!(ty, ValType::Ref(_)) { bits & 1 } else { bits });
            }
            Ok(found)
        };
        let operands = read(&site.operands)?;
        frames.push(Frame {
            site,
            operands,
            locals: read(&site.locals)?,
        });
        rest = others;
    }
    if frames.is_empty() { Err(damaged()) } else { Ok(frames) }
}

/// Writes the functions for the frames.
///
/// # Errors
/// [`Error::Invalid`], [`Error::Compile`] for instructions that cannot be written, and [`Failure::Held`] for references.
pub(super) fn resume(wasm: &[u8], shape: &Shape<'_>, frames: &[Frame<'_>]) -> Result<Added> {
    let mut added = Types {
        first: shape.types().len() as u32,
        new: Vec::new(),
    };
    let mut bodies: Vec<Option<(u32, Vec<u8>)>> = frames.iter().map(|_| None).collect();
    let first = shape.function_count();
    each_function(wasm, |function, body, validator| {
        let here = || {
            frames
                .iter()
                .enumerate()
                .filter(|(_, frame)| frame.site.function == function)
        };
        if here().next().is_none() {
            return Ok(());
        }
        let mut reader = body.get_binary_reader();
        validator.read_locals(&mut reader).map_err(invalid)?;
        let mut instructions = Vec::new();
        let mut levels = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let mut operators = body.get_operators_reader().map_err(invalid)?;
        while !operators.eof() {
            let (operator, start) = operators.read_with_offset().map_err(invalid)?;
            for (number, _) in here().filter(|(_, frame)| frame.site.offset == start) {
                let control = (0..open.len()).rev().zip(&open).map(|(depth, opened)| {
                    let frame = validator.get_control_frame(depth);
                    frame.map(|frame| Level {
                        kind: frame.kind,
                        ty: frame.block_type,
                        height: frame.height,
                        opened: *opened,
                    })
                });
                levels.push((
                    number,
                    instructions.len(),
                    control.collect::<Option<Vec<_>>>().unwrap_or_default(),
                ));
            }
            match operator {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } | Operator::TryTable { .. } => {
                    open.push(instructions.len());
                }
                Operator::End => {
                    open.pop();
                }
                _ => {}
            }
            validator.op(start, &operator).map_err(invalid)?;
            let bytes = wasm
                .get(start..operators.original_position())
                .ok_or_else(|| cut(wasm))?;
            instructions.push(Instruction { operator, bytes });
        }
        for (number, at, levels) in levels {
            let frame = &frames[number];
            let next = (number + 1 < frames.len()).then(|| first + number as u32 + 1);
            let mut writer = Writer {
                shape,
                types: &mut added,
                code: Vec::new(),
                labels: vec![true],
            };
            writer.frame(frame, &instructions, at, &levels, next)?;
            let results = shape.signature(function).map_or(&[][..], |ty| ty.results());
            let code = std::mem::take(&mut writer.code);
            bodies[number] = Some((added.index(results)?, whole(frame, &code)?));
        }
        Ok(())
    })?;
    let functions: Option<Vec<(u32, Vec<u8>)>> = bodies.into_iter().collect();
    Ok(Added {
        types: added.new,
        functions: functions.ok_or_else(|| Failure::Incomplete("a frame is in no function".to_owned()))?,
    })
}

/// Types for functions and blocks that take nothing.
struct Types {
    first: u32,
    new: Vec<Vec<wasm_encoder::ValType>>,
}

impl Types {
    fn index(&mut self, results: &[ValType]) -> Result<u32> {
        let results = results
            .iter()
            .map(|ty| RoundtripReencoder.val_type(*ty).map_err(unwritten))
            .collect::<Result<Vec<_>>>()?;
        let at = self.new.iter().position(|other| *other == results).unwrap_or_else(|| {
            self.new.push(results);
            self.new.len() - 1
        });
        Ok(self.first + at as u32)
    }

    fn block(&mut self, results: &[ValType]) -> Result<BlockType> {
        Ok(match results {
            [] => BlockType::Empty,
            [one] => BlockType::Result(RoundtripReencoder.val_type(*one).map_err(unwritten)?),
            several => BlockType::FunctionType(self.index(several)?),
        })
    }
}

struct Instruction<'a> {
    operator: Operator<'a>,
    bytes: &'a [u8],
}

/// A construct around the call.
struct Level {
    kind: FrameKind,
    ty: wasmparser::BlockType,
    /// Operands below it.
    height: usize,
    /// The instruction that opens it.
    opened: usize,
}

struct Writer<'w, 'a> {
    shape: &'w Shape<'a>,
    types: &'w mut Types,
    code: Vec<u8>,
    /// The labels there are, from the outermost: whether the function has it too.
    labels: Vec<bool>,
}

impl Writer<'_, '_> {
    /// The code of a frame.
    fn frame(
        &mut self,
        frame: &Frame<'_>,
        instructions: &[Instruction<'_>],
        at: usize,
        levels: &[Level],
        next: Option<u32>,
    ) -> Result<()> {
        let call = instructions.get(at).ok_or_else(|| unwritten("a call is missing"))?;
        let arguments = match (next, &call.operator) {
            (None, _) => 0,
            (_, Operator::Call { function_index }) => self.parameters(self.shape.signature(*function_index)),
            (_, Operator::CallIndirect { type_index, .. } | Operator::CallRef { type_index }) => {
                // And what is called.
                self.parameters(self.shape.types().get(*type_index as usize).and_then(Option::as_ref)) + 1
            }
            _ => return Err(unwritten("a frame is in no call")),
        };
        let mut pushed = 0;
        for level in levels {
            self.push(frame, pushed..level.height)?;
            pushed = level.height;
            self.open(level, &instructions[level.opened])?;
        }
        let left = frame
            .operands
            .len()
            .checked_sub(arguments)
            .filter(|left| *left >= pushed);
        self.push(frame, pushed..left.ok_or_else(|| unwritten("operands are missing"))?)?;
        match next {
            Some(next) => {
                self.sink().call(next);
            }
            None => self.code.extend_from_slice(call.bytes),
        }
        self.rest(instructions, at + 1, levels)
    }

    fn parameters(&self, ty: Option<&wasmparser::FuncType>) -> usize {
        ty.map_or(0, |ty| ty.params().len())
    }

    fn sink(&mut self) -> InstructionSink<'_> {
        InstructionSink::new(&mut self.code)
    }

    fn push(&mut self, frame: &Frame<'_>, range: std::ops::Range<usize>) -> Result<()> {
        for at in range {
            constant(&mut self.code, frame.site.operands[at], frame.operands[at])?;
        }
        Ok(())
    }

    /// What a block takes and leaves.
    fn signature(&self, ty: wasmparser::BlockType) -> (Vec<ValType>, Vec<ValType>) {
        match ty {
            wasmparser::BlockType::Empty => (Vec::new(), Vec::new()),
            wasmparser::BlockType::Type(ty) => (Vec::new(), vec![ty]),
            wasmparser::BlockType::FuncType(index) => {
                let ty = self.shape.types().get(index as usize).and_then(Option::as_ref);
                ty.map_or_else(Default::default, |ty| (ty.params().to_vec(), ty.results().to_vec()))
            }
        }
    }

    /// Opens what stands for a construct whose start is over.
    fn open(&mut self, level: &Level, instruction: &Instruction<'_>) -> Result<()> {
        let (params, results) = self.signature(level.ty);
        let results = self.types.block(&results)?;
        match (&instruction.operator, level.kind) {
            (Operator::Loop { .. }, FrameKind::Loop) => {
                let again = self.types.block(&params)?;
                self.sink().block(results).block(again);
                self.labels.extend([false, true]);
            }
            (Operator::TryTable { try_table }, FrameKind::TryTable) => {
                let catches = self.catches(&try_table.catches)?;
                self.sink().try_table(results, catches);
                self.labels.push(true);
            }
            (Operator::Block { .. }, _) | (Operator::If { .. }, _) => {
                self.sink().block(results);
                self.labels.push(true);
            }
            _ => return Err(unwritten("a call stands in a construct of the old exceptions")),
        }
        Ok(())
    }

    /// Everything behind the call.
    fn rest(&mut self, instructions: &[Instruction<'_>], from: usize, levels: &[Level]) -> Result<()> {
        let mut level = levels.len();
        let mut nested = 0;
        let mut at = from;
        while let Some(instruction) = instructions.get(at) {
            match &instruction.operator {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } | Operator::TryTable { .. } => {
                    nested += 1;
                    self.copy(instruction)?;
                }
                Operator::Else if nested == 0 => {
                    // The other arm.
                    at = end_of(instructions, at + 1);
                    continue;
                }
                Operator::End if nested > 0 => {
                    nested -= 1;
                    self.copy(instruction)?;
                }
                Operator::End => {
                    let Some(inner) = level.checked_sub(1) else {
                        self.sink().end();
                        return Ok(());
                    };
                    level = inner;
                    let opened = levels[level].opened;
                    if levels[level].kind == FrameKind::Loop {
                        self.sink().br(1).end();
                        self.labels.pop();
                        for instruction in &instructions[opened..=at] {
                            self.copy(instruction)?;
                        }
                    }
                    self.sink().end();
                    self.labels.pop();
                }
                _ => self.copy(instruction)?,
            }
            at += 1;
        }
        Err(unwritten("a function has no end"))
    }

    /// An instruction with its labels as they are here.
    fn copy(&mut self, instruction: &Instruction<'_>) -> Result<()> {
        use Operator as O;
        match &instruction.operator {
            O::Block { .. } | O::Loop { .. } | O::If { .. } => {
                self.code.extend_from_slice(instruction.bytes);
                self.labels.push(true);
            }
            O::TryTable { try_table } => {
                let catches = self.catches(&try_table.catches)?;
                let ty = RoundtripReencoder.block_type(try_table.ty).map_err(unwritten)?;
                self.sink().try_table(ty, catches);
                self.labels.push(true);
            }
            O::End => {
                self.labels.pop();
                self.sink().end();
            }
            O::Br { relative_depth } => {
                let label = self.label(*relative_depth)?;
                self.sink().br(label);
            }
            O::BrIf { relative_depth } => {
                let label = self.label(*relative_depth)?;
                self.sink().br_if(label);
            }
            O::BrTable { targets } => {
                let mut labels = Vec::new();
                for target in targets.targets() {
                    labels.push(self.label(target.map_err(invalid)?)?);
                }
                let default = self.label(targets.default())?;
                self.sink().br_table(labels, default);
            }
            O::BrOnNull { relative_depth } => {
                let label = self.label(*relative_depth)?;
                self.sink().br_on_null(label);
            }
            O::BrOnNonNull { relative_depth } => {
                let label = self.label(*relative_depth)?;
                self.sink().br_on_non_null(label);
            }
            O::BrOnCast {
                relative_depth,
                from_ref_type,
                to_ref_type,
            }
            | O::BrOnCastFail {
                relative_depth,
                from_ref_type,
                to_ref_type,
            } => {
                let label = self.label(*relative_depth)?;
                let from = RoundtripReencoder.ref_type(*from_ref_type).map_err(unwritten)?;
                let to = RoundtripReencoder.ref_type(*to_ref_type).map_err(unwritten)?;
                if matches!(instruction.operator, O::BrOnCast { .. }) {
                    self.sink().br_on_cast(label, from, to);
                } else {
                    self.sink().br_on_cast_fail(label, from, to);
                }
            }
            O::Try { .. } | O::Catch { .. } | O::CatchAll | O::Delegate { .. } | O::Rethrow { .. } => {
                return Err(unwritten("a function uses the old exceptions"));
            }
            _ => self.code.extend_from_slice(instruction.bytes),
        }
        Ok(())
    }

    fn catches(&self, catches: &[Catch]) -> Result<Vec<wasm_encoder::Catch>> {
        let catch = |catch: &Catch| {
            Ok(match *catch {
                Catch::One { tag, label } => wasm_encoder::Catch::One {
                    tag,
                    label: self.label(label)?,
                },
                Catch::OneRef { tag, label } => wasm_encoder::Catch::OneRef {
                    tag,
                    label: self.label(label)?,
                },
                Catch::All { label } => wasm_encoder::Catch::All {
                    label: self.label(label)?,
                },
                Catch::AllRef { label } => wasm_encoder::Catch::AllRef {
                    label: self.label(label)?,
                },
            })
        };
        catches.iter().map(catch).collect()
    }

    /// The depth here of what the function knows under this depth.
    fn label(&self, depth: u32) -> Result<u32> {
        let own = self.labels.iter().rev().enumerate().filter(|(_, own)| **own);
        let found = own.map(|(at, _)| at as u32).nth(depth as usize);
        found.ok_or_else(|| unwritten("a branch leads nowhere"))
    }
}

/// The `end` of the construct that these instructions are in.
fn end_of(instructions: &[Instruction<'_>], from: usize) -> usize {
    let mut nested = 0;
    for (at, instruction) in instructions.iter().enumerate().skip(from) {
        match instruction.operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } | Operator::TryTable { .. } => {
                nested += 1;
            }
            Operator::End if nested == 0 => return at,
            Operator::End => nested -= 1,
            _ => {}
        }
    }
    instructions.len()
}

/// A function's body: the locals of the frame with their values, and code.
fn whole(frame: &Frame<'_>, code: &[u8]) -> Result<Vec<u8>> {
    let mut groups: Vec<(u32, wasm_encoder::ValType)> = Vec::new();
    for ty in &frame.site.locals {
        let ty = RoundtripReencoder.val_type(*ty).map_err(unwritten)?;
        match groups.last_mut() {
            Some((count, last)) if *last == ty => *count += 1,
            _ => groups.push((1, ty)),
        }
    }
    let function = wasm_encoder::Function::new(groups);
    let mut body = function.into_raw_body();
    for (local, (ty, bits)) in (0..).zip(frame.site.locals.iter().zip(&frame.locals)) {
        if *bits != 0 {
            constant(&mut body, *ty, *bits)?;
            InstructionSink::new(&mut body).local_set(local);
        }
    }
    body.extend_from_slice(code);
    Ok(body)
}

/// An instruction for a value.
fn constant(code: &mut Vec<u8>, ty: ValType, bits: u128) -> Result<()> {
    let mut sink = InstructionSink::new(code);
    match ty {
        ValType::I32 => sink.i32_const((bits as u32).cast_signed()),
        ValType::I64 => sink.i64_const((bits as u64).cast_signed()),
        ValType::F32 => sink.f32_const(Ieee32::new(bits as u32)),
        ValType::F64 => sink.f64_const(Ieee64::new(bits as u64)),
        ValType::V128 => sink.v128_const(bits.cast_signed()),
        ValType::Ref(_) if bits != 0 => {
            return Err(Failure::Held {
                place: "the call stack".to_owned(),
                held: Held::Reference,
            }
            .into());
        }
        ValType::Ref(ty) => sink.ref_null(RoundtripReencoder.heap_type(ty.heap_type()).map_err(unwritten)?),
    };
    Ok(())
}
