//! Operators on what they cannot work with, and conditions that are none.

use super::{Lint, Question};
use crate::diagnostic::Diagnostic;
use crate::ir::operators::binary_type;
use crate::ir::{Expr, Kind, Objects, Op, Ty, tag};

const WHEN_REACHED: &str = "this is an error when it is reached";

impl Lint<'_, '_> {
    /// Asks about an operation.
    pub(super) fn operands(&mut self, e: &Expr) {
        let wrong = match &e.kind {
            Kind::Binary(op, a, b) => {
                let unknown = a.ty.is_none() || b.ty.is_none();
                if unknown || !self.written_between(a.span, b.span, &[mark(*op)]) {
                    return;
                }
                let asked = self.asked_about(a) || self.asked_about(b);
                self.binary(*op, a, b).filter(|_| !asked)
            }
            Kind::Neg(a) if !a.ty.is_none() && !a.ty.maybe_numeric() => {
                let kinds = self.kinds(a.ty);
                let diagnostic = Diagnostic::warning("impossible-operation", format!("cannot negate {kinds}"));
                let diagnostic = diagnostic.at(a.span, format!("this is {kinds}")).note(WHEN_REACHED);
                Some(diagnostic).filter(|_| !self.asked_about(a))
            }
            Kind::BitNot(a) if !a.ty.is_none() && !a.ty.has(tag::INT) => {
                let kinds = self.kinds(a.ty);
                let mut diagnostic =
                    Diagnostic::warning("impossible-operation", format!("`~` takes an integer, not {kinds}"))
                        .at(a.span, format!("this is {kinds}"))
                        .note(WHEN_REACHED);
                if a.ty.only(tag::BOOL) {
                    diagnostic = diagnostic.hint("to turn a bool around write `!`");
                }
                Some(diagnostic).filter(|_| !self.asked_about(a))
            }
            Kind::Builtin {
                function, arguments, ..
            } if function.names[0] == "Range" && arguments.len() > 1 => {
                let (a, b) = (&arguments[0], &arguments[1]);
                let text = a.ty.only(tag::STR) || b.ty.only(tag::STR);
                if !text || !self.written_between(a.span, b.span, &[".."]) {
                    return;
                }
                let (x, y) = (self.kinds(a.ty), self.kinds(b.ty));
                let diagnostic =
                    Diagnostic::warning("impossible-operation", format!("there is no range from {x} to {y}"))
                        .at(e.span, "")
                        .note(WHEN_REACHED)
                        .hint("to join texts write `+`");
                Some(diagnostic).filter(|_| !self.asked_about(a) && !self.asked_about(b))
            }
            Kind::Truthy(a) => return self.condition(a),
            _other => return,
        };
        self.answer(e.span, Question::Operands, wrong);
    }

    fn binary(&mut self, op: Op, a: &Expr, b: &Expr) -> Option<Diagnostic> {
        let second = self.infer.edition_2026();
        if matches!(op, Op::Div | Op::Rem) && a.ty.maybe_numeric() && matches!(b.kind, Kind::Int(0)) {
            let message = if op == Op::Div {
                "division by zero"
            } else {
                "remainder of a division by zero"
            };
            let diagnostic = Diagnostic::warning("division-by-zero", message).at(b.span, "this is zero");
            return Some(diagnostic.note(WHEN_REACHED));
        }
        if !fails(op, a.ty, b.ty, second) {
            return None;
        }
        let (x, y) = (self.kinds(a.ty), self.kinds(b.ty));
        let message = match op {
            Op::Add => format!("cannot add {x} and {y}"),
            Op::Sub => format!("cannot subtract {y} from {x}"),
            Op::Mul => format!("cannot multiply {x} by {y}"),
            Op::Div => format!("cannot divide {x} by {y}"),
            Op::Rem => format!("cannot take the remainder of {x} by {y}"),
            Op::Lt | Op::Le | Op::Gt | Op::Ge | Op::Eq | Op::Ne => {
                format!("cannot compare {x} with {y} by `{}`", mark(op))
            }
            Op::BitAnd | Op::BitOr | Op::BitXor | Op::Shl | Op::Shr => {
                format!("`{}` takes integers, not {x} and {y}", mark(op))
            }
        };
        let operator = crate::source::Span {
            start: a.span.end,
            end: b.span.start,
            ..a.span
        };
        let between = self.text(operator);
        let before = between.len() - between.trim_start().len();
        let written = between.trim().len().min(between.len() - before);
        let operator = crate::source::Span {
            start: operator.start + before as u32,
            end: operator.start + (before + written) as u32,
            ..operator
        };
        let mut diagnostic = Diagnostic::warning("impossible-operation", message)
            .at(operator, "")
            .also(a.span, x.clone())
            .also(b.span, y.clone())
            .note(WHEN_REACHED);
        if let Some(hint) = self.operator_hint(op, a, b) {
            diagnostic = diagnostic.hint(hint);
        }
        Some(diagnostic)
    }

    fn operator_hint(&self, op: Op, a: &Expr, b: &Expr) -> Option<String> {
        let text = |e: &Expr| e.ty.only(tag::STR);
        let number = |e: &Expr| e.ty.numeric();
        let array = |e: &Expr| e.ty.only(tag::OBJ) && matches!(e.ty.objects, Objects::Array(_));
        let nothing = |e: &Expr| e.ty.something().is_none();
        let add = op == Op::Add;
        if add && (text(a) && nothing(b) || nothing(a) && text(b)) {
            let which = self.subject(if nothing(b) { b } else { a });
            return Some(match which.as_str() {
                "this" | "`null`" => {
                    "in the 2026 edition null does not turn into text by itself; write the text".into()
                }
                name => format!(
                    "say what stands for null, as in `{} ?? \"none\"`",
                    name.trim_matches('`')
                ),
            });
        }
        if add && array(a) && array(b) {
            return Some("to join two arrays write `a.concat(b)`".into());
        }
        if add && array(a) {
            return Some(format!(
                "to add an element write `{}.push(..)`",
                self.subject(a).trim_matches('`')
            ));
        }
        let flag = |e: &Expr| e.ty.only(tag::BOOL);
        if matches!(op, Op::BitAnd | Op::BitOr) && flag(a) && flag(b) {
            let word = if op == Op::BitAnd { "and" } else { "or" };
            return Some(format!("for bools write `{word}`"));
        }
        if op == Op::Rem && text(a) {
            return Some("there are no format strings: join the parts with `+`".into());
        }
        if op == Op::Mul && text(a) && number(b) {
            return Some(format!(
                "to repeat a string write `{}.repeat(..)`",
                self.subject(a).trim_matches('`')
            ));
        }
        if !add && (text(a) && number(b) || number(a) && text(b)) {
            return Some("to make a number of a string write `.toInteger()`".into());
        }
        None
    }

    /// A condition that is an error instead of true or false.
    fn condition(&mut self, a: &Expr) {
        if !self.infer.edition_2026() || a.ty.is_none() {
            return;
        }
        let ty = a.ty.something();
        let only_objects = !ty.is_none() && ty.only(tag::OBJ);
        let wrong = (ty.is_none() || only_objects) && !self.asked_about(a);
        let diagnostic = wrong.then(|| {
            let kinds = self.kinds(a.ty);
            let hint = match (ty.is_none(), ty.objects) {
                (true, _) => "to look for null write `== null`".into(),
                (_, Objects::Array(_)) if !a.ty.maybe_nothing() => {
                    format!(
                        "for an array that is not empty write `{}.length() > 0`",
                        self.subject(a).trim_matches('`')
                    )
                }
                (_, Objects::Map(_)) if !a.ty.maybe_nothing() => {
                    format!(
                        "for a map that is not empty write `{}.size() > 0`",
                        self.subject(a).trim_matches('`')
                    )
                }
                _ => format!("to look for null write `{} != null`", self.subject(a).trim_matches('`')),
            };
            Diagnostic::warning("impossible-operation", format!("{kinds} cannot be a condition"))
                .at(a.span, format!("this is {kinds}"))
                .note("a condition is a bool, a number or a string; anything else is an error when it is reached")
                .hint(hint)
        });
        self.answer(a.span, Question::Condition, diagnostic);
    }
}

/// The operator fails whatever the values of these types are.
fn fails(op: Op, a: Ty, b: Ty, second: bool) -> bool {
    let numbers = a.maybe_numeric() && b.maybe_numeric();
    match op {
        Op::Eq | Op::Ne => false,
        Op::Lt | Op::Le | Op::Gt | Op::Ge => second && !numbers && !(a.has(tag::STR) && b.has(tag::STR)),
        Op::Shr if !second => false,
        Op::Shr | Op::Shl | Op::BitAnd | Op::BitOr | Op::BitXor => !(a.has(tag::INT) && b.has(tag::INT)),
        Op::Add if second && (a.something().is_none() || b.something().is_none()) => true,
        Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem => binary_type(op, a, b, second).is_none(),
    }
}

/// The operator as it is written.
fn mark(op: Op) -> &'static str {
    match op {
        Op::Add => "+",
        Op::Sub => "-",
        Op::Mul => "*",
        Op::Div => "/",
        Op::Rem => "%",
        Op::Eq => "==",
        Op::Ne => "!=",
        Op::Lt => "<",
        Op::Le => "<=",
        Op::Gt => ">",
        Op::Ge => ">=",
        Op::BitAnd => "&",
        Op::BitOr => "|",
        Op::BitXor => "^",
        Op::Shl => "<<",
        Op::Shr => ">>",
    }
}
