//! Walks over IR.

use super::{Expr, Kind, Stmt};

/// Calls `f` for every expression directly inside a statement, and `s` for every statement list inside it.
pub fn parts<'a>(stmt: &'a Stmt, f: &mut dyn FnMut(&'a Expr), s: &mut dyn FnMut(&'a [Stmt])) {
    match stmt {
        Stmt::Expr(e) | Stmt::Return(Some(e)) | Stmt::Throw(e) => f(e),
        Stmt::If(c, a, b) => {
            f(c);
            s(a);
            s(b);
        }
        Stmt::Loop { condition, body, step } => {
            if let Some(c) = condition {
                f(c);
            }
            s(body);
            s(step);
        }
        Stmt::Try(t) => {
            s(&t.body);
            if let Some((_, h)) = &t.handler {
                s(h);
            }
            s(&t.cleanup);
        }
        Stmt::Break | Stmt::Continue | Stmt::Return(None) | Stmt::Rethrow(_) => {}
    }
}

/// Calls `f` for every expression directly inside an expression, and `s` for statement lists.
pub fn operands<'a>(e: &'a Expr, f: &mut dyn FnMut(&'a Expr), s: &mut dyn FnMut(&'a [Stmt])) {
    match &e.kind {
        Kind::SetVar(_, a)
        | Kind::SetGlobal(_, a)
        | Kind::CellNew { value: a, .. }
        | Kind::CellSet { value: a, .. }
        | Kind::Field { object: a, .. }
        | Kind::Neg(a)
        | Kind::BitNot(a)
        | Kind::Not(a)
        | Kind::Truthy(a)
        | Kind::IsSomething(a)
        | Kind::IsClass(a, _)
        | Kind::IsTag(a, _) => f(a),
        Kind::SetField { object, value, .. } => {
            f(object);
            f(value);
        }
        Kind::Binary(_, a, b) | Kind::And(a, b) | Kind::Or(a, b) => {
            f(a);
            f(b);
        }
        Kind::Cond(a, b, c) => {
            f(a);
            f(b);
            f(c);
        }
        Kind::Call { arguments, .. } | Kind::Builtin { arguments, .. } => arguments.iter().for_each(f),
        Kind::Closure { captures, .. } => captures.iter().for_each(f),
        Kind::Method { object, arguments, .. }
        | Kind::CallValue {
            callee: object,
            arguments,
        } => {
            f(object);
            arguments.iter().for_each(f);
        }
        Kind::Array { items, .. } => items.iter().for_each(f),
        Kind::Map { entries, .. } => {
            for (k, v) in entries {
                f(k);
                f(v);
            }
        }
        Kind::Block(list, value) => {
            s(list);
            if let Some(v) = value {
                f(v);
            }
        }
        _ => {}
    }
}

/// Calls `f` for every expression in statements, outer ones first.
pub fn all<'a>(list: &'a [Stmt], f: &mut dyn FnMut(&'a Expr)) {
    for stmt in list {
        let mut exprs = Vec::new();
        let mut lists = Vec::new();
        parts(stmt, &mut |e| exprs.push(e), &mut |l| lists.push(l));
        for e in exprs {
            all_in(e, f);
        }
        for l in lists {
            all(l, f);
        }
    }
}

/// Calls `f` for an expression and everything in it.
pub fn all_in<'a>(e: &'a Expr, f: &mut dyn FnMut(&'a Expr)) {
    f(e);
    let mut exprs = Vec::new();
    let mut lists = Vec::new();
    operands(e, &mut |e| exprs.push(e), &mut |l| lists.push(l));
    for e in exprs {
        all_in(e, f);
    }
    for l in lists {
        all(l, f);
    }
}
