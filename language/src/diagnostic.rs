//! What the compiler has to say, as data. Text for people is made last, by [`render`].

use crate::source::Span;

pub mod allow;
pub mod explain;
pub mod failure;
mod json;
pub mod render;
pub mod suggest;

pub use json::to_json;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Warning,
    Error,
}

/// A place with a few words about it.
#[derive(Clone, Debug)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

/// One message with everything a reader needs to act on it.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    pub severity: Severity,
    /// Stable word for tools, e.g. `unknown-name`; one of [`explain::ENTRIES`].
    pub code: &'static str,
    pub message: String,
    /// Where; `None` for messages about the program as a whole.
    pub primary: Option<Label>,
    pub secondary: Vec<Label>,
    pub notes: Vec<String>,
    /// The next step to take.
    pub hint: Option<String>,
}

impl Diagnostic {
    pub fn error(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Error, code, message.into())
    }

    pub fn warning(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Warning, code, message.into())
    }

    fn new(severity: Severity, code: &'static str, message: String) -> Diagnostic {
        debug_assert!(
            explain::find(code).is_some(),
            "`{code}` has no entry in diagnostic/explain.rs"
        );
        Diagnostic {
            severity,
            code,
            message,
            primary: None,
            secondary: Vec::new(),
            notes: Vec::new(),
            hint: None,
        }
    }

    /// Points at the place; `label` may be empty.
    pub fn at(mut self, span: Span, label: impl Into<String>) -> Diagnostic {
        self.primary = Some(Label {
            span,
            text: label.into(),
        });
        self
    }

    /// Points at another place that belongs to the story.
    pub fn also(mut self, span: Span, label: impl Into<String>) -> Diagnostic {
        self.secondary.push(Label {
            span,
            text: label.into(),
        });
        self
    }

    pub fn note(mut self, text: impl Into<String>) -> Diagnostic {
        self.notes.push(text.into());
        self
    }

    pub fn hint(mut self, text: impl Into<String>) -> Diagnostic {
        self.hint = Some(text.into());
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// A warning that is counted and not shown where a program is compiled.
    pub fn is_habit(&self) -> bool {
        !self.is_error() && explain::find(self.code).is_some_and(|entry| entry.weight == explain::Weight::Habit)
    }
}

/// The diagnostics of two passes in the order of their places. What both say of one place is said once.
pub fn merged(mut first: Vec<Diagnostic>, second: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let place = |d: &Diagnostic| d.primary.as_ref().map(|label| (label.span.file, label.span.start));
    for diagnostic in second {
        let known = |d: &Diagnostic| d.code == diagnostic.code && place(d) == place(&diagnostic);
        if !first.iter().any(known) {
            first.push(diagnostic);
        }
    }
    // Those without a place stand at the end.
    first.sort_by_key(|d| place(d).map_or((1, None), |place| (0, Some(place))));
    first
}
