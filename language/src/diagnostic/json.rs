//! Diagnostics as JSON, one object a line.

use super::{Diagnostic, Label, Severity};
use crate::source::SourceMap;
use std::fmt::Write;

/// One diagnostic as one JSON object without a line end. Columns count characters, both ends start at 1.
pub fn to_json(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut out = format!(
        "{{\"severity\":\"{severity}\",\"code\":{},\"message\":",
        quote(diagnostic.code)
    );
    out += &quote(&diagnostic.message);
    out += ",\"primary\":";
    match &diagnostic.primary {
        Some(label) => out += &label_json(label, sources),
        None => out += "null",
    }
    let labels: Vec<String> = diagnostic
        .secondary
        .iter()
        .map(|label| label_json(label, sources))
        .collect();
    let notes: Vec<String> = diagnostic.notes.iter().map(|note| quote(note)).collect();
    let _ = write!(
        out,
        ",\"labels\":[{}],\"notes\":[{}],\"hint\":",
        labels.join(","),
        notes.join(",")
    );
    match &diagnostic.hint {
        Some(hint) => out += &quote(hint),
        None => out += "null",
    }
    out.push('}');
    out
}

fn label_json(label: &Label, sources: &SourceMap) -> String {
    let file = sources.file(label.span.file);
    let (start, end) = (file.place(label.span.start), file.place(label.span.end));
    format!(
        "{{\"file\":{},\"line\":{},\"column\":{},\"end_line\":{},\"end_column\":{},\"label\":{}}}",
        quote(file.name()),
        start.line,
        start.column,
        end.line,
        end.column,
        quote(&label.text)
    )
}

/// A JSON string literal.
fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
