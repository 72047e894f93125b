//! Diagnostics and messages on standard error.

use crate::options::{Colour, Options};
use nyash_language::diagnostic::{Diagnostic, render::render, to_json};
use nyash_language::source::SourceMap;
use std::fmt::Display;
use std::io::{IsTerminal, Write};

/// How to show diagnostics.
#[derive(Clone, Copy, Debug)]
pub struct Reporter {
    json: bool,
    colour: bool,
    warnings: bool,
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
        }
    }

    /// Shows everything, and for people a closing line with the counts.
    pub fn diagnostics(self, diagnostics: &[Diagnostic], sources: &SourceMap) {
        let mut out = String::new();
        let shown: Vec<&Diagnostic> = diagnostics.iter().filter(|d| self.warnings || d.is_error()).collect();
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
        if !self.json && !shown.is_empty() {
            let parts: Vec<String> = [count(errors, "error"), count(warnings, "warning")]
                .into_iter()
                .flatten()
                .collect();
            out += &parts.join(", ");
            out.push('\n');
        }
        // Nobody listens where standard error is closed.
        let _ = std::io::stderr().lock().write_all(out.as_bytes());
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
