//! `match` and its patterns.

use super::Body;
use crate::ir::builtin::class::FIRST_USER;
use crate::ir::{Expr, Kind, Op, Open, Stmt};
use crate::resolve::program::{Binding, EnumId};
use crate::source::Span;
use crate::syntax::ast::{self, PatternKind};

impl<'p> Body<'_, 'p> {
    pub(super) fn match_expr(&mut self, m: &'p ast::Match, span: Span) -> Expr {
        let mut before = Vec::new();
        let value = self.expr(&m.scrutinee);
        let value = self.keep(value, &mut before);
        let result = self.var("matched");
        let nothing = Expr::new(self.lower.nothing(), span);
        let mut rest: Vec<Stmt> = vec![self.set(result, nothing, span)];
        for arm in m.arms.iter().rev() {
            let mut test = self.pattern(&arm.pattern, &value);
            if let Some(guard) = &arm.guard {
                let guard = self.condition(guard);
                test = Expr::new(Kind::And(Box::new(test), Box::new(guard)), arm.span);
            }
            let body = self.expr(&arm.body);
            let then = vec![self.set(result, body, arm.span)];
            rest = if matches!(test.kind, Kind::Bool(true)) {
                then
            } else {
                vec![Stmt::If(test, then, rest)]
            };
        }
        before.extend(rest);
        Expr::new(Kind::Block(before, Some(Box::new(self.get(result, span)))), span)
    }

    fn truth(&self, span: Span) -> Expr {
        Expr::new(Kind::Bool(true), span)
    }

    fn and(&self, a: Expr, b: Expr) -> Expr {
        if matches!(a.kind, Kind::Bool(true)) {
            return b;
        }
        if matches!(b.kind, Kind::Bool(true)) {
            return a;
        }
        let span = a.span;
        Expr::new(Kind::And(Box::new(a), Box::new(b)), span)
    }

    fn same(&self, value: &Expr, constant: Kind, span: Span) -> Expr {
        let constant = Expr::new(constant, span);
        Expr::new(Kind::Binary(Op::Eq, Box::new(value.clone()), Box::new(constant)), span)
    }

    fn method(&self, value: &Expr, name: &str, arguments: Vec<Expr>, span: Span) -> Expr {
        Expr::new(
            Open::Method {
                object: Box::new(value.clone()),
                name: name.into(),
                arguments,
            },
            span,
        )
    }

    /// Binds a part of a value and tests it with a pattern.
    fn part(&mut self, part: Expr, pattern: &'p ast::Pattern) -> Expr {
        let span = pattern.span;
        let mut before = Vec::new();
        let part = self.keep(part, &mut before);
        let test = self.pattern(pattern, &part);
        if before.is_empty() {
            return test;
        }
        Expr::new(Kind::Block(before, Some(Box::new(test))), span)
    }

    fn variant_test(&mut self, value: &Expr, enumeration: EnumId, variant: u32, span: Span) -> (u32, Expr) {
        let class = self.lower.variant_class(enumeration, variant);
        let test = Kind::IsClass(Box::new(value.clone()), vec![u32::from(FIRST_USER) + class]);
        (class, Expr::new(test, span))
    }

    /// A bool expression that is true when the pattern fits, and has bound its variables then.
    pub(super) fn pattern(&mut self, p: &'p ast::Pattern, value: &Expr) -> Expr {
        let span = p.span;
        match &p.kind {
            PatternKind::Wildcard => self.truth(span),
            PatternKind::Int(i) => self.same(value, Kind::Int(*i), span),
            PatternKind::Float(f) => self.same(value, Kind::Float(*f), span),
            PatternKind::Str(s) => self.same(value, Kind::Str(s.clone()), span),
            PatternKind::Bool(b) => self.same(value, Kind::Bool(*b), span),
            PatternKind::Null | PatternKind::Void => {
                let something = Expr::new(Kind::IsSomething(Box::new(value.clone())), span);
                Expr::new(Kind::Not(Box::new(something)), span)
            }
            PatternKind::Range(a, b) => {
                let int = Expr::new(Kind::IsTag(Box::new(value.clone()), crate::ir::tag::INT), span);
                let bound = |op, n| {
                    let n = Expr::new(Kind::Int(n), span);
                    Expr::new(Kind::Binary(op, Box::new(value.clone()), Box::new(n)), span)
                };
                let inside = self.and(bound(Op::Ge, *a), bound(Op::Lt, *b));
                self.and(int, inside)
            }
            PatternKind::Or(list) => {
                let mut out: Option<Expr> = None;
                for p in list {
                    let test = self.pattern(p, value);
                    out = Some(match out {
                        None => test,
                        Some(a) => Expr::new(Kind::Or(Box::new(a), Box::new(test)), span),
                    });
                }
                out.unwrap_or_else(|| self.truth(span))
            }
            PatternKind::Name(variable) => {
                if let Some((e, v)) = self.lower.program.variants.get(&p.id).copied() {
                    return self.variant_test(value, e, v, span).1;
                }
                let mut bind = Vec::new();
                if let Some(Binding::Local(_) | Binding::Global(_)) = self.lower.program.binding(variable.id) {
                    self.declare(variable, value.clone(), &mut bind);
                }
                let yes = self.truth(span);
                Expr::new(Kind::Block(bind, Some(Box::new(yes))), span)
            }
            PatternKind::Tuple { name, items, .. } => {
                if let Some((e, v)) = self.lower.program.variants.get(&p.id).copied() {
                    let (_, mut test) = self.variant_test(value, e, v, span);
                    for (n, item) in items.iter().enumerate() {
                        let part = Open::Field {
                            object: Box::new(value.clone()),
                            name: n.to_string().into(),
                        };
                        let inner = self.part(Expr::new(part, span), item);
                        test = self.and(test, inner);
                    }
                    return test;
                }
                let wanted = match &*name.text {
                    "Ok" | "Err" | "Some" if builtin_result(&name.text) => {
                        let kind = crate::ir::builtin::class::RESULT;
                        let is = Expr::new(Kind::IsClass(Box::new(value.clone()), vec![u32::from(kind)]), span);
                        let (ask, get) = if &*name.text == "Err" {
                            ("isErr", "getError")
                        } else {
                            ("isOk", "getValue")
                        };
                        let fits = self.method(value, ask, Vec::new(), span);
                        let mut test = self.and(is, Expr::new(Kind::Truthy(Box::new(fits)), span));
                        if let Some(item) = items.first() {
                            let part = self.method(value, get, Vec::new(), span);
                            let inner = self.part(part, item);
                            test = self.and(test, inner);
                        }
                        return test;
                    }
                    other => other.to_string(),
                };
                let mut test = self.type_test(value.clone(), &wanted, span);
                if let Some(item) = items.first() {
                    let inner = self.pattern(item, value);
                    test = self.and(test, inner);
                }
                test
            }
            PatternKind::Record { name, fields, .. } => {
                let mut test = match self.lower.program.variants.get(&p.id).copied() {
                    Some((e, v)) => self.variant_test(value, e, v, span).1,
                    None => self.type_test(value.clone(), &name.text, span),
                };
                for (field, pattern) in fields {
                    let part = Open::Field {
                        object: Box::new(value.clone()),
                        name: field.text.clone(),
                    };
                    let inner = self.part(Expr::new(part, span), pattern);
                    test = self.and(test, inner);
                }
                test
            }
            PatternKind::Unit { .. } => match self.lower.program.variants.get(&p.id).copied() {
                Some((e, v)) => self.variant_test(value, e, v, span).1,
                None => Expr::new(Kind::Bool(false), span),
            },
            PatternKind::Array { items, rest } => {
                let class = u32::from(crate::ir::builtin::class::ARRAY);
                let mut test = Expr::new(Kind::IsClass(Box::new(value.clone()), vec![class]), span);
                let length = self.method(value, "length", Vec::new(), span);
                let n = Expr::new(Kind::Int(items.len() as i64), span);
                let op = if rest.is_some() { Op::Ge } else { Op::Eq };
                let fits = Expr::new(Kind::Binary(op, Box::new(length), Box::new(n)), span);
                test = self.and(test, fits);
                for (n, item) in items.iter().enumerate() {
                    let index = Expr::new(Kind::Int(n as i64), span);
                    let part = self.method(value, "get", vec![index], span);
                    let inner = self.part(part, item);
                    test = self.and(test, inner);
                }
                if let Some(ast::Rest { variable: Some(v) }) = rest {
                    let from = Expr::new(Kind::Int(items.len() as i64), span);
                    let tail = self.method(value, "slice", vec![from], span);
                    let mut bind = Vec::new();
                    self.declare(v, tail, &mut bind);
                    let yes = self.truth(span);
                    let bind = Expr::new(Kind::Block(bind, Some(Box::new(yes))), span);
                    test = self.and(test, bind);
                }
                test
            }
            PatternKind::Map { entries, .. } => {
                let class = u32::from(crate::ir::builtin::class::MAP);
                let mut test = Expr::new(Kind::IsClass(Box::new(value.clone()), vec![class]), span);
                for (key, pattern) in entries {
                    let key = Expr::new(Kind::Str(key.clone()), span);
                    let has = self.method(value, "has", vec![key.clone()], span);
                    test = self.and(test, Expr::new(Kind::Truthy(Box::new(has)), span));
                    let part = self.method(value, "get", vec![key], span);
                    let inner = self.part(part, pattern);
                    test = self.and(test, inner);
                }
                test
            }
            PatternKind::Invalid => Expr::new(Kind::Bool(false), span),
        }
    }
}

fn builtin_result(name: &str) -> bool {
    matches!(name, "Ok" | "Err")
}
