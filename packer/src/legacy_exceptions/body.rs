//! The second walk over a function: its code in the new encoding.
//!
//! A `try` with handlers becomes, with the parameters P and results R of its type and the values V of each tag:
//!
//! ```text
//! block P -> R                         the label of the `try`
//!   block P -> V2                      one for each handler, the last outermost
//!     block P -> V1 exnref             with the exception, where it is thrown again
//!       try_table P -> R (catch_ref tag1 0) (catch tag2 1)
//!         body
//!       end
//!       br 2
//!     end
//!     local.set                        the exception
//!     handler 1                        `rethrow` is `local.get`, `throw_ref`
//!     br 1
//!   end
//!   handler 2
//! end
//! ```
//!
//! Types follow from those of the `try`, so that nothing needs to be known of the operands. A `try` without handlers is
//! a `block`. `delegate` is a `block` where exceptions reach its receiver anyway; else a `try_table` that catches all,
//! with a label in the body of the receiver, or around the function's:
//!
//! ```text
//! try_table P -> R (...)               the receiver
//!   block P -> exnref
//!     body                             delegates with `try_table (catch_all_ref)`
//!     br                               to the label of the receiver
//!   end
//!   throw_ref
//! end
//! ```
//!
//! All other instructions are copied, with labels counted again.

use std::ops::Range;

use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{BlockType as NewBlockType, Catch, Encode, InstructionSink, ValType as NewValType};
use wasmparser::{BlockType, FunctionBody, Operator, ValType};

use super::error::{Error, Result};
use super::offsets::OffsetMap;
use super::plan::{Handler, Kind, Plan, Receiver};
use super::types::Types;

/// What engines accept of the locals of a function, parameters included.
const MOST_LOCALS: usize = 50_000;
/// What engines accept of the size of a function in bytes.
const MOST_BYTES: usize = 7_654_321;
/// What engines accept of the handlers of a `try_table`.
const MOST_HANDLERS: usize = 10_000;

/// A function in the new encoding, and where its code went, both counted from the start of the body. `index` is its
/// place among the functions with bodies.
///
/// # Errors
/// When instructions cannot be read, labels or indices do not fit, or a limit of engines would be exceeded.
pub(super) fn translate(body: &FunctionBody<'_>, index: usize, types: &mut Types) -> Result<(Vec<u8>, OffsetMap)> {
    let range = body.range();
    let mut operators = body.get_operators_reader()?;
    let plan = Plan::new(body)?;
    let mut writer = Writer {
        bytes: body.as_bytes(),
        start: range.start,
        copied: 0,
        out: Vec::with_capacity(range.len() + range.len() / 8),
        offsets: OffsetMap::default(),
        frames: Vec::new(),
        height: 0,
        first_local: 0,
        next_scope: 0,
        escapes: vec![0; plan.scopes.len()],
        escape: 0,
        types,
    };
    writer.locals(&plan, body, index)?;
    writer.begin(&plan, operators.original_position());
    while !operators.eof() {
        let (operator, offset) = operators.read_with_offset()?;
        writer.operator(&plan, operator, offset..operators.original_position())?;
    }
    writer.copy(range.end);
    writer.check("bytes in a function", writer.out.len(), MOST_BYTES, range.start)?;
    Ok((writer.out, writer.offsets))
}

/// A label of the old code.
#[derive(Debug, Clone, Copy)]
struct Frame {
    /// The label that stands for it in the new code, by its place in the list of open labels.
    label: u32,
    /// The `try` or `try_table`.
    scope: Option<usize>,
    /// How many handlers of the `try` have begun.
    begun: usize,
}

struct Writer<'a> {
    /// The function.
    bytes: &'a [u8],
    /// Its offset in the module.
    start: usize,
    /// How much of it is done.
    copied: usize,
    out: Vec<u8>,
    offsets: OffsetMap,
    frames: Vec<Frame>,
    /// How many labels of the new code are open.
    height: u32,
    /// The first of the new locals.
    first_local: u32,
    /// The next `try` or `try_table`.
    next_scope: usize,
    /// The labels inside the scopes that `delegate` leads to.
    escapes: Vec<u32>,
    /// The label inside the function, if `delegate` leads to its caller.
    escape: u32,
    types: &'a mut Types,
}

impl Writer<'_> {
    /// Writes what is not done yet, up to an offset in the module.
    fn copy(&mut self, end: usize) {
        let end = end - self.start;
        let piece = &self.bytes[self.copied..end];
        self.offsets.push(self.copied, self.out.len(), piece.len());
        self.out.extend_from_slice(piece);
        self.copied = end;
    }

    /// Writes all before an instruction; what stands for the instruction follows.
    fn replace(&mut self, place: &Range<usize>) {
        self.copy(place.start);
        self.copied = place.end - self.start;
    }

    fn sink(&mut self) -> InstructionSink<'_> {
        InstructionSink::new(&mut self.out)
    }

    /// The label of the new code as an instruction written now names it.
    fn depth_of(&self, label: u32) -> u32 {
        self.height - 1 - label
    }

    /// The frame that a label of the old code names.
    fn named(&self, depth: u32, offset: usize) -> Result<Frame> {
        let found = self.frames.iter().nth_back(depth as usize);
        found.copied().ok_or(Error::Label {
            depth,
            offset: offset as u64,
        })
    }

    fn check(&self, what: &'static str, number: usize, limit: usize, offset: usize) -> Result<()> {
        if number <= limit {
            return Ok(());
        }
        Err(Error::Limit {
            what,
            limit,
            offset: offset as u64,
        })
    }

    /// Declares the locals of the old code, and behind them one for each exception that is thrown again.
    fn locals(&mut self, plan: &Plan, body: &FunctionBody<'_>, index: usize) -> Result<()> {
        if plan.locals == 0 {
            return Ok(());
        }
        let mut reader = body.get_locals_reader()?;
        let groups = reader.get_count();
        let groups_at = reader.original_position();
        let mut locals = self.types.parameters_of(index, self.start)?;
        for _ in 0..groups {
            locals = locals.saturating_add(reader.read()?.0);
        }
        let all = (locals as usize).saturating_add(plan.locals as usize);
        self.check("locals in a function", all, MOST_LOCALS, self.start)?;
        self.first_local = locals;
        self.replace(&(self.start..groups_at));
        (groups + 1).encode(&mut self.out);
        self.copy(reader.original_position());
        plan.locals.encode(&mut self.out);
        NewValType::EXNREF.encode(&mut self.out);
        Ok(())
    }

    /// Opens the function's own label, and inside it one for exceptions that are delegated to the caller.
    fn begin(&mut self, plan: &Plan, code: usize) {
        self.frames.push(Frame {
            label: 0,
            scope: None,
            begun: 0,
        });
        self.height = 1;
        if plan.escape {
            self.copy(code);
            self.sink().block(NewBlockType::Result(NewValType::EXNREF));
            self.escape = self.height;
            self.height += 1;
        }
    }

    fn operator(&mut self, plan: &Plan, operator: Operator<'_>, place: Range<usize>) -> Result<()> {
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                self.frames.push(Frame {
                    label: self.height,
                    scope: None,
                    begun: 0,
                });
                self.height += 1;
                Ok(())
            }
            Operator::Try { blockty } => {
                self.replace(&place);
                self.open_try(plan, blockty, place.start)
            }
            Operator::TryTable { ref try_table } => {
                let ty = try_table.ty;
                self.relabel(operator, place.clone())?;
                self.copy(place.end);
                let scope = self.open(self.height);
                self.height += 1;
                self.open_escape(plan, scope, ty, place.start)
            }
            Operator::Catch { .. } | Operator::CatchAll => {
                self.replace(&place);
                self.next_handler(plan);
                Ok(())
            }
            Operator::Rethrow { relative_depth } => {
                self.replace(&place);
                let frame = self.named(relative_depth, place.start)?;
                if let Some(local) = handler_of(plan, frame).and_then(|handler| handler.local) {
                    let local = self.first_local + local;
                    self.sink().local_get(local).throw_ref();
                }
                Ok(())
            }
            Operator::Delegate { .. } => {
                self.replace(&place);
                self.sink().end();
                self.close();
                Ok(())
            }
            Operator::End => {
                self.end(plan, &place);
                Ok(())
            }
            operator => self.relabel(operator, place),
        }
    }

    /// Notes the next `try` or `try_table`, whose label this is.
    fn open(&mut self, label: u32) -> usize {
        let scope = self.next_scope;
        self.next_scope += 1;
        self.frames.push(Frame {
            label,
            scope: Some(scope),
            begun: 0,
        });
        scope
    }

    fn close(&mut self) {
        if let Some(frame) = self.frames.pop() {
            self.height = frame.label;
        }
    }

    fn open_try(&mut self, plan: &Plan, ty: BlockType, offset: usize) -> Result<()> {
        let new_ty = roundtrip(RoundtripReencoder.block_type(ty), offset)?;
        let scope = self.open(self.height);
        let handlers = &plan.scopes[scope].handlers;
        match plan.scopes[scope].kind {
            Kind::Try if !handlers.is_empty() => {
                self.check("handlers of a try_table", handlers.len(), MOST_HANDLERS, offset)?;
                self.sink().block(new_ty);
                for handler in handlers.iter().rev() {
                    let ty = self.handler_type(ty, handler, offset)?;
                    self.sink().block(ty);
                }
                self.sink().try_table(new_ty, catches(handlers));
                // The labels of the `try`, of its handlers and of the `try_table`.
                self.height += 2 + handlers.len() as u32;
                self.open_escape(plan, scope, ty, offset)
            }
            Kind::Delegate { to, .. } if to != Receiver::Next => {
                let label = match to {
                    Receiver::Scope(receiver) => self.escapes[receiver],
                    _ => self.escape,
                };
                // Catches of a `try_table` name labels from outside it.
                let label = self.depth_of(label);
                self.sink().try_table(new_ty, [Catch::AllRef { label }]);
                self.height += 1;
                Ok(())
            }
            _ => {
                self.sink().block(new_ty);
                self.height += 1;
                Ok(())
            }
        }
    }

    /// The type of the block that ends where a handler begins.
    fn handler_type(&mut self, ty: BlockType, handler: &Handler, offset: usize) -> Result<NewBlockType> {
        let mut results = match handler.tag {
            Some(tag) => self.types.values_of(tag, offset)?.to_vec(),
            None => Vec::new(),
        };
        if handler.local.is_some() {
            results.push(ValType::EXNREF);
        }
        let parameters = self.types.parameters(ty, offset)?.to_vec();
        self.types.block(parameters, results, offset)
    }

    /// Opens the label for exceptions that are delegated to a scope, in its body.
    fn open_escape(&mut self, plan: &Plan, scope: usize, ty: BlockType, offset: usize) -> Result<()> {
        if plan.scopes[scope].escape {
            let parameters = self.types.parameters(ty, offset)?.to_vec();
            let ty = self.types.block(parameters, vec![ValType::EXNREF], offset)?;
            self.sink().block(ty);
            self.escapes[scope] = self.height;
            self.height += 1;
        }
        Ok(())
    }

    /// Ends the body of a scope that exceptions are delegated to: its results leave, exceptions are thrown in it.
    fn close_escape(&mut self, plan: &Plan, scope: usize, label: u32) {
        if plan.scopes[scope].escape {
            let depth = self.depth_of(label);
            self.sink().br(depth).end().throw_ref();
            self.height -= 1;
        }
    }

    /// Ends the body of a `try`, or a handler, and begins the next handler.
    fn next_handler(&mut self, plan: &Plan) {
        let Some(frame) = self.frames.last().copied() else {
            return;
        };
        if let (Some(scope), 0) = (frame.scope, frame.begun) {
            self.close_escape(plan, scope, frame.label);
            // The `try_table`.
            self.sink().end();
            self.height -= 1;
        }
        let depth = self.depth_of(frame.label);
        self.sink().br(depth).end();
        self.height -= 1;
        let frame = Frame {
            begun: frame.begun + 1,
            ..frame
        };
        self.frames.pop();
        self.frames.push(frame);
        if let Some(local) = handler_of(plan, frame).and_then(|handler| handler.local) {
            let local = self.first_local + local;
            self.sink().local_set(local);
        }
    }

    fn end(&mut self, plan: &Plan, place: &Range<usize>) {
        match self.frames.last() {
            Some(Frame {
                scope: Some(scope),
                label,
                ..
            }) if plan.scopes[*scope].kind == Kind::Table && plan.scopes[*scope].escape => {
                let (scope, label) = (*scope, *label);
                self.copy(place.start);
                self.close_escape(plan, scope, label);
            }
            Some(Frame { label: 0, .. }) if plan.escape => {
                self.copy(place.start);
                // What is thrown behind the function's end leaves it.
                self.sink().return_().end().throw_ref();
            }
            _ => {}
        }
        self.close();
    }

    /// Counts the labels of an instruction again. Where nothing changes the bytes stay.
    fn relabel(&mut self, mut operator: Operator<'_>, place: Range<usize>) -> Result<()> {
        let offset = place.start;
        let new = |depth: u32| -> Result<u32> { Ok(self.depth_of(self.named(depth, offset)?.label)) };
        let changed = match &mut operator {
            Operator::Br { relative_depth }
            | Operator::BrIf { relative_depth }
            | Operator::BrOnNull { relative_depth }
            | Operator::BrOnNonNull { relative_depth }
            | Operator::BrOnCast { relative_depth, .. }
            | Operator::BrOnCastFail { relative_depth, .. }
            | Operator::BrOnCastDescEq { relative_depth, .. }
            | Operator::BrOnCastDescEqFail { relative_depth, .. } => {
                let old = *relative_depth;
                *relative_depth = new(old)?;
                *relative_depth != old
            }
            Operator::TryTable { try_table } => {
                let old = try_table.catches.clone();
                for catch in &mut try_table.catches {
                    use wasmparser::Catch::*;
                    let (One { label, .. } | OneRef { label, .. } | All { label } | AllRef { label }) = catch;
                    *label = new(*label)?;
                }
                try_table.catches != old
            }
            Operator::BrTable { targets } => {
                let old: Vec<u32> = targets.targets().collect::<Result<_, wasmparser::Error>>()?;
                let labels: Vec<u32> = old.iter().map(|depth| new(*depth)).collect::<Result<_>>()?;
                let default = new(targets.default())?;
                if labels != old || default != targets.default() {
                    self.replace(&place);
                    self.sink().br_table(labels, default);
                }
                return Ok(());
            }
            Operator::Resume { .. } | Operator::ResumeThrow { .. } | Operator::ResumeThrowRef { .. } => {
                return Err(Error::Unsupported {
                    what: "stack switching",
                    offset: offset as u64,
                });
            }
            _ => false,
        };
        if changed {
            self.replace(&place);
            roundtrip(RoundtripReencoder.instruction(operator), offset)?.encode(&mut self.out);
        }
        Ok(())
    }
}

/// The handler that has begun last.
fn handler_of(plan: &Plan, frame: Frame) -> Option<&Handler> {
    plan.scopes[frame.scope?].handlers.get(frame.begun.checked_sub(1)?)
}

/// The catches of a `try_table` around whose body the handlers' blocks stand, the first innermost.
fn catches(handlers: &[Handler]) -> Vec<Catch> {
    let catch = |(label, handler): (usize, &Handler)| {
        let label = label as u32;
        match (handler.tag, handler.local.is_some()) {
            (Some(tag), false) => Catch::One { tag, label },
            (Some(tag), true) => Catch::OneRef { tag, label },
            (None, false) => Catch::All { label },
            (None, true) => Catch::AllRef { label },
        }
    };
    handlers.iter().enumerate().map(catch).collect()
}

fn roundtrip<T>(done: Result<T, wasm_encoder::reencode::Error>, offset: usize) -> Result<T> {
    done.map_err(|error| Error::Malformed {
        message: error.to_string(),
        offset: offset as u64,
    })
}

#[cfg(test)]
mod tests {
    /// A new instruction with a label must be counted again in `relabel`, or it would branch elsewhere.
    #[test]
    fn every_instruction_with_a_label_is_known() {
        let mut found = Vec::new();
        macro_rules! labels {
            ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
                $($($(
                    if matches!(stringify!($arg), "relative_depth" | "targets" | "try_table" | "resume_table") {
                        found.push(stringify!($op));
                    }
                )*)?)*
            };
        }
        wasmparser::for_each_operator!(labels);
        found.sort();
        assert_eq!(
            found,
            [
                "Br",
                "BrIf",
                "BrOnCast",
                "BrOnCastDescEq",
                "BrOnCastDescEqFail",
                "BrOnCastFail",
                "BrOnNonNull",
                "BrOnNull",
                "BrTable",
                "Delegate",
                "Resume",
                "ResumeThrow",
                "ResumeThrowRef",
                "Rethrow",
                "TryTable"
            ]
        );
    }
}
