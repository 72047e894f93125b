//! What a test expects, compared with what was found, or replaced by it.

use std::fmt::Write;
use std::io;

use similar::{ChangeTag, TextDiff};

/// Whether what is found is to be written as what is expected: `BLESS=1`, the one switch of all tests here.
pub fn blessing() -> bool {
    std::env::var_os("BLESS").is_some_and(|value| !value.is_empty() && value != "0")
}

/// Compares two texts. When they differ, `bless` writes the one that was found if that is asked for; otherwise the
/// error shows the lines that differ.
///
/// # Errors
/// The report for the reader of the test.
pub fn expect(what: &str, expected: &str, found: &str, bless: impl FnOnce() -> io::Result<()>) -> Result<(), String> {
    if expected == found {
        Ok(())
    } else if blessing() {
        bless().map_err(|error| format!("the expectation cannot be written: {error}"))
    } else {
        Err(format!(
            "{what} differs:\n{}{HOW_TO_BLESS}",
            difference(expected, found)
        ))
    }
}

/// The end of a report about an expectation that can be rewritten.
pub const HOW_TO_BLESS: &str = "If what was found is right: BLESS=1 cargo test NAME, with the name of this test.\n";

/// The lines that differ, with those around them: `-` is expected, `+` was found.
pub fn difference(expected: &str, found: &str) -> String {
    let mut out = String::from("--- expected\n+++ found\n");
    let diff = TextDiff::from_lines(expected, found);
    for (number, hunk) in diff.grouped_ops(2).iter().enumerate() {
        if number > 0 {
            out.push_str(" ...\n");
        }
        for change in hunk.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let mark = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            let line = change.value();
            let _ = writeln!(out, "{mark}{}", line.strip_suffix('\n').unwrap_or(line));
            if change.missing_newline() {
                out.push_str(" (no end of line)\n");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_shows_what_is_around_it() {
        let found = difference("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nD\ne\nf");
        assert_eq!(
            found,
            "--- expected\n+++ found\n b\n c\n-d\n+D\n e\n-f\n+f\n (no end of line)\n"
        );
    }
}
