//! `x.m == null` and `x.m != null`, where `m` is a method: whether there is one.
//!
//! Programs ask so what a value can do before they call it. A method has no value that a field access could give; without
//! this the answer was that there is none. Who has no such method is asked for a field, and where there are no fields the
//! answer is no instead of an error. Null has nothing that could be asked for.

use super::{Body, Lowerer};
use crate::ir::builtin::Receiver;
use crate::ir::{Expr, Kind, Open, builtin, tag};
use crate::resolve::program::BoxId;
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp, ExprKind};
use nyash_abi::class::CLASSES;

/// Kinds of values: numbers of classes, and tags of what is no object.
#[derive(Default)]
struct Kinds {
    classes: Vec<u32>,
    tags: Vec<u32>,
}

impl Kinds {
    fn is_empty(&self) -> bool {
        self.classes.is_empty() && self.tags.is_empty()
    }

    /// Whether a value is of one of them, or `otherwise`.
    fn or(self, value: &Expr, otherwise: Option<Expr>, span: Span) -> Option<Expr> {
        let value = || Box::new(value.clone());
        let mut tests: Vec<Kind> = self.tags.into_iter().map(|tag| Kind::IsTag(value(), tag)).collect();
        if !self.classes.is_empty() {
            tests.push(Kind::IsClass(value(), self.classes));
        }
        tests.into_iter().fold(otherwise, |rest, test| {
            let test = Expr::new(test, span);
            Some(match rest {
                Some(rest) => Expr::new(Kind::Or(Box::new(test), Box::new(rest)), span),
                None => test,
            })
        })
    }
}

/// The kinds that the library has methods for.
fn library() -> impl Iterator<Item = (Receiver, Option<u32>)> {
    let values = [
        (Receiver::Int, tag::INT),
        (Receiver::Float, tag::FLOAT),
        (Receiver::Bool, tag::BOOL),
        (Receiver::Text, tag::STR),
    ];
    let classes = CLASSES.iter().map(|class| (Receiver::Class(class.number), None));
    classes.chain(values.map(|(receiver, tag)| (receiver, Some(tag))))
}

impl Lowerer<'_> {
    /// Who has a method of a name, and who has something to read under it. A function of the library without arguments reads
    /// like a field (`error.message`).
    fn having(&self, name: &str) -> (Kinds, Kinds) {
        let (mut methods, mut fields) = (Kinds::default(), Kinds::default());
        for n in 0..self.program.boxes.len() {
            let field = self.module.classes[n].slot(name).is_some();
            let method = !field && self.program.find_method(BoxId(n as u32), name, 0).is_some();
            let kinds = if method { &mut methods } else { &mut fields };
            kinds.classes.push(u32::from(builtin::class::FIRST_USER) + n as u32);
        }
        for (receiver, tag) in library() {
            let entries = self.new_2026 && receiver == Receiver::Class(builtin::class::MAP);
            let kinds = match builtin::arity(receiver, name) {
                Some(1..) => &mut methods,
                Some(0) => &mut fields,
                None if entries => &mut fields,
                None => continue,
            };
            match (receiver, tag) {
                (_, Some(tag)) => kinds.tags.push(tag),
                (Receiver::Class(class), None) => kinds.classes.push(u32::from(class)),
                _other => {}
            }
        }
        (methods, fields)
    }
}

impl<'p> Body<'_, 'p> {
    /// The comparison, if it is such a test.
    pub(super) fn presence_test(
        &mut self,
        op: BinaryOp,
        left: &'p ast::Expr,
        right: &'p ast::Expr,
        span: Span,
    ) -> Option<Expr> {
        if !matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) {
            return None;
        }
        let field = match (&left.kind, &right.kind) {
            (ExprKind::Field { .. }, ExprKind::Null | ExprKind::Void) => left,
            (ExprKind::Null | ExprKind::Void, ExprKind::Field { .. }) => right,
            _other => return None,
        };
        let ExprKind::Field {
            receiver,
            name,
            optional: false,
        } = &field.kind
        else {
            return None;
        };
        let is_name = self.lower.program.variants.contains_key(&field.id) || self.namespace(receiver).is_some();
        if is_name || !self.lower.private_in(&name.text).is_empty() {
            return None;
        }
        let (methods, mut fields) = self.lower.having(&name.text);
        // What every value has is no question.
        if methods.is_empty() || builtin::knows(Receiver::Any, &name.text) {
            return None;
        }
        fields.tags.extend([tag::NULL, tag::VOID]);
        let mut before = Vec::new();
        let object = self.receiver(receiver);
        let object = self.keep(object, &mut before);
        // The place is not that of the name, or the field would be said to be unknown.
        let read = Expr::new(
            Open::Field {
                object: Box::new(object.clone()),
                name: name.text.clone(),
            },
            span,
        );
        let null = Expr::new(Kind::Null, span);
        let mut test = self.binary(BinaryOp::NotEqual, read, null, span);
        if let Some(readable) = fields.or(&object, None, span) {
            test = Expr::new(Kind::And(Box::new(readable), Box::new(test)), span);
        }
        test = methods.or(&object, Some(test), span)?;
        if op == BinaryOp::Equal {
            test = Expr::new(Kind::Not(Box::new(test)), span);
        }
        Some(match before.is_empty() {
            true => test,
            false => Expr::new(Kind::Block(before, Some(Box::new(test))), span),
        })
    }
}
