//! Which functions can end in an error, and which can be part of an endless chain of calls. What an expression does by
//! itself is in [`crate::ir::effects`].

// Whoever adds a kind of expression or type is told here what to decide.
#![warn(clippy::wildcard_enum_match_arm)]

use crate::ir::effects::{Callee, callee, own};
use crate::ir::visit::{self, Part};
use crate::ir::{Expr, Module, Stmt};

/// Fills in `throws` and `deep` of functions and dispatches.
pub fn run(m: &mut Module) {
    // Nodes are the functions, then the dispatches.
    let functions = m.functions.len();
    let count = functions + m.dispatches.len();
    let mut calls: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut fails = vec![false; count];
    for (f, func) in m.functions.iter().enumerate().filter(|(_, f)| f.reached) {
        let mut note = |e: &Expr| {
            fails[f] |= own(e, m).fails;
            calls[f].extend(callee(e, m).map(|c| node(c, functions)));
        };
        visit::all(&func.body, &mut note);
        fails[f] |= raises(&func.body);
    }
    for (d, dispatch) in m.dispatches.iter().enumerate() {
        // A receiver of none of the classes is an error.
        fails[functions + d] = true;
        for (_, value) in &dispatch.arms {
            visit::all_in(value, &mut |e| {
                calls[functions + d].extend(callee(e, m).map(|c| node(c, functions)))
            });
        }
    }
    // An error passes from callee to caller.
    loop {
        let mut changed = false;
        for n in 0..count {
            if !fails[n] && calls[n].iter().any(|to| fails[*to]) {
                fails[n] = true;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    let deep = reaches_cycle(&calls);
    for (f, func) in m.functions.iter_mut().enumerate() {
        func.throws = fails[f];
        func.deep = deep[f];
    }
    for (d, dispatch) in m.dispatches.iter_mut().enumerate() {
        dispatch.deep = deep[functions + d];
    }
}

fn node(callee: Callee, functions: usize) -> usize {
    match callee {
        Callee::Function(f) => f,
        Callee::Dispatch(d) => functions + d,
    }
}

/// Whether statements throw, those in block expressions included.
fn raises(list: &[Stmt]) -> bool {
    list.iter().any(|s| {
        let mut found = matches!(s, Stmt::Throw(_) | Stmt::Rethrow(_));
        visit::parts(s, &mut |part| found = found || raises_in(part));
        found
    })
}

fn raises_in(part: Part<'_>) -> bool {
    match part {
        Part::List(list) => raises(list),
        Part::Expr(e) => {
            let mut found = false;
            visit::operands(e, &mut |part| found = found || raises_in(part));
            found
        }
    }
}

/// Nodes from which a cycle can be reached.
fn reaches_cycle(calls: &[Vec<usize>]) -> Vec<bool> {
    // A node is safe when everything it calls is safe; peel those off until nothing changes.
    let mut deep = vec![true; calls.len()];
    loop {
        let mut changed = false;
        for n in 0..calls.len() {
            if deep[n] && calls[n].iter().all(|to| !deep[*to]) {
                deep[n] = false;
                changed = true;
            }
        }
        if !changed {
            return deep;
        }
    }
}
