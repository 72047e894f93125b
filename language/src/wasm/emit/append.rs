//! Strings that grow: `s = s + x` extends the string in place where nobody else holds it.
//!
//! The reference that the variable, field or global holds goes into the append and comes back out of it. Without that
//! every step would copy the whole string, and a loop that builds one would take quadratic time. What is appended is
//! evaluated before, so nothing can see the variable while it is empty.

use super::{Emit, Home, mem};
use crate::ir::{ClassId, Expr, Kind, Op, Rep, Ty, tag, visit};
use crate::source::Span;
use nyash_abi::layout::value;
use wasm_encoder::{BlockType, Instruction as I};

/// The leftmost operand of a chain of additions and what is added to it, in order.
fn chain(value: &Expr) -> Option<(&Expr, Vec<&Expr>)> {
    let mut rights = Vec::new();
    let mut at = value;
    while let Kind::Binary(Op::Add, left, right) = &at.kind {
        // `s + (a + b)` must not be taken apart, and `1 + 2 + s` adds numbers first.
        if !rights.is_empty() && !at.ty.only(tag::STR) {
            return None;
        }
        rights.push(&**right);
        at = left;
    }
    rights.reverse();
    (!rights.is_empty()).then_some((at, rights))
}

/// Something to append: an expression that can wait, or a value that has been computed.
enum Part<'e> {
    Later(&'e Expr),
    Ready(Home),
}

impl Emit<'_, '_> {
    /// `s = s + x` for a variable of the function.
    pub(super) fn append_in_place(&mut self, v: usize, value: &Expr, span: Span) -> bool {
        let h = self.homes[v];
        let Some((first, rights)) = chain(value) else {
            return false;
        };
        let own = matches!(first.kind, Kind::Var(w) if w == v);
        if !own || !h.owned || self.restless.contains(&v) || rights.iter().any(|r| mentions(v, r)) {
            return false;
        }
        let strings = h.rep == Rep::Str && value.ty.only(tag::STR);
        // A variable that starts as null and holds a string from then on.
        let loose = h.rep == Rep::Dyn
            && first.ty.has(tag::STR)
            && !rights.iter().any(|r| first.ty.has(tag::INT) && r.ty.has(tag::INT));
        if !strings && !loose {
            return false;
        }
        let Some((mark, parts)) = self.parts(&rights, span) else {
            return false;
        };
        for part in parts {
            self.load_home(h);
            self.append_part(h.rep, part, span, |emit| emit.store_home(h));
        }
        self.release_held(mark);
        true
    }

    /// `o.f = o.f + x`, `global = global + x` and the like: the value lies in memory.
    pub(super) fn append_in_memory(&mut self, base: u32, offset: u64, ty: Ty, value: &Expr, span: Span) -> bool {
        let Some((_, rights)) = chain(value) else {
            return false;
        };
        if !self.appends_in_memory(ty, value) {
            return false;
        }
        let strings = ty.only(tag::STR) && value.ty.only(tag::STR);
        let Some((mark, parts)) = self.parts(&rights, span) else {
            return false;
        };
        let rep = if strings { Rep::Str } else { Rep::Dyn };
        let new = self.temp_home(rep);
        for part in parts {
            self.load_raw(base, offset, rep);
            self.append_part(rep, part, span, |emit| {
                emit.store_home(new);
                if rep == Rep::Dyn {
                    emit.code.get(base);
                    emit.code.get(new.a);
                    emit.code.op(I::I32Store(mem(offset, 2)));
                }
                emit.code.get(base);
                emit.code.get(new.b);
                emit.payload(rep);
                emit.code.op(I::I64Store(mem(offset + value::PAYLOAD, 3)));
            });
        }
        self.done_home(new);
        self.release_held(mark);
        true
    }

    /// Whether a chain can be appended to a place in memory.
    pub(super) fn appends_in_memory(&self, ty: Ty, value: &Expr) -> bool {
        let Some((_, rights)) = chain(value) else {
            return false;
        };
        // The place itself may change while code of the program runs.
        let calm = rights.iter().all(|r| self.calm(r));
        let strings = ty.only(tag::STR) && value.ty.only(tag::STR);
        let numbers = rights.iter().any(|r| ty.has(tag::INT) && r.ty.has(tag::INT));
        calm && (strings || (ty.rep() == Rep::Dyn && ty.has(tag::STR) && !numbers))
    }

    /// Evaluates what cannot wait, and complains of what cannot be appended before anything is. Nothing is emitted
    /// where the answer is none.
    fn parts<'e>(&mut self, rights: &[&'e Expr], span: Span) -> Option<(usize, Vec<Part<'e>>)> {
        // The text of an object is taken when it is appended; code that runs before could change it.
        let late = rights.iter().rposition(|r| !self.calm(r));
        if let Some(late) = late
            && rights[..late].iter().any(|r| r.ty.has(tag::OBJ))
        {
            return None;
        }
        let mark = self.mark();
        let parts = rights
            .iter()
            .map(|r| {
                if self.still(r) && !self.may_refuse(r) {
                    return Part::Later(r);
                }
                Part::Ready(self.ready(r, span))
            })
            .collect();
        Some((mark, parts))
    }

    /// Evaluates something to append.
    fn ready(&mut self, e: &Expr, span: Span) -> Home {
        let rep = if self.may_refuse(e) { Rep::Dyn } else { e.ty.rep() };
        self.lent(e, rep);
        let h = self.temp_home(rep);
        self.store_home(h);
        if self.may_refuse(e) {
            self.code.get(h.a);
            self.code.i32(tag::NULL as i32);
            self.code.op(I::I32LeU);
            self.code.start_if(BlockType::Empty);
            self.code.i32(tag::STR as i32);
            self.code.i64(0);
            self.load_home(h);
            // This raises the error.
            self.code.runtime("ny_add");
            self.code.op(I::Drop);
            self.about(&[None, Some(e)]);
            self.fail(span);
            self.code.end();
        }
        h
    }

    /// Null cannot be appended in the second edition.
    fn may_refuse(&self, e: &Expr) -> bool {
        self.new_2026() && (e.ty.maybe_nothing() || e.ty.is_none())
    }

    /// Appends to the value on the stack, which is given up, and stores the result with `store`.
    fn append_part(&mut self, rep: Rep, part: Part<'_>, span: Span, store: impl FnOnce(&mut Self)) {
        match part {
            Part::Later(e) if rep == Rep::Str => {
                self.append(e);
                store(self);
            }
            Part::Later(e) => {
                let mark = self.mark();
                self.lent(e, Rep::Dyn);
                self.append_any();
                store(self);
                self.release_held(mark);
                self.about(&[None, Some(e)]);
                self.check(span);
            }
            Part::Ready(h) if rep == Rep::Str => {
                self.load_home(h);
                match h.rep {
                    Rep::Str => self.code.runtime("ny_str_append"),
                    Rep::Int => self.code.runtime("ny_str_append_int"),
                    other @ (Rep::Float | Rep::Bool | Rep::Obj | Rep::Dyn) => {
                        self.convert(other, Rep::Dyn);
                        self.code.runtime("ny_str_append_val");
                    }
                }
                store(self);
                self.done_home(h);
            }
            Part::Ready(h) => {
                self.load_home(h);
                self.convert(h.rep, Rep::Dyn);
                self.append_any();
                store(self);
                self.done_home(h);
                self.check(span);
            }
        }
    }

    /// Two values on the stack, the first one given up: their sum, or the first one again when that is an error.
    fn append_any(&mut self) {
        self.code.runtime("ny_append");
        self.tagged();
    }

    /// Appends a value to the string on the stack, which is given up.
    pub(super) fn append(&mut self, e: &Expr) {
        let mark = self.mark();
        match e.ty.rep() {
            Rep::Str => {
                self.lent(e, Rep::Str);
                self.code.runtime("ny_str_append");
            }
            Rep::Int => {
                self.expr(e);
                self.code.runtime("ny_str_append_int");
            }
            Rep::Float | Rep::Bool | Rep::Obj | Rep::Dyn => {
                self.lent(e, Rep::Dyn);
                self.code.runtime("ny_str_append_val");
            }
        }
        self.release_held(mark);
    }

    /// A string and anything; the first one is a string, or the second one is and the first cannot be refused.
    pub(super) fn concat(&mut self, a: &Expr, b: &Expr, span: Span) {
        self.text_of(a);
        if !self.fails(b) && !self.may_refuse(b) {
            self.append(b);
            return;
        }
        // The text so far must not be lost when the second operand ends in an error.
        let s = self.temp_home(Rep::Str);
        self.store_home(s);
        let at = self.held.len();
        self.held.push((Rep::Str, s.a, s.b));
        let h = self.ready(b, span);
        self.load_home(s);
        self.append_part(Rep::Str, Part::Ready(h), span, |emit| emit.store_home(s));
        self.held.remove(at);
        self.release_held(at);
        self.load_home(s);
        self.done_home(s);
    }

    /// Pushes the text of a value, owned.
    pub(super) fn text_of(&mut self, e: &Expr) {
        if e.ty.only(tag::STR) {
            self.owned(e, Rep::Str);
        } else if e.ty.only(tag::INT) {
            self.expr(e);
            self.code.runtime("ny_int_text");
        } else {
            let mark = self.mark();
            self.lent(e, Rep::Dyn);
            self.code.runtime("ny_text");
            self.release_held(mark);
        }
    }

    /// `global = global + x`
    pub(super) fn starts_with_global(&self, g: usize, value: &Expr) -> bool {
        matches!(chain(value), Some((first, _)) if matches!(first.kind, Kind::Global(other) if other == g))
    }

    /// The same for a variable shared with a lambda.
    pub(super) fn starts_with_cell(&self, to: usize, value: &Expr) -> bool {
        matches!(chain(value), Some((first, _)) if matches!(first.kind, Kind::CellGet { from, .. } if from == to))
    }
}

/// Whether a chain starts with the slot it is assigned to.
pub(super) fn starts_with_slot(object: &Expr, class: ClassId, slot: usize, value: &Expr) -> bool {
    let Some((first, _)) = chain(value) else {
        return false;
    };
    let Kind::Slot {
        object: from,
        class: of,
        slot: n,
    } = &first.kind
    else {
        return false;
    };
    let same = match (&object.kind, &from.kind) {
        (Kind::Var(a), Kind::Var(b)) => a == b,
        (Kind::Static { class: a, .. }, Kind::Static { class: b, .. }) => a == b,
        _ => false,
    };
    same && *of == class && *n == slot
}

fn mentions(v: usize, e: &Expr) -> bool {
    let mut found = false;
    visit::all_in(e, &mut |e| found |= matches!(e.kind, Kind::Var(w) if w == v));
    found
}
