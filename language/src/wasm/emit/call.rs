//! Calls: functions, guarded where the receiver may be something else, and the functions that look at a receiver to
//! find the method.

use super::strict::array_element;
use super::{Emit, Own, Program};
use crate::ir::{Dispatch, DispatchKind, Expr, FuncId, Guard, Kind, Rep, When, tag};
use crate::source::Span;
use crate::wasm::code::Code;
use std::rc::Rc;
use wasm_encoder::{BlockType, Instruction as I, ValType};

impl Emit<'_, '_> {
    /// A call of a function of the program.
    pub(super) fn call(&mut self, e: &Expr, f: FuncId, arguments: &[Expr], guard: Option<&Guard>) -> Own {
        self.guarded(e, arguments, guard, true, |emit, list| {
            let ret = emit.call_function(f, list, e.span);
            emit.convert(ret, e.ty.rep());
            if e.ty.counted() { Own::Owned } else { Own::Plain }
        })
    }

    /// Calls a function; the result is left in the representation that comes back.
    pub(super) fn call_function(&mut self, f: FuncId, arguments: &[&Expr], span: Span) -> Rep {
        let func = &self.program.module.functions[f];
        let (throws, deep, ret) = (func.throws, func.deep, func.ret.rep());
        let reps: Vec<Rep> = func.vars[..func.params].iter().map(|v| v.ty.rep()).collect();
        let mark = self.mark();
        for (a, rep) in arguments.iter().zip(reps) {
            self.lent(a, rep);
        }
        let index = self.program.index[f];
        self.call_index(index, deep, throws, span);
        self.release_held(mark);
        ret
    }

    fn call_index(&mut self, index: u32, deep: bool, throws: bool, span: Span) {
        if deep {
            match self.budget {
                Some(b) => {
                    self.code.get(b);
                    self.costs.push(self.code.body.len());
                    self.code.i32(0);
                    self.code.op(I::I32Sub);
                }
                None => self.code.i32(super::STACK_BUDGET),
            }
        }
        self.code.call(index);
        if throws {
            self.check(span);
        }
    }

    /// Calls the function that finds out what the receiver is.
    pub(super) fn call_dispatch(&mut self, e: &Expr, to: usize, arguments: &[Expr]) -> Own {
        let module = self.program.module;
        let dispatch = &module.dispatches[to];
        let mark = self.mark();
        for (a, ty) in arguments.iter().zip(&dispatch.params) {
            self.lent(a, ty.rep());
        }
        let index = self.program.dispatch_base + to as u32;
        self.about(&[arguments.first()]);
        self.call_index(index, dispatch.deep, true, e.span);
        self.release_held(mark);
        self.convert(dispatch.ret.rep(), e.ty.rep());
        if e.ty.counted() { Own::Owned } else { Own::Plain }
    }

    /// A receiver for which nothing can be done.
    pub(super) fn refused(&mut self, e: &Expr, receiver: &Expr, arguments: &[Expr], what: &str) -> Own {
        let mark = self.mark();
        let h = self.temp_home(Rep::Dyn);
        self.lent(receiver, Rep::Dyn);
        self.store_home(h);
        for a in arguments {
            self.effect(a);
        }
        self.about(&[Some(receiver)]);
        self.refuse(h.a, h.b, what, e.span);
        self.done_home(h);
        self.release_held(mark);
        self.zero(e.ty.rep());
        Own::Plain
    }

    /// A call whose first argument is tested before the others are evaluated. `runs` says whether it runs code of the
    /// program; `then` makes the call with what the function takes.
    pub(super) fn guarded(
        &mut self,
        e: &Expr,
        arguments: &[Expr],
        guard: Option<&Guard>,
        runs: bool,
        then: impl FnOnce(&mut Self, &[&Expr]) -> Own,
    ) -> Own {
        let list: Vec<&Expr> = arguments.iter().collect();
        let Some(guard) = guard else { return then(self, &list) };
        let (object, rest) = (list[0], &list[1..]);
        // Put the receiver into a variable and test it.
        let mark = self.mark();
        let h = self.temp_home(Rep::Dyn);
        self.borrowed(object, Rep::Dyn);
        self.store_home(h);
        if !self.knows(object) {
            self.code.get(h.a);
            self.code.i32(guard.tag as i32);
            self.code.op(I::I32Ne);
            self.code.start_if(BlockType::Empty);
            self.about(&[Some(object)]);
            self.refuse(h.a, h.b, &guard.what, e.span);
            self.code.end();
            self.note(object);
        }
        // The receiver as a variable of its own for what follows.
        let var = self.homes.len();
        self.homes.push(h);
        let receiver = Expr {
            kind: Kind::Var(var),
            ty: guard.ty,
            span: object.span,
        };
        // Code that runs meanwhile may change the field or element the receiver was read from.
        let read = matches!(object.kind, Kind::Slot { .. }) || array_element(object).is_some();
        if read && self.mark() == mark && (runs || !rest.iter().all(|a| self.calm(a))) {
            self.retain_home(h);
            self.load_home(h);
            self.hold(Rep::Dyn, Own::Owned);
            self.code.op(I::Drop);
            self.code.op(I::Drop);
        }
        let mut taken: Vec<&Expr> = Vec::with_capacity(list.len());
        if guard.passed {
            taken.push(&receiver);
        }
        taken.extend(rest);
        let own = then(self, &taken);
        // A result that is only borrowed must not outlive the receiver.
        let own = if own == Own::Borrowed && self.mark() > mark {
            self.own(e.ty.rep(), own);
            Own::Owned
        } else {
            own
        };
        self.release_held(mark);
        self.done_home(h);
        own
    }

    /// One arm of a dispatch: computes the result and leaves the function.
    fn arm(&mut self, value: &Expr) {
        self.known.clear();
        let (rep, ret) = (value.ty.rep(), self.ret);
        self.owned(value, rep);
        self.convert(rep, ret.rep);
        self.store_home(ret);
        self.code.br(self.exit);
    }
}

impl Program<'_> {
    /// The function behind a [`Dispatch`].
    pub(super) fn dispatch(&mut self, dispatch: &Dispatch) -> Code {
        let params = dispatch.params.len();
        let label: Rc<str> = if dispatch.name.is_empty() {
            "call".into()
        } else {
            dispatch.name.clone()
        };
        let mut emit = self.begin(
            label,
            dispatch.span,
            &dispatch.params,
            params,
            dispatch.ret,
            dispatch.deep,
        );
        let receiver = emit.homes[0];
        // Tags first, then classes.
        for (when, value) in &dispatch.arms {
            if let When::Tag(t) = when {
                emit.code.get(receiver.a);
                emit.code.i32(*t as i32);
                emit.code.op(I::I32Eq);
                emit.code.start_if(BlockType::Empty);
                emit.arm(value);
                emit.code.end();
            }
        }
        if dispatch.arms.iter().any(|(when, _)| matches!(when, When::Class(_))) {
            emit.code.get(receiver.a);
            emit.code.i32(tag::OBJ as i32);
            emit.code.op(I::I32Eq);
            emit.code.start_if(BlockType::Empty);
            let c = emit.code.temp(ValType::I32);
            emit.class_of(receiver);
            emit.code.set(c);
            for (when, value) in &dispatch.arms {
                if let When::Class(class) = when {
                    emit.code.get(c);
                    emit.code.i32(*class as i32);
                    emit.code.op(I::I32Eq);
                    emit.code.start_if(BlockType::Empty);
                    emit.arm(value);
                    emit.code.end();
                }
            }
            emit.code.done(c);
            emit.code.end();
        }
        let what = match dispatch.what {
            DispatchKind::Method => format!("Method '{}' not found", dispatch.name),
            DispatchKind::Get => format!("Cannot access field '{}'", dispatch.name),
            DispatchKind::Set => format!("Cannot set field '{}'", dispatch.name),
            DispatchKind::CallValue => "Cannot call a value".to_string(),
        };
        // The caller's place is the one to show.
        emit.code.get(receiver.a);
        emit.code.get(receiver.b);
        let text = emit.program.data.string(&what.into());
        emit.code.i32(text as i32);
        emit.code.runtime("ny_refuse");
        let unwind = emit.unwind;
        emit.code.br(unwind);
        emit.finish(params)
    }
}
