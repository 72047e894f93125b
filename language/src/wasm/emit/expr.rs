//! Expressions.

use super::{Emit, Home, Own, mem};
use crate::ir::builtin::class;
use crate::ir::{Expr, Kind, Rep, Ty, tag};
use nyash_abi::layout::{object, string};
use wasm_encoder::{BlockType, Instruction as I, ValType};

/// Whether an expression of this kind can give an object that nobody had before. Calls can, constructors among them: where an
/// object first comes out is where its author thinks of it as made.
fn gives_object(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Call { .. }
            | Kind::Dispatch { .. }
            | Kind::Closure { .. }
            | Kind::Array { .. }
            | Kind::Map { .. }
            | Kind::Builtin { .. }
    )
}

impl Emit<'_, '_> {
    /// Pushes the value in the representation of its type.
    pub(super) fn expr(&mut self, e: &Expr) -> Own {
        self.value(e, true)
    }

    /// Pushes the value in a representation that can hold it.
    pub(super) fn expr_as(&mut self, e: &Expr, rep: Rep) -> Own {
        let from = e.ty.rep();
        if from == rep {
            return self.expr(e);
        }
        if rep == Rep::Dyn {
            self.code.i32(from.tag() as i32);
            let own = self.expr(e);
            self.payload(from);
            return own;
        }
        let own = self.expr(e);
        self.convert(from, rep);
        own
    }

    /// Like [`Emit::expr_as`], with a reference that belongs to the taker.
    pub(super) fn owned(&mut self, e: &Expr, rep: Rep) {
        let own = self.expr_as(e, rep);
        self.own(rep, own);
    }

    /// Like [`Emit::expr_as`], lent until the mark is released.
    pub(super) fn lent(&mut self, e: &Expr, rep: Rep) {
        let own = self.expr_as(e, rep);
        self.hold(rep, own);
    }

    /// The payload of a value without tag.
    pub(super) fn payload(&mut self, from: Rep) {
        match from {
            Rep::Int | Rep::Dyn => {}
            Rep::Float => self.code.op(I::I64ReinterpretF64),
            Rep::Bool | Rep::Str | Rep::Obj => self.code.op(I::I64ExtendI32U),
        }
    }

    /// From a payload to a value without tag.
    pub(super) fn unpack(&mut self, to: Rep) {
        match to {
            Rep::Int | Rep::Dyn => {}
            Rep::Float => self.code.op(I::F64ReinterpretI64),
            Rep::Bool | Rep::Str | Rep::Obj => self.code.op(I::I32WrapI64),
        }
    }

    /// Changes the representation of the value on the stack; what cannot be is never reached.
    pub(super) fn convert(&mut self, from: Rep, to: Rep) {
        if from == to {
            return;
        }
        let p = self.code.temp(ValType::I64);
        if from == Rep::Dyn {
            self.code.set(p);
            self.code.op(I::Drop);
            self.code.get(p);
            self.unpack(to);
        } else {
            self.payload(from);
            if to == Rep::Dyn {
                self.code.set(p);
                self.code.i32(from.tag() as i32);
                self.code.get(p);
            } else {
                self.unpack(to);
            }
        }
        self.code.done(p);
    }

    /// Puts the tag that a runtime function left under its payload.
    pub(super) fn tagged(&mut self) {
        let p = self.code.temp(ValType::I64);
        self.code.set(p);
        self.code.address("ny_tag");
        self.code.op(I::I32Load(mem(0, 2)));
        self.code.get(p);
        self.code.done(p);
    }

    /// Pushes a variable whose contents are known to be of a type.
    pub(super) fn load_as(&mut self, h: Home, _: Ty, rep: Rep) {
        if h.rep == Rep::Dyn && rep != Rep::Dyn {
            self.code.get(h.b);
            self.unpack(rep);
        } else if h.rep != rep && rep == Rep::Dyn {
            self.code.i32(h.rep.tag() as i32);
            self.code.get(h.a);
            self.payload(h.rep);
        } else {
            self.load_home(h);
            self.convert(h.rep, rep);
        }
    }

    fn counted(ty: Ty, own: Own) -> Own {
        if ty.counted() { own } else { Own::Plain }
    }

    /// `used`: whether anybody looks at the value; some operations have a cheaper form otherwise.
    pub(super) fn value(&mut self, e: &Expr, used: bool) -> Own {
        let before = self.code.comes_from(Some(e.span));
        let own = self.written(e, used);
        if self.program.leak_report && used && own == Own::Owned && gives_object(&e.kind) {
            self.made(e);
        }
        self.code.comes_from(before);
        own
    }

    /// Notes where the object on the stack was made.
    fn made(&mut self, e: &Expr) {
        let rep = e.ty.rep();
        let site = self.site(e.span) as i32;
        match rep {
            Rep::Int | Rep::Float | Rep::Bool | Rep::Str => {}
            Rep::Obj => {
                let p = self.code.temp(ValType::I32);
                self.code.tee(p);
                self.code.get(p);
                self.code.i32(site);
                self.code.runtime("ny_made");
                self.code.done(p);
            }
            Rep::Dyn => {
                let h = self.temp_home(rep);
                self.store_home(h);
                self.load_home(h);
                self.load_home(h);
                self.code.i32(site);
                self.code.runtime("ny_made_val");
                self.done_home(h);
            }
        }
    }

    fn written(&mut self, e: &Expr, used: bool) -> Own {
        let span = e.span;
        let rep = e.ty.rep();
        match &e.kind {
            Kind::Void | Kind::Unset | Kind::Null => {
                self.code.i32(if matches!(e.kind, Kind::Null) {
                    tag::NULL
                } else {
                    self.nothing_tag()
                } as i32);
                self.code.i64(0);
                Own::Plain
            }
            Kind::Bool(b) => {
                self.code.i32(i32::from(*b));
                Own::Plain
            }
            Kind::Int(i) => {
                self.code.i64(*i);
                Own::Plain
            }
            Kind::Float(f) => {
                self.code.op(I::F64Const((*f).into()));
                Own::Plain
            }
            Kind::Str(s) => {
                let at = self.program.data.string(s);
                self.code.i32(at as i32);
                Own::Borrowed
            }
            Kind::Var(v) => {
                let h = self.homes[*v];
                if self.restless.contains(v) && e.ty.counted() {
                    self.retain_home(h);
                    self.load_as(h, e.ty, rep);
                    return Own::Owned;
                }
                self.load_as(h, e.ty, rep);
                Self::counted(e.ty, Own::Borrowed)
            }
            Kind::SetVar(..)
            | Kind::SetGlobal(..)
            | Kind::CellSet { .. }
            | Kind::SetSlot { .. }
            | Kind::Require { .. } => {
                self.effect(e);
                self.zero(rep);
                Own::Plain
            }
            Kind::Global(g) => self.global(*g, e),
            Kind::CellNew { value, .. } => {
                self.code.i32(i32::from(class::CELL));
                self.code.i32(1);
                self.code.runtime("ny_new");
                let p = self.code.temp(ValType::I32);
                self.code.set(p);
                self.owned(value, Rep::Dyn);
                self.store_value(p, 0);
                self.code.get(p);
                self.code.done(p);
                Own::Owned
            }
            Kind::CellGet { from, .. } => {
                let h = self.homes[*from];
                let p = self.code.temp(ValType::I32);
                self.load_as(h, Ty::ANY, Rep::Obj);
                self.code.set(p);
                let own = self.load_value(p, 0, e.ty, rep);
                self.code.done(p);
                own
            }
            Kind::Static { class, ensure } => {
                if *ensure && let Some(f) = self.program.module.ensure[*class as usize] {
                    let ret = self.call_function(f, &[], span);
                    for _ in super::val_types(ret) {
                        self.code.op(I::Drop);
                    }
                }
                let at = self.program.statics[*class as usize];
                self.code.i32(at as i32);
                // Static boxes are never freed; counting them does no harm and needs no test.
                Own::Borrowed
            }
            Kind::Slot { object, class, slot } => self.slot(e, object, *class, *slot, true),
            Kind::Call {
                function,
                arguments,
                guard,
            } => self.call(e, *function, arguments, guard.as_deref()),
            Kind::Dispatch { to, arguments } => self.call_dispatch(e, *to, arguments),
            Kind::Refuse {
                receiver,
                arguments,
                what,
            } => self.refused(e, receiver, arguments, what),
            Kind::Open(_) => unreachable!("settling leaves nothing open"),
            Kind::Alloc(c) => {
                let slots = self.program.module.classes[*c as usize].slots.len();
                self.code.i32((u32::from(class::FIRST_USER) + c) as i32);
                self.code.i32(slots as i32);
                self.code.runtime("ny_new");
                Own::Owned
            }
            Kind::Closure { class: c, captures } => {
                let slots = self.program.module.classes[*c as usize].slots.len();
                self.code.i32((u32::from(class::FIRST_USER) + c) as i32);
                self.code.i32(slots as i32);
                self.code.runtime("ny_new");
                let p = self.code.temp(ValType::I32);
                self.code.set(p);
                for (n, capture) in captures.iter().enumerate() {
                    self.owned(capture, Rep::Dyn);
                    self.store_value(p, n);
                }
                self.code.get(p);
                self.code.done(p);
                Own::Owned
            }
            Kind::Neg(a) => self.negate(e, a),
            Kind::BitNot(a) => {
                self.int(a);
                self.code.i64(-1);
                self.code.op(I::I64Xor);
                Own::Plain
            }
            Kind::Not(_)
            | Kind::Truthy(_)
            | Kind::IsSomething(_)
            | Kind::IsClass(..)
            | Kind::IsTag(..)
            | Kind::And(..)
            | Kind::Or(..) => {
                self.condition(e);
                Own::Plain
            }
            Kind::Binary(op, a, b) => self.binary(e, *op, a, b),
            Kind::Cond(c, a, b) => {
                let h = self.temp_home(rep);
                self.condition(c);
                let before = self.known.clone();
                let (then, otherwise) = self.null_test(c);
                self.known.extend(then);
                self.code.start_if(BlockType::Empty);
                self.owned(a, rep);
                self.store_home(h);
                self.code.otherwise();
                self.known = before.clone();
                self.known.extend(otherwise);
                self.owned(b, rep);
                self.store_home(h);
                self.code.end();
                self.known = before;
                self.load_home(h);
                self.done_home(h);
                Self::counted(e.ty, Own::Owned)
            }
            Kind::Builtin {
                function,
                arguments,
                guard,
                ..
            } => self.guarded(e, arguments, guard.as_deref(), false, |emit, list| {
                emit.builtin(e, function, list, used)
            }),
            Kind::Array { items, .. } => {
                self.code.i32(items.len() as i32);
                self.code.runtime("ny_array_new");
                let p = self.code.temp(ValType::I32);
                self.code.set(p);
                for item in items {
                    self.code.get(p);
                    self.owned(item, Rep::Dyn);
                    self.code.runtime("ny_array_push");
                }
                self.code.get(p);
                self.code.done(p);
                Own::Owned
            }
            Kind::Map { entries, .. } => {
                self.code.runtime("ny_map_new");
                let p = self.code.temp(ValType::I32);
                self.code.set(p);
                for (k, v) in entries {
                    let mark = self.mark();
                    self.code.get(p);
                    self.lent(k, Rep::Dyn);
                    self.owned(v, Rep::Dyn);
                    self.code.runtime("ny_map_set");
                    self.release_held(mark);
                }
                self.code.get(p);
                self.code.done(p);
                Own::Owned
            }
            Kind::Block(list, value) => {
                self.stmts(list);
                match value {
                    Some(v) if used => {
                        let own = self.expr_as(v, rep);
                        Self::counted(e.ty, own)
                    }
                    Some(v) => {
                        self.effect(v);
                        self.zero(rep);
                        Own::Plain
                    }
                    None => {
                        self.zero(rep);
                        Own::Plain
                    }
                }
            }
            Kind::Raise { kind, message } => {
                self.raise(*kind, message, span);
                self.zero(rep);
                Own::Plain
            }
        }
    }

    /// Pushes a condition as 0 or 1.
    pub(super) fn condition(&mut self, e: &Expr) {
        let before = self.code.comes_from(Some(e.span));
        self.condition_here(e);
        self.code.comes_from(before);
    }

    fn condition_here(&mut self, e: &Expr) {
        match &e.kind {
            Kind::Not(a) => {
                self.condition(a);
                self.code.op(I::I32Eqz);
            }
            Kind::Truthy(a) => self.truthy(a),
            Kind::And(a, b) => {
                self.condition(a);
                let before = self.known.clone();
                let then = self.null_test(a).0;
                self.known.extend(then);
                self.code.start_if(BlockType::Result(ValType::I32));
                self.condition(b);
                self.code.otherwise();
                self.code.i32(0);
                self.code.end();
                self.known = before;
            }
            Kind::Or(a, b) => {
                self.condition(a);
                let before = self.known.clone();
                let otherwise = self.null_test(a).1;
                self.known.extend(otherwise);
                self.code.start_if(BlockType::Result(ValType::I32));
                self.code.i32(1);
                self.code.otherwise();
                self.condition(b);
                self.code.end();
                self.known = before;
            }
            Kind::IsSomething(a) => self.tag_test(a, |emit, t| {
                emit.code.get(t);
                emit.code.i32(tag::NULL as i32);
                emit.code.op(I::I32GtU);
            }),
            Kind::IsTag(a, want) => {
                let want = *want;
                // Reading a field that may be absent must not be an error here.
                if want == tag::ABSENT
                    && let Kind::Slot { object, slot, .. } = &a.kind
                {
                    self.slot_tag(object, *slot);
                    self.code.op(I::I32Eqz);
                    return;
                }
                self.tag_test(a, |emit, t| {
                    emit.code.get(t);
                    emit.code.i32(want as i32);
                    emit.code.op(I::I32Eq);
                });
            }
            Kind::IsClass(a, classes) => self.is_class(a, classes),
            Kind::Unset
            | Kind::Void
            | Kind::Null
            | Kind::Bool(_)
            | Kind::Int(_)
            | Kind::Float(_)
            | Kind::Str(_)
            | Kind::Var(_)
            | Kind::SetVar(..)
            | Kind::Global(_)
            | Kind::SetGlobal(..)
            | Kind::CellNew { .. }
            | Kind::CellGet { .. }
            | Kind::CellSet { .. }
            | Kind::Static { .. }
            | Kind::Open(_)
            | Kind::Slot { .. }
            | Kind::SetSlot { .. }
            | Kind::Call { .. }
            | Kind::Dispatch { .. }
            | Kind::Require { .. }
            | Kind::Refuse { .. }
            | Kind::Alloc(_)
            | Kind::Closure { .. }
            | Kind::Neg(_)
            | Kind::BitNot(_)
            | Kind::Binary(..)
            | Kind::Cond(..)
            | Kind::Builtin { .. }
            | Kind::Array { .. }
            | Kind::Map { .. }
            | Kind::Block(..)
            | Kind::Raise { .. } => {
                let own = self.expr(e);
                let rep = e.ty.rep();
                let mark = self.mark();
                self.hold(rep, own);
                self.convert(rep, Rep::Bool);
                self.release_held(mark);
            }
        }
    }

    /// Tests the tag of a value.
    fn tag_test(&mut self, a: &Expr, test: impl FnOnce(&mut Self, u32)) {
        let h = self.temp_home(Rep::Dyn);
        let own = self.expr_as(a, Rep::Dyn);
        self.store_home(h);
        if own == Own::Owned {
            let r = self.code.temp(ValType::I32);
            test(self, h.a);
            self.code.set(r);
            self.release_home(h);
            self.code.get(r);
            self.code.done(r);
        } else {
            test(self, h.a);
        }
        self.done_home(h);
    }

    fn is_class(&mut self, a: &Expr, classes: &[u32]) {
        let mark = self.mark();
        let h = self.temp_home(Rep::Dyn);
        self.lent(a, Rep::Dyn);
        self.store_home(h);
        let r = self.code.temp(ValType::I32);
        self.code.i32(0);
        self.code.set(r);
        self.is_heap(h.a);
        self.code.start_if(BlockType::Empty);
        let c = self.code.temp(ValType::I32);
        self.class_of(h);
        self.code.set(c);
        for (n, class) in classes.iter().enumerate() {
            self.code.get(c);
            self.code.i32(*class as i32);
            self.code.op(I::I32Eq);
            if n > 0 {
                self.code.op(I::I32Or);
            }
        }
        if classes.is_empty() {
            self.code.i32(0);
        }
        self.code.set(r);
        self.code.done(c);
        self.code.end();
        self.code.get(r);
        self.code.done(r);
        self.release_held(mark);
        self.done_home(h);
    }

    /// Class number of the object in a tagged variable.
    pub(super) fn class_of(&mut self, h: Home) {
        self.code.get(h.b);
        self.code.op(I::I32WrapI64);
        self.code.op(I::I32Load16U(mem(object::CLASS, 1)));
    }

    fn truthy(&mut self, a: &Expr) {
        match a.ty.rep() {
            Rep::Bool => {
                self.condition(a);
            }
            Rep::Int => {
                self.expr(a);
                self.code.i64(0);
                self.code.op(I::I64Ne);
            }
            Rep::Float => {
                self.expr(a);
                self.code.op(I::F64Const(0.0.into()));
                self.code.op(I::F64Ne);
            }
            Rep::Str => {
                let mark = self.mark();
                self.lent(a, Rep::Str);
                self.code.op(I::I32Load(mem(string::LENGTH, 2)));
                self.code.i32(0);
                self.code.op(I::I32Ne);
                self.release_held(mark);
            }
            Rep::Obj | Rep::Dyn => {
                let mark = self.mark();
                let h = self.temp_home(Rep::Dyn);
                self.lent(a, Rep::Dyn);
                self.store_home(h);
                let r = self.code.temp(ValType::I32);
                self.code.get(h.a);
                self.code.i32(tag::BOOL as i32);
                self.code.op(I::I32Eq);
                self.code.start_if(BlockType::Empty);
                self.code.get(h.b);
                self.code.op(I::I32WrapI64);
                self.code.set(r);
                self.code.otherwise();
                self.load_home(h);
                self.code.runtime("ny_truthy");
                self.code.set(r);
                if self.new_2026() && (a.ty.is_none() || a.ty.maybe_nothing() || a.ty.has(tag::OBJ)) {
                    self.check(a.span);
                }
                self.code.end();
                self.code.get(r);
                self.code.done(r);
                self.done_home(h);
                self.release_held(mark);
            }
        }
    }
}
