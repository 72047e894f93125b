//! Initial values that are never read.

use crate::ir::{Expr, Kind, Stmt, VarId, visit};

/// Removes initial values that are never read: `local i` followed by `i = 0` would make `i` void or an integer.
pub fn prepare(mut body: Vec<Stmt>) -> Vec<Stmt> {
    dead_initialisers(&mut body);
    body
}

fn dead_initialisers(list: &mut Vec<Stmt>) {
    for s in list.iter_mut() {
        match s {
            Stmt::If(_, a, b) => {
                dead_initialisers(a);
                dead_initialisers(b);
            }
            Stmt::Loop { body, .. } => dead_initialisers(body),
            Stmt::Try(t) => {
                dead_initialisers(&mut t.body);
                if let Some((_, h)) = &mut t.handler {
                    dead_initialisers(h);
                }
                dead_initialisers(&mut t.cleanup);
            }
            Stmt::Expr(Expr {
                kind: Kind::Block(inner, _),
                ..
            }) => dead_initialisers(inner),
            Stmt::Expr(_) | Stmt::Break | Stmt::Continue | Stmt::Return(_) | Stmt::Throw(_) | Stmt::Rethrow(_) => {}
        }
    }
    let mut n = 0;
    while n < list.len() {
        match initialised(&list[n]) {
            Some(v) if overwritten(v, &list[n + 1..]) => {
                list.remove(n);
            }
            _ => n += 1,
        }
    }
}

/// The variable that a statement sets to null or void.
fn initialised(s: &Stmt) -> Option<VarId> {
    let Stmt::Expr(e) = s else { return None };
    let Kind::SetVar(v, value) = &e.kind else { return None };
    matches!(value.kind, Kind::Unset).then_some(*v)
}

/// Whether every way through the statements sets the variable before reading it.
fn overwritten(v: VarId, list: &[Stmt]) -> bool {
    for s in list {
        match s {
            Stmt::Expr(Expr {
                kind: Kind::SetVar(w, value),
                ..
            }) if *w == v => return !mentions_expr(v, value),
            Stmt::If(c, a, b) => {
                if mentions_expr(v, c) {
                    return false;
                }
                let (in_a, in_b) = (mentions(v, a), mentions(v, b));
                if in_a || in_b {
                    return overwritten(v, a) && overwritten(v, b);
                }
            }
            Stmt::Return(Some(e)) | Stmt::Throw(e) if !mentions_expr(v, e) => return true,
            Stmt::Return(None) => return true,
            Stmt::Rethrow(w) => return *w != v,
            Stmt::Break | Stmt::Continue => return false,
            s if mentions(v, std::slice::from_ref(s)) => return false,
            Stmt::Expr(_) | Stmt::Loop { .. } | Stmt::Return(_) | Stmt::Throw(_) | Stmt::Try(_) => {}
        }
    }
    false
}

fn mentions(v: VarId, list: &[Stmt]) -> bool {
    let mut found = false;
    visit::all(list, &mut |e| found |= names(v, e));
    // The handler's variable is set by the try statement itself.
    found
        || list
            .iter()
            .any(|s| matches!(s, Stmt::Try(t) if t.handler.as_ref().is_some_and(|(h, _)| *h == v)))
}

fn mentions_expr(v: VarId, e: &Expr) -> bool {
    let mut found = false;
    visit::all_in(e, &mut |e| found |= names(v, e));
    found
}

fn names(v: VarId, e: &Expr) -> bool {
    matches!(
        e.kind,
        Kind::Var(w) | Kind::SetVar(w, _) | Kind::CellGet { from: w, .. } | Kind::CellSet { to: w, .. } if w == v
    )
}
