//! Methods, fields and calls of values that no receiver has.

use super::words::{methods, receivers, synonym};
use super::{Lint, Question};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::suggest::nearest;
use crate::infer::{Meaning, Target};
use crate::ir::builtin;
use crate::ir::{DispatchKind, Expr, Kind, Objects, Open, Ty, When, tag};
use crate::resolve::program::BoxId;
use crate::source::Span;
use std::rc::Rc;

pub(super) const WHEN_REACHED: &str = "this is an error when it is reached";

impl Lint<'_, '_> {
    /// Asks about an access.
    pub(super) fn access(&mut self, e: &Expr) {
        let Kind::Open(open) = &e.kind else { return };
        let (receiver, known) = match open {
            Open::Method { object, arguments, .. } => (object, arguments.iter().all(|a| !a.ty.is_none())),
            Open::Field { object, .. } => (object, true),
            Open::SetField { object, value, .. } => (object, !value.ty.is_none()),
            Open::CallValue { callee, arguments } => (callee, arguments.iter().all(|a| !a.ty.is_none())),
        };
        // What has no type is never reached, and that a field is missing is said once.
        if receiver.ty.is_none() || !known || self.asked_about(receiver) || self.is_missing(receiver) {
            return;
        }
        let wrong = match open {
            Open::Method {
                object,
                name,
                arguments,
            } => self.method(e.span, object, name, arguments),
            Open::Field { object, name } => self.field(e.span, object, name),
            Open::SetField { object, name, .. } => self.set_field(e.span, object, name),
            Open::CallValue { callee, arguments } => self.call(callee, arguments.len()),
        };
        self.answer(e.span, Question::Access, wrong);
    }

    /// A field that no instance has.
    fn is_missing(&mut self, e: &Expr) -> bool {
        let Kind::Open(Open::Field { object, name }) = &e.kind else {
            return false;
        };
        !object.ty.is_none() && matches!(self.infer.field(object.ty, name), Meaning::Missing(_))
    }

    fn method(&mut self, span: Span, object: &Expr, name: &Rc<str>, arguments: &[Expr]) -> Option<Diagnostic> {
        let index = &**name == "$index" || &**name == "$set_index";
        if name.starts_with('$') && !index {
            return None;
        }
        let types: Vec<Ty> = arguments.iter().map(|a| a.ty).collect();
        let count = types.len();
        let at = Span {
            end: (span.start + name.len() as u32).min(span.end),
            ..span
        };
        if let Some(negative) = self.negative_index(object, name, arguments) {
            return Some(negative);
        }
        match self.infer.method(object.ty, name, &types) {
            Meaning::One(_, Target::Error(_)) => return self.wrong_count(at, object, name, count),
            Meaning::Several if self.has_arm(DispatchKind::Method, name, count + 1) => return None,
            Meaning::Several | Meaning::Refused => {}
            Meaning::One(..) | Meaning::Slot { .. } | Meaning::Missing(_) | Meaning::Entry => return None,
        }
        let is = object.ty.something();
        if is.is_none() {
            let what = match index {
                true => "it has no elements".to_string(),
                false => format!("`{name}` cannot be called on it"),
            };
            return Some(self.null(at, object, &what));
        }
        if index {
            let kinds = self.kinds(object.ty);
            let diagnostic = Diagnostic::warning("impossible-operation", format!("{kinds} has no elements"))
                .at(object.span, format!("this is {kinds}"))
                .note(WHEN_REACHED);
            return Some(diagnostic);
        }
        let takes: Vec<usize> = receivers(is)
            .into_iter()
            .filter_map(|of| builtin::arity(of, name))
            .collect();
        if !takes.is_empty() {
            return self.wrong_count(at, object, name, count);
        }
        Some(self.unknown_method(at, object, name))
    }

    /// `a[-1]`: there is no counting from the end.
    fn negative_index(&mut self, object: &Expr, name: &str, arguments: &[Expr]) -> Option<Diagnostic> {
        let array = object.ty.only(tag::OBJ) && matches!(object.ty.objects, Objects::Array(_));
        let text = object.ty.only(tag::STR);
        let indexed = matches!(name, "$index" | "get" | "at" | "charAt" | "char_at") && (array || text);
        let [index] = arguments else { return None };
        if !indexed || !matches!(index.kind, Kind::Int(n) if n < 0) {
            return None;
        }
        let subject = self.subject(object);
        let subject = subject.trim_matches('`');
        let diagnostic = Diagnostic::warning("negative-index", "an index is not counted from the end")
            .at(index.span, "nothing is there");
        Some(match array {
            true => diagnostic.hint(format!("the last element is `{subject}.last()`")),
            false => diagnostic.hint(format!(
                "the last character is `{subject}.charAt({subject}.length() - 1)`"
            )),
        })
    }

    /// Whether some receiver that the program has can answer, in a function that looks at the receiver.
    fn has_arm(&mut self, what: DispatchKind, name: &Rc<str>, values: usize) -> bool {
        let Some(d) = self.infer.dispatch_to(what, name, values) else {
            return true;
        };
        let answers = |(_, meaning): &(When, Meaning)| match meaning {
            Meaning::One(_, Target::Error(_)) | Meaning::Missing(_) | Meaning::Refused => false,
            Meaning::One(..) | Meaning::Slot { .. } | Meaning::Entry | Meaning::Several => true,
        };
        self.infer.arms(d).iter().any(answers)
    }

    fn unknown_method(&mut self, at: Span, object: &Expr, name: &str) -> Diagnostic {
        let is = object.ty.something();
        let kinds = self.kinds(is);
        let anything = is.objects == Objects::Any;
        let message = match anything {
            true => format!("no box of this program has a method `{name}`"),
            false => format!("{kinds} has no method `{name}`"),
        };
        let mut diagnostic = Diagnostic::warning("unknown-method", message).at(at, "unknown method");
        if self.is_name(object) && !anything && self.text(object.span) != "me" {
            let subject = self.subject(object);
            diagnostic = diagnostic.also(object.span, format!("{subject} is {kinds}"));
        }
        diagnostic = diagnostic.note(WHEN_REACHED);
        let (own, fields) = self.members(is);
        let mut known: Vec<&str> = methods(&receivers(is)).collect();
        known.extend(own.iter().map(|name| &**name));
        let near = nearest(name, known.iter().copied()).or_else(|| synonym(name, &known));
        if let Some(near) = near {
            return diagnostic.hint(format!("did you mean `{near}`?"));
        }
        match nearest(name, fields.iter().map(|field| &**field)) {
            Some(field) => diagnostic.hint(format!("`{field}` is a field")),
            None => diagnostic,
        }
    }

    /// Methods and fields of a box of the program, its ancestors' included.
    fn members(&self, ty: Ty) -> (Vec<Rc<str>>, Vec<Rc<str>>) {
        let (mut methods, mut fields) = (Vec::new(), Vec::new());
        let Objects::User(class) = ty.objects else {
            return (methods, fields);
        };
        if class as usize >= self.program.boxes.len() {
            return (methods, fields);
        }
        let own = BoxId(class);
        for id in std::iter::once(own).chain(self.program.box_info(own).ancestors.iter().copied()) {
            let info = self.program.box_info(id);
            methods.extend(info.methods.iter().map(|(name, _)| Rc::clone(name)));
            fields.extend(info.fields.iter().map(|field| Rc::clone(&field.name)));
            fields.extend(info.properties.iter().map(|property| Rc::clone(&property.name)));
        }
        (methods, fields)
    }

    fn wrong_count(&mut self, at: Span, object: &Expr, name: &str, count: usize) -> Option<Diagnostic> {
        let is = object.ty.something();
        let mut declared = None;
        let takes: Vec<usize> = match is.objects {
            Objects::User(class) if is.only(tag::OBJ) && (class as usize) < self.program.boxes.len() => {
                let function = self.program.find_method(BoxId(class), name, count)?;
                let function = self.program.function(function);
                declared = Some(function.span);
                vec![function.parameters.len()]
            }
            Objects::User(_)
            | Objects::None
            | Objects::Any
            | Objects::Array(_)
            | Objects::Map(_)
            | Objects::Builtin(_) => {
                let of = receivers(is);
                let rows = nyash_abi::library::rows();
                let mut takes: Vec<usize> = rows
                    .filter(|row| of.contains(&row.receiver) && row.names.contains(&name))
                    .map(|row| row.arity())
                    .collect();
                takes.sort_unstable();
                takes.dedup();
                takes
            }
        };
        if takes.is_empty() || takes.contains(&count) {
            return None;
        }
        let kinds = self.kinds(is);
        let numbers: Vec<String> = takes.iter().map(usize::to_string).collect();
        let plural = if numbers == ["1"] { "" } else { "s" };
        let message = format!(
            "`{name}` of {kinds} takes {} argument{plural}, not {count}",
            numbers.join(" or ")
        );
        let mut diagnostic = Diagnostic::warning("wrong-arity", message).at(at, "");
        if let Some(span) = declared {
            let name = Span {
                end: span.start + name.len() as u32,
                ..span
            };
            diagnostic = diagnostic.also(name, "declared here");
        }
        Some(diagnostic.note(WHEN_REACHED))
    }

    /// Something is asked of what can only be null.
    fn null(&self, at: Span, object: &Expr, what: &str) -> Diagnostic {
        let subject = self.subject(object);
        let nothing = if self.infer.edition_2026() {
            "null"
        } else {
            "null or void"
        };
        let written_out = matches!(object.kind, Kind::Null | Kind::Void);
        let message = match written_out {
            true => format!("this is {nothing}: {what}"),
            false => format!("{subject} is always {nothing}: {what}"),
        };
        let why = match &object.kind {
            Kind::Var(_) | Kind::Global(_) | Kind::CellGet { .. } | Kind::Open(Open::Field { .. }) => {
                "nothing else is ever assigned to it"
            }
            Kind::Call { .. } | Kind::Open(Open::Method { .. } | Open::CallValue { .. }) => "the call gives no value",
            _other => "",
        };
        let mut diagnostic = Diagnostic::warning("always-null", message).at(at, "");
        if !written_out && object.span.end <= at.start {
            diagnostic = diagnostic.also(object.span, why);
        }
        diagnostic.note(WHEN_REACHED)
    }

    fn field(&mut self, at: Span, object: &Expr, name: &Rc<str>) -> Option<Diagnostic> {
        // What lowering reads: parts of closures and of boxes.
        if !self.text(at).starts_with(&**name) {
            return None;
        }
        let is = object.ty.something();
        match self.infer.field(object.ty, name) {
            Meaning::Missing(_) => {}
            Meaning::Several if self.has_arm(DispatchKind::Get, name, 1) => return None,
            Meaning::Several | Meaning::Refused => {}
            Meaning::One(..) | Meaning::Slot { .. } | Meaning::Entry => return None,
        }
        if is.is_none() {
            return Some(self.null(at, object, &format!("it has no field `{name}`")));
        }
        // Where no constructor ran, its fields are missing, which has been said.
        if self.assigned_by_constructor(is, name) {
            return None;
        }
        let anything = is.objects == Objects::Any;
        let kinds = self.kinds(is);
        let message = match anything {
            true => format!("no box of this program has a field `{name}`"),
            false => format!("{kinds} has no field `{name}`"),
        };
        let mut diagnostic = Diagnostic::warning("unknown-field", message).at(at, "unknown field");
        if self.is_name(object) && !anything && self.text(object.span) != "me" {
            let subject = self.subject(object);
            diagnostic = diagnostic.also(object.span, format!("{subject} is {kinds}"));
        }
        let gives_null = self.infer.edition_2026() && matches!(is.objects, Objects::User(_) | Objects::Any);
        diagnostic = diagnostic.note(if gives_null {
            "reading it gives null"
        } else {
            WHEN_REACHED
        });
        let (own, fields) = self.members(is);
        let mut known: Vec<&str> = methods(&receivers(is)).collect();
        known.extend(own.iter().map(|name| &**name));
        if known.contains(&&**name) {
            return Some(diagnostic.hint(format!("`{name}` is a method: to call it write `{name}()`")));
        }
        if let Some(near) = nearest(name, fields.iter().map(|field| &**field)) {
            return Some(diagnostic.hint(format!("did you mean `{near}`?")));
        }
        let near = nearest(name, known.iter().copied()).or_else(|| synonym(name, &known));
        Some(match near {
            Some(near) => diagnostic.hint(format!("did you mean the method `{near}()`?")),
            None => diagnostic,
        })
    }

    /// A constructor of the box, as it is written, assigns the field.
    fn assigned_by_constructor(&self, ty: Ty, name: &str) -> bool {
        let Objects::User(class) = ty.objects else { return false };
        let Some(info) = self.program.boxes.get(class as usize) else {
            return false;
        };
        let assigns = |field: &str| {
            let rest = field.strip_prefix(name).unwrap_or("").trim_start();
            rest.starts_with('=') && !rest.starts_with("==")
        };
        info.constructors.iter().any(|id| {
            let body = self.text(self.program.function(*id).span);
            body.split("me.").skip(1).any(assigns)
        })
    }

    fn set_field(&mut self, at: Span, object: &Expr, name: &Rc<str>) -> Option<Diagnostic> {
        // `name`, or `object.name`; what lowering makes has neither.
        let (text, length) = (self.text(at), name.len() as u32);
        let at = if text.ends_with(&format!(".{name}")) {
            Span {
                start: at.end - length,
                ..at
            }
        } else if text.starts_with(&**name) {
            at
        } else {
            return None;
        };
        match self.infer.set_field(object.ty, name) {
            Meaning::Refused => {}
            Meaning::Slot { .. } => return self.misspelt_field(at, object, name),
            Meaning::One(..) | Meaning::Missing(_) | Meaning::Entry | Meaning::Several => return None,
        }
        if object.ty.something().is_none() {
            return Some(self.null(at, object, &format!("its field `{name}` cannot be set")));
        }
        let kinds = self.kinds(object.ty);
        let message = format!("{kinds} has no field `{name}` that could be set");
        let diagnostic = Diagnostic::warning("unknown-field", message).at(at, "unknown field");
        Some(diagnostic.note(WHEN_REACHED))
    }

    /// A field that the box does not declare is one of the instance that it is assigned to. Where its name is nearly that of a
    /// declared one, that one is what was meant.
    fn misspelt_field(&mut self, at: Span, object: &Expr, name: &str) -> Option<Diagnostic> {
        let (_, fields) = self.members(object.ty.something());
        let declared = fields.iter().map(|field| &**field);
        if declared.clone().any(|field| field == name) {
            return None;
        }
        let near = nearest(name, declared)?.to_owned();
        let kinds = self.kinds(object.ty.something());
        let message = format!("{kinds} declares no field `{name}`");
        let diagnostic = Diagnostic::warning("unknown-field", message)
            .at(at, "unknown field")
            .note("assigning it makes a field of that name in this instance")
            .hint(format!("did you mean `{near}`?"));
        Some(diagnostic)
    }

    fn call(&mut self, callee: &Expr, count: usize) -> Option<Diagnostic> {
        let is = callee.ty.something();
        if is.is_none() {
            return Some(self.null(callee.span, callee, "it cannot be called"));
        }
        let lambda = match is.objects {
            _ if !is.has(tag::OBJ) => None,
            Objects::Any => {
                return None;
            }
            Objects::User(class) => self.infer.module().classes[class as usize].lambda,
            Objects::None | Objects::Array(_) | Objects::Map(_) | Objects::Builtin(_) => None,
        };
        let Some(function) = lambda else {
            let kinds = self.kinds(is);
            let mut diagnostic = Diagnostic::warning("not-callable", format!("{kinds} cannot be called"))
                .at(callee.span, format!("{} is {kinds}", self.subject(callee)))
                .note(WHEN_REACHED);
            if is.numeric() && !self.is_name(callee) {
                diagnostic = diagnostic.hint("to multiply write `*`");
            }
            return Some(diagnostic);
        };
        let function = &self.infer.module().functions[function];
        let takes = function.params - 1;
        if takes == count {
            return None;
        }
        let (span, plural) = (function.span, if takes == 1 { "" } else { "s" });
        let message = format!("this function takes {takes} argument{plural}, not {count}");
        let diagnostic = Diagnostic::warning("wrong-arity", message)
            .at(callee.span, "")
            .also(span.at_start(), "the function starts here")
            .note(WHEN_REACHED);
        Some(diagnostic)
    }
}
