//! Statements and the ways out of them.

use super::{Emit, Home, Jump, Own, Scope};
use crate::ir::effects::{self, Reach};
use crate::ir::{Expr, Kind, Op, Rep, Stmt, Try, Ty};
use wasm_encoder::{BlockType, Instruction as I, ValType};

impl Emit<'_, '_> {
    pub(super) fn stmts(&mut self, list: &[Stmt]) {
        for s in list {
            self.stmt(s);
        }
    }

    fn stmt(&mut self, s: &Stmt) {
        match s {
            Stmt::Expr(e) => self.effect(e),
            Stmt::If(c, a, b) => {
                self.code.comes_from(Some(c.span));
                self.condition(c);
                self.code.start_if(BlockType::Empty);
                // Not by looking through the branches: a chain of thousands of `else if` is a tree as deep.
                let (before, start) = (self.known.clone(), self.clock);
                let (then, otherwise) = self.null_test(c);
                self.known.extend(then);
                self.stmts(a);
                self.known = before.clone();
                self.known.extend(otherwise);
                if !b.is_empty() {
                    self.code.otherwise();
                    self.stmts(b);
                }
                self.code.end();
                self.known = before;
                if b.is_empty() && leaves(a) {
                    self.known.extend(otherwise);
                }
                let stores = &self.stores;
                self.known.retain(|v| stores.get(v).is_none_or(|at| *at <= start));
            }
            Stmt::Loop { condition, body, step } => self.loop_stmt(condition.as_ref(), body, step),
            Stmt::Break => {
                if let Some(n) = self.innermost_loop() {
                    self.jump(Jump::Break(n));
                }
            }
            Stmt::Continue => {
                if let Some(n) = self.innermost_loop() {
                    self.jump(Jump::Continue(n));
                }
            }
            Stmt::Return(value) => {
                if let Some(value) = value {
                    self.code.comes_from(Some(value.span));
                }
                self.return_stmt(value.as_ref());
            }
            Stmt::Throw(e) => {
                self.code.comes_from(Some(e.span));
                let own = self.expr_as(e, Rep::Dyn);
                let mark = self.mark();
                self.hold(Rep::Dyn, own);
                self.code.runtime("ny_throw");
                self.release_held(mark);
                self.fail(e.span);
            }
            Stmt::Rethrow(v) => {
                let h = self.homes[*v];
                self.retain_home(h);
                self.load_as(h, Ty::ANY, Rep::Dyn);
                self.code.runtime("ny_rethrow");
                self.leave_failed();
            }
            Stmt::Try(t) => self.try_stmt(t),
        }
    }

    fn loop_stmt(&mut self, condition: Option<&Expr>, body: &[Stmt], step: &[Stmt]) {
        let mut assigned = super::assigned_in(&[body, step]);
        if let Some(c) = condition {
            crate::ir::visit::all_in(c, &mut |e| {
                if let Kind::SetVar(v, _) = e.kind {
                    assigned.insert(v);
                }
            });
        }
        self.known.retain(|v| !assigned.contains(v));
        let before = self.known.clone();
        let leave = self.code.block(BlockType::Empty);
        let again = self.code.start_loop();
        if let Some(c) = condition
            && !matches!(&c.kind, Kind::Truthy(e) if matches!(e.kind, Kind::Bool(true)))
        {
            self.code.comes_from(Some(c.span));
            self.condition(c);
            self.code.op(I::I32Eqz);
            self.code.br_if(leave);
        }
        if step.is_empty() {
            self.scopes.push(Scope::Loop { leave, next: again });
            self.stmts(body);
            self.scopes.pop();
        } else {
            let next = self.code.block(BlockType::Empty);
            self.scopes.push(Scope::Loop { leave, next });
            self.stmts(body);
            self.scopes.pop();
            self.code.end();
            self.known = before.clone();
            self.scopes.push(Scope::Loop { leave, next: again });
            self.stmts(step);
            self.scopes.pop();
        }
        self.code.br(again);
        self.code.end();
        self.code.end();
        self.known = before;
    }

    /// A variable has been assigned.
    fn stored(&mut self, v: usize) {
        self.clock += 1;
        self.stores.insert(v, self.clock);
        self.known.remove(&v);
    }

    /// The variable that a test against null says something about: when it holds, and when it does not.
    pub(super) fn null_test(&self, c: &Expr) -> (Option<usize>, Option<usize>) {
        let nothing = |e: &Expr| matches!(e.kind, Kind::Null | Kind::Void);
        if let Kind::Binary(op @ (Op::Eq | Op::Ne), a, b) = &c.kind
            && nothing(b)
            && self.new_2026()
        {
            let v = self.may_know(a);
            if *op == Op::Ne { (v, None) } else { (None, v) }
        } else if let Kind::Not(inner) = &c.kind {
            let (yes, no) = self.null_test(inner);
            (no, yes)
        } else if let Kind::IsSomething(a) = &c.kind {
            (self.may_know(a), None)
        } else {
            (None, None)
        }
    }

    /// A variable of which it can be noted that it is not null.
    pub(super) fn may_know(&self, e: &Expr) -> Option<usize> {
        let Kind::Var(v) = e.kind else { return None };
        let kinds = e.ty.kinds & !(Ty::NULL.kinds | Ty::VOID.kinds | Ty::ABSENT.kinds);
        (kinds.count_ones() == 1 && !self.restless.contains(&v) && v < self.variables).then_some(v)
    }

    /// Whether a value is known not to be null.
    pub(super) fn knows(&self, e: &Expr) -> bool {
        self.may_know(e).is_some_and(|v| self.known.contains(&v))
    }

    /// Notes that a value has just been found not to be null.
    pub(super) fn note(&mut self, e: &Expr) {
        let v = self.may_know(e);
        self.known.extend(v);
    }

    fn innermost_loop(&self) -> Option<usize> {
        self.scopes.iter().rposition(|s| matches!(s, Scope::Loop { .. }))
    }

    /// Goes where a jump leads, through the cleanups on the way.
    fn jump(&mut self, jump: Jump) {
        let stop = match jump {
            Jump::Return => 0,
            Jump::Break(n) | Jump::Continue(n) => n,
        };
        let through = self.scopes[stop..]
            .iter()
            .rposition(|s| matches!(s, Scope::Cleanup { .. }))
            .map(|n| n + stop);
        if let Some(n) = through
            && let Scope::Cleanup { start, why, jumps } = &mut self.scopes[n]
        {
            let at = match jumps.iter().position(|j| *j == jump) {
                Some(at) => at,
                None => {
                    jumps.push(jump);
                    jumps.len() - 1
                }
            };
            let (start, why) = (*start, *why);
            // 0 is the normal way, 1 an error.
            self.code.i32(at as i32 + 2);
            self.code.set(why);
            self.code.br(start);
            return;
        }
        match jump {
            Jump::Return => self.code.br(self.exit),
            Jump::Break(n) => {
                if let Scope::Loop { leave, .. } = self.scopes[n] {
                    self.code.br(leave);
                }
            }
            Jump::Continue(n) => {
                if let Scope::Loop { next, .. } = self.scopes[n] {
                    self.code.br(next);
                }
            }
        }
    }

    fn return_stmt(&mut self, value: Option<&Expr>) {
        let ret = self.ret;
        let in_cleanup = self.scopes.iter().any(|s| matches!(s, Scope::Cleanup { .. }));
        match value {
            Some(e) => {
                if let Kind::Var(v) = e.kind
                    && self.homes[v].owned
                    && self.homes[v].rep == ret.rep
                    && !in_cleanup
                    && !self.restless.contains(&v)
                {
                    // The variable's own reference becomes the result's.
                    let h = self.homes[v];
                    self.load_home(h);
                    self.store_home(ret);
                    self.clear(h);
                } else {
                    self.owned(e, ret.rep);
                    self.store_home(ret);
                }
            }
            None if ret.rep == Rep::Dyn => {
                self.zero(Rep::Dyn);
                self.store_home(ret);
            }
            None => {}
        }
        self.jump(Jump::Return);
    }

    fn try_stmt(&mut self, t: &Try) {
        let handler: &[Stmt] = t.handler.as_ref().map_or(&[], |(_, h)| h);
        let mut assigned = super::assigned_in(&[&t.body, handler, &t.cleanup]);
        assigned.extend(t.handler.as_ref().map(|(v, _)| *v));
        self.known.retain(|v| !assigned.contains(v));
        let before = self.known.clone();
        self.try_parts(t);
        self.known = before;
    }

    fn try_parts(&mut self, t: &Try) {
        if t.cleanup.is_empty() {
            self.handled(t);
            return;
        }
        let why = self.code.local(ValType::I32);
        let outer = (self.unwind, self.unwind_mark);
        let done = self.code.block(BlockType::Empty);
        let failed = self.code.block(BlockType::Empty);
        (self.unwind, self.unwind_mark) = (failed, self.mark());
        self.scopes.push(Scope::Cleanup {
            start: done,
            why,
            jumps: Vec::new(),
        });
        self.handled(t);
        self.code.i32(0);
        self.code.set(why);
        self.code.br(done);
        self.code.end();
        self.code.i32(1);
        self.code.set(why);
        self.code.end();
        (self.unwind, self.unwind_mark) = outer;
        let jumps = match self.scopes.pop() {
            Some(Scope::Cleanup { jumps, .. }) => jumps,
            _ => Vec::new(),
        };
        // The error waits while the cleanup runs.
        let error = Home {
            rep: Rep::Dyn,
            a: self.code.local(ValType::I32),
            b: self.code.local(ValType::I64),
            owned: true,
        };
        self.code.get(why);
        self.code.i32(1);
        self.code.op(I::I32Eq);
        self.code.start_if(BlockType::Empty);
        self.caught();
        self.store_home(error);
        self.code.end();
        self.known.clear();
        self.stmts(&t.cleanup);
        self.code.get(why);
        self.code.i32(1);
        self.code.op(I::I32Eq);
        self.code.start_if(BlockType::Empty);
        self.load_home(error);
        self.code.runtime("ny_rethrow");
        self.leave_failed();
        self.code.end();
        for (n, jump) in jumps.into_iter().enumerate() {
            self.code.get(why);
            self.code.i32(n as i32 + 2);
            self.code.op(I::I32Eq);
            self.code.start_if(BlockType::Empty);
            self.jump(jump);
            self.code.end();
        }
    }

    /// Takes the pending error: tag and payload on the stack.
    fn caught(&mut self) {
        self.code.runtime("ny_caught");
        self.tagged();
    }

    /// Body and handler, without the cleanup.
    fn handled(&mut self, t: &Try) {
        let Some((v, handler)) = &t.handler else {
            self.stmts(&t.body);
            return;
        };
        let outer = (self.unwind, self.unwind_mark);
        let after = self.code.block(BlockType::Empty);
        let catch = self.code.block(BlockType::Empty);
        (self.unwind, self.unwind_mark) = (catch, self.mark());
        self.stmts(&t.body);
        (self.unwind, self.unwind_mark) = outer;
        self.code.br(after);
        self.code.end();
        self.known.clear();
        self.stored(*v);
        let h = self.homes[*v];
        if h.owned {
            self.release_home(h);
        }
        self.caught();
        self.convert(Rep::Dyn, h.rep);
        self.store_home(h);
        self.stmts(handler);
        self.code.end();
    }

    /// An expression for what it does.
    pub(super) fn effect(&mut self, e: &Expr) {
        // What the statement around it still writes belongs to it.
        self.code.comes_from(Some(e.span));
        match &e.kind {
            Kind::SetVar(v, value) => {
                self.set_var(*v, value, e.span);
            }
            Kind::SetGlobal(g, value) => self.set_global(*g, value, e.span),
            Kind::CellSet { to, value, cell } => self.set_cell(*to, *cell, value, e.span),
            Kind::SetSlot {
                object,
                class,
                slot,
                value,
            } => self.set_slot(object, *class, *slot, value, e.span),
            Kind::Require { object, what } => {
                let mark = self.mark();
                let p = self.object(object, what, e.span);
                self.code.done(p);
                self.release_held(mark);
            }
            Kind::Block(list, value) => {
                self.stmts(list);
                if let Some(v) = value {
                    self.effect(v);
                }
            }
            Kind::Var(_) | Kind::Null | Kind::Void | Kind::Int(_) | Kind::Bool(_) | Kind::Float(_) | Kind::Str(_) => {}
            Kind::Static { ensure: false, .. } => {}
            Kind::Unset
            | Kind::Global(_)
            | Kind::CellNew { .. }
            | Kind::CellGet { .. }
            | Kind::Static { .. }
            | Kind::Open(_)
            | Kind::Slot { .. }
            | Kind::Call { .. }
            | Kind::Dispatch { .. }
            | Kind::Refuse { .. }
            | Kind::Alloc(_)
            | Kind::Closure { .. }
            | Kind::Neg(_)
            | Kind::BitNot(_)
            | Kind::Not(_)
            | Kind::Truthy(_)
            | Kind::Binary(..)
            | Kind::And(..)
            | Kind::Or(..)
            | Kind::Cond(..)
            | Kind::IsSomething(_)
            | Kind::IsClass(..)
            | Kind::IsTag(..)
            | Kind::Builtin { .. }
            | Kind::Array { .. }
            | Kind::Map { .. }
            | Kind::Raise { .. } => {
                let own = self.value(e, false);
                let rep = e.ty.rep();
                if own == Own::Owned {
                    let h = self.temp_home(rep);
                    self.store_home(h);
                    match rep {
                        Rep::Str | Rep::Obj => self.release_ptr(h.a),
                        Rep::Int | Rep::Float | Rep::Bool | Rep::Dyn => self.release_home(h),
                    }
                    self.done_home(h);
                } else {
                    for _ in super::val_types(rep) {
                        self.code.op(I::Drop);
                    }
                }
            }
        }
    }

    fn set_var(&mut self, v: usize, value: &Expr, span: crate::source::Span) {
        let h = self.homes[v];
        if self.append_in_place(v, value, span) {
            self.stored(v);
            return;
        }
        if !h.owned {
            self.expr_as(value, h.rep);
            self.store_home(h);
            self.stored(v);
            return;
        }
        self.owned(value, h.rep);
        self.stored(v);
        let new = self.temp_home(h.rep);
        self.store_home(new);
        self.release_home(h);
        self.load_home(new);
        self.store_home(h);
        self.done_home(new);
    }

    /// Whether evaluating an expression runs no code of the program and changes nothing. It may fail.
    pub(super) fn calm(&self, e: &Expr) -> bool {
        effects::whole(e, self.program.module).reach <= Reach::Reads
    }

    /// Whether evaluating an expression can end in an error.
    pub(super) fn fails(&self, e: &Expr) -> bool {
        effects::whole(e, self.program.module).fails
    }

    /// Whether an expression gives the same whenever it is evaluated, so that it can wait.
    pub(super) fn still(&self, e: &Expr) -> bool {
        let effects = effects::whole(e, self.program.module);
        !effects.fails && effects.reach == Reach::Pure
    }
}

/// Whether control never comes to the end of statements.
fn leaves(list: &[Stmt]) -> bool {
    list.last().is_some_and(|s| match s {
        Stmt::Break | Stmt::Continue | Stmt::Return(_) | Stmt::Throw(_) | Stmt::Rethrow(_) => true,
        Stmt::If(_, a, b) => leaves(a) && leaves(b),
        Stmt::Expr(_) | Stmt::Loop { .. } | Stmt::Try(_) => false,
    })
}
