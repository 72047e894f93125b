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

    /// A wrong number of arguments, and a comma that is missing between them, are one mistake.
    fn commas_into_counts(&mut self) {
        const NEAR: u32 = 200;
        let start = |d: &Diagnostic| d.primary.as_ref().map(|label| label.span);
        let mut at = 0;
        while let Some(comma) = self.diagnostics.get(at) {
            let place = start(comma).filter(|_| comma.code == "missing-comma" && !comma.is_error());
            let count = place.and_then(|place| {
                self.diagnostics.iter().position(|d| {
                    d.code == "wrong-arity"
                        && start(d).is_some_and(|call| {
                            call.file == place.file && (call.start..call.start + NEAR).contains(&place.start)
                        })
                })
            });
            if let (Some(place), Some(count)) = (place, count) {
                let known = self.diagnostics[count].clone();
                self.diagnostics[count] = known.also(place, "a comma, or an operator, is missing here");
                self.diagnostics.remove(at);
                self.warnings -= 1;
            } else {
                at += 1;
            }
        }
    }

    /// Everything in source order, with a word about what was left out.
    pub fn finish(mut self) -> Vec<Diagnostic> {
        self.commas_into_counts();
        // Habits of a program that is wrong can wait.
        if self.errors > 0 {
            self.diagnostics.retain(|d| !d.is_habit());
        }
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
