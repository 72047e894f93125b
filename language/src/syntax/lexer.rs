//! Text to tokens, for both editions.

use super::token::{Mark, Token, TokenKind, Word};
use crate::diagnostic::Diagnostic;
use crate::edition::Edition;
use crate::source::{FileId, Span};

/// Number of lexical errors in one file after which the rest goes unreported.
const MAX_ERRORS: usize = 20;

/// Cuts `text` into tokens; the last one is [`TokenKind::End`]. Errors go to `diagnostics`, and what is wrong
/// stands as [`TokenKind::Invalid`] or is left out.
pub fn tokenize(file: FileId, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<Token> {
    let before = diagnostics.len();
    let mut open_ended: Vec<u32> = Vec::new();
    loop {
        let mut lexer = Lexer::new(file, text, &open_ended, diagnostics);
        lexer.run();
        let (tokens, found) = (lexer.tokens, lexer.found_open_ended);
        match found {
            // Read again from the start: everything behind that text was read inside out.
            Some(start) if open_ended.len() < MAX_ERRORS => {
                open_ended.push(start);
                diagnostics.truncate(before);
            }
            Some(_) | None => return tokens,
        }
    }
}

impl<'a> Lexer<'a> {
    fn new(file: FileId, text: &'a str, open_ended: &'a [u32], diagnostics: &'a mut Vec<Diagnostic>) -> Lexer<'a> {
        Lexer {
            file,
            text,
            at: 0,
            after_newline: true,
            tokens: Vec::with_capacity(text.len() / 4 + 1),
            open: Vec::new(),
            open_braces: 0,
            unterminated: [false; 2],
            open_ended,
            found_open_ended: None,
            errors: 0,
            diagnostics,
        }
    }
}

struct Lexer<'a> {
    file: FileId,
    text: &'a str,
    at: usize,
    after_newline: bool,
    tokens: Vec<Token>,
    /// Indices of brackets that wait for their partner.
    open: Vec<u32>,
    /// How many of them are braces.
    open_braces: usize,
    /// For `"` and `'`: one of them is known to have no end, so others look no further than their own line.
    /// Keeps a file of nothing but quotes linear.
    unterminated: [bool; 2],
    /// Starts of strings that are known to lack their closing quote: they end with their line.
    open_ended: &'a [u32],
    /// Another one, found where the quotes of the file did not come out even.
    found_open_ended: Option<u32>,
    errors: usize,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'a> Lexer<'a> {
    fn run(&mut self) {
        if self.text.starts_with('\u{feff}') {
            self.at = '\u{feff}'.len_utf8();
        }
        loop {
            self.skip_space();
            let Some(first) = self.rest().chars().next() else { break };
            let start = self.at;
            match first {
                '0'..='9' => self.number(),
                '"' | '\'' => self.string(first),
                'a'..='z' | 'A'..='Z' | '_' => self.word(),
                _ if first.is_alphabetic() => self.word(),
                _ => match mark(self.rest().as_bytes()) {
                    Some(mark) => {
                        self.at += mark.text().len();
                        self.mark(mark, start);
                    }
                    None => self.unexpected(),
                },
            }
        }
        let end = self.text.len();
        self.push(TokenKind::End, end);
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn span(&self, start: usize) -> Span {
        Span::new(self.file, start as u32, self.at as u32)
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        let token = Token {
            kind,
            after_newline: self.after_newline,
            start: start as u32,
            end: self.at as u32,
            partner: 0,
        };
        self.tokens.push(token);
        self.after_newline = false;
    }

    fn mark(&mut self, mark: Mark, start: usize) {
        let index = self.tokens.len() as u32;
        #[expect(clippy::wildcard_enum_match_arm, reason = "every other mark is no bracket")]
        let opener = match mark {
            Mark::LeftParen | Mark::LeftBracket | Mark::LeftBrace => {
                self.open.push(index);
                self.open_braces += usize::from(mark == Mark::LeftBrace);
                None
            }
            Mark::RightParen => Some(Mark::LeftParen),
            Mark::RightBracket => Some(Mark::LeftBracket),
            Mark::RightBrace => Some(Mark::LeftBrace),
            _ => None,
        };
        if let Some(opener) = opener
            && let Some(last) = self.open.last()
            && self.tokens[*last as usize].kind == TokenKind::Mark(opener)
        {
            self.tokens[*last as usize].partner = index;
            self.open.pop();
            self.open_braces -= usize::from(mark == Mark::RightBrace);
        } else if opener == Some(Mark::LeftBrace) && self.open_braces > 0 {
            // A brace closes what was forgotten inside it, so that one missing `)` does not unpair a whole file.
            let brace = TokenKind::Mark(Mark::LeftBrace);
            if let Some(found) = self.open.iter().rposition(|at| self.tokens[*at as usize].kind == brace) {
                let at = self.open[found] as usize;
                self.tokens[at].partner = index;
                self.open.truncate(found);
                self.open_braces -= 1;
            }
        }
        self.push(TokenKind::Mark(mark), start);
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.errors += 1;
        if self.errors <= MAX_ERRORS {
            self.diagnostics.push(diagnostic);
        }
    }

    fn skip_space(&mut self) {
        while self.at < self.text.len() {
            let bytes = self.rest().as_bytes();
            match bytes[0] {
                b'\n' => {
                    self.after_newline = true;
                    self.at += 1;
                }
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'#' => self.skip_line(),
                b'/' if bytes.get(1) == Some(&b'/') => self.skip_line(),
                b'/' if bytes.get(1) == Some(&b'*') => self.skip_block_comment(),
                first if first < 0x80 => {
                    if !first.is_ascii_whitespace() && first != 0x0b {
                        return;
                    }
                    self.at += 1;
                }
                _ => match self.rest().chars().next() {
                    Some(c) if c.is_whitespace() => self.at += c.len_utf8(),
                    _ => return,
                },
            }
        }
    }

    fn skip_line(&mut self) {
        self.at += self.rest().find('\n').unwrap_or(self.rest().len());
    }

    fn skip_block_comment(&mut self) {
        let start = self.at;
        match self.rest()[2..].find("*/") {
            Some(length) => {
                let comment = &self.rest()[..length + 4];
                self.after_newline |= comment.contains('\n');
                self.at += comment.len();
            }
            None => {
                self.at = self.text.len();
                let span = Span::new(self.file, start as u32, start as u32 + 2);
                self.report(
                    Diagnostic::error("unterminated-comment", "this block comment has no end")
                        .at(span, "the comment starts here")
                        .hint("close it with `*/`; block comments do not nest"),
                );
            }
        }
    }

    /// `r"..."` and `r#"..."#`, with as many `#` on both sides: nothing in it is an escape.
    fn raw_string(&mut self) -> bool {
        let start = self.at;
        let rest = &self.rest()[1..];
        let marks = rest.bytes().take_while(|b| *b == b'#').count();
        let quote = match rest.as_bytes().get(marks) {
            Some(b'"') => '"',
            Some(b'\'') => '\'',
            _ => return false,
        };
        let end = format!("{quote}{}", "#".repeat(marks));
        let inner = start + 1 + marks + 1;
        match self.text[inner..].find(&end) {
            Some(length) => {
                self.at = inner + length + end.len();
                self.push(TokenKind::Str, start);
            }
            None => {
                self.at = self.text[start..]
                    .find('\n')
                    .map_or(self.text.len(), |length| start + length);
                let opening = Span::new(self.file, start as u32, inner as u32);
                self.report(
                    Diagnostic::error("unterminated-string", "this string has no end")
                        .at(opening, "the string starts here")
                        .hint(format!("close it with `{end}`; nothing in a raw string is an escape")),
                );
                self.push(TokenKind::Invalid, start);
            }
        }
        true
    }

    fn word(&mut self) {
        let start = self.at;
        let rest = self.rest();
        // Two letters of a name that stands directly before a text would be an error anyway.
        if matches!(rest.as_bytes(), [b'r', b'"' | b'\'' | b'#', ..]) && self.raw_string() {
            return;
        }
        let ascii = rest
            .bytes()
            .take_while(|b| b.is_ascii_alphanumeric() || *b == b'_')
            .count();
        let length = match rest.as_bytes().get(ascii) {
            Some(next) if *next >= 0x80 => rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(rest.len()),
            _ => ascii,
        };
        self.at += length;
        self.push(TokenKind::Word(Word::of(&rest[..length])), start);
    }

    fn number(&mut self) {
        let start = self.at;
        let bytes = self.rest().as_bytes();
        // A separator stands between digits.
        let run = |from: usize, is: fn(&u8) -> bool| {
            let count = bytes[from..].iter().take_while(|b| is(b) || **b == b'_').count();
            count
                - bytes[from..from + count]
                    .iter()
                    .rev()
                    .take_while(|b| **b == b'_')
                    .count()
        };
        let digits = |from: usize| {
            if bytes.get(from).is_some_and(u8::is_ascii_digit) {
                run(from, u8::is_ascii_digit)
            } else {
                0
            }
        };
        let mut length = digits(0);
        let mut kind = TokenKind::Int;
        let based: Option<fn(&u8) -> bool> = match bytes {
            [b'0', b'x' | b'X', b, ..] if b.is_ascii_hexdigit() => Some(u8::is_ascii_hexdigit),
            [b'0', b'b' | b'B', b'0' | b'1', ..] => Some(|b| matches!(b, b'0' | b'1')),
            [b'0', b'o' | b'O', b'0'..=b'7', ..] => Some(|b| matches!(b, b'0'..=b'7')),
            _ => None,
        };
        if let Some(is) = based {
            length = 2 + run(2, is);
        } else if bytes.get(length) == Some(&b'.') && bytes.get(length + 1).is_some_and(u8::is_ascii_digit) {
            length += 1;
            length += digits(length);
            kind = TokenKind::Float;
        }
        if based.is_none() && matches!(bytes.get(length), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
            let exponent = digits(length + 1 + sign);
            if exponent > 0 {
                length += 1 + sign + exponent;
                kind = TokenKind::Float;
            }
        }
        self.at += length;
        let tail = self.rest();
        let stray = tail
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(tail.len());
        if stray > 0 {
            self.at += stray;
            let written = &self.text[start..self.at];
            let hint = match tail.as_bytes()[0] {
                b'e' | b'E' => "an exponent has digits, as in `1e5`",
                b'x' | b'X' | b'o' | b'b' | b'B' if &self.text[start..start + length] == "0" => {
                    "behind `0x` stand hexadecimal digits, behind `0o` octal ones, behind `0b` 0 and 1"
                }
                b'_' => "a separator stands between two digits",
                _ => "put a space between the number and the name",
            };
            self.report(
                Diagnostic::error("bad-number", format!("`{}` is not a number", shorten(written)))
                    .at(self.span(start), "")
                    .hint(hint),
            );
        }
        self.push(kind, start);
    }

    fn string(&mut self, quote: char) {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let quote_byte = quote as u8;
        if self.open_ended.contains(&(start as u32)) {
            return self.open_ended_string(start, quote);
        }
        let known_unterminated = self.unterminated[usize::from(quote == '\'')];
        let mut at = start + 1;
        let mut line_end = None;
        let closed = loop {
            match bytes.get(at) {
                None => break false,
                Some(b'\\') => at += 2,
                Some(b'\n') => {
                    line_end.get_or_insert(at);
                    if known_unterminated {
                        break false;
                    }
                    at += 1;
                }
                Some(b) if *b == quote_byte => break true,
                Some(_) => at += 1,
            }
        };
        if closed {
            self.at = at + 1;
        } else {
            // Asked once: a file of nothing but quotes stays linear.
            if !known_unterminated && let Some(culprit) = self.open_ended_before(quote) {
                self.found_open_ended = Some(culprit);
                self.at = bytes.len();
                return;
            }
            self.unterminated[usize::from(quote == '\'')] = true;
            self.at = line_end.unwrap_or(bytes.len());
            let opening = Span::new(self.file, start as u32, start as u32 + 1);
            let mut diagnostic = Diagnostic::error("unterminated-string", "this string has no end")
                .at(opening, "the string starts here");
            diagnostic = match (!known_unterminated).then(|| self.inside_word(start)).flatten() {
                Some(end) => diagnostic
                    .also(Span::new(self.file, end - 1, end), "the string before it ends here")
                    .hint(format!(
                        "to have `{quote}` inside a string write `\\{quote}`, or use the other quotes"
                    )),
                None => diagnostic.hint(format!(
                    "close it with `{quote}`; a quote inside a string is written `\\{quote}`"
                )),
            };
            self.report(diagnostic);
        }
        self.push(if closed { TokenKind::Str } else { TokenKind::Invalid }, start);
    }

    /// Where the string before this quote ends, if it was meant to go on: `'it's'`.
    fn inside_word(&self, start: usize) -> Option<u32> {
        let line = self.text[..start].rfind('\n').map_or(0, |newline| newline + 1) as u32;
        let quote = self.text[start..].chars().next()?;
        let on_line = self.tokens.iter().rev().take_while(|token| token.start >= line);
        let mut strings = on_line.filter(|token| token.kind == TokenKind::Str);
        let token = strings.find(|token| self.text[token.start as usize..].starts_with(quote))?;
        let next = self.text[token.end as usize..].chars().next()?;
        next.is_alphanumeric().then_some(token.end)
    }

    /// The string before this place that most likely lacks its closing quote: the first over several lines behind which
    /// stands what only the inside of a string looks like.
    fn open_ended_before(&self, quote: char) -> Option<u32> {
        let inside_out = |token: &&Token| {
            let text = &self.text[token.start as usize..token.end as usize];
            let next = self.text[token.end as usize..].chars().next().unwrap_or('\n');
            let follows = next.is_whitespace() || "+-*/%.,;:)]}=!<>&|?".contains(next);
            token.kind == TokenKind::Str && text.starts_with(quote) && text.contains('\n') && !follows
        };
        let found = self.tokens.iter().find(inside_out)?;
        (!self.open_ended.contains(&found.start)).then_some(found.start)
    }

    /// A string that ends with its line, because its closing quote is missing.
    fn open_ended_string(&mut self, start: usize, quote: char) {
        let rest = &self.text[start + 1..];
        let line = rest.find('\n').unwrap_or(rest.len());
        self.at = start + 1 + line;
        let mut diagnostic = Diagnostic::error("unterminated-string", "this string is not closed")
            .at(self.span(start), "it starts here, and its line does not close it");
        if let Some(other) = rest[line..].find(quote) {
            let other = (start + 1 + line + other) as u32;
            diagnostic = diagnostic.also(
                Span::new(self.file, other, other + 1),
                "so the next quote would close it, where another string starts",
            );
        }
        self.report(diagnostic.hint(format!(
            "close it with `{quote}`; a quote inside a string is written `\\{quote}`"
        )));
        self.push(TokenKind::Invalid, start);
    }

    /// Reports a run of characters that start no token as one error.
    fn unexpected(&mut self) {
        let start = self.at;
        let rest = self.rest();
        if let Some(inside) = rest.strip_prefix('`')
            && let Some(length) = inside.find(['`', '\n'])
            && inside[length..].starts_with('`')
        {
            self.at += length + 2;
            let mut diagnostic = Diagnostic::error("unexpected-character", "strings are not quoted with backquotes")
                .at(self.span(start), "")
                .hint("strings are quoted with `\"` or `'`");
            if inside[..length].contains("${") {
                diagnostic = diagnostic.note("values are not put into a string: join them, as in `\"hello \" + name`");
            }
            self.report(diagnostic);
            return self.push(TokenKind::Invalid, start);
        }
        let starts_token = |at: usize, c: char| {
            c.is_alphanumeric() || c.is_whitespace() || matches!(c, '_' | '"' | '\'' | '#') || {
                mark(&rest.as_bytes()[at..]).is_some()
            }
        };
        let length = rest
            .char_indices()
            .find(|(at, c)| starts_token(*at, *c))
            .map_or(rest.len(), |(at, _)| at);
        self.at += length;
        let run = &rest[..length];
        let first = run.chars().next().unwrap_or('\0');
        let message = if run.chars().count() > 1 {
            format!("unexpected characters `{}`", shorten(run).escape_debug())
        } else if first.is_control() || first == '\u{feff}' {
            format!("unexpected character U+{:04X}", first as u32)
        } else if first == '`' {
            "unexpected backquote".to_string()
        } else {
            format!("unexpected character `{first}`")
        };
        let mut diagnostic = Diagnostic::error("unexpected-character", message).at(self.span(start), "");
        match first {
            '\0' => diagnostic = diagnostic.note("a NUL byte often means that this is not a text file"),
            '\u{201c}' | '\u{201d}' | '\u{300c}' | '\u{300d}' => {
                diagnostic = diagnostic.hint("strings are quoted with `\"`")
            }
            '\u{2018}' | '\u{2019}' => diagnostic = diagnostic.hint("strings are quoted with `'` or `\"`"),
            '（' | '）' | '；' | '，' | '：' | '＝' => {
                diagnostic = diagnostic.hint("use the half-width form of this character")
            }
            '`' => diagnostic = diagnostic.hint("strings are quoted with `\"` or `'`"),
            '\\' => diagnostic = diagnostic.note("a backslash has a meaning only inside a string"),
            _ if !first.is_ascii() => {
                diagnostic = diagnostic.note("names consist of letters of any script, digits and `_`");
            }
            _ => {}
        }
        self.report(diagnostic);
        self.push(TokenKind::Invalid, start);
    }
}

/// The longest mark that `bytes` starts with.
fn mark(bytes: &[u8]) -> Option<Mark> {
    let second = bytes.get(1).copied().unwrap_or(0);
    Some(match (*bytes.first()?, second) {
        (b'(', _) => Mark::LeftParen,
        (b')', _) => Mark::RightParen,
        (b'[', _) => Mark::LeftBracket,
        (b']', _) => Mark::RightBracket,
        (b'{', _) => Mark::LeftBrace,
        (b'}', _) => Mark::RightBrace,
        (b',', _) => Mark::Comma,
        (b';', _) => Mark::Semicolon,
        (b':', b':') => Mark::ColonColon,
        (b':', _) => Mark::Colon,
        (b'.', b'.') => Mark::DotDot,
        (b'.', _) => Mark::Dot,
        (b'@', _) => Mark::At,
        (b'?', b'?') => Mark::QuestionQuestion,
        (b'?', b'.') if bytes.get(2) != Some(&b'.') => Mark::QuestionDot,
        (b'?', _) => Mark::Question,
        (b'=', b'=') => Mark::EqualEqual,
        (b'=', b'>') => Mark::FatArrow,
        (b'=', _) => Mark::Equal,
        (b'!', b'=') => Mark::BangEqual,
        (b'!', _) => Mark::Bang,
        (b'<', b'=') => Mark::LessEqual,
        (b'<', b'<') => Mark::LessLess,
        (b'<', _) => Mark::Less,
        (b'>', b'=') => Mark::GreaterEqual,
        (b'>', b'>') => Mark::GreaterGreater,
        (b'>', _) => Mark::Greater,
        (b'+', b'=') => Mark::PlusEqual,
        (b'+', _) => Mark::Plus,
        (b'-', b'=') => Mark::MinusEqual,
        (b'-', b'>') => Mark::Arrow,
        (b'-', _) => Mark::Minus,
        (b'*', b'=') => Mark::StarEqual,
        (b'*', _) => Mark::Star,
        (b'/', b'=') => Mark::SlashEqual,
        (b'/', _) => Mark::Slash,
        (b'%', b'=') => Mark::PercentEqual,
        (b'%', _) => Mark::Percent,
        (b'&', b'&') => Mark::AmpersandAmpersand,
        (b'&', _) => Mark::Ampersand,
        (b'|', b'|') => Mark::BarBar,
        (b'|', b'>') => Mark::BarGreater,
        (b'|', _) => Mark::Bar,
        (b'^', _) => Mark::Caret,
        (b'~', _) => Mark::Tilde,
        _ => return None,
    })
}

/// The first characters of a text that may be megabytes long.
pub fn shorten(text: &str) -> String {
    const KEEP: usize = 40;
    match text.char_indices().nth(KEEP) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_string(),
    }
}

/// The value of a string literal given with its quotes.
///
/// An unknown escape stands for itself with its backslash. 2026 knows more of them than 2025.
pub fn string_value(literal: &str, edition: Edition) -> String {
    if let Some(raw) = literal.strip_prefix('r') {
        let marks = raw.bytes().take_while(|b| *b == b'#').count();
        return raw[marks + 1..raw.len() - marks - 1].to_string();
    }
    let inner = &literal[1..literal.len() - 1];
    if !inner.contains('\\') {
        return inner.to_string();
    }
    let mut value = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            value.push(c);
            continue;
        }
        let modern = edition == Edition::E2026 || literal.starts_with('\'');
        match chars.next() {
            Some('n') => value.push('\n'),
            Some('t') => value.push('\t'),
            Some('r') => value.push('\r'),
            Some('\\') => value.push('\\'),
            Some('"') => value.push('"'),
            Some('\'') if modern => value.push('\''),
            Some('/') if modern => value.push('/'),
            Some('b') if modern => value.push('\u{8}'),
            Some('f') if modern => value.push('\u{c}'),
            Some('u') if modern => match unicode_escape(chars.as_str()) {
                Some((c, length)) => {
                    value.push(c);
                    chars = chars.as_str()[length..].chars();
                }
                None => value.push_str("\\u"),
            },
            Some(other) => {
                value.push('\\');
                value.push(other);
            }
            None => value.push('\\'),
        }
    }
    value
}

/// The character that `XXXX` (or `XXXX\uYYYY` for a surrogate pair) stands for, and the bytes it takes.
fn unicode_escape(text: &str) -> Option<(char, usize)> {
    let unit = |from: usize| {
        let digits = text.get(from..from + 4)?;
        let hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
        if hex {
            u16::from_str_radix(digits, 16).ok()
        } else {
            None
        }
    };
    let first = unit(0)?;
    if let Some(c) = char::from_u32(u32::from(first)) {
        return Some((c, 4));
    }
    if text.get(4..6) != Some("\\u") {
        return None;
    }
    let pair = char::decode_utf16([first, unit(6)?]).next()?;
    pair.ok().map(|c| (c, 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<TokenKind> {
        let mut diagnostics = Vec::new();
        tokenize(FileId(0), text, &mut diagnostics)
            .iter()
            .map(|t| t.kind)
            .collect()
    }

    #[test]
    fn a_dot_belongs_to_a_number_only_before_a_digit() {
        use TokenKind::*;
        assert_eq!(kinds("1..5"), [Int, Mark(super::Mark::DotDot), Int, End]);
        assert_eq!(kinds("1.5"), [Float, End]);
        assert_eq!(
            kinds("5.abs"),
            [Int, Mark(super::Mark::Dot), Word(super::Word::Plain), End]
        );
    }

    #[test]
    fn unknown_escapes_keep_their_backslash() {
        assert_eq!(string_value(r#""a\x\n\"""#, Edition::E2025), "a\\x\n\"");
        assert_eq!(string_value(r#""\'\/""#, Edition::E2025), r"\'\/");
        assert_eq!(string_value(r#""\'\/""#, Edition::E2026), "'/");
        assert_eq!(
            string_value(r#""\u0041\ud83d\ude00\ud83d\u""#, Edition::E2026),
            "A😀\\ud83d\\u"
        );
    }

    #[test]
    fn a_file_of_escaped_quotes_is_linear() {
        let text = "\\\"\n".repeat(200_000);
        let mut diagnostics = Vec::new();
        tokenize(FileId(0), &text, &mut diagnostics);
        assert!(diagnostics.len() <= MAX_ERRORS);
    }

    #[test]
    fn brackets_know_their_partners_although_one_is_missing() {
        let mut diagnostics = Vec::new();
        let tokens = tokenize(FileId(0), "{ f( } x", &mut diagnostics);
        assert_eq!(tokens[0].partner, 3);
        assert_eq!(tokens[2].partner, 0);
    }
}
