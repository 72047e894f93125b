//! Collects diagnostics and keeps their number readable.

use crate::diagnostic::Diagnostic;

/// Errors, and warnings, after which more of them are only counted.
const MAX_SHOWN: usize = 100;
/// Searches for similar names in one program; each looks at every name of it.
const MAX_SEARCHES: usize = 100;

/// The diagnostics of one program.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    diagnostics: Vec<Diagnostic>,
    errors: usize,
    warnings: usize,
    searches: usize,
}

impl Sink {
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let count = if diagnostic.is_error() {
            &mut self.errors
        } else {
            &mut self.warnings
        };
        *count += 1;
        if *count <= MAX_SHOWN {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Whether there is still use in looking for a similar name.
    pub fn may_search(&mut self) -> bool {
        self.searches += 1;
        self.searches <= MAX_SEARCHES
    }

    /// Everything in source order, with a word about what was left out.
    pub fn finish(mut self) -> Vec<Diagnostic> {
        self.diagnostics
            .sort_by_key(|d| d.primary.as_ref().map(|label| (label.span.file, label.span.start)));
        if self.errors > MAX_SHOWN {
            let message = format!("{} more errors are not shown", self.errors - MAX_SHOWN);
            self.diagnostics.push(Diagnostic::error("too-many-errors", message));
        }
        if self.warnings > MAX_SHOWN {
            let message = format!("{} more warnings are not shown", self.warnings - MAX_SHOWN);
            self.diagnostics.push(Diagnostic::warning("too-many-warnings", message));
        }
        self.diagnostics
    }
}
