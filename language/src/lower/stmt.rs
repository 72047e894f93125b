//! Statements.

use super::{Body, Key, Place};
use crate::ir::{Expr, Kind, Op, Open, Stmt, Try, Ty, VarId, kind};
use crate::resolve::program::{Binding, FunctionBody, UnitId};
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp, ExprKind, MemberKind, StmtKind};
use std::rc::Rc;

/// Whether a leading statement of a constructor only assigns fields of `me` (noted in `done`) or does something
/// that cannot see the instance.
pub fn assigns_field_first(s: &ast::Stmt, done: &mut Vec<Rc<str>>) -> bool {
    match &s.kind {
        StmtKind::Assign(a) => {
            let ExprKind::Field { receiver, name, .. } = &a.target.kind else {
                return false;
            };
            if !matches!(receiver.kind, ExprKind::Me) || a.op.is_some() || !blind(&a.value, done) {
                return false;
            }
            if !done.contains(&name.text) {
                done.push(name.text.clone());
            }
            true
        }
        StmtKind::Local { variables, fini: None } => variables
            .iter()
            .all(|v| v.value.as_ref().is_none_or(|e| blind(e, done))),
        StmtKind::Expr(e) => blind(e, done),
        StmtKind::Box(_)
        | StmtKind::Enum(_)
        | StmtKind::Function(_)
        | StmtKind::Include(_)
        | StmtKind::Using(_)
        | StmtKind::Local { .. }
        | StmtKind::Outbox { .. }
        | StmtKind::Global { .. }
        | StmtKind::Nowait { .. }
        | StmtKind::If { .. }
        | StmtKind::Loop { .. }
        | StmtKind::Until { .. }
        | StmtKind::Repeat { .. }
        | StmtKind::RepeatUntil { .. }
        | StmtKind::For { .. }
        | StmtKind::Break
        | StmtKind::Continue
        | StmtKind::Return(_)
        | StmtKind::Throw(_)
        | StmtKind::Try(_)
        | StmtKind::Block(_)
        | StmtKind::Fini(_)
        | StmtKind::Invalid => false,
    }
}

/// Whether evaluating the expression cannot see `me` except through fields that are already assigned.
fn blind(e: &ast::Expr, done: &[Rc<str>]) -> bool {
    match &e.kind {
        ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Str(_)
        | ExprKind::Bool(_)
        | ExprKind::Null
        | ExprKind::Void
        | ExprKind::Name(_) => true,
        ExprKind::Field { receiver, name, .. } => {
            if let ExprKind::Me = receiver.kind {
                done.contains(&name.text)
            } else {
                blind(receiver, done)
            }
        }
        ExprKind::Array(items) => items.iter().all(|e| blind(e, done)),
        ExprKind::Map(entries) => entries.iter().all(|(k, v)| blind(k, done) && blind(v, done)),
        ExprKind::Unary { operand, .. } => blind(operand, done),
        ExprKind::Binary { left, right, .. } => blind(left, done) && blind(right, done),
        ExprKind::Conditional {
            condition,
            then,
            otherwise,
        } => blind(condition, done) && blind(then, done) && blind(otherwise, done),
        ExprKind::Call { callee, arguments } => {
            // `helper()` inside a box may be a call on `me`.
            matches!(&callee.kind, ExprKind::Name(n) if matches!(&**n, "print" | "println"))
                && arguments.iter().all(|e| blind(e, done))
        }
        ExprKind::MethodCall {
            receiver, arguments, ..
        } => blind(receiver, done) && arguments.iter().all(|e| blind(e, done)),
        ExprKind::New { arguments, .. } => arguments.iter().all(|e| blind(e, done)),
        ExprKind::Index { receiver, index } => blind(receiver, done) && blind(index, done),
        ExprKind::Me
        | ExprKind::From { .. }
        | ExprKind::Variant { .. }
        | ExprKind::Propagate(_)
        | ExprKind::Lambda(_)
        | ExprKind::Block(_)
        | ExprKind::Match(_)
        | ExprKind::Assign(_)
        | ExprKind::Try(_)
        | ExprKind::Extern { .. }
        | ExprKind::Invalid => false,
    }
}

impl<'p> Body<'_, 'p> {
    /// The statements of a body, with the value it ends with as its result.
    pub(super) fn statements_of(&mut self, body: &'p FunctionBody, out: &mut Vec<Stmt>) {
        match body {
            FunctionBody::Unit(unit) => {
                let unit: UnitId = *unit;
                let statements = &self.lower.program.units[unit.index()].statements;
                // The second edition's exit status is what `return` says, not the last value.
                if self.lower.new_2026 {
                    self.block_into(statements, out);
                } else {
                    self.tail_block(statements, out);
                }
            }
            FunctionBody::Declared(decl) => self.tail_block(&decl.body.statements, out),
            FunctionBody::Lambda(lambda) => self.tail_block(&lambda.body.statements, out),
            FunctionBody::Member(decl, index) => match &decl.members[*index].kind {
                MemberKind::Field(field) => {
                    if let Some(e) = &field.initialiser {
                        let value = self.expr(e);
                        out.push(Stmt::Return(Some(value)));
                    }
                }
                MemberKind::StaticInit(block) => self.block_into(&block.statements, out),
                MemberKind::Property(p) => self.tail_block(&p.body.body.statements, out),
                MemberKind::Method(m) => self.tail_block(&m.function.body.statements, out),
                MemberKind::Constructor(c) => self.block_into(&c.function.body.statements, out),
                MemberKind::Signature(_) => {}
            },
        }
    }

    /// A block whose last statement gives the value of the function.
    fn tail_block(&mut self, statements: &'p [ast::Stmt], out: &mut Vec<Stmt>) {
        let Some((last, before)) = statements.split_last() else {
            return;
        };
        let has_fini = before
            .iter()
            .any(|s| matches!(s.kind, StmtKind::Fini(_) | StmtKind::Local { fini: Some(_), .. }));
        if has_fini {
            self.block_into(statements, out);
            return;
        }
        self.block_into(before, out);
        if let StmtKind::Expr(e) = &last.kind {
            if self.lower.new_2026
                && let ExprKind::Call { callee, arguments } = &e.kind
                && matches!(&callee.kind, ExprKind::Name(n) if matches!(&**n, "print" | "println"))
                && matches!(self.lower.program.binding(callee.id), Some(Binding::BuiltinFunction(_)))
                && arguments.len() == 1
            {
                // In the second edition `print(e)` as the last statement yields what it printed.
                let value = self.expr(&arguments[0]);
                let v = self.var("printed");
                out.push(self.set(v, value, last.span));
                let printed = self.get(v, last.span);
                let print = self.builtin("print", vec![printed], last.span);
                out.push(Stmt::Expr(print));
                out.push(Stmt::Return(Some(self.get(v, last.span))));
                return;
            }
            let value = self.expr(e);
            out.push(Stmt::Return(Some(value)));
        } else if let StmtKind::Assign(a) = &last.kind {
            let value = self.assign(a, last.span, true);
            out.push(Stmt::Return(Some(value)));
        } else {
            self.statement(last, out);
        }
    }

    pub(super) fn block(&mut self, statements: &'p [ast::Stmt]) -> Vec<Stmt> {
        let mut out = Vec::new();
        self.block_into(statements, &mut out);
        out
    }

    pub(super) fn block_into(&mut self, statements: &'p [ast::Stmt], out: &mut Vec<Stmt>) {
        for (n, s) in statements.iter().enumerate() {
            let fini = if let StmtKind::Fini(block) = &s.kind {
                Some(block)
            } else if let StmtKind::Local { fini: Some(block), .. } = &s.kind {
                self.statement(s, out);
                Some(block)
            } else {
                None
            };
            match fini {
                Some(cleanup) => {
                    // What follows runs inside, so that the block runs on every way out, the last one first.
                    let body = self.block(&statements[n + 1..]);
                    let cleanup = self.block(&cleanup.statements);
                    out.push(Stmt::Try(Box::new(Try {
                        body,
                        handler: None,
                        cleanup,
                    })));
                    return;
                }
                None => self.statement(s, out),
            }
        }
    }

    fn store(&mut self, place: Place, value: Expr, span: Span, declare: bool) -> Stmt {
        Stmt::Expr(Expr::new(
            match place {
                Place::Var(v) => Kind::SetVar(v, Box::new(value)),
                Place::Cell(v, cell) if declare => Kind::SetVar(
                    v,
                    Box::new(Expr::new(
                        Kind::CellNew {
                            cell,
                            value: Box::new(value),
                        },
                        span,
                    )),
                ),
                Place::Cell(to, cell) => Kind::CellSet {
                    cell,
                    to,
                    value: Box::new(value),
                },
            },
            span,
        ))
    }

    pub(super) fn declare(&mut self, variable: &'p ast::Variable, value: Expr, out: &mut Vec<Stmt>) {
        let span = variable.name.span;
        match self.lower.program.binding(variable.id) {
            Some(Binding::Local(local)) => {
                let place = self.place(*local);
                let s = self.store(place, value, span, true);
                out.push(s);
            }
            Some(Binding::Global(g)) => {
                out.push(Stmt::Expr(Expr::new(Kind::SetGlobal(g.index(), Box::new(value)), span)));
            }
            _ => out.push(Stmt::Expr(value)),
        }
    }

    fn local(&mut self, variables: &'p [ast::Variable], out: &mut Vec<Stmt>) {
        for v in variables {
            let value = match &v.value {
                Some(e) => self.expr(e),
                None => Expr::new(Kind::Unset, v.name.span),
            };
            self.declare(v, value, out);
        }
    }

    pub(super) fn statement(&mut self, s: &'p ast::Stmt, out: &mut Vec<Stmt>) {
        let span = s.span;
        match &s.kind {
            StmtKind::Box(_) | StmtKind::Enum(_) | StmtKind::Function(_) | StmtKind::Invalid => {}
            StmtKind::Include(_) | StmtKind::Using(_) => {
                if let Some(unit) = self.lower.program.loads.get(&s.id) {
                    let statements = &self.lower.program.units[unit.index()].statements;
                    self.block_into(statements, out);
                }
            }
            StmtKind::Local { variables, .. } | StmtKind::Outbox { variables } => self.local(variables, out),
            StmtKind::Global { variable } => self.local(std::slice::from_ref(variable), out),
            StmtKind::Nowait { variable } => {
                let value = match &variable.value {
                    Some(e) => self.nowait(e, span),
                    None => Expr::new(self.lower.nothing(), span),
                };
                self.declare(variable, value, out);
            }
            StmtKind::Assign(a) => {
                let e = self.assign(a, span, false);
                out.push(Stmt::Expr(e));
            }
            StmtKind::If { arms, otherwise } => {
                let mut rest = match otherwise {
                    Some(b) => self.block(&b.statements),
                    None => Vec::new(),
                };
                // From the last arm outwards, each becomes the else part of the one before.
                for (condition, body) in arms.iter().rev() {
                    let condition = self.condition(condition);
                    let then = self.block(&body.statements);
                    rest = vec![Stmt::If(condition, then, rest)];
                }
                out.extend(rest);
            }
            StmtKind::Loop { condition, body } => {
                let condition = condition.as_ref().map(|c| self.condition(c));
                let body = self.block(&body.statements);
                out.push(Stmt::Loop {
                    condition,
                    body,
                    step: Vec::new(),
                });
            }
            StmtKind::Until { condition, body } => {
                let condition = self.condition(condition);
                let condition = Expr::new(Kind::Not(Box::new(condition)), span);
                let body = self.block(&body.statements);
                out.push(Stmt::Loop {
                    condition: Some(condition),
                    body,
                    step: Vec::new(),
                });
            }
            StmtKind::RepeatUntil { body, condition } => {
                let body = self.block(&body.statements);
                let condition = self.condition(condition);
                let step = vec![Stmt::If(condition, vec![Stmt::Break], Vec::new())];
                out.push(Stmt::Loop {
                    condition: None,
                    body,
                    step,
                });
            }
            StmtKind::Repeat { count, body } => {
                let end = self.expr(count);
                self.counted(Expr::new(Kind::Int(0), span), end, span, out, |this, _, inner| {
                    this.block_into(&body.statements, inner);
                });
            }
            StmtKind::For {
                variable,
                iterable,
                body,
            } => self.for_in(variable, iterable, body, span, out),
            StmtKind::Break => out.push(Stmt::Break),
            StmtKind::Continue => out.push(Stmt::Continue),
            StmtKind::Return(value) => {
                let value = value.as_ref().map(|e| self.expr(e));
                out.push(Stmt::Return(value));
            }
            StmtKind::Throw(e) => {
                let mut value = self.expr(e);
                value.span = span;
                out.push(Stmt::Throw(value));
            }
            StmtKind::Try(t) => {
                let body = self.block(&t.body.statements);
                let s = self.handlers(body, &t.catches, t.cleanup.as_ref(), None, span);
                out.push(s);
            }
            StmtKind::Block(b) => self.block_into(&b.statements, out),
            StmtKind::Fini(_) => {}
            StmtKind::Expr(e) => {
                let e = self.expr(e);
                out.push(Stmt::Expr(e));
            }
        }
    }

    /// `try` with its handlers. `result` is where the value of an expression handler goes.
    pub(super) fn handlers(
        &mut self,
        body: Vec<Stmt>,
        catches: &'p [ast::Catch],
        cleanup: Option<&'p ast::Block>,
        result: Option<VarId>,
        span: Span,
    ) -> Stmt {
        let handler = (!catches.is_empty()).then(|| {
            let error = self.var("error");
            let mut rest = vec![Stmt::Rethrow(error)];
            for c in catches.iter().rev() {
                let mut then = Vec::new();
                if let Some(v) = &c.variable {
                    let value = self.get(error, c.span);
                    self.declare(v, value, &mut then);
                }
                match result {
                    Some(r) => {
                        let value = self.block_value(&c.body.statements, span, &mut then);
                        then.push(self.set(r, value, span));
                    }
                    None => self.block_into(&c.body.statements, &mut then),
                }
                rest = match c.ty.as_ref().and_then(|t| self.catch_test(&t.text, error, c.span)) {
                    Some(test) => vec![Stmt::If(test, then, rest)],
                    None => then,
                };
            }
            (error, rest)
        });
        let cleanup = cleanup.map(|b| self.block(&b.statements)).unwrap_or_default();
        Stmt::Try(Box::new(Try { body, handler, cleanup }))
    }

    /// What a typed catch asks; `None` for names that match everything.
    fn catch_test(&mut self, name: &str, error: VarId, span: Span) -> Option<Expr> {
        let classes = self.lower.classes_named(name);
        if classes.is_empty() {
            return None;
        }
        let value = self.get(error, span);
        Some(Expr::new(Kind::IsClass(Box::new(value), classes), span))
    }

    /// `for i = from; i < end`: both are evaluated once.
    fn counted(
        &mut self,
        from: Expr,
        end: Expr,
        span: Span,
        out: &mut Vec<Stmt>,
        body: impl FnOnce(&mut Self, VarId, &mut Vec<Stmt>),
    ) {
        let (i, n) = (self.var("index"), self.var("end"));
        out.push(self.set(i, from, span));
        out.push(self.set(n, end, span));
        let condition = Expr::new(
            Kind::Binary(Op::Lt, Box::new(self.get(i, span)), Box::new(self.get(n, span))),
            span,
        );
        let mut inner = Vec::new();
        body(self, i, &mut inner);
        let next = Expr::new(
            Kind::Binary(
                Op::Add,
                Box::new(self.get(i, span)),
                Box::new(Expr::new(Kind::Int(1), span)),
            ),
            span,
        );
        let step = vec![self.set(i, next, span)];
        out.push(Stmt::Loop {
            condition: Some(condition),
            body: inner,
            step,
        });
    }

    fn for_in(
        &mut self,
        variable: &'p ast::Variable,
        iterable: &'p ast::Expr,
        block: &'p ast::Block,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        if let ExprKind::Binary {
            op: BinaryOp::Range,
            left,
            right,
        } = &iterable.kind
        {
            let (from, end) = (self.expr(left), self.expr(right));
            self.counted(from, end, span, out, |this, i, inner| {
                let value = this.get(i, span);
                this.declare(variable, value, inner);
                this.block_into(&block.statements, inner);
            });
            return;
        }
        let list = self.var("list");
        let value = self.expr(iterable);
        let value = self.builtin("$iterate", vec![value], iterable.span);
        out.push(self.set(list, value, span));
        let length = self.get(list, span);
        let length = Expr::new(
            Open::Method {
                object: Box::new(length),
                name: "length".into(),
                arguments: Vec::new(),
            },
            span,
        );
        self.counted(Expr::new(Kind::Int(0), span), length, span, out, |this, i, inner| {
            let object = Box::new(this.get(list, span));
            let item = Open::Method {
                object,
                name: "get".into(),
                arguments: vec![this.get(i, span)],
            };
            this.declare(variable, Expr::new(item, span), inner);
            this.block_into(&block.statements, inner);
        });
    }

    /// `nowait e`: evaluates at once; an error waits for `await`.
    pub(super) fn nowait(&mut self, e: &'p ast::Expr, span: Span) -> Expr {
        let (result, error) = (self.var("future"), self.var("error"));
        let value = self.expr(e);
        let value = self.builtin("$future", vec![value], span);
        let body = vec![self.set(result, value, span)];
        let failed = self.get(error, span);
        let failed = self.builtin("$failed", vec![failed], span);
        let handler = vec![self.set(result, failed, span)];
        let t = Stmt::Try(Box::new(Try {
            body,
            handler: Some((error, handler)),
            cleanup: Vec::new(),
        }));
        Expr::new(Kind::Block(vec![t], Some(Box::new(self.get(result, span)))), span)
    }

    /// An assignment; with `value` the expression gives what was assigned.
    pub(super) fn assign(&mut self, a: &'p ast::Assign, span: Span, value: bool) -> Expr {
        let mut before = Vec::new();
        match &a.target.kind {
            ExprKind::Name(name) => self.assign_name(a, name, span, value, &mut before),
            ExprKind::Field { receiver, name, .. } => {
                let mut object = self.receiver(receiver);
                let private = if matches!(receiver.kind, ExprKind::Me) {
                    Vec::new()
                } else {
                    self.lower.private_in(&name.text)
                };
                if !private.is_empty() {
                    object = self.refuse_private(object, private, &name.text, a.target.span, &mut before);
                }
                if a.op.is_some() {
                    object = self.keep(object, &mut before);
                }
                let new = match a.op {
                    None => self.expr(&a.value),
                    Some(op) => {
                        let old = Expr::new(
                            Open::Field {
                                object: Box::new(object.clone()),
                                name: name.text.clone(),
                            },
                            a.target.span,
                        );
                        let right = self.expr(&a.value);
                        self.binary(op, old, right, span)
                    }
                };
                // `me.s = me.s + x` at the end of a method: a second holder of the new value would keep the string from
                // growing in place, so the field is read again.
                let grows = value && grows(&object, &name.text, &new);
                let new = if value && !grows {
                    self.keep(new, &mut before)
                } else {
                    new
                };
                let result = match grows {
                    true => Some(Box::new(Expr::new(
                        Open::Field {
                            object: Box::new(object.clone()),
                            name: name.text.clone(),
                        },
                        a.target.span,
                    ))),
                    false => value.then(|| Box::new(new.clone())),
                };
                let set = Open::SetField {
                    object: Box::new(object),
                    name: name.text.clone(),
                    value: Box::new(new),
                };
                before.push(Stmt::Expr(Expr::new(set, a.target.span)));
                Expr::new(Kind::Block(before, result), span)
            }
            ExprKind::Index { receiver, index } => {
                let mut object = self.expr(receiver);
                let mut index = self.expr(index);
                if a.op.is_some() {
                    object = self.keep(object, &mut before);
                    index = self.keep(index, &mut before);
                }
                let new = match a.op {
                    None => self.expr(&a.value),
                    Some(op) => {
                        let old = Open::Method {
                            object: Box::new(object.clone()),
                            name: "$index".into(),
                            arguments: vec![index.clone()],
                        };
                        let right = self.expr(&a.value);
                        self.binary(op, Expr::new(old, a.target.span), right, span)
                    }
                };
                let new = if value { self.keep(new, &mut before) } else { new };
                let result = value.then(|| Box::new(new.clone()));
                let set = Open::Method {
                    object: Box::new(object),
                    name: "$set_index".into(),
                    arguments: vec![index, new],
                };
                before.push(Stmt::Expr(Expr::new(set, a.target.span)));
                Expr::new(Kind::Block(before, result), span)
            }
            ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Str(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Void
            | ExprKind::Me
            | ExprKind::Array(_)
            | ExprKind::Map(_)
            | ExprKind::Unary { .. }
            | ExprKind::Binary { .. }
            | ExprKind::Conditional { .. }
            | ExprKind::Call { .. }
            | ExprKind::MethodCall { .. }
            | ExprKind::New { .. }
            | ExprKind::From { .. }
            | ExprKind::Variant { .. }
            | ExprKind::Propagate(_)
            | ExprKind::Lambda(_)
            | ExprKind::Block(_)
            | ExprKind::Match(_)
            | ExprKind::Assign(_)
            | ExprKind::Try(_)
            | ExprKind::Extern { .. }
            | ExprKind::Invalid => self.raise(0, "cannot assign to this expression", span),
        }
    }

    fn assign_name(&mut self, a: &'p ast::Assign, name: &str, span: Span, value: bool, before: &mut Vec<Stmt>) -> Expr {
        let mut new = self.expr(&a.value);
        if let Some(op) = a.op {
            let old = self.expr(&a.target);
            new = self.binary(op, old, new, span);
        }
        match self.lower.program.binding(a.target.id) {
            Some(Binding::Local(local)) => {
                let place = self.place(*local);
                let s = self.store(place, new, span, false);
                before.push(s);
            }
            Some(Binding::Global(g)) => {
                before.push(Stmt::Expr(Expr::new(Kind::SetGlobal(g.index(), Box::new(new)), span)));
            }
            _ => return self.raise(kind::VARIABLE, name, span),
        }
        let result = value.then(|| Box::new(self.expr(&a.target)));
        match (before.len(), result) {
            (1, None) => match before.pop() {
                Some(Stmt::Expr(e)) => e,
                _ => self.raise(0, "cannot assign", span),
            },
            (_, result) => Expr::new(Kind::Block(std::mem::take(before), result), span),
        }
    }

    /// Evaluates once into a variable; the expression that comes back can be used several times.
    pub(super) fn keep(&mut self, e: Expr, before: &mut Vec<Stmt>) -> Expr {
        if let Kind::Var(_)
        | Kind::Int(_)
        | Kind::Str(_)
        | Kind::Float(_)
        | Kind::Bool(_)
        | Kind::Null
        | Kind::Void
        | Kind::Static { .. } = e.kind
        {
            return e;
        }
        let span = e.span;
        let v = self.var("kept");
        before.push(self.set(v, e, span));
        self.get(v, span)
    }

    /// Lowers statements whose last expression is their value.
    pub(super) fn block_value(&mut self, statements: &'p [ast::Stmt], span: Span, out: &mut Vec<Stmt>) -> Expr {
        if let Some((last, before)) = statements.split_last()
            && let StmtKind::Expr(e) = &last.kind
        {
            self.block_into(before, out);
            return self.expr(e);
        }
        self.block_into(statements, out);
        Expr::new(self.lower.nothing(), span)
    }

    /// A condition as a bool.
    pub(super) fn condition(&mut self, e: &'p ast::Expr) -> Expr {
        let span = e.span;
        let value = self.expr(e);
        Expr {
            kind: Kind::Truthy(Box::new(value)),
            ty: Ty::NONE,
            span,
        }
    }

    pub(super) fn body_key(f: crate::resolve::program::FunctionId) -> Key {
        Key::Body(f, None)
    }
}

/// Whether a value is a sum that starts with the field it is assigned to.
fn grows(object: &Expr, name: &str, value: &Expr) -> bool {
    let mut first = value;
    while let Kind::Binary(Op::Add, left, _) = &first.kind {
        first = left;
    }
    let same = |from: &Expr| match (&object.kind, &from.kind) {
        (Kind::Var(a), Kind::Var(b)) => a == b,
        (Kind::Static { class: a, .. }, Kind::Static { class: b, .. }) => a == b,
        _ => false,
    };
    matches!(value.kind, Kind::Binary(..))
        && matches!(&first.kind, Kind::Open(Open::Field { object: from, name: field }) if **field == *name && same(from))
}
