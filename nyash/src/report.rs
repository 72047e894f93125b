//! Diagnostics and messages on standard error.

use crate::options::{Colour, Options};
use nyash_language::diagnostic::{Diagnostic, allow, render::render, to_json};
use nyash_language::source::SourceMap;
use std::fmt::Display;
use std::io::{IsTerminal, Write};

/// How to show diagnostics.
#[derive(Clone, Debug)]
pub struct Reporter {
    json: bool,
    colour: bool,
    warnings: bool,
    /// Warnings are as bad as errors.
    deny: bool,
    /// Warnings about habits are shown like the others; else they are only counted.
    habits: bool,
    /// Codes of warnings to leave out.
    allow: Vec<&'static str>,
    /// The root file as it was named, for the command that shows more.
    file: String,
}

impl Reporter {
    pub fn new(options: &Options) -> Reporter {
        let colour = match options.color {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => {
                let forbidden = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
                !forbidden && !dumb && std::io::stderr().is_terminal()
            }
        };
        Reporter {
            json: options.json,
            colour,
            warnings: !options.no_warnings,
            deny: options.deny_warnings,
            habits: options.check || options.json || options.deny_warnings,
            allow: options.allow.clone(),
            file: options
                .file
                .as_ref()
                .map_or_else(String::new, |file| file.display().to_string()),
        }
    }

    /// Shows everything, and for people a closing line with the counts. The answer is false where nothing may be made
    /// from the program.
    #[must_use]
    pub fn diagnostics(&self, diagnostics: Vec<Diagnostic>, sources: &SourceMap) -> bool {
        let diagnostics = allow::filter(diagnostics, &self.allow, sources);
        let (shown, counted): (Vec<&Diagnostic>, Vec<&Diagnostic>) = diagnostics
            .iter()
            .filter(|d| self.warnings || d.is_error())
            .partition(|d| self.habits || !d.is_habit());
        let mut out = String::new();
        for diagnostic in &shown {
            if self.json {
                out += &to_json(diagnostic, sources);
            } else {
                out += &render(diagnostic, sources, self.colour);
            }
            out.push('\n');
        }
        let errors = shown.iter().filter(|d| d.is_error()).count();
        let warnings = shown.len() - errors;
        let denied = self.deny && warnings > 0;
        if !self.json && !shown.is_empty() {
            let parts: Vec<String> = [count(errors, "error"), count(warnings, "warning")]
                .into_iter()
                .flatten()
                .collect();
            out += &parts.join(", ");
            out += if denied {
                "; --deny-warnings makes them errors\n"
            } else {
                "\n"
            };
        }
        if let Some(more) = count(counted.len(), if shown.is_empty() { "warning" } else { "more warning" }) {
            let shows = if counted.len() == 1 { "it" } else { "them" };
            out += &format!("note: {more}; `nyash --check {}` shows {shows}\n", self.file);
        }
        // Nobody listens where standard error is closed.
        let _ = std::io::stderr().lock().write_all(out.as_bytes());
        errors == 0 && !denied
    }
}

fn count(n: usize, what: &str) -> Option<String> {
    match n {
        0 => None,
        1 => Some(format!("1 {what}")),
        _ => Some(format!("{n} {what}s")),
    }
}

/// One line about something other than the source.
pub fn error(message: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "error: {message}");
}

/// One line of advice.
pub fn note(message: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "note: {message}");
}
