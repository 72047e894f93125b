//! Arguments of library functions that can never be what the function takes.

use super::{Lint, Question};
use crate::diagnostic::Diagnostic;
use crate::infer::{Meaning, Target};
use crate::ir::{Expr, Kind, Objects, Open, Ty, tag};
use nyash_abi::library::Row;

impl Lint<'_, '_> {
    /// Asks about the arguments of a call, each by itself.
    pub(super) fn arguments(&mut self, e: &Expr) {
        match &e.kind {
            Kind::Builtin {
                function, arguments, ..
            } if function.parameters.len() <= arguments.len() => {
                let own = arguments.len() - function.parameters.len();
                self.each_argument(function, &arguments[own..]);
            }
            Kind::Open(Open::Method {
                object,
                name,
                arguments,
            }) if !object.ty.is_none() && arguments.iter().all(|argument| !argument.ty.is_none()) => {
                let types: Vec<Ty> = arguments.iter().map(|argument| argument.ty).collect();
                if let Meaning::One(_, Target::Builtin(row)) = self.infer.method(object.ty, name, &types) {
                    self.each_argument(row, arguments);
                }
            }
            _other => {}
        }
    }

    fn each_argument(&mut self, row: &Row, arguments: &[Expr]) {
        let letters = row.each_letter().skip(usize::from(row.takes_receiver()));
        for (argument, letter) in arguments.iter().zip(letters) {
            // What lowering puts in has no text of its own.
            if argument.ty.is_none() || argument.span.start == argument.span.end || self.asked_about(argument) {
                continue;
            }
            let Some(wanted) = wanted(letter) else { continue };
            let wrong = (!possible(letter, argument.ty)).then(|| {
                let kinds = self.kinds(argument.ty);
                let message = format!("`{}` takes {wanted} here, not {kinds}", row.names[0]);
                Diagnostic::warning("wrong-argument", message)
                    .at(argument.span, format!("this is {kinds}"))
                    .note(super::access::WHEN_REACHED)
            });
            self.answer(argument.span, Question::Argument, wrong);
        }
    }
}

/// What a parameter takes, in words.
fn wanted(letter: char) -> Option<&'static str> {
    Some(match letter.to_ascii_lowercase() {
        'i' => "an integer",
        'f' => "a number",
        's' => "a string",
        'a' => "an array",
        'm' => "a map",
        _any => return None,
    })
}

/// Whether a value of the type can be what the parameter takes. A box may have a builtin parent, which then stands for it.
fn possible(letter: char, ty: Ty) -> bool {
    let object = |builtin: fn(Objects) -> bool| {
        ty.has(tag::OBJ)
            && match ty.objects {
                Objects::Any | Objects::User(_) | Objects::None => true,
                other => builtin(other),
            }
    };
    match letter.to_ascii_lowercase() {
        // `true` counts as 1 there.
        'i' => ty.maybe_numeric() || ty.has(tag::BOOL) || object(|_| false),
        'f' => ty.maybe_numeric() || object(|_| false),
        's' => ty.has(tag::STR) || object(|_| false),
        'a' => object(|builtin| matches!(builtin, Objects::Array(_))),
        'm' => object(|builtin| matches!(builtin, Objects::Map(_))),
        _any => true,
    }
}
