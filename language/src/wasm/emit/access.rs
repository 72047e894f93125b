//! Fields, global variables, cells and elements of arrays.

use super::append::starts_with_slot;
use super::{Emit, Own, mem};
use crate::ir::builtin::class;
use crate::ir::{Class, ClassId, Expr, Kind, Rep, Ty, tag};
use crate::source::Span;
use nyash_abi::layout::{array, object, value};
use wasm_encoder::{BlockType, Instruction as I, ValType};

impl Emit<'_, '_> {
    /// Stores an owned tagged value on the stack into a slot that holds nothing yet.
    pub(super) fn store_value(&mut self, object: u32, slot: usize) {
        let h = self.temp_home(Rep::Dyn);
        self.store_home(h);
        self.code.get(object);
        self.code.get(h.a);
        self.code.op(I::I32Store(mem(object::slot(slot), 2)));
        self.code.get(object);
        self.code.get(h.b);
        self.code.op(I::I64Store(mem(object::slot(slot) + value::PAYLOAD, 3)));
        self.done_home(h);
    }

    /// Reads a slot that is known to hold a value of a type, with a reference of its own.
    pub(super) fn load_value(&mut self, object: u32, slot: usize, ty: Ty, rep: Rep) -> Own {
        self.load_raw(object, object::slot(slot), ty.rep());
        if ty.counted() {
            self.own(ty.rep(), Own::Borrowed);
        }
        self.convert(ty.rep(), rep);
        if ty.counted() { Own::Owned } else { Own::Plain }
    }

    /// Pushes the value at an address without counting.
    pub(super) fn load_raw(&mut self, base: u32, offset: u64, rep: Rep) {
        self.code.get(base);
        match rep {
            Rep::Int => self.code.op(I::I64Load(mem(offset + value::PAYLOAD, 3))),
            Rep::Float => self.code.op(I::F64Load(mem(offset + value::PAYLOAD, 3))),
            Rep::Bool | Rep::Str | Rep::Obj => self.code.op(I::I32Load(mem(offset + value::PAYLOAD, 2))),
            Rep::Dyn => {
                self.code.op(I::I32Load(mem(offset, 2)));
                self.code.get(base);
                self.code.op(I::I64Load(mem(offset + value::PAYLOAD, 3)));
            }
        }
    }

    /// Stores an owned value over what is at an address; what was there is released when it can be counted.
    fn replace(&mut self, base: u32, offset: u64, slot: Ty, value: &Expr) {
        let rep = slot.rep();
        self.owned(value, rep);
        let new = self.temp_home(rep);
        self.store_home(new);
        let counted = slot.counted();
        let old = counted.then(|| self.temp_home(Rep::Dyn));
        if let Some(old) = old {
            self.load_raw(base, offset, Rep::Dyn);
            self.store_home(old);
        }
        self.code.get(base);
        if rep == Rep::Dyn {
            self.code.get(new.a);
        } else {
            self.code.i32(rep.tag() as i32);
        }
        self.code.op(I::I32Store(mem(offset, 2)));
        self.code.get(base);
        match rep {
            Rep::Float => {
                self.code.get(new.a);
                self.code.op(I::F64Store(mem(offset + value::PAYLOAD, 3)));
            }
            Rep::Int | Rep::Bool | Rep::Str | Rep::Obj | Rep::Dyn => {
                self.code.get(if rep == Rep::Dyn { new.b } else { new.a });
                self.payload(rep);
                self.code.op(I::I64Store(mem(offset + value::PAYLOAD, 3)));
            }
        }
        if let Some(old) = old {
            self.release_home(old);
            self.done_home(old);
        }
        self.done_home(new);
    }

    pub(super) fn global(&mut self, g: usize, e: &Expr) -> Own {
        let base = self.code.temp(ValType::I32);
        let address = self.program.globals[g];
        self.code.i32(address as i32);
        self.code.set(base);
        self.require_global(g, base, e.span);
        self.load_raw(base, 0, e.ty.rep());
        self.code.done(base);
        if e.ty.counted() {
            self.own(e.ty.rep(), Own::Borrowed);
            return Own::Owned;
        }
        Own::Plain
    }

    /// Raises the error of a global variable that nobody has set.
    fn require_global(&mut self, g: usize, base: u32, span: Span) {
        let global = &self.program.module.globals[g];
        if !global.ty.has(tag::ABSENT) {
            return;
        }
        let name = global.name.clone();
        self.code.get(base);
        self.code.op(I::I32Load(mem(value::TAG, 2)));
        self.code.op(I::I32Eqz);
        self.code.start_if(BlockType::Empty);
        self.raise(crate::ir::kind::VARIABLE, &name, span);
        self.code.end();
    }

    pub(super) fn set_global(&mut self, g: usize, value: &Expr, span: Span) {
        let ty = self.program.module.globals[g].ty;
        let base = self.code.temp(ValType::I32);
        let address = self.program.globals[g];
        self.code.i32(address as i32);
        self.code.set(base);
        // What is absent at first is not a type of its own in memory.
        let stored = ty.without(tag::ABSENT);
        let appends = self.starts_with_global(g, value) && self.appends_in_memory(stored, value);
        if appends {
            self.require_global(g, base, span);
        }
        if !appends || !self.append_in_memory(base, 0, stored, value, span) {
            self.replace(base, 0, stored, value);
        }
        self.code.done(base);
    }

    pub(super) fn set_cell(&mut self, to: usize, cell: usize, value: &Expr, span: Span) {
        let ty = self.program.module.cells[cell];
        let h = self.homes[to];
        let base = self.code.temp(ValType::I32);
        self.load_as(h, Ty::ANY, Rep::Obj);
        self.code.set(base);
        if !(self.starts_with_cell(to, value) && self.append_in_memory(base, object::slot(0), ty, value, span)) {
            self.replace(base, object::slot(0), ty, value);
        }
        self.code.done(base);
    }

    /// Pushes the receiver as a pointer into a local after testing that it is an object. The local must be given
    /// back; the reference is lent until the mark of the caller.
    pub(super) fn object(&mut self, object: &Expr, what: &str, span: Span) -> u32 {
        let p = self.code.temp(ValType::I32);
        if object.ty.only(tag::OBJ) {
            self.borrowed(object, Rep::Obj);
            self.code.set(p);
            return p;
        }
        let h = self.temp_home(Rep::Dyn);
        self.borrowed(object, Rep::Dyn);
        self.store_home(h);
        if !self.knows(object) {
            self.code.get(h.a);
            self.code.i32(tag::OBJ as i32);
            self.code.op(I::I32Ne);
            self.code.start_if(BlockType::Empty);
            self.about(&[Some(object)]);
            self.refuse(h.a, h.b, what, span);
            self.code.end();
            self.note(object);
        }
        self.code.get(h.b);
        self.code.op(I::I32WrapI64);
        self.code.set(p);
        self.done_home(h);
        p
    }

    /// Raises the error for a receiver that does not have what is asked of it.
    pub(super) fn refuse(&mut self, t: u32, p: u32, what: &str, span: Span) {
        self.code.get(t);
        self.code.get(p);
        let text = self.program.data.string(&what.into());
        self.code.i32(text as i32);
        self.code.runtime("ny_refuse");
        self.fail(span);
    }

    /// A receiver that is looked at at once: fields of it need not be counted.
    pub(super) fn borrowed(&mut self, e: &Expr, rep: Rep) {
        if let Kind::Slot { object, class, slot } = &e.kind {
            let (from, class, slot) = (e.ty.rep(), *class, *slot);
            if rep == Rep::Dyn && from != rep {
                self.code.i32(from.tag() as i32);
            }
            let own = self.slot(e, object, class, slot, false);
            if rep == Rep::Dyn && from != rep {
                self.payload(from);
            } else {
                self.convert(from, rep);
            }
            self.hold(rep, own);
            return;
        }
        // The receiver of a method that is only looked at, such as the row in `rows[i][j]`.
        if rep == Rep::Dyn && e.ty.rep() == Rep::Dyn && self.borrowed_element(e) {
            return;
        }
        self.lent(e, rep);
    }

    /// Pushes the tag of a slot that may be absent.
    pub(super) fn slot_tag(&mut self, object: &Expr, slot: usize) {
        let mark = self.mark();
        let p = self.object(object, "", object.span);
        self.code.get(p);
        self.code.op(I::I32Load(mem(object::slot(slot), 2)));
        self.code.done(p);
        self.release_held(mark);
    }

    /// Reads a slot. With `count` the value comes with its own reference, otherwise it is only good for the next
    /// operation.
    pub(super) fn slot(&mut self, e: &Expr, object: &Expr, class: ClassId, n: usize, count: bool) -> Own {
        let rep = e.ty.rep();
        let module = self.program.module;
        let Class { name, slots, .. } = &module.classes[class as usize];
        let slot = &slots[n];
        let mark = self.mark();
        let p = self.object(object, &format!("Cannot access field '{}'", slot.name), e.span);
        if module.raises_absent(class, n) {
            self.code.get(p);
            self.code.op(I::I32Load(mem(object::slot(n), 2)));
            self.code.op(I::I32Eqz);
            self.code.start_if(BlockType::Empty);
            self.raise(0, &format!("Field '{}' not found in {name}", slot.name), e.span);
            self.code.end();
        }
        if slot.weak {
            self.load_raw(p, object::slot(n), Rep::Dyn);
            self.code.runtime("ny_weak_get");
            self.tagged();
            self.convert(Rep::Dyn, rep);
            self.code.done(p);
            self.release_held(mark);
            return Own::Owned;
        }
        self.load_raw(p, object::slot(n), rep);
        if slot.ty.has(tag::ABSENT) && self.new_2026() && rep == Rep::Dyn {
            // An absent field reads null.
            let h = self.temp_home(Rep::Dyn);
            self.store_home(h);
            self.code.get(h.a);
            self.code.i32(tag::NULL as i32);
            self.code.get(h.a);
            self.code.op(I::Select);
            self.code.get(h.b);
            self.done_home(h);
        }
        self.code.done(p);
        if !e.ty.counted() {
            self.release_held(mark);
            return Own::Plain;
        }
        // A temporary receiver takes its field along when it goes.
        if count || self.mark() > mark {
            self.own(rep, Own::Borrowed);
            self.release_held(mark);
            return Own::Owned;
        }
        Own::Borrowed
    }

    pub(super) fn set_slot(&mut self, object: &Expr, class: ClassId, n: usize, value: &Expr, span: Span) {
        let module = self.program.module;
        let slot = &module.classes[class as usize].slots[n];
        // The slot's own absence is not a representation.
        let stored = slot.ty.without(tag::ABSENT);
        let mark = self.mark();
        let p = self.object(object, &format!("Cannot set field '{}'", slot.name), span);
        if slot.weak {
            let inner = self.mark();
            self.lent(value, Rep::Dyn);
            self.code.runtime("ny_weak_new");
            self.tagged();
            self.release_held(inner);
            let new = self.temp_home(Rep::Dyn);
            let old = self.temp_home(Rep::Dyn);
            self.store_home(new);
            self.load_raw(p, object::slot(n), Rep::Dyn);
            self.store_home(old);
            self.load_home(new);
            self.store_value(p, n);
            self.release_home(old);
            self.done_home(old);
            self.done_home(new);
        } else {
            let appends = starts_with_slot(object, class, n, value);
            if !(appends && self.append_in_memory(p, object::slot(n), stored, value, span)) {
                self.replace(p, object::slot(n), stored, value);
            }
        }
        self.code.done(p);
        self.release_held(mark);
    }

    /// `a.get(i)` with array and index in locals: tag and payload on the stack, not counted.
    pub(super) fn element(&mut self, array: u32, index: u32) {
        let h = self.temp_home(Rep::Dyn);
        let slot = self.code.temp(ValType::I32);
        self.code.i32(tag::NULL as i32);
        self.code.set(h.a);
        self.code.i64(0);
        self.code.set(h.b);
        self.code.get(index);
        self.code.get(array);
        self.code.op(I::I64Load32U(mem(array::LENGTH, 2)));
        self.code.op(I::I64LtU);
        self.code.start_if(BlockType::Empty);
        self.code.get(array);
        self.code.op(I::I32Load(mem(array::DATA, 2)));
        self.code.get(index);
        self.code.op(I::I32WrapI64);
        self.code.i32(value::SHIFT);
        self.code.op(I::I32Shl);
        self.code.op(I::I32Add);
        self.code.tee(slot);
        self.code.op(I::I32Load(mem(value::TAG, 2)));
        self.code.set(h.a);
        self.code.get(slot);
        self.code.op(I::I64Load(mem(value::PAYLOAD, 3)));
        self.code.set(h.b);
        self.code.end();
        self.load_home(h);
        self.code.done(slot);
        self.done_home(h);
    }

    /// Number of a builtin class as the runtime's functions take it.
    pub(super) fn class_number(letter: char) -> u16 {
        if letter == 'm' { class::MAP } else { class::ARRAY }
    }
}
