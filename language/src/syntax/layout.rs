//! Where a brace is missing or left over, as the indentation shows it.
//!
//! Without that a missing `}` is found at the end of the file, and the outermost block is blamed.

use super::token::{Mark, Token, TokenKind};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};

/// The error, and where it begins: what the parser finds wrong behind it follows from it.
pub struct Broken {
    pub diagnostic: Diagnostic,
    pub from: u32,
}

/// Looks at the braces of a file whose tokens know their partners. Nothing, where all are paired or the indentation does
/// not tell.
pub fn check(file: FileId, text: &str, tokens: &[Token]) -> Option<Broken> {
    let is = |token: &Token, mark: Mark| token.kind == TokenKind::Mark(mark);
    let opened = tokens.iter().filter(|token| is(token, Mark::LeftBrace));
    let unclosed = opened.clone().any(|token| token.partner == 0);
    let closed = tokens.iter().filter(|token| is(token, Mark::RightBrace)).count();
    let left_over = closed > opened.filter(|token| token.partner != 0).count();
    if unclosed == left_over {
        return None;
    }
    // Pairs in the order in which they close; a brace that does not start its line says nothing.
    let mut pairs: Vec<(usize, usize)> = tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| is(token, Mark::LeftBrace) && token.partner != 0)
        .map(|(open, token)| (open, token.partner as usize))
        .filter(|(_, close)| tokens[*close].after_newline)
        .collect();
    pairs.sort_by_key(|(_, close)| *close);
    let lines = Lines::of(text);
    let column = |token: &Token| lines.indentation(token.start);
    let span = |token: &Token| Span::new(file, token.start, token.end);
    if unclosed {
        let (open, close) = pairs
            .into_iter()
            .find(|(open, close)| column(&tokens[*close]) < column(&tokens[*open]))?;
        let outer = column(&tokens[open]);
        let missing = (open + 1..=close).find(|at| tokens[*at].after_newline && column(&tokens[*at]) <= outer)?;
        let end = tokens[missing - 1].end;
        let diagnostic = Diagnostic::error("unclosed-block", "this block is not closed")
            .at(span(&tokens[open]), "this `{` has no `}` of its own")
            .also(Span::new(file, end, end), "by the indentation the block ends here")
            .also(span(&tokens[close]), "this `}` closes it instead of a block around it")
            .hint("add the missing `}`");
        return Some(Broken {
            diagnostic,
            from: tokens[open].start,
        });
    }
    let (open, close) = pairs
        .into_iter()
        .find(|(open, close)| column(&tokens[*close]) > column(&tokens[*open]))?;
    let diagnostic = Diagnostic::error("syntax", "there is one `}` too many")
        .at(span(&tokens[close]), "by its indentation this one is left over")
        .also(span(&tokens[open]), "it closes this block")
        .hint("remove it, or add the `{` that it should close");
    Some(Broken {
        diagnostic,
        from: tokens[close].start,
    })
}

/// How far each line is indented. Found once: a file may be one line of a million braces.
struct Lines(Vec<(u32, usize)>);

impl Lines {
    fn of(text: &str) -> Lines {
        let mut lines = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let indentation = line.bytes().take_while(|b| matches!(b, b' ' | b'\t')).count();
            lines.push((start, indentation));
            start += line.len() as u32;
        }
        Lines(lines)
    }

    /// How far the line of a place is indented, in characters.
    fn indentation(&self, at: u32) -> usize {
        let after = self.0.partition_point(|(start, _)| *start <= at);
        self.0
            .get(after.saturating_sub(1))
            .map_or(0, |(_, indentation)| *indentation)
    }
}
