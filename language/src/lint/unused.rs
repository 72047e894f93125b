//! Statements that compute something for nobody.

use super::{Lint, Question};
use crate::diagnostic::Diagnostic;
use crate::infer::{Meaning, Target};
use crate::ir::builtin::{Effect, Gives, Receiver};
use crate::ir::{Expr, Kind, Op, Open, Ty};
use crate::source::Span;

impl Lint<'_, '_> {
    /// Asks about an expression that is a statement.
    pub(super) fn unused(&mut self, e: &Expr) {
        let wrong = match &e.kind {
            Kind::Binary(op, a, b) => self.unused_binary(e.span, *op, a, b),
            Kind::Open(Open::Method {
                object,
                name,
                arguments,
            }) => self.unused_method(e.span, object, name, arguments),
            Kind::Closure { class, .. } => {
                let named = self.infer.module().classes[*class as usize].lambda.is_some();
                let name = self.text(e.span);
                let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
                (named && is_name && self.starts_statement(e.span)).then(|| {
                    Diagnostic::warning("unused-result", format!("the function `{name}` is named, not called"))
                        .at(e.span, "this does nothing")
                        .hint(format!("to call it write `{name}(..)`"))
                })
            }
            _other => return,
        };
        self.answer(e.span, Question::Use, wrong);
    }

    fn unused_binary(&self, span: Span, op: Op, a: &Expr, b: &Expr) -> Option<Diagnostic> {
        let (marks, what): (&[&str], &str) = match op {
            Op::Eq | Op::Ne => (&["==", "!="], "comparison"),
            Op::Lt | Op::Le | Op::Gt | Op::Ge => (&["<", ">"], "comparison"),
            Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem => (&["+", "-", "*", "/", "%"], "calculation"),
            Op::BitAnd | Op::BitOr | Op::BitXor | Op::Shl | Op::Shr => (&["&", "|", "^", "<<"], "calculation"),
        };
        if !self.written_between(a.span, b.span, marks) || !self.starts_statement(span) {
            return None;
        }
        let diagnostic = Diagnostic::warning("unused-result", format!("nothing is done with this {what}"))
            .at(span, "the result is lost");
        let place = matches!(
            a.kind,
            Kind::Var(_) | Kind::Global(_) | Kind::CellGet { .. } | Kind::Open(Open::Field { .. })
        );
        Some(match op {
            Op::Eq if place => diagnostic.hint("to assign write `=`"),
            _ => diagnostic,
        })
    }

    fn unused_method(&mut self, span: Span, object: &Expr, name: &str, arguments: &[Expr]) -> Option<Diagnostic> {
        if object.ty.is_none() || arguments.iter().any(|a| a.ty.is_none()) || !self.starts_statement(object.span) {
            return None;
        }
        let types: Vec<Ty> = arguments.iter().map(|a| a.ty).collect();
        let Meaning::One(_, Target::Builtin(row)) = self.infer.method(object.ty, name, &types) else {
            return None;
        };
        let value = matches!(
            row.receiver,
            Receiver::Text | Receiver::Int | Receiver::Float | Receiver::Bool
        );
        let gives = !matches!(row.result, Gives::Nothing | Gives::Done | Gives::Never);
        if !value || row.effect != Effect::Pure || !gives {
            return None;
        }
        let kinds = self.kinds(object.ty.something());
        let at = Span {
            end: (span.start + name.len() as u32).min(span.end),
            ..span
        };
        let diagnostic = Diagnostic::warning("unused-result", format!("nothing is done with the result of `{name}`"))
            .at(at, "the result is lost")
            .note(format!("`{name}` does not change {kinds}, it gives a new value"));
        let variable = matches!(object.kind, Kind::Var(_) | Kind::Global(_) | Kind::CellGet { .. });
        let subject = self.text(object.span);
        let same_kind = row.receiver == Receiver::Text && row.result == Gives::Text;
        let parentheses = if arguments.is_empty() { "()" } else { "(..)" };
        Some(match variable && same_kind && self.is_name(object) {
            true => diagnostic.hint(format!(
                "to keep the result write `{subject} = {subject}.{name}{parentheses}`"
            )),
            false => diagnostic,
        })
    }

    /// Only what starts a line or follows a brace is a statement of the source and not a part that lowering took out.
    fn starts_statement(&self, span: Span) -> bool {
        let file = self.program.sources.file(span.file);
        let before = &file.text()[..file.floor_char(span.start)];
        let before = before.trim_end_matches([' ', '\t']);
        before.is_empty() || before.ends_with(['\n', '{', ';', '}'])
    }
}
