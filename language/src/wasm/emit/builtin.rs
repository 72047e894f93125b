//! Functions of the library: calls of the runtime, and what is short enough to stand inline.

use super::{Emit, Own, mem};
use crate::ir::builtin::{Gives, Row};
use crate::ir::effects::needs_check;
use crate::ir::{Expr, Rep, Ty, tag};
use crate::source::Span;
use nyash_abi::layout::{array, string, value};
use wasm_encoder::{BlockType, Instruction as I, ValType};

impl Emit<'_, '_> {
    /// Pushes an integer argument.
    pub(super) fn int(&mut self, e: &Expr) {
        match e.ty.rep() {
            Rep::Int => {
                self.expr(e);
            }
            Rep::Float | Rep::Bool | Rep::Str | Rep::Obj | Rep::Dyn => {
                let mark = self.mark();
                self.lent(e, Rep::Dyn);
                self.code.runtime("ny_want_int");
                self.release_held(mark);
                self.check(e.span);
            }
        }
    }

    /// Pushes a float argument.
    pub(super) fn float(&mut self, e: &Expr) {
        match e.ty.rep() {
            Rep::Float => {
                self.expr(e);
            }
            Rep::Int => {
                self.expr(e);
                self.code.op(I::F64ConvertI64S);
            }
            Rep::Bool | Rep::Str | Rep::Obj | Rep::Dyn => {
                let mark = self.mark();
                self.lent(e, Rep::Dyn);
                self.code.runtime("ny_want_float");
                self.release_held(mark);
                if needs_check(e.ty, 'f') {
                    self.check(e.span);
                }
            }
        }
    }

    fn argument(&mut self, e: &Expr, letter: char) {
        match letter {
            'i' => self.int(e),
            'f' => self.float(e),
            'd' => self.lent(e, Rep::Dyn),
            'D' => self.owned(e, Rep::Dyn),
            's' if e.ty.only(tag::STR) => self.lent(e, Rep::Str),
            'S' if e.ty.only(tag::STR) => self.owned(e, Rep::Str),
            's' | 'S' => {
                self.lent(e, Rep::Dyn);
                self.code.runtime("ny_want_str");
                self.check(e.span);
                if letter == 'S' {
                    self.own(Rep::Str, Own::Borrowed);
                }
            }
            'b' => self.condition_of(e),
            'a' | 'm' => {
                self.lent(e, Rep::Dyn);
                let class = Self::class_number(letter);
                self.code.i32(i32::from(class));
                self.code.runtime("ny_want_obj");
                self.check(e.span);
            }
            _ => self.borrowed(e, Rep::Obj),
        }
    }

    fn condition_of(&mut self, e: &Expr) {
        if e.ty.only(tag::BOOL) {
            self.expr(e);
        } else {
            let mark = self.mark();
            self.lent(e, Rep::Dyn);
            self.code.runtime("ny_truthy");
            self.release_held(mark);
        }
    }

    /// Pushes the arguments; the references that are lent must be released by the caller.
    fn arguments(&mut self, b: &Row, list: &[&Expr]) {
        if let Some(n) = b.fixed {
            self.code.i32(n);
        }
        for (n, (e, letter)) in list.iter().zip(b.each_letter()).enumerate() {
            // Code that runs for a later argument can drop what the receiver was read from.
            if letter == 'o' && !list[n + 1..].iter().all(|later| self.calm(later)) {
                self.lent(e, Rep::Obj);
            } else {
                self.argument(e, letter);
            }
        }
    }

    pub(super) fn builtin(&mut self, e: &Expr, b: &'static Row, list: &[&Expr], used: bool) -> Own {
        let span = e.span;
        let rep = e.ty.rep();
        let mark = self.mark();
        if let Some(name) = b.symbol.strip_prefix('@') {
            return self.inline(e, name, b, list, used);
        }
        match b.symbol {
            "ny_print" if list[0].ty.only(tag::STR) || list[0].ty.only(tag::INT) => {
                let (rep, symbol) = if list[0].ty.only(tag::STR) {
                    (Rep::Str, "ny_print_str")
                } else {
                    (Rep::Int, "ny_print_int")
                };
                self.lent(list[0], rep);
                self.code.runtime(symbol);
                self.release_held(mark);
                self.zero(e.ty.rep());
                return Own::Plain;
            }
            "ny_text" if list[0].ty.only(tag::STR) => {
                let own = self.expr(list[0]);
                self.convert(Rep::Str, rep);
                return own;
            }
            "ny_text" if list[0].ty.only(tag::INT) => {
                self.expr(list[0]);
                self.code.runtime("ny_int_text");
                self.convert(Rep::Str, rep);
                return Own::Owned;
            }
            "ny_iterate" if list[0].ty.only(tag::OBJ) && matches!(list[0].ty.objects, crate::ir::Objects::Array(_)) => {
                return self.expr(list[0]);
            }
            _ => {}
        }
        self.arguments(b, list);
        if let (Some(quiet), false) = (b.unused, used) {
            self.code.runtime(quiet);
            self.release_held(mark);
            self.zero(rep);
            return Own::Plain;
        }
        self.code.runtime(b.symbol);
        self.result(e, b);
        if b.fails {
            self.check(span);
        }
        self.release_held(mark);
        if e.ty.counted() && !matches!(b.result, Gives::Nothing | Gives::Done | Gives::Never) {
            Own::Owned
        } else {
            Own::Plain
        }
    }

    /// Turns what a runtime function leaves into the representation of the expression's type.
    fn result(&mut self, e: &Expr, b: &Row) {
        let rep = e.ty.rep();
        let from = match b.result {
            Gives::Nothing => {
                self.zero(Rep::Dyn);
                Rep::Dyn
            }
            Gives::Done => {
                self.ok();
                if self.new_2026() { Rep::Dyn } else { Rep::Str }
            }
            Gives::Int => Rep::Int,
            Gives::Float => Rep::Float,
            Gives::Bool => Rep::Bool,
            Gives::Text => Rep::Str,
            Gives::Texts
            | Gives::Ints
            | Gives::Array
            | Gives::SameArray
            | Gives::Iterated
            | Gives::Pairs
            | Gives::Object(_)
            | Gives::Word => Rep::Obj,
            Gives::Null
            | Gives::OneOf(_)
            | Gives::Element
            | Gives::Present
            | Gives::Entry
            | Gives::EntryOr
            | Gives::Any
            | Gives::Converted
            | Gives::Either
            | Gives::Weak
            | Gives::Target
            | Gives::Arrow => {
                self.tagged();
                Rep::Dyn
            }
            Gives::Never => {
                self.code.op(I::Unreachable);
                self.zero(Rep::Dyn);
                Rep::Dyn
            }
        };
        self.convert(from, rep);
    }

    /// What `push` and the like answer.
    fn ok(&mut self) {
        if self.new_2026() {
            self.code.i32(tag::NULL as i32);
            self.code.i64(0);
        } else {
            let at = self.program.data.string(&"ok".into());
            self.code.i32(at as i32);
        }
    }

    fn ok_as(&mut self, e: &Expr) -> Own {
        self.ok();
        let from = if self.new_2026() { Rep::Dyn } else { Rep::Str };
        self.convert(from, e.ty.rep());
        if self.new_2026() { Own::Plain } else { Own::Borrowed }
    }

    fn word(&mut self, offset: u64) {
        self.code.op(I::I32Load(mem(offset, 2)));
        self.code.op(I::I64ExtendI32U);
    }

    fn inline(&mut self, e: &Expr, name: &str, b: &'static Row, list: &[&Expr], used: bool) -> Own {
        let rep = e.ty.rep();
        let mark = self.mark();
        match name {
            "array_get" => return self.array_get(e, list),
            "array_set" | "array_set_index" => return self.array_set(e, name, list, used),
            "array_push" => {
                let p = self.code.temp(ValType::I32);
                self.borrowed(list[0], Rep::Obj);
                self.code.set(p);
                if !self.calm(list[1]) && self.mark() == mark {
                    // The array must outlive what the argument does.
                    self.retain_ptr(p);
                    self.code.get(p);
                    self.hold(Rep::Obj, Own::Owned);
                    self.code.op(I::Drop);
                }
                self.push(p, list[1]);
                self.code.done(p);
                self.release_held(mark);
                if !used {
                    self.zero(rep);
                    return Own::Plain;
                }
                return self.ok_as(e);
            }
            "console" => {
                // The values as one string.
                self.text_of(list[0]);
                for value in &list[1..] {
                    let space = self.program.data.string(&" ".into());
                    self.code.i32(space as i32);
                    self.code.runtime("ny_str_append");
                    self.append(value);
                }
                self.hold(Rep::Str, Own::Owned);
                let s = self.code.temp(ValType::I32);
                self.code.set(s);
                self.code.i32(b.fixed.unwrap_or(0));
                self.code.i32(tag::STR as i32);
                self.code.get(s);
                self.code.op(I::I64ExtendI32U);
                self.code.runtime("ny_console");
                self.code.done(s);
                self.release_held(mark);
                self.zero(Rep::Dyn);
                self.convert(Rep::Dyn, rep);
                return Own::Plain;
            }
            "arrow" => {
                let ints = list[0].ty.only(tag::INT) && list[1].ty.only(tag::INT);
                if ints {
                    self.expr(list[0]);
                    self.expr(list[1]);
                    self.code.op(I::I64ShrS);
                    self.convert(Rep::Int, rep);
                    return Own::Plain;
                }
                self.lent(list[0], Rep::Dyn);
                self.lent(list[1], Rep::Dyn);
                self.lent(list[2], Rep::Str);
                self.code.runtime("ny_channel_named");
                self.tagged();
                self.release_held(mark);
                self.convert(Rep::Dyn, rep);
                return Own::Owned;
            }
            "array_shift" => {
                self.borrowed(list[0], Rep::Obj);
                self.code.i64(0);
                self.code.runtime("ny_array_remove");
                self.tagged();
                self.convert(Rep::Dyn, rep);
                self.release_held(mark);
                return if e.ty.counted() { Own::Owned } else { Own::Plain };
            }
            "panic" => {
                self.lent(list[0], Rep::Dyn);
                let site = self.site(e.span);
                self.code.i32(site as i32);
                self.code.runtime("ny_panic");
                self.code.op(I::Unreachable);
                self.zero(rep);
                return Own::Plain;
            }
            "is_null" | "is_not_null" => {
                let h = self.temp_home(Rep::Dyn);
                self.lent(list[0], Rep::Dyn);
                self.store_home(h);
                self.code.get(h.a);
                self.code.i32(tag::NULL as i32);
                self.code.op(if name == "is_null" { I::I32LeU } else { I::I32GtU });
                self.done_home(h);
                self.release_held(mark);
                self.convert(Rep::Bool, rep);
                return Own::Plain;
            }
            _ => {}
        }
        self.arguments(b, list);
        match name {
            "str_len" => self.word(string::CHARACTERS),
            "array_len" => self.word(array::LENGTH),
            "str_is_empty" | "array_is_empty" => {
                self.code.op(I::I32Load(mem(array::LENGTH, 2)));
                self.code.op(I::I32Eqz);
            }
            "int" | "float" => {}
            "int_abs" => {
                let x = self.code.temp(ValType::I64);
                self.code.set(x);
                self.code.i64(0);
                self.code.get(x);
                self.code.op(I::I64Sub);
                self.code.get(x);
                self.code.get(x);
                self.code.i64(0);
                self.code.op(I::I64LtS);
                self.code.op(I::Select);
                self.code.done(x);
            }
            "int_max" | "int_min" => {
                let (x, y) = (self.code.temp(ValType::I64), self.code.temp(ValType::I64));
                self.code.set(y);
                self.code.set(x);
                self.code.get(x);
                self.code.get(y);
                self.code.get(x);
                self.code.get(y);
                self.code.op(if name == "int_max" { I::I64GtS } else { I::I64LtS });
                self.code.op(I::Select);
                self.code.done(x);
                self.code.done(y);
            }
            "sqrt" => {
                let x = self.code.temp(ValType::F64);
                self.code.tee(x);
                self.code.op(I::F64Const(0.0.into()));
                self.code.op(I::F64Lt);
                self.raise_if("Cannot take square root of negative number", e.span);
                self.code.get(x);
                self.code.op(I::F64Sqrt);
                self.code.done(x);
            }
            "float_abs" => self.code.op(I::F64Abs),
            "floor" => {
                self.code.op(I::F64Floor);
                self.code.op(I::I64TruncSatF64S);
            }
            "ceil" => {
                self.code.op(I::F64Ceil);
                self.code.op(I::I64TruncSatF64S);
            }
            "float_max" => self.code.op(I::F64Max),
            "float_min" => self.code.op(I::F64Min),
            "is_nan" | "is_inf" | "is_finite" => {
                let x = self.code.temp(ValType::F64);
                self.code.set(x);
                self.code.get(x);
                if name == "is_nan" {
                    self.code.get(x);
                    self.code.op(I::F64Ne);
                } else {
                    self.code.op(I::F64Abs);
                    self.code.op(I::F64Const(f64::INFINITY.into()));
                    self.code.op(if name == "is_inf" { I::F64Eq } else { I::F64Lt });
                }
                self.code.done(x);
            }
            "pi" => self.code.op(I::F64Const(std::f64::consts::PI.into())),
            "e" => self.code.op(I::F64Const(std::f64::consts::E.into())),
            "bool_not" => self.code.op(I::I32Eqz),
            "bool_and" => self.code.op(I::I32And),
            _ => self.code.op(I::I32Or),
        }
        let from = if b.result == Gives::Int {
            Rep::Int
        } else if b.result == Gives::Float {
            Rep::Float
        } else {
            Rep::Bool
        };
        self.convert(from, rep);
        self.release_held(mark);
        Own::Plain
    }

    /// Appends to the array in a local.
    fn push(&mut self, array: u32, value: &Expr) {
        let h = self.temp_home(Rep::Dyn);
        self.owned(value, Rep::Dyn);
        self.store_home(h);
        let n = self.code.temp(ValType::I32);
        self.code.get(array);
        self.code.op(I::I32Load(mem(array::LENGTH, 2)));
        self.code.tee(n);
        self.code.get(array);
        self.code.op(I::I32Load(mem(array::CAPACITY, 2)));
        self.code.op(I::I32LtU);
        self.code.start_if(BlockType::Empty);
        let slot = self.code.temp(ValType::I32);
        self.code.get(array);
        self.code.op(I::I32Load(mem(array::DATA, 2)));
        self.code.get(n);
        self.code.i32(value::SHIFT);
        self.code.op(I::I32Shl);
        self.code.op(I::I32Add);
        self.code.tee(slot);
        self.code.get(h.a);
        self.code.op(I::I32Store(mem(value::TAG, 2)));
        self.code.get(slot);
        self.code.get(h.b);
        self.code.op(I::I64Store(mem(value::PAYLOAD, 3)));
        self.code.get(array);
        self.code.get(n);
        self.code.i32(1);
        self.code.op(I::I32Add);
        self.code.op(I::I32Store(mem(array::LENGTH, 2)));
        self.code.otherwise();
        self.code.get(array);
        self.load_home(h);
        self.code.runtime("ny_array_push");
        self.code.end();
        self.code.done(slot);
        self.code.done(n);
        self.done_home(h);
    }

    fn array_get(&mut self, e: &Expr, list: &[&Expr]) -> Own {
        let mark = self.mark();
        let p = self.array_operand(list, 1);
        let i = self.code.temp(ValType::I64);
        self.int(list[1]);
        self.code.set(i);
        self.element(p, i);
        self.code.done(i);
        self.code.done(p);
        self.convert(Rep::Dyn, e.ty.rep());
        if !e.ty.counted() {
            self.release_held(mark);
            return Own::Plain;
        }
        self.own(e.ty.rep(), Own::Borrowed);
        self.release_held(mark);
        Own::Owned
    }

    /// The receiver in a local, kept alive while the other arguments are evaluated.
    fn array_operand(&mut self, list: &[&Expr], rest: usize) -> u32 {
        let p = self.code.temp(ValType::I32);
        if list[rest..].iter().all(|a| self.calm(a)) {
            self.borrowed(list[0], Rep::Obj);
        } else {
            self.lent(list[0], Rep::Obj);
        }
        self.code.set(p);
        p
    }

    fn array_set(&mut self, e: &Expr, name: &str, list: &[&Expr], used: bool) -> Own {
        let mark = self.mark();
        let p = self.array_operand(list, 1);
        let i = self.code.temp(ValType::I64);
        self.int(list[1]);
        self.code.set(i);
        let new = self.temp_home(Rep::Dyn);
        self.owned(list[2], Rep::Dyn);
        self.store_home(new);
        let fits = self.code.temp(ValType::I32);
        self.code.get(i);
        self.code.get(p);
        self.code.op(I::I64Load32U(mem(array::LENGTH, 2)));
        self.code.op(I::I64LtU);
        self.code.tee(fits);
        self.code.start_if(BlockType::Empty);
        let slot = self.code.temp(ValType::I32);
        self.code.get(p);
        self.code.op(I::I32Load(mem(array::DATA, 2)));
        self.code.get(i);
        self.code.op(I::I32WrapI64);
        self.code.i32(value::SHIFT);
        self.code.op(I::I32Shl);
        self.code.op(I::I32Add);
        self.code.set(slot);
        let old = self
            .element_type(list[0].ty)
            .counted()
            .then(|| self.temp_home(Rep::Dyn));
        if let Some(old) = old {
            self.code.get(slot);
            self.code.op(I::I32Load(mem(value::TAG, 2)));
            self.code.set(old.a);
            self.code.get(slot);
            self.code.op(I::I64Load(mem(value::PAYLOAD, 3)));
            self.code.set(old.b);
        }
        self.code.get(slot);
        self.code.get(new.a);
        self.code.op(I::I32Store(mem(value::TAG, 2)));
        self.code.get(slot);
        self.code.get(new.b);
        self.code.op(I::I64Store(mem(value::PAYLOAD, 3)));
        if let Some(old) = old {
            self.release_home(old);
            self.done_home(old);
        }
        self.code.otherwise();
        self.code.get(p);
        self.code.get(i);
        self.load_home(new);
        self.code.runtime("ny_array_set");
        self.code.set(fits);
        self.code.end();
        if name == "array_set_index" || self.new_2026() {
            self.code.get(fits);
            self.code.op(I::I32Eqz);
            self.code.start_if(BlockType::Empty);
            self.raise(0, "Array index out of bounds", e.span);
            self.code.end();
        }
        self.code.done(slot);
        self.code.done(i);
        self.done_home(new);
        self.code.done(p);
        self.release_held(mark);
        let rep = e.ty.rep();
        if !used || rep != Rep::Str {
            self.code.done(fits);
            self.zero(rep);
            return Own::Plain;
        }
        let ok = self.program.data.string(&"ok".into());
        let bad = self.program.data.string(&"Error: index out of bounds".into());
        self.code.i32(ok as i32);
        self.code.i32(bad as i32);
        self.code.get(fits);
        self.code.op(I::Select);
        self.code.done(fits);
        Own::Borrowed
    }

    /// What the elements of an array can be.
    fn element_type(&self, array: Ty) -> Ty {
        if let crate::ir::Objects::Array(s) = array.objects {
            self.program.module.sites.element(s)
        } else {
            Ty::ANY
        }
    }

    /// Raises an error when the condition on the stack holds.
    pub(super) fn raise_if(&mut self, message: &str, span: Span) {
        self.code.start_if(BlockType::Empty);
        self.raise(0, message, span);
        self.code.end();
    }
}
