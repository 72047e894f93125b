//! Puts small functions where they are called.
//!
//! Only functions that cannot fail are taken, so that call stacks stay true, and only those whose body is one
//! expression once every `if .. return` is written as a choice. Recursive functions are unfolded a few levels.

use crate::ir::{Expr, FuncId, Kind, Module, Stmt, Ty, Var, VarId, visit};
use std::collections::HashMap;

/// Nodes of a function that is worth putting elsewhere.
const SMALL: usize = 40;
/// Nodes up to which a function may grow.
const LARGE: usize = 600;
const ROUNDS: usize = 3;

/// A function as an expression over its parameters.
struct Template {
    params: Vec<Var>,
    /// Whether the body assigns the parameter.
    assigned: Vec<bool>,
    body: Expr,
    size: usize,
    ret: Ty,
}

/// Inlines in every reached function. `throws` must have been filled in.
pub fn run(m: &mut Module) {
    let mut templates = HashMap::new();
    for f in 0..m.functions.len() {
        if let Some(t) = template(m, f) {
            templates.insert(f, t);
        }
    }
    if templates.is_empty() {
        return;
    }
    for f in 0..m.functions.len() {
        if !m.functions[f].reached {
            continue;
        }
        let mut body = std::mem::take(&mut m.functions[f].body);
        let mut vars = std::mem::take(&mut m.functions[f].vars);
        for _ in 0..ROUNDS {
            let mut work = Work {
                templates: &templates,
                vars: &mut vars,
                room: LARGE.saturating_sub(size(&body)),
                did: false,
            };
            work.stmts(&mut body);
            if !work.did {
                break;
            }
        }
        m.functions[f].body = body;
        m.functions[f].vars = vars;
    }
}

fn size(list: &[Stmt]) -> usize {
    let mut n = 0;
    visit::all(list, &mut |_| n += 1);
    n
}

fn template(m: &Module, f: FuncId) -> Option<Template> {
    let func = &m.functions[f];
    if !func.reached || func.throws || func.vars.len() != func.params || size(&func.body) > SMALL {
        return None;
    }
    let mut assigned = vec![false; func.params];
    visit::all(&func.body, &mut |e| {
        if let Kind::SetVar(v, _) = e.kind {
            assigned[v] = true;
        }
    });
    let body = as_expression(&func.body, func.ret, m.edition_2026)?;
    let mut size = 0;
    visit::all_in(&body, &mut |_| size += 1);
    Some(Template {
        params: func.vars.clone(),
        assigned,
        body,
        size,
        ret: func.ret,
    })
}

/// The value of a body without loops; statements that return become choices.
fn as_expression(list: &[Stmt], ret: Ty, new_2026: bool) -> Option<Expr> {
    let Some((first, rest)) = list.split_first() else {
        let kind = if new_2026 { Kind::Null } else { Kind::Void };
        let ty = if new_2026 { Ty::NULL } else { Ty::VOID };
        let span = crate::source::Span::new(crate::source::FileId(0), 0, 0);
        return Some(Expr { kind, ty, span });
    };
    match first {
        Stmt::Return(Some(e)) => Some(e.clone()),
        Stmt::Return(None) => as_expression(&[], ret, new_2026),
        Stmt::Expr(e) => {
            let span = e.span;
            let rest = as_expression(rest, ret, new_2026)?;
            let ty = rest.ty;
            let kind = if let Kind::Block(mut list, value) = rest.kind {
                list.insert(0, Stmt::Expr(e.clone()));
                Kind::Block(list, value)
            } else {
                Kind::Block(vec![Stmt::Expr(e.clone())], Some(Box::new(rest)))
            };
            Some(Expr { kind, ty, span })
        }
        Stmt::If(c, a, b) if returns(a) || returns(b) || rest.is_empty() => {
            let path = |part: &[Stmt]| -> Option<Expr> {
                let mut all = part.to_vec();
                if !returns(part) {
                    all.extend_from_slice(rest);
                }
                as_expression(&all, ret, new_2026)
            };
            let (a, b) = (path(a)?, path(b)?);
            Some(Expr {
                kind: Kind::Cond(Box::new(c.clone()), Box::new(a), Box::new(b)),
                ty: ret,
                span: c.span,
            })
        }
        Stmt::If(..)
        | Stmt::Loop { .. }
        | Stmt::Break
        | Stmt::Continue
        | Stmt::Throw(_)
        | Stmt::Rethrow(_)
        | Stmt::Try(_) => None,
    }
}

fn returns(list: &[Stmt]) -> bool {
    match list.last() {
        Some(Stmt::Return(_)) => true,
        Some(Stmt::If(_, a, b)) => returns(a) && returns(b),
        _ => false,
    }
}

struct Work<'w> {
    templates: &'w HashMap<FuncId, Template>,
    vars: &'w mut Vec<Var>,
    room: usize,
    did: bool,
}

impl Work<'_> {
    fn stmts(&mut self, list: &mut [Stmt]) {
        for s in list {
            visit::each_in_mut(s, &mut |e| self.expr(e));
        }
    }

    /// Inlines inside out, so that an argument is done before the call it belongs to.
    fn expr(&mut self, e: &mut Expr) {
        visit::each_mut(e, &mut |inner| self.expr(inner));
        if let Some(new) = self.inlined(e) {
            *e = new;
            self.did = true;
        }
    }

    /// What a call becomes, if it is one of a template.
    fn inlined(&mut self, e: &Expr) -> Option<Expr> {
        let Kind::Call {
            function,
            arguments: list,
            guard: None,
        } = &e.kind
        else {
            return None;
        };
        let t = self.templates.get(function)?;
        if t.size > self.room || list.len() != t.params.len() {
            return None;
        }
        self.room -= t.size;
        let mut before = Vec::new();
        let mut values = Vec::new();
        let mut assigns = false;
        for a in list {
            visit::all_in(a, &mut |e| assigns |= matches!(e.kind, Kind::SetVar(..)));
        }
        for (n, a) in list.iter().enumerate() {
            let ty = t.params[n].ty;
            let same = if let Kind::Var(_) = a.kind {
                // A variable stands for itself as long as nobody assigns it in between.
                !assigns
            } else {
                let constant = matches!(
                    a.kind,
                    Kind::Int(_) | Kind::Float(_) | Kind::Bool(_) | Kind::Str(_) | Kind::Static { ensure: false, .. }
                );
                constant && ty.rep() == a.ty.rep()
            };
            if same && !t.assigned[n] {
                values.push(a.kind.clone());
                continue;
            }
            let v: VarId = self.vars.len();
            self.vars.push(t.params[n].clone());
            before.push(Stmt::Expr(Expr {
                kind: Kind::SetVar(v, Box::new(a.clone())),
                ty: Ty::VOID,
                span: e.span,
            }));
            values.push(Kind::Var(v));
        }
        let mut body = t.body.clone();
        rename(&mut body, &values);
        let ty = if e.ty.is_none() { t.ret } else { e.ty };
        if before.is_empty() && body.ty.rep() == ty.rep() {
            return Some(body);
        }
        Some(Expr {
            kind: Kind::Block(before, Some(Box::new(body))),
            ty,
            span: e.span,
        })
    }
}

/// Replaces the parameters of a template.
fn rename(e: &mut Expr, values: &[Kind]) {
    if let Kind::Var(v) = e.kind {
        e.kind = values[v].clone();
        return;
    }
    if let Kind::SetVar(v, _) | Kind::CellGet { from: v, .. } | Kind::CellSet { to: v, .. } = &mut e.kind
        && let Kind::Var(w) = values[*v]
    {
        *v = w;
    }
    visit::each_mut(e, &mut |inner| rename(inner, values));
}
