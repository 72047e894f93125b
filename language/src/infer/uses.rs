//! Which functions of the library a program can come to call.

use super::{Infer, Target};
use crate::ir::builtin::Row;
use crate::ir::{DispatchKind, Expr, Kind, Ty, visit};

/// Each once, in no order that means anything.
pub fn library_rows(infer: &mut Infer<'_>) -> Vec<&'static Row> {
    let mut rows = infer.lower.module.rows.clone();
    for f in 0..infer.lower.module.functions.len() {
        if !infer.lower.module.functions[f].reached {
            continue;
        }
        let body = std::mem::take(&mut infer.lower.module.functions[f].body);
        let mut exprs: Vec<&Expr> = Vec::new();
        visit::all(&body, &mut |e| exprs.push(e));
        for e in exprs {
            match &e.kind {
                Kind::Method {
                    object,
                    name,
                    arguments,
                } => methods(infer, object.ty, name, arguments.len(), &mut rows),
                Kind::Field { object, name } => methods(infer, object.ty, name, 0, &mut rows),
                _ => {}
            }
        }
        infer.lower.module.functions[f].body = body;
    }
    for d in 0..infer.lower.module.dispatches.len() {
        let dispatch = infer.lower.module.dispatches[d].clone();
        if dispatch.what == DispatchKind::Method {
            methods(
                infer,
                dispatch.params[0],
                &dispatch.name,
                dispatch.params.len() - 1,
                &mut rows,
            );
        }
    }
    rows.sort_by_key(|row| std::ptr::from_ref(*row));
    rows.dedup_by_key(|row| std::ptr::from_ref(*row));
    rows
}

fn methods(infer: &mut Infer<'_>, receiver: Ty, name: &str, arguments: usize, rows: &mut Vec<&'static Row>) {
    for (_, target) in infer.cases(receiver, name, arguments) {
        if let Target::Builtin(row) = target {
            rows.push(row);
        }
    }
}
