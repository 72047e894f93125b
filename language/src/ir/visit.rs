//! Walks over IR.

use super::{Expr, Kind, Open, Stmt};

/// Something directly inside a statement or an expression.
pub enum Part<'a> {
    Expr(&'a Expr),
    List(&'a [Stmt]),
}

/// Calls `f` for what stands directly inside a statement.
pub fn parts<'a>(stmt: &'a Stmt, f: &mut dyn FnMut(Part<'a>)) {
    match stmt {
        Stmt::Expr(e) | Stmt::Return(Some(e)) | Stmt::Throw(e) => f(Part::Expr(e)),
        Stmt::If(c, a, b) => {
            f(Part::Expr(c));
            f(Part::List(a));
            f(Part::List(b));
        }
        Stmt::Loop { condition, body, step } => {
            if let Some(c) = condition {
                f(Part::Expr(c));
            }
            f(Part::List(body));
            f(Part::List(step));
        }
        Stmt::Try(t) => {
            f(Part::List(&t.body));
            if let Some((_, h)) = &t.handler {
                f(Part::List(h));
            }
            f(Part::List(&t.cleanup));
        }
        Stmt::Break | Stmt::Continue | Stmt::Return(None) | Stmt::Rethrow(_) => {}
    }
}

/// Calls `f` for what stands directly inside an expression.
pub fn operands<'a>(e: &'a Expr, f: &mut dyn FnMut(Part<'a>)) {
    match &e.kind {
        Kind::SetVar(_, a)
        | Kind::SetGlobal(_, a)
        | Kind::CellNew { value: a, .. }
        | Kind::CellSet { value: a, .. }
        | Kind::Slot { object: a, .. }
        | Kind::Require { object: a, .. }
        | Kind::Open(Open::Field { object: a, .. })
        | Kind::Neg(a)
        | Kind::BitNot(a)
        | Kind::Not(a)
        | Kind::Truthy(a)
        | Kind::IsSomething(a)
        | Kind::IsClass(a, _)
        | Kind::IsTag(a, _) => f(Part::Expr(a)),
        Kind::SetSlot {
            object: a, value: b, ..
        }
        | Kind::Open(Open::SetField {
            object: a, value: b, ..
        })
        | Kind::Binary(_, a, b)
        | Kind::And(a, b)
        | Kind::Or(a, b) => {
            f(Part::Expr(a));
            f(Part::Expr(b));
        }
        Kind::Cond(a, b, c) => {
            f(Part::Expr(a));
            f(Part::Expr(b));
            f(Part::Expr(c));
        }
        Kind::Call { arguments: list, .. }
        | Kind::Builtin { arguments: list, .. }
        | Kind::Dispatch { arguments: list, .. }
        | Kind::Closure { captures: list, .. }
        | Kind::Array { items: list, .. } => list.iter().for_each(|a| f(Part::Expr(a))),
        Kind::Open(Open::Method {
            object: first,
            arguments: list,
            ..
        })
        | Kind::Open(Open::CallValue {
            callee: first,
            arguments: list,
        })
        | Kind::Refuse {
            receiver: first,
            arguments: list,
            ..
        } => {
            f(Part::Expr(first));
            list.iter().for_each(|a| f(Part::Expr(a)));
        }
        Kind::Map { entries, .. } => {
            for (k, v) in entries {
                f(Part::Expr(k));
                f(Part::Expr(v));
            }
        }
        Kind::Block(list, value) => {
            f(Part::List(list));
            if let Some(v) = value {
                f(Part::Expr(v));
            }
        }
        Kind::Unset
        | Kind::Void
        | Kind::Null
        | Kind::Bool(_)
        | Kind::Int(_)
        | Kind::Float(_)
        | Kind::Str(_)
        | Kind::Var(_)
        | Kind::Global(_)
        | Kind::CellGet { .. }
        | Kind::Static { .. }
        | Kind::Alloc(_)
        | Kind::Raise { .. } => {}
    }
}

/// Calls `f` for every expression directly inside an expression, those of statements in it included.
pub fn each_mut(e: &mut Expr, f: &mut dyn FnMut(&mut Expr)) {
    match &mut e.kind {
        Kind::SetVar(_, a)
        | Kind::SetGlobal(_, a)
        | Kind::CellNew { value: a, .. }
        | Kind::CellSet { value: a, .. }
        | Kind::Slot { object: a, .. }
        | Kind::Require { object: a, .. }
        | Kind::Open(Open::Field { object: a, .. })
        | Kind::Neg(a)
        | Kind::BitNot(a)
        | Kind::Not(a)
        | Kind::Truthy(a)
        | Kind::IsSomething(a)
        | Kind::IsClass(a, _)
        | Kind::IsTag(a, _) => f(a),
        Kind::SetSlot {
            object: a, value: b, ..
        }
        | Kind::Open(Open::SetField {
            object: a, value: b, ..
        })
        | Kind::Binary(_, a, b)
        | Kind::And(a, b)
        | Kind::Or(a, b) => {
            f(a);
            f(b);
        }
        Kind::Cond(a, b, c) => {
            f(a);
            f(b);
            f(c);
        }
        Kind::Call { arguments: list, .. }
        | Kind::Builtin { arguments: list, .. }
        | Kind::Dispatch { arguments: list, .. }
        | Kind::Closure { captures: list, .. }
        | Kind::Array { items: list, .. } => list.iter_mut().for_each(f),
        Kind::Open(Open::Method {
            object: first,
            arguments: list,
            ..
        })
        | Kind::Open(Open::CallValue {
            callee: first,
            arguments: list,
        })
        | Kind::Refuse {
            receiver: first,
            arguments: list,
            ..
        } => {
            f(first);
            list.iter_mut().for_each(f);
        }
        Kind::Map { entries, .. } => {
            for (k, v) in entries {
                f(k);
                f(v);
            }
        }
        Kind::Block(list, value) => {
            for s in list {
                each_in_mut(s, f);
            }
            if let Some(v) = value {
                f(v);
            }
        }
        Kind::Unset
        | Kind::Void
        | Kind::Null
        | Kind::Bool(_)
        | Kind::Int(_)
        | Kind::Float(_)
        | Kind::Str(_)
        | Kind::Var(_)
        | Kind::Global(_)
        | Kind::CellGet { .. }
        | Kind::Static { .. }
        | Kind::Alloc(_)
        | Kind::Raise { .. } => {}
    }
}

/// Calls `f` for every expression directly inside a statement, those of inner statements included.
pub fn each_in_mut(s: &mut Stmt, f: &mut dyn FnMut(&mut Expr)) {
    match s {
        Stmt::Expr(e) | Stmt::Return(Some(e)) | Stmt::Throw(e) => f(e),
        Stmt::If(c, a, b) => {
            f(c);
            for s in a.iter_mut().chain(b) {
                each_in_mut(s, f);
            }
        }
        Stmt::Loop { condition, body, step } => {
            if let Some(c) = condition {
                f(c);
            }
            for s in body.iter_mut().chain(step) {
                each_in_mut(s, f);
            }
        }
        Stmt::Try(t) => {
            let handler = t.handler.iter_mut().flat_map(|(_, list)| list);
            for s in t.body.iter_mut().chain(handler).chain(&mut t.cleanup) {
                each_in_mut(s, f);
            }
        }
        Stmt::Break | Stmt::Continue | Stmt::Return(None) | Stmt::Rethrow(_) => {}
    }
}

/// Calls `f` for every expression in statements, outer ones first.
pub fn all<'a>(list: &'a [Stmt], f: &mut dyn FnMut(&'a Expr)) {
    for stmt in list {
        parts(stmt, &mut |part| inside(part, f));
    }
}

/// Calls `f` for an expression and everything in it.
pub fn all_in<'a>(e: &'a Expr, f: &mut dyn FnMut(&'a Expr)) {
    f(e);
    operands(e, &mut |part| inside(part, f));
}

fn inside<'a>(part: Part<'a>, f: &mut dyn FnMut(&'a Expr)) {
    match part {
        Part::Expr(e) => all_in(e, f),
        Part::List(list) => all(list, f),
    }
}
