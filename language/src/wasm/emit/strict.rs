//! Numbers and objects out of values that may also be null, such as the elements of an array.
//!
//! An operation on null is an error, so its operands need no tag once they have been looked at: what is behind the test
//! is a plain number or a plain pointer.

use super::{Emit, mem};
use crate::ir::{Expr, Kind, Objects, Rep, Ty, tag};
use crate::source::Span;
use nyash_abi::layout::{array, value};
use wasm_encoder::{BlockType, Instruction as I, ValType};

/// Which operand a value is, and what the other one is: the message of the error names both.
#[derive(Clone, Copy)]
pub enum Side {
    Left(Ty),
    Right(Ty),
}

/// The kind of number in a type that holds nothing else but null.
pub fn number_in(ty: Ty) -> Option<Rep> {
    let kinds = ty.kinds & !(Ty::NULL.kinds | Ty::VOID.kinds);
    if kinds == Ty::INT.kinds {
        Some(Rep::Int)
    } else if kinds == Ty::FLOAT.kinds {
        Some(Rep::Float)
    } else {
        None
    }
}

impl Emit<'_, '_> {
    /// Both operands are numbers of one kind each, or null. The left one is looked at before the right one is
    /// evaluated, so nothing the program can see may happen there.
    pub(super) fn nullable_numbers(&self, a: &Expr, b: &Expr) -> bool {
        number_in(a.ty).is_some()
            && number_in(b.ty).is_some()
            && (a.ty.only(tag::INT) || a.ty.only(tag::FLOAT) || self.calm(b))
    }

    /// Pushes a number in its own representation.
    pub(super) fn strict(&mut self, e: &Expr, side: Side, symbol: &'static str, span: Span) {
        if e.ty.rep() != Rep::Dyn {
            self.expr(e);
            return;
        }
        let rep = number_in(e.ty).unwrap_or(Rep::Int);
        let mark = self.mark();
        if let Some((array, index)) = self.number_element(e) {
            let slot = self.element_slot(array, index, |emit| emit.wrong_kind(e, side, symbol, span));
            self.code.get(slot);
            self.code.op(match rep {
                Rep::Float => I::F64Load(mem(value::PAYLOAD, 3)),
                Rep::Int | Rep::Bool | Rep::Str | Rep::Obj | Rep::Dyn => I::I64Load(mem(value::PAYLOAD, 3)),
            });
            self.code.done(slot);
            self.release_held(mark);
            return;
        }
        self.lent(e, Rep::Dyn);
        let h = self.temp_home(Rep::Dyn);
        self.store_home(h);
        if !self.knows(e) {
            self.code.get(h.a);
            self.code.i32(tag::NULL as i32);
            self.code.op(I::I32LeU);
            self.code.start_if(BlockType::Empty);
            self.wrong_kind(e, side, symbol, span);
            self.code.end();
            self.note(e);
        }
        self.code.get(h.b);
        self.unpack(rep);
        self.done_home(h);
        self.release_held(mark);
    }

    /// Pushes a number as a float.
    pub(super) fn strict_float(&mut self, e: &Expr, side: Side, symbol: &'static str, span: Span) {
        self.strict(e, side, symbol, span);
        if number_in(e.ty) == Some(Rep::Int) {
            self.code.op(I::F64ConvertI64S);
        }
    }

    /// Array and index of `a.get(i)` where the elements are numbers of one kind.
    fn number_element<'x>(&self, e: &'x Expr) -> Option<(&'x Expr, &'x Expr)> {
        let (array, index) = array_element(e)?;
        let Objects::Array(s) = array.ty.objects else {
            return None;
        };
        let element = self.program.module.sites.element(s);
        ((element.only(tag::INT) || element.only(tag::FLOAT)) && self.calm(index)).then_some((array, index))
    }

    /// The address of an element in a local, which the caller gives back. `missing` is run where there is none. The
    /// array is lent until the mark of the caller.
    fn element_slot(&mut self, array: &Expr, index: &Expr, missing: impl FnOnce(&mut Self)) -> u32 {
        let p = self.object(array, "Method '$index' not found", array.span);
        let i = self.code.temp(ValType::I64);
        self.int(index);
        self.code.tee(i);
        self.code.get(p);
        self.code.op(I::I64Load32U(mem(array::LENGTH, 2)));
        self.code.op(I::I64GeU);
        self.code.start_if(BlockType::Empty);
        missing(self);
        self.code.end();
        self.code.get(p);
        self.code.op(I::I32Load(mem(array::DATA, 2)));
        self.code.get(i);
        self.code.op(I::I32WrapI64);
        self.code.i32(value::SHIFT);
        self.code.op(I::I32Shl);
        self.code.op(I::I32Add);
        self.code.set(p);
        self.code.done(i);
        p
    }

    /// Lets the runtime raise its error about an operand that is null.
    fn wrong_kind(&mut self, e: &Expr, side: Side, symbol: &'static str, span: Span) {
        let kind = tag::NULL;
        let other = |ty: Ty| if ty.has(tag::FLOAT) { tag::FLOAT } else { tag::INT };
        let kinds = match side {
            Side::Left(right) => [kind, other(right)],
            Side::Right(left) => [other(left), kind],
        };
        // The other one is not known at this place.
        match side {
            Side::Left(_) => self.about(&[Some(e), None]),
            Side::Right(_) => self.about(&[None, Some(e)]),
        }
        for t in kinds {
            self.code.i32(t as i32);
            self.code.i64(0);
        }
        self.code.runtime(symbol);
        self.code.op(I::Drop);
        self.fail(span);
    }

    /// Pushes an element for the next operation only: its reference is not counted. The answer is false where the
    /// expression is no element, and nothing has been pushed then.
    pub(super) fn borrowed_element(&mut self, e: &Expr) -> bool {
        let Some((array, index)) = array_element(e) else {
            return false;
        };
        if !array.ty.only(tag::OBJ) || !matches!(array.ty.objects, Objects::Array(_)) || !self.calm(index) {
            return false;
        }
        let p = self.code.temp(ValType::I32);
        let i = self.code.temp(ValType::I64);
        self.borrowed(array, Rep::Obj);
        self.code.set(p);
        self.int(index);
        self.code.set(i);
        self.element(p, i);
        self.code.done(i);
        self.code.done(p);
        true
    }
}

/// Array and index of `a.get(i)` or `a[i]`.
pub(super) fn array_element(e: &Expr) -> Option<(&Expr, &Expr)> {
    if let Kind::Builtin {
        function, arguments, ..
    } = &e.kind
        && function.symbol == "@array_get"
        && let [array, index] = &arguments[..]
    {
        matches!(array.ty.objects, Objects::Array(_)).then_some((array, index))
    } else {
        None
    }
}
