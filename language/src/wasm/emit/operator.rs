//! Operators.

use super::strict::{Side, number_in};
use super::{Emit, Home, Own};
use crate::ir::operators::binary_throws;
use crate::ir::{Expr, Kind, Op, Rep, Ty, tag};
use crate::source::Span;
use wasm_encoder::{BlockType, Instruction as I, ValType};

impl Emit<'_, '_> {
    pub(super) fn negate(&mut self, e: &Expr, a: &Expr) -> Own {
        match a.ty.rep() {
            Rep::Int => {
                self.code.i64(0);
                self.expr(a);
                self.code.op(I::I64Sub);
                self.convert(Rep::Int, e.ty.rep());
            }
            Rep::Float => {
                self.expr(a);
                self.code.op(I::F64Neg);
                self.convert(Rep::Float, e.ty.rep());
            }
            Rep::Bool | Rep::Str | Rep::Obj | Rep::Dyn => {
                let mark = self.mark();
                self.lent(a, Rep::Dyn);
                self.code.runtime("ny_neg");
                self.tagged();
                self.release_held(mark);
                if !a.ty.numeric() {
                    self.check(e.span);
                }
                self.convert(Rep::Dyn, e.ty.rep());
            }
        }
        Own::Plain
    }

    pub(super) fn binary(&mut self, e: &Expr, op: Op, a: &Expr, b: &Expr) -> Own {
        let (x, y) = (a.ty, b.ty);
        match op {
            Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge => {
                self.compare(op, a, b, e.span);
                self.convert(Rep::Bool, e.ty.rep());
                return Own::Plain;
            }
            Op::BitAnd | Op::BitOr | Op::BitXor | Op::Shl | Op::Shr => return self.bits(e, op, a, b),
            Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem => {}
        }
        if x.only(tag::INT) && y.only(tag::INT) {
            self.int_op(op, a, b, e.span);
            self.convert(Rep::Int, e.ty.rep());
            return Own::Plain;
        }
        let static_number = |t: Ty| t.only(tag::INT) || t.only(tag::FLOAT);
        if static_number(x) && static_number(y) && op != Op::Rem {
            self.float(a);
            self.float(b);
            self.float_op(op, e.span);
            self.convert(Rep::Float, e.ty.rep());
            return Own::Plain;
        }
        let text = x.only(tag::STR) || (y.only(tag::STR) && !binary_throws(op, x, y, self.new_2026()));
        if op == Op::Add && text {
            self.concat(a, b, e.span);
            self.convert(Rep::Str, e.ty.rep());
            return Own::Owned;
        }
        if (e.ty.only(tag::INT) || e.ty.only(tag::FLOAT)) && self.nullable_numbers(a, b) {
            let symbol = arithmetic(op);
            if e.ty.only(tag::INT) {
                self.strict(a, Side::Left(y), symbol, e.span);
                self.strict(b, Side::Right(x), symbol, e.span);
                self.int_op_on_stack(op, e.span);
                return Own::Plain;
            }
            if op != Op::Rem {
                self.strict_float(a, Side::Left(y), symbol, e.span);
                self.strict_float(b, Side::Right(x), symbol, e.span);
                self.float_op(op, e.span);
                return Own::Plain;
            }
        }
        self.general(e, op, a, b)
    }

    fn int_op(&mut self, op: Op, a: &Expr, b: &Expr, span: Span) {
        if plain(op).is_none()
            && let Kind::Int(n) = b.kind
            && n != 0
            && n != -1
        {
            self.expr(a);
            self.code.i64(n);
            self.code.op(if op == Op::Div { I::I64DivS } else { I::I64RemS });
            return;
        }
        self.expr(a);
        self.expr(b);
        self.int_op_on_stack(op, span);
    }

    /// Two integers on the stack.
    fn int_op_on_stack(&mut self, op: Op, span: Span) {
        match plain(op) {
            Some((int, _)) => self.code.op(int),
            None => {
                let (l, r) = (self.code.temp(ValType::I64), self.code.temp(ValType::I64));
                self.code.set(r);
                self.code.set(l);
                self.code.get(r);
                self.code.op(I::I64Eqz);
                self.raise_if(
                    if op == Op::Div {
                        "Division by zero"
                    } else {
                        "Modulo by zero"
                    },
                    span,
                );
                if op == Op::Div {
                    // The one quotient that does not fit wraps.
                    self.code.get(r);
                    self.code.i64(-1);
                    self.code.op(I::I64Eq);
                    self.code.start_if(BlockType::Result(ValType::I64));
                    self.code.i64(0);
                    self.code.get(l);
                    self.code.op(I::I64Sub);
                    self.code.otherwise();
                    self.code.get(l);
                    self.code.get(r);
                    self.code.op(I::I64DivS);
                    self.code.end();
                } else {
                    self.code.get(l);
                    self.code.get(r);
                    self.code.op(I::I64RemS);
                }
                self.code.done(l);
                self.code.done(r);
            }
        }
    }

    /// Two floats on the stack.
    fn float_op(&mut self, op: Op, span: Span) {
        match plain(op) {
            Some((_, float)) => self.code.op(float),
            None => {
                let r = self.code.temp(ValType::F64);
                self.code.tee(r);
                self.code.op(I::F64Const(0.0.into()));
                self.code.op(I::F64Eq);
                self.raise_if("Division by zero", span);
                self.code.get(r);
                self.code.op(I::F64Div);
                self.code.done(r);
            }
        }
    }

    pub(super) fn dyn_operand(&mut self, e: &Expr) -> Home {
        self.lent(e, Rep::Dyn);
        let h = self.temp_home(Rep::Dyn);
        self.store_home(h);
        h
    }

    /// Pushes whether both operands are integers.
    fn both_ints(&mut self, x: Home, y: Home) {
        self.code.get(x.a);
        self.code.i32(tag::INT as i32);
        self.code.op(I::I32Eq);
        self.code.get(y.a);
        self.code.i32(tag::INT as i32);
        self.code.op(I::I32Eq);
        self.code.op(I::I32And);
    }

    /// Operands of unknown kinds: integers inline, the rest in the runtime.
    fn general(&mut self, e: &Expr, op: Op, a: &Expr, b: &Expr) -> Own {
        let symbol = arithmetic(op);
        let mark = self.mark();
        let x = self.dyn_operand(a);
        let y = self.dyn_operand(b);
        let out = self.temp_home(Rep::Dyn);
        let ints = a.ty.has(tag::INT) && b.ty.has(tag::INT);
        let fast = if ints { plain(op) } else { None };
        if let Some((int, _)) = &fast {
            self.both_ints(x, y);
            self.code.start_if(BlockType::Empty);
            self.code.get(x.b);
            self.code.get(y.b);
            self.code.op(int.clone());
            self.code.set(out.b);
            self.code.i32(tag::INT as i32);
            self.code.set(out.a);
            self.code.otherwise();
        }
        self.load_home(x);
        self.load_home(y);
        self.code.runtime(symbol);
        self.tagged();
        self.store_home(out);
        if binary_throws(op, a.ty, b.ty, self.new_2026()) {
            self.about(&[Some(a), Some(b)]);
            self.check(e.span);
        }
        if fast.is_some() {
            self.code.end();
        }
        self.release_held(mark);
        self.load_home(out);
        self.convert(Rep::Dyn, e.ty.rep());
        self.done_home(out);
        self.done_home(y);
        self.done_home(x);
        if e.ty.counted() { Own::Owned } else { Own::Plain }
    }

    fn bits(&mut self, e: &Expr, op: Op, a: &Expr, b: &Expr) -> Own {
        // The runtime's number of the operator, and the instruction for integers.
        let (number, ints) = match op {
            Op::BitAnd => (0, I::I64And),
            Op::BitOr => (1, I::I64Or),
            Op::BitXor => (2, I::I64Xor),
            Op::Shl => (3, I::I64Shl),
            Op::Shr
            | Op::Add
            | Op::Sub
            | Op::Mul
            | Op::Div
            | Op::Rem
            | Op::Eq
            | Op::Ne
            | Op::Lt
            | Op::Le
            | Op::Gt
            | Op::Ge => (4, I::I64ShrS),
        };
        if a.ty.only(tag::INT) && b.ty.only(tag::INT) {
            self.expr(a);
            self.expr(b);
            self.code.op(ints);
            self.convert(Rep::Int, e.ty.rep());
            return Own::Plain;
        }
        let mark = self.mark();
        if op == Op::Shr && !self.new_2026() {
            self.lent(a, Rep::Dyn);
            self.lent(b, Rep::Dyn);
            self.code.runtime("ny_channel_or_shift");
            self.tagged();
            self.release_held(mark);
            self.convert(Rep::Dyn, e.ty.rep());
            return Own::Owned;
        }
        self.code.i32(number);
        self.lent(a, Rep::Dyn);
        self.lent(b, Rep::Dyn);
        self.code.runtime("ny_bits");
        self.release_held(mark);
        self.about(&[Some(a), Some(b)]);
        self.check(e.span);
        self.convert(Rep::Int, e.ty.rep());
        Own::Plain
    }

    /// Pushes the outcome of a comparison.
    fn compare(&mut self, op: Op, a: &Expr, b: &Expr, span: Span) {
        let (x, y) = (a.ty, b.ty);
        if x.only(tag::INT) && y.only(tag::INT) {
            self.expr(a);
            self.expr(b);
            self.code.op(comparison(op).0);
            return;
        }
        let static_number = |t: Ty| t.only(tag::INT) || t.only(tag::FLOAT);
        let equality = matches!(op, Op::Eq | Op::Ne);
        if static_number(x) && static_number(y) && (!equality || (x.only(tag::FLOAT) || self.new_2026())) {
            self.float(a);
            self.float(b);
            self.code.op(comparison(op).1);
            return;
        }
        if !equality && self.new_2026() && self.nullable_numbers(a, b) {
            if number_in(x) == Some(Rep::Int) && number_in(y) == Some(Rep::Int) {
                self.strict(a, Side::Left(y), "ny_cmp", span);
                self.strict(b, Side::Right(x), "ny_cmp", span);
                self.code.op(comparison(op).0);
            } else {
                self.strict_float(a, Side::Left(y), "ny_cmp", span);
                self.strict_float(b, Side::Right(x), "ny_cmp", span);
                self.code.op(comparison(op).1);
            }
            return;
        }
        let mark = self.mark();
        if equality {
            let nothing = |e: &Expr| matches!(e.kind, Kind::Null | Kind::Void);
            if self.new_2026() && (nothing(a) || nothing(b)) {
                let other = if nothing(b) { a } else { b };
                let h = self.dyn_operand(other);
                self.code.get(h.a);
                self.code.i32(tag::NULL as i32);
                self.code.op(if op == Op::Eq { I::I32LeU } else { I::I32GtU });
                self.done_home(h);
                self.release_held(mark);
                return;
            }
            if x.only(tag::BOOL) && y.only(tag::BOOL) {
                self.expr(a);
                self.expr(b);
                self.code.op(if op == Op::Eq { I::I32Eq } else { I::I32Ne });
                return;
            }
            if x.only(tag::STR) && y.only(tag::STR) {
                self.lent(a, Rep::Str);
                self.lent(b, Rep::Str);
                self.code.runtime("ny_str_eq");
            } else {
                let l = self.dyn_operand(a);
                let r = self.dyn_operand(b);
                let fast = x.has(tag::INT) && y.has(tag::INT);
                if fast {
                    self.both_ints(l, r);
                    self.code.start_if(BlockType::Result(ValType::I32));
                    self.code.get(l.b);
                    self.code.get(r.b);
                    self.code.op(I::I64Eq);
                    self.code.otherwise();
                }
                self.load_home(l);
                self.load_home(r);
                self.code.runtime("ny_eq");
                if fast {
                    self.code.end();
                }
                self.done_home(r);
                self.done_home(l);
            }
            if op == Op::Ne {
                self.code.op(I::I32Eqz);
            }
            self.release_held(mark);
            return;
        }
        let order = |emit: &mut Self| match op {
            Op::Lt => {
                emit.code.i32(-1);
                emit.code.op(I::I32Eq);
            }
            Op::Le => {
                emit.code.i32(0);
                emit.code.op(I::I32LeS);
            }
            Op::Gt => {
                emit.code.i32(1);
                emit.code.op(I::I32Eq);
            }
            Op::Ge
            | Op::Eq
            | Op::Ne
            | Op::Add
            | Op::Sub
            | Op::Mul
            | Op::Div
            | Op::Rem
            | Op::BitAnd
            | Op::BitOr
            | Op::BitXor
            | Op::Shl
            | Op::Shr => {
                // 0 or 1; 2 means that there is no order.
                emit.code.i32(2);
                emit.code.op(I::I32LtU);
            }
        };
        if x.only(tag::STR) && y.only(tag::STR) {
            self.lent(a, Rep::Str);
            self.lent(b, Rep::Str);
            self.code.runtime("ny_str_cmp");
            order(self);
            self.release_held(mark);
            return;
        }
        let l = self.dyn_operand(a);
        let r = self.dyn_operand(b);
        let fast = x.has(tag::INT) && y.has(tag::INT);
        let out = self.code.temp(ValType::I32);
        if fast {
            self.both_ints(l, r);
            self.code.start_if(BlockType::Empty);
            self.code.get(l.b);
            self.code.get(r.b);
            self.code.op(comparison(op).0);
            self.code.set(out);
            self.code.otherwise();
        }
        self.load_home(l);
        self.load_home(r);
        self.code.runtime("ny_cmp");
        order(self);
        self.code.set(out);
        if binary_throws(op, x, y, self.new_2026()) {
            self.about(&[Some(a), Some(b)]);
            self.check(span);
        }
        if fast {
            self.code.end();
        }
        self.code.get(out);
        self.code.done(out);
        self.done_home(r);
        self.done_home(l);
        self.release_held(mark);
    }
}

/// The runtime's function for an arithmetic operator.
fn arithmetic(op: Op) -> &'static str {
    match op {
        Op::Add => "ny_add",
        Op::Sub => "ny_sub",
        Op::Mul => "ny_mul",
        Op::Div => "ny_div",
        Op::Rem
        | Op::Eq
        | Op::Ne
        | Op::Lt
        | Op::Le
        | Op::Gt
        | Op::Ge
        | Op::BitAnd
        | Op::BitOr
        | Op::BitXor
        | Op::Shl
        | Op::Shr => "ny_mod",
    }
}

/// The instructions, for integers and for floats, of an operator that needs nothing else.
fn plain(op: Op) -> Option<(I<'static>, I<'static>)> {
    match op {
        Op::Add => Some((I::I64Add, I::F64Add)),
        Op::Sub => Some((I::I64Sub, I::F64Sub)),
        Op::Mul => Some((I::I64Mul, I::F64Mul)),
        Op::Div
        | Op::Rem
        | Op::Eq
        | Op::Ne
        | Op::Lt
        | Op::Le
        | Op::Gt
        | Op::Ge
        | Op::BitAnd
        | Op::BitOr
        | Op::BitXor
        | Op::Shl
        | Op::Shr => None,
    }
}

/// The instructions that compare integers and floats.
fn comparison(op: Op) -> (I<'static>, I<'static>) {
    match op {
        Op::Eq => (I::I64Eq, I::F64Eq),
        Op::Ne => (I::I64Ne, I::F64Ne),
        Op::Lt => (I::I64LtS, I::F64Lt),
        Op::Le => (I::I64LeS, I::F64Le),
        Op::Gt => (I::I64GtS, I::F64Gt),
        Op::Ge
        | Op::Add
        | Op::Sub
        | Op::Mul
        | Op::Div
        | Op::Rem
        | Op::BitAnd
        | Op::BitOr
        | Op::BitXor
        | Op::Shl
        | Op::Shr => (I::I64GeS, I::F64Ge),
    }
}
