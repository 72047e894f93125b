//! Warnings that a program switches off where they stand.
//!
//! `// nyash: allow(code, code)` at the end of a line concerns that line, on a line of its own the next one with code;
//! `// nyash: allow-file(code)` concerns the file. Words in a code may be joined by `_` as well.

use super::{Diagnostic, explain};
use crate::source::{FileId, SourceFile, SourceMap, Span};
use std::collections::{HashMap, HashSet};

const MARK: &str = "nyash: allow";

/// What one file allows.
#[derive(Debug, Default)]
struct Allowed {
    everywhere: HashSet<&'static str>,
    /// By line, from 0.
    lines: HashSet<(u32, &'static str)>,
}

/// Leaves out the warnings that the program or `codes` allow. Comments that name an unknown code are warned about.
pub fn filter(diagnostics: Vec<Diagnostic>, codes: &[&str], sources: &SourceMap) -> Vec<Diagnostic> {
    let mut files: HashMap<FileId, Allowed> = HashMap::new();
    let mut unknown = Vec::new();
    let mut out: Vec<Diagnostic> = Vec::with_capacity(diagnostics.len());
    for (id, file) in sources.files() {
        if file.text().contains(MARK) {
            files.insert(id, comments(id, file, &mut unknown));
        }
    }
    for diagnostic in diagnostics {
        let allowed = |label: &super::Label| {
            files.get(&label.span.file).is_some_and(|allowed| {
                let line = sources.file(label.span.file).line_index(label.span.start);
                allowed.everywhere.contains(diagnostic.code) || allowed.lines.contains(&(line, diagnostic.code))
            })
        };
        let drop = codes.contains(&diagnostic.code) || diagnostic.primary.as_ref().is_some_and(allowed);
        if diagnostic.is_error() || !drop {
            out.push(diagnostic);
        }
    }
    out.extend(unknown);
    out
}

/// What the comments of a file allow.
fn comments(id: FileId, file: &SourceFile, unknown: &mut Vec<Diagnostic>) -> Allowed {
    let mut allowed = Allowed::default();
    // Codes that wait for the next line with code.
    let mut waiting: Vec<&'static str> = Vec::new();
    let mut start = 0;
    for (number, line) in (0..).zip(file.text().split_inclusive('\n')) {
        let code = line
            .find("//")
            .or_else(|| line.find('#'))
            .map_or(line, |at| &line[..at]);
        let alone = code.trim().is_empty();
        if let Some((at, whole_file)) = mark(line) {
            let list = &line[at..];
            let list = &list[..list.find(')').unwrap_or(list.len())];
            let mut from = at;
            for written in list.split(',') {
                let name = written.trim().replace('_', "-");
                match explain::find(&name) {
                    Some(entry) if whole_file => {
                        allowed.everywhere.insert(entry.code);
                    }
                    Some(entry) if alone => waiting.push(entry.code),
                    Some(entry) => {
                        allowed.lines.insert((number, entry.code));
                    }
                    None => {
                        let begin = start + from + (written.len() - written.trim_start().len());
                        let span = Span::new(id, begin as u32, (begin + written.trim().len()) as u32);
                        unknown.push(no_such_code(&name).at(span, "nothing is switched off by this"));
                    }
                }
                from += written.len() + 1;
            }
        } else if !alone {
            allowed.lines.extend(waiting.drain(..).map(|code| (number, code)));
        }
        start += line.len();
    }
    allowed
}

/// Where the list of codes starts in a line that has one, and whether it is for the file.
fn mark(line: &str) -> Option<(usize, bool)> {
    let comment = line.find("//").or_else(|| line.find('#'))?;
    let at = comment + line[comment..].find(MARK)? + MARK.len();
    let rest = &line[at..];
    match rest.strip_prefix("-file(") {
        Some(_) => Some((at + "-file(".len(), true)),
        None => rest.strip_prefix('(').map(|_| (at + 1, false)),
    }
}

/// The warning about a code that does not exist.
pub fn no_such_code(name: &str) -> Diagnostic {
    let diagnostic = Diagnostic::warning("unknown-code", format!("no diagnostic has the code `{name}`"));
    match explain::nearest(name) {
        Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}
