//! Which functions can end in an error, and which can be part of an endless chain of calls.

use super::{Guard, Infer, Target, binary_throws};
use crate::ir::{DispatchKind, Expr, Kind, Objects, Stmt, Ty, tag, visit};

/// Fills in `throws` and `deep` of every function. Nodes are the functions, then the dispatches.
pub fn throws(infer: &mut Infer<'_>) -> Vec<bool> {
    let functions = infer.lower.module.functions.len();
    let count = functions + infer.lower.module.dispatches.len();
    let mut edges: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut throws = vec![false; count];
    for f in 0..functions {
        if !infer.lower.module.functions[f].reached {
            continue;
        }
        let body = std::mem::take(&mut infer.lower.module.functions[f].body);
        let mut exprs: Vec<&Expr> = Vec::new();
        visit::all(&body, &mut |e| exprs.push(e));
        for e in exprs {
            throws[f] |= own_error(infer, e, functions, &mut edges[f]);
        }
        throws[f] |= has_throw(&body);
        infer.lower.module.functions[f].body = body;
    }
    for d in 0..count - functions {
        let dispatch = infer.lower.module.dispatches[d].clone();
        throws[functions + d] = true;
        let arguments = dispatch.params.len() - 1;
        let mut to = Vec::new();
        match dispatch.what {
            DispatchKind::Method => {
                for (_, target) in infer.cases(dispatch.params[0], &dispatch.name, arguments) {
                    if let Target::User { function, .. } = target {
                        to.push(function);
                    }
                }
            }
            DispatchKind::Get => {
                for c in infer.live_classes() {
                    to.extend(infer.lower.property(c, &dispatch.name));
                }
            }
            DispatchKind::CallValue => {
                for c in infer.live_classes() {
                    to.extend(infer.lower.module.classes[c as usize].lambda);
                }
            }
            DispatchKind::Set => {}
        }
        edges[functions + d] = to;
    }
    // An error passes from callee to caller.
    loop {
        let mut changed = false;
        for n in 0..count {
            if !throws[n] && edges[n].iter().any(|m| throws[*m]) {
                throws[n] = true;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    let deep = reaches_cycle(&edges);
    for f in 0..functions {
        infer.lower.module.functions[f].throws = throws[f];
        infer.lower.module.functions[f].deep = deep[f];
    }
    deep[functions..].to_vec()
}

fn has_throw(list: &[Stmt]) -> bool {
    list.iter().any(|s| match s {
        Stmt::Throw(_) | Stmt::Rethrow(_) => true,
        Stmt::If(_, a, b) => has_throw(a) || has_throw(b),
        Stmt::Loop { body, step, .. } => has_throw(body) || has_throw(step),
        Stmt::Try(t) => {
            has_throw(&t.body) || has_throw(&t.cleanup) || t.handler.as_ref().is_some_and(|(_, h)| has_throw(h))
        }
        _ => false,
    })
}

/// Whether an expression by itself can raise an error; notes whom it calls.
fn own_error(infer: &mut Infer<'_>, e: &Expr, functions: usize, edges: &mut Vec<usize>) -> bool {
    let new_2026 = infer.lower.new_2026;
    match &e.kind {
        Kind::Raise { .. } => true,
        Kind::Call { function, .. } => {
            edges.push(*function);
            false
        }
        Kind::Static { class, ensure: true } => {
            edges.extend(infer.lower.module.ensure[*class as usize]);
            false
        }
        Kind::Method {
            object,
            name,
            arguments,
        } => {
            let types: Vec<Ty> = arguments.iter().map(|a| a.ty).collect();
            method(infer, object.ty, name, &types, functions, edges)
        }
        Kind::CallValue { callee, arguments } => {
            if let Objects::User(c) = callee.ty.objects {
                edges.extend(infer.lower.module.classes[c as usize].lambda);
            }
            let key = (DispatchKind::CallValue, "".into(), arguments.len() + 1);
            edges.extend(infer.dispatch_index.get(&key).map(|d| functions + d));
            true
        }
        Kind::Field { object, name } => match object.ty.objects {
            Objects::User(c) => {
                if let Some(f) = infer.lower.property(c, name) {
                    edges.push(f);
                }
                let class = &infer.lower.module.classes[c as usize];
                let absent = match class.slot(name) {
                    Some(n) => class.slots[n].ty.has(tag::ABSENT) && !name.starts_with('$'),
                    None => true,
                };
                !object.ty.only(tag::OBJ) || (absent && !new_2026)
            }
            _ => {
                let key = (DispatchKind::Get, name.clone(), 1);
                edges.extend(infer.dispatch_index.get(&key).map(|d| functions + d));
                true
            }
        },
        Kind::SetField { object, .. } => !(object.ty.only(tag::OBJ) && matches!(object.ty.objects, Objects::User(_))),
        Kind::Global(g) => infer.lower.module.globals[*g].ty.has(tag::ABSENT),
        Kind::Neg(a) => !a.ty.numeric(),
        Kind::BitNot(a) => !a.ty.only(tag::INT),
        Kind::Truthy(a) => new_2026 && (a.ty.is_none() || a.ty.maybe_nothing() || a.ty.has(tag::OBJ)),
        Kind::Binary(op, a, b) => binary_throws(*op, a.ty, b.ty, new_2026),
        Kind::Builtin {
            function, arguments, ..
        } => {
            function.fails
                || arguments
                    .iter()
                    .zip(function.each_letter())
                    .any(|(a, p)| needs_check(a.ty, p))
        }
        _ => false,
    }
}

/// Whether passing a value as a parameter of that letter can fail.
pub fn needs_check(ty: Ty, letter: char) -> bool {
    match letter {
        'i' => !ty.only(tag::INT),
        'f' => !ty.numeric(),
        's' | 'S' => !ty.only(tag::STR),
        'a' | 'm' => true,
        'b' => !ty.only(tag::BOOL),
        _ => false,
    }
}

fn method(
    infer: &mut Infer<'_>,
    recv: Ty,
    name: &std::rc::Rc<str>,
    arguments: &[Ty],
    functions: usize,
    edges: &mut Vec<usize>,
) -> bool {
    let key = (DispatchKind::Method, name.clone(), arguments.len() + 1);
    if recv.objects != Objects::Any {
        let mut cases = infer.cases(recv, name, arguments.len());
        if cases.len() == 1
            && let Some((guard, target)) = cases.pop()
        {
            let covered = match guard {
                Guard::Tag(t) => recv.only(t),
                Guard::Class(_) => recv.only(tag::OBJ),
            };
            return match target {
                Target::User { function, .. } => {
                    edges.push(function);
                    !covered
                }
                Target::Builtin(b) => {
                    let checks = b
                        .each_letter()
                        .skip(usize::from(b.takes_receiver()))
                        .zip(arguments)
                        .any(|(p, a)| needs_check(*a, p));
                    !covered || b.fails || checks
                }
                Target::Error(_) => true,
            };
        }
    }
    edges.extend(infer.dispatch_index.get(&key).map(|d| functions + d));
    true
}

/// Nodes from which a cycle can be reached.
fn reaches_cycle(edges: &[Vec<usize>]) -> Vec<bool> {
    // A node is safe when everything it calls is safe; peel those off until nothing changes.
    let mut deep = vec![true; edges.len()];
    loop {
        let mut changed = false;
        for n in 0..edges.len() {
            if deep[n] && edges[n].iter().all(|m| !deep[*m]) {
                deep[n] = false;
                changed = true;
            }
        }
        if !changed {
            return deep;
        }
    }
}
