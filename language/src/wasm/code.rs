//! The body of one wasm function while it is being written.

use crate::source::Span;
use std::rc::Rc;
use wasm_encoder::{BlockType, Encode, Instruction, ValType};

/// Who is called.
#[derive(Clone, Debug, PartialEq)]
pub enum Callee {
    /// A function of the program.
    Program(u32),
    /// A function of the runtime, by name.
    Runtime(&'static str),
}

/// An instruction; what only the linker knows is left open.
#[derive(Clone, Debug)]
pub enum Ins {
    Wasm(Instruction<'static>),
    Call(Callee),
    /// `i32.const` of the address of a datum of the runtime.
    Address(&'static str),
}

/// A place that a branch can go to: the number of blocks open outside of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label(u32);

/// One function.
#[derive(Clone, Debug)]
pub struct Code {
    pub name: Rc<str>,
    pub params: Vec<ValType>,
    pub results: Vec<ValType>,
    pub locals: Vec<ValType>,
    pub body: Vec<Ins>,
    /// Where in the source the body comes from: from which instruction on, and the place.
    pub marks: Vec<(usize, Span)>,
    place: Option<Span>,
    depth: u32,
    free: Vec<(ValType, u32)>,
}

impl Code {
    pub fn new(name: Rc<str>, params: Vec<ValType>, results: Vec<ValType>) -> Code {
        Code {
            name,
            params,
            results,
            locals: Vec::new(),
            body: Vec::new(),
            marks: Vec::new(),
            place: None,
            depth: 0,
            free: Vec::new(),
        }
    }

    pub fn local(&mut self, ty: ValType) -> u32 {
        self.locals.push(ty);
        (self.params.len() + self.locals.len() - 1) as u32
    }

    /// A local for a short time; give it back with [`Code::done`].
    pub fn temp(&mut self, ty: ValType) -> u32 {
        match self.free.iter().rposition(|(t, _)| *t == ty) {
            Some(at) => self.free.swap_remove(at).1,
            None => self.local(ty),
        }
    }

    pub fn done(&mut self, local: u32) {
        let ty = match (local as usize).checked_sub(self.params.len()) {
            Some(n) => self.locals[n],
            None => self.params[local as usize],
        };
        self.free.push((ty, local));
    }

    /// What follows comes from this place in the source. Gives the place of what was written before.
    pub fn comes_from(&mut self, place: Option<Span>) -> Option<Span> {
        std::mem::replace(&mut self.place, place)
    }

    fn push(&mut self, ins: Ins) {
        if let Some(place) = self.place
            && self.marks.last().is_none_or(|(_, last)| *last != place)
        {
            self.marks.push((self.body.len(), place));
        }
        self.body.push(ins);
    }

    pub fn op(&mut self, i: Instruction<'static>) {
        self.push(Ins::Wasm(i));
    }

    pub fn call(&mut self, f: u32) {
        self.push(Ins::Call(Callee::Program(f)));
    }

    pub fn runtime(&mut self, name: &'static str) {
        self.push(Ins::Call(Callee::Runtime(name)));
    }

    pub fn address(&mut self, name: &'static str) {
        self.push(Ins::Address(name));
    }

    pub fn get(&mut self, local: u32) {
        self.op(Instruction::LocalGet(local));
    }

    pub fn set(&mut self, local: u32) {
        self.op(Instruction::LocalSet(local));
    }

    pub fn tee(&mut self, local: u32) {
        self.op(Instruction::LocalTee(local));
    }

    pub fn i32(&mut self, n: i32) {
        self.op(Instruction::I32Const(n));
    }

    pub fn i64(&mut self, n: i64) {
        self.op(Instruction::I64Const(n));
    }

    /// Opens a block; branching to the label leaves it.
    pub fn block(&mut self, ty: BlockType) -> Label {
        self.op(Instruction::Block(ty));
        self.open()
    }

    /// Opens a loop; branching to the label starts it again.
    pub fn start_loop(&mut self) -> Label {
        self.op(Instruction::Loop(BlockType::Empty));
        self.open()
    }

    pub fn start_if(&mut self, ty: BlockType) -> Label {
        self.op(Instruction::If(ty));
        self.open()
    }

    pub fn otherwise(&mut self) {
        self.op(Instruction::Else);
    }

    pub fn end(&mut self) {
        self.depth -= 1;
        self.op(Instruction::End);
    }

    fn open(&mut self) -> Label {
        self.depth += 1;
        Label(self.depth)
    }

    pub fn relative(&self, to: Label) -> u32 {
        self.depth - to.0
    }

    pub fn br(&mut self, to: Label) {
        self.op(Instruction::Br(self.relative(to)));
    }

    pub fn br_if(&mut self, to: Label) {
        self.op(Instruction::BrIf(self.relative(to)));
    }

    pub fn encode_locals(&self, out: &mut Vec<u8>) {
        let mut runs: Vec<(u32, ValType)> = Vec::new();
        for ty in &self.locals {
            match runs.last_mut() {
                Some((n, t)) if t == ty => *n += 1,
                _ => runs.push((1, *ty)),
            }
        }
        runs.len().encode(out);
        for (n, ty) in runs {
            n.encode(out);
            ty.encode(out);
        }
    }
}
