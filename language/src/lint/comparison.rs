//! Comparisons that have one answer.

use super::{Lint, Question};
use crate::diagnostic::Diagnostic;
use crate::ir::{Expr, Kind, Objects, Op, Open, Ty, tag};

impl Lint<'_, '_> {
    /// Asks about a comparison.
    pub(super) fn comparison(&mut self, e: &Expr) {
        let Kind::Binary(op, a, b) = &e.kind else { return };
        let marks: &[&str] = match op {
            Op::Eq => &["=="],
            Op::Ne => &["!="],
            Op::Lt => &["<"],
            Op::Le => &["<="],
            Op::Gt => &[">"],
            Op::Ge => &[">="],
            Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem => return,
            Op::BitAnd | Op::BitOr | Op::BitXor | Op::Shl | Op::Shr => return,
        };
        if a.ty.is_none() || b.ty.is_none() || !self.written_between(a.span, b.span, marks) {
            return;
        }
        let found = self
            .one_answer(*op, a, b)
            .filter(|_| !self.asked_about(a) && !self.asked_about(b));
        let diagnostic = found.map(|(answer, why, hint)| {
            let mut diagnostic = Diagnostic::warning("constant-comparison", format!("this is always {answer}"))
                .at(e.span, "")
                .note(why);
            diagnostic.hint = hint;
            diagnostic
        });
        self.answer(e.span, Question::Comparison, diagnostic);
    }

    /// The answer, why, and what to do.
    fn one_answer(&mut self, op: Op, a: &Expr, b: &Expr) -> Option<(bool, String, Option<String>)> {
        let equality = matches!(op, Op::Eq | Op::Ne);
        if let Some(answer) = length_against(op, a, b) {
            let hint = (!answer).then(|| "an empty one has the length 0".to_string());
            return Some((answer, "a length is never negative".into(), hint));
        }
        if equality && let Some(what) = self.new_object(a).or_else(|| self.new_object(b)) {
            let why = format!("{what} that is made here is no other one, whatever is in both");
            let hint = format!("to look whether {what} is empty ask for its length");
            return Some((op == Op::Ne, why, Some(hint)));
        }
        let same_variable = matches!((&a.kind, &b.kind), (Kind::Var(x), Kind::Var(y)) if x == y);
        if same_variable && !a.ty.has(tag::FLOAT) && !a.ty.has(tag::OBJ) && !a.ty.maybe_nothing() {
            let answer = matches!(op, Op::Eq | Op::Le | Op::Ge);
            return Some((answer, "both sides are the same variable".into(), None));
        }
        if equality && !comparable(a.ty, b.ty) && self.is_local(a) && self.is_local(b) {
            let why = format!("{} never equals {}", self.kinds(a.ty), self.kinds(b.ty));
            let text = a.ty.only(tag::STR) && b.ty.numeric() || a.ty.numeric() && b.ty.only(tag::STR);
            let hint = text.then(|| "to compare them as texts write `.toString()` behind the number".to_string());
            return Some((op == Op::Ne, why, hint));
        }
        None
    }

    /// An array or map literal, where it equals nothing but itself.
    fn new_object(&self, e: &Expr) -> Option<&'static str> {
        match &e.kind {
            Kind::Array { .. } if self.infer.edition_2026() => Some("an array"),
            Kind::Map { .. } => Some("a map"),
            _other => None,
        }
    }

    /// What the value is is known from the place and not from who calls the function or sets a field.
    fn is_local(&self, e: &Expr) -> bool {
        match &e.kind {
            Kind::Var(v) => *v >= self.params,
            Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Str(_) => true,
            Kind::Binary(_, a, b) => self.is_local(a) && self.is_local(b),
            Kind::Builtin { arguments, .. } => arguments.iter().all(|a| self.is_local(a)),
            Kind::Open(Open::Method { object, .. }) => {
                self.is_local(object) && !matches!(object.ty.objects, Objects::User(_) | Objects::Any)
            }
            _other => false,
        }
    }
}

/// Some value of one type can equal some value of the other.
fn comparable(a: Ty, b: Ty) -> bool {
    let both = |t| a.has(t) && b.has(t);
    (a.maybe_numeric() && b.maybe_numeric())
        || both(tag::BOOL)
        || both(tag::STR)
        || both(tag::OBJ)
        || a.maybe_nothing()
        || b.maybe_nothing()
}

/// The answer of a comparison of a length with a number that decides it.
fn length_against(op: Op, a: &Expr, b: &Expr) -> Option<bool> {
    let is_length = |e: &Expr| match &e.kind {
        Kind::Open(Open::Method {
            object,
            name,
            arguments,
        }) => {
            let library = object.ty.only(tag::STR) || matches!(object.ty.objects, Objects::Array(_) | Objects::Map(_));
            library && arguments.is_empty() && matches!(&**name, "length" | "len" | "size")
        }
        _other => false,
    };
    let (op, n) = match (&a.kind, &b.kind) {
        (_, Kind::Int(n)) if is_length(a) => (op, *n),
        (Kind::Int(n), _) if is_length(b) => (turned(op), *n),
        _ => return None,
    };
    match op {
        Op::Lt if n <= 0 => Some(false),
        Op::Ge if n <= 0 => Some(true),
        Op::Le | Op::Eq if n < 0 => Some(false),
        Op::Gt | Op::Ne if n < 0 => Some(true),
        _ => None,
    }
}

/// The operator with its sides exchanged.
fn turned(op: Op) -> Op {
    match op {
        Op::Lt => Op::Gt,
        Op::Gt => Op::Lt,
        Op::Le => Op::Ge,
        Op::Ge => Op::Le,
        Op::Eq | Op::Ne | Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem => op,
        Op::BitAnd | Op::BitOr | Op::BitXor | Op::Shl | Op::Shr => op,
    }
}
