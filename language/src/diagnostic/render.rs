//! Diagnostics as text for people.

use super::{Diagnostic, Label, Severity};
use crate::source::{FileId, SourceMap};
use std::fmt::Write;
use unicode_width::UnicodeWidthChar;

/// The widest part of a source line that is shown.
const MAX_WIDTH: usize = 140;

/// Terminal escapes, or nothing.
#[derive(Clone, Copy)]
struct Paint {
    colour: bool,
}

impl Paint {
    fn wrap(self, code: &str, text: &str) -> String {
        if self.colour {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_string()
        }
    }

    fn severity(self, severity: Severity, text: &str) -> String {
        self.wrap(if severity == Severity::Error { "1;31" } else { "1;33" }, text)
    }

    fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    fn frame(self, text: &str) -> String {
        self.wrap("1;34", text)
    }

    fn hint(self, text: &str) -> String {
        self.wrap("1;36", text)
    }
}

/// The diagnostic with its source lines, ending in a newline. `colour` adds terminal escapes.
pub fn render(diagnostic: &Diagnostic, sources: &SourceMap, colour: bool) -> String {
    let paint = Paint { colour };
    let word = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let head = paint.severity(diagnostic.severity, &format!("{word}[{}]", diagnostic.code));
    let mut out = format!("{head}{}\n", paint.bold(&format!(": {}", diagnostic.message)));

    let labels = labels_by_file(diagnostic);
    let widest = labels.iter().flat_map(|(file, labels)| {
        labels
            .iter()
            .map(|(label, _)| sources.file(*file).line_index(label.span.start) + 1)
    });
    let margin = widest.max().map_or(1, |line| line.to_string().len());
    for (index, (file, labels)) in labels.iter().enumerate() {
        let place = sources.place(labels.iter().find(|(_, primary)| *primary).unwrap_or(&labels[0]).0.span);
        let arrow = paint.frame(if index == 0 { "-->" } else { ":::" });
        let name = printable(sources.file(*file).name());
        let _ = writeln!(out, "{:margin$}{arrow} {name}:{}:{}", "", place.line, place.column);
        excerpt(&mut out, *file, labels, sources, diagnostic.severity, margin, paint);
    }
    for note in &diagnostic.notes {
        let _ = writeln!(
            out,
            "{:margin$} {} {}: {note}",
            "",
            paint.frame("="),
            paint.bold("note")
        );
    }
    if let Some(hint) = &diagnostic.hint {
        let _ = writeln!(
            out,
            "{:margin$} {} {}: {hint}",
            "",
            paint.frame("="),
            paint.hint("help")
        );
    }
    out
}

/// All labels, the primary one marked, grouped by file with the primary's file first.
fn labels_by_file(diagnostic: &Diagnostic) -> Vec<(FileId, Vec<(&Label, bool)>)> {
    let mut files: Vec<(FileId, Vec<(&Label, bool)>)> = Vec::new();
    let primary = diagnostic.primary.iter().map(|label| (label, true));
    for (label, is_primary) in primary.chain(diagnostic.secondary.iter().map(|label| (label, false))) {
        match files.iter_mut().find(|(file, _)| *file == label.span.file) {
            Some((_, labels)) => labels.push((label, is_primary)),
            None => files.push((label.span.file, vec![(label, is_primary)])),
        }
    }
    files
}

fn excerpt(
    out: &mut String,
    file: FileId,
    labels: &[(&Label, bool)],
    sources: &SourceMap,
    severity: Severity,
    margin: usize,
    paint: Paint,
) {
    let source = sources.file(file);
    let mut marks: Vec<(u32, &Label, bool)> = labels
        .iter()
        .map(|(label, primary)| (source.line_index(label.span.start), *label, *primary))
        .collect();
    marks.sort_by_key(|(line, label, _)| (*line, label.span.start));
    let bar = paint.frame("|");
    let _ = writeln!(out, "{:margin$} {bar}", "");
    let mut previous: Option<u32> = None;
    for (line, label, primary) in marks {
        if previous != Some(line) {
            if let Some(previous) = previous
                && line > previous + 1
            {
                let _ = writeln!(out, "{}", paint.frame("..."));
            }
            let view = View::of(source.line(line), column_of(source, line, label));
            let number = paint.frame(&format!("{:>margin$}", line + 1));
            let _ = writeln!(out, "{}", format!("{number} {bar} {}", view.text).trim_end());
        }
        previous = Some(line);
        let start = column_of(source, line, label);
        let view = View::of(source.line(line), start);
        let range = source.line_range(line);
        let end = source
            .floor_char(label.span.end)
            .min(range.end)
            .saturating_sub(range.start)
            .max(start);
        let (indent, width) = view.underline(source.line(line), start, end);
        let mark = if primary { "^" } else { "-" }.repeat(width.max(1));
        let text = if label.text.is_empty() {
            mark
        } else {
            format!("{mark} {}", label.text)
        };
        let text = if primary {
            paint.severity(severity, &text)
        } else {
            paint.frame(&text)
        };
        let _ = writeln!(out, "{:margin$} {bar} {:indent$}{text}", "", "");
    }
}

/// Byte offset of the label's start within its line.
fn column_of(source: &crate::source::SourceFile, line: u32, label: &Label) -> usize {
    let range = source.line_range(line);
    source.floor_char(label.span.start).clamp(range.start, range.end) - range.start
}

/// The part of a source line that is shown, tabs and control characters made visible.
struct View {
    text: String,
    /// Byte offset in the line where the view starts.
    from: usize,
    lead: usize,
}

impl View {
    /// A view of `line` that contains byte `focus`.
    fn of(line: &str, focus: usize) -> View {
        // Lines can be megabytes long: only the neighbourhood of the place is looked at.
        let mut from = 0;
        if focus > MAX_WIDTH / 2 && line.len() > MAX_WIDTH {
            from = focus - MAX_WIDTH / 2;
            while !line.is_char_boundary(from) {
                from -= 1;
            }
        }
        let mut text = String::new();
        let mut lead = 0;
        if from > 0 {
            text.push('…');
            lead = 1;
        }
        let mut width = lead;
        for c in line[from..].chars() {
            if width >= MAX_WIDTH {
                text.push('…');
                break;
            }
            push_visible(&mut text, c);
            width += width_of(c);
        }
        View { text, from, lead }
    }

    /// Columns before the underline, and its width.
    fn underline(&self, line: &str, start: usize, end: usize) -> (usize, usize) {
        let before: usize = line[self.from.min(start)..start]
            .chars()
            .take(MAX_WIDTH)
            .map(width_of)
            .sum();
        let under: usize = line[start..end].chars().take(MAX_WIDTH).map(width_of).sum();
        let indent = self.lead + before;
        (indent, under.min((MAX_WIDTH + 1).saturating_sub(indent)))
    }
}

fn push_visible(text: &mut String, c: char) {
    match c {
        '\t' => text.push_str("    "),
        c if c.is_control() => text.push('\u{fffd}'),
        // Characters that turn the direction of writing could make a message show what is not there.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => text.push('\u{fffd}'),
        c => text.push(c),
    }
}

fn width_of(c: char) -> usize {
    match c {
        '\t' => 4,
        c if c.is_control() => 1,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => 1,
        c => c.width().unwrap_or(1),
    }
}

fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    #[test]
    fn wide_characters_and_tabs_align() {
        let mut sources = SourceMap::new();
        let file = sources.add("a.hako", "\t値 = 漢字 + x\n".into());
        let start = "\t値 = ".len() as u32;
        let diagnostic = Diagnostic::error("syntax", "message")
            .at(Span::new(file, start, start + 6), "here")
            .also(Span::new(file, start + 9, start + 10), "there")
            .hint("do this");
        let expected = "\
error[syntax]: message
 --> a.hako:1:6
  |
1 |     値 = 漢字 + x
  |          ^^^^ here
  |                 - there
  = help: do this
";
        let rendered = render(&diagnostic, &sources, false);
        assert_eq!(rendered, expected, "\n{rendered}");
    }

    #[test]
    fn of_a_long_line_only_the_place_is_shown() {
        let mut sources = SourceMap::new();
        let file = sources.add("a.hako", format!("{}?{}", "x".repeat(1 << 20), "y".repeat(1 << 20)));
        let at = 1 << 20;
        let text = render(
            &Diagnostic::error("syntax", "m").at(Span::new(file, at, at + 1), ""),
            &sources,
            false,
        );
        assert!(text.len() < 1000);
        let lines: Vec<&str> = text.lines().collect();
        let caret = lines[4].chars().position(|c| c == '^').unwrap();
        assert_eq!(lines[3].chars().nth(caret), Some('?'));
    }
}
