//! Tokens to syntax tree, by recursive descent.
//!
//! One grammar serves both editions; the edition decides only how tightly `>>` binds and which escapes strings
//! know. Keywords are contextual: a word is a keyword where what follows makes it one, and a name elsewhere.
//!
//! The parser recovers at statements and members, so one run reports several errors. Nesting and the height of
//! expression trees are bounded: deeper input is an error, not a stack overflow, here and in every later pass.

mod declarations;
mod expressions;
mod foreign;
mod patterns;
mod statements;

use super::ast::*;
use super::layout;
use super::lexer::{shorten, string_value, tokenize};
use super::token::{Mark, Token, TokenKind, Word};
use crate::diagnostic::Diagnostic;
use crate::edition::Edition;
use crate::source::{FileId, Span};
use std::collections::HashMap;
use std::rc::Rc;

/// How deep brackets, blocks and operands may be nested.
pub const MAX_NESTING: u32 = 400;
/// How high the tree of one expression may be, e.g. the number of terms of a sum.
pub const MAX_HEIGHT: u32 = 4000;
/// Syntax errors in one file after which the parser gives up.
const MAX_ERRORS: usize = 30;

/// Parses one file. `next_node` is the first free node id and is moved on. Errors go to `diagnostics`; where
/// there are some, the tree covers what could be understood.
pub fn parse(
    file: FileId,
    text: &str,
    edition: Edition,
    next_node: &mut u32,
    diagnostics: &mut Vec<Diagnostic>,
) -> Unit {
    let tokens = tokenize(file, text, diagnostics);
    let broken = layout::check(file, text, &tokens);
    let broken_from = broken.as_ref().map(|broken| broken.from);
    diagnostics.extend(broken.map(|broken| broken.diagnostic));
    let mut parser = Parser {
        broken_from,
        file,
        text,
        edition,
        tokens,
        at: 0,
        next_node: *next_node,
        names: HashMap::new(),
        nesting: 0,
        highest: 0,
        in_group: false,
        no_braces: false,
        errors: 0,
        last_error: None,
        gave_up: false,
        silent: 0,
        commas: 0,
        requests: Vec::new(),
        declarations: Vec::new(),
        diagnostics,
    };
    let statements = parser.statements_until_end();
    *next_node = parser.next_node;
    Unit {
        file,
        statements,
        requests: parser.requests,
        declarations: parser.declarations,
    }
}

/// The error has been reported; the caller recovers or passes it on.
#[derive(Debug)]
struct Reported;

type Parsed<T> = Result<T, Reported>;

struct Parser<'a> {
    file: FileId,
    text: &'a str,
    edition: Edition,
    tokens: Vec<Token>,
    at: usize,
    next_node: u32,
    /// One copy of each name.
    names: HashMap<&'a str, Rc<str>>,
    nesting: u32,
    /// Height of the highest expression since a lambda, block or match last asked.
    highest: u32,
    /// Inside `( )` or `[ ]`: a line that starts with `-` goes on with the expression.
    in_group: bool,
    /// In a head like `if c {`: a brace after a name does not belong to the expression.
    no_braces: bool,
    errors: usize,
    last_error: Option<usize>,
    gave_up: bool,
    /// Where a brace is missing or left over; what is wrong behind it follows from that.
    broken_from: Option<u32>,
    /// What is read follows from an error that has been reported: others are not.
    silent: u32,
    /// Arguments without a comma that have been warned about.
    commas: usize,
    requests: Vec<FileRequest>,
    declarations: Vec<Declaration>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'a> Parser<'a> {
    // ------------------------------------------------------------------------------------------ tokens

    fn token(&self) -> Token {
        self.tokens[self.at]
    }

    fn kind(&self) -> TokenKind {
        self.token().kind
    }

    /// The token `n` places ahead; the last one stands for all that would follow.
    fn ahead(&self, n: usize) -> Token {
        self.tokens[(self.at + n).min(self.tokens.len() - 1)]
    }

    fn is(&self, mark: Mark) -> bool {
        self.kind() == TokenKind::Mark(mark)
    }

    fn is_word(&self, word: Word) -> bool {
        self.kind() == TokenKind::Word(word)
    }

    fn is_end(&self) -> bool {
        self.kind() == TokenKind::End
    }

    fn ahead_is(&self, n: usize, mark: Mark) -> bool {
        self.ahead(n).kind == TokenKind::Mark(mark)
    }

    fn ahead_is_name(&self, n: usize) -> bool {
        matches!(self.ahead(n).kind, TokenKind::Word(_))
    }

    fn advance(&mut self) -> Token {
        let token = self.token();
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
        token
    }

    fn eat(&mut self, mark: Mark) -> bool {
        let found = self.is(mark);
        if found {
            self.advance();
        }
        found
    }

    fn eat_word(&mut self, word: Word) -> bool {
        let found = self.is_word(word);
        if found {
            self.advance();
        }
        found
    }

    fn expect(&mut self, mark: Mark, after: &str) -> Parsed<Token> {
        if self.is(mark) {
            return Ok(self.advance());
        }
        Err(self.unexpected(&format!("`{}` {after}", mark.text())))
    }

    /// Closes the bracket that `open` opened.
    fn expect_closing(&mut self, mark: Mark, open: Token) -> Parsed<Token> {
        if self.is(mark) {
            return Ok(self.advance());
        }
        let form = if mark == Mark::RightBracket && self.is(Mark::Colon) {
            Some(self.foreign_slice())
        } else if mark == Mark::RightParen {
            self.foreign_arrow(open).or_else(|| self.foreign_form())
        } else {
            self.foreign_form()
        };
        if let Some(diagnostic) = form {
            return Err(self.error(diagnostic));
        }
        let message = format!("expected `{}`, found {}", mark.text(), self.describe(self.token()));
        // What is missing on a line is missing at its end, not at the start of the next.
        let span = if self.token().after_newline {
            self.span_from(self.previous_end())
        } else {
            self.here()
        };
        let diagnostic = Diagnostic::error("syntax", message)
            .at(span, format!("expected `{}`", mark.text()))
            .also(self.span_of(open), "to close this");
        Err(self.error(diagnostic))
    }

    /// Skips the semicolons between statements or members.
    fn skip_semicolons(&mut self) {
        while self.eat(Mark::Semicolon) {}
    }

    // ------------------------------------------------------------------------------------------ text and spans

    fn span_of(&self, token: Token) -> Span {
        Span::new(self.file, token.start, token.end)
    }

    fn here(&self) -> Span {
        self.span_of(self.token())
    }

    /// End of the token before this one.
    fn previous_end(&self) -> u32 {
        if self.at == 0 { 0 } else { self.tokens[self.at - 1].end }
    }

    /// From `start` to the last token read.
    fn span_from(&self, start: u32) -> Span {
        Span::new(self.file, start, self.previous_end().max(start))
    }

    fn text_of(&self, token: Token) -> &'a str {
        &self.text[token.start as usize..token.end as usize]
    }

    fn intern(&mut self, text: &'a str) -> Rc<str> {
        Rc::clone(self.names.entry(text).or_insert_with(|| text.into()))
    }

    /// Takes the current token, a word, as a name.
    fn take_name(&mut self) -> Name {
        let token = self.advance();
        Name {
            text: self.intern(self.text_of(token)),
            span: self.span_of(token),
        }
    }

    /// Takes a name; any word will do.
    fn name(&mut self, what: &str) -> Parsed<Name> {
        if let TokenKind::Word(_) = self.kind() {
            return Ok(self.take_name());
        }
        Err(self.unexpected(what))
    }

    /// Takes a name that a program may give to a variable, function or box.
    fn declared_name(&mut self, what: &str) -> Parsed<Name> {
        if let TokenKind::Word(word) = self.kind()
            && is_reserved(word)
        {
            let text = self.text_of(self.token());
            let diagnostic = Diagnostic::error("syntax", format!("expected {what}, found the keyword `{text}`"))
                .at(self.here(), "a keyword cannot be a name")
                .hint(format!("choose another name, for example `{text}_`"));
            return Err(self.error(diagnostic));
        }
        self.name(what)
    }

    /// Takes a string literal.
    fn string(&mut self, what: &str) -> Parsed<(Rc<str>, Span)> {
        if self.kind() != TokenKind::Str {
            return Err(self.unexpected(what));
        }
        let token = self.advance();
        Ok((
            string_value(self.text_of(token), self.edition).into(),
            self.span_of(token),
        ))
    }

    fn node(&mut self) -> NodeId {
        let id = NodeId(self.next_node);
        self.next_node += 1;
        id
    }

    // ------------------------------------------------------------------------------------------ errors

    /// Reports, unless this very token has been reported already.
    fn error(&mut self, diagnostic: Diagnostic) -> Reported {
        let lexed = self.kind() == TokenKind::Invalid;
        if self.broken_from.is_some_and(|from| self.token().start >= from) {
            return Reported;
        }
        if let Some(diagnostic) = self.inside_out() {
            self.diagnostics.push(diagnostic);
            self.give_up();
            return Reported;
        }
        if !self.gave_up && !lexed && self.silent == 0 && self.last_error != Some(self.at) {
            self.last_error = Some(self.at);
            self.errors += 1;
            self.diagnostics.push(diagnostic);
            if self.errors == MAX_ERRORS {
                self.diagnostics.push(
                    Diagnostic::error("too-many-errors", "too many errors; the rest of this file was not read")
                        .at(self.here(), "stopped here"),
                );
                self.give_up();
            }
        }
        Reported
    }

    /// A string over several lines stands right before what is wrong: its closing quote is the opening one of another.
    fn inside_out(&self) -> Option<Diagnostic> {
        let string = self.at.checked_sub(1).map(|at| self.tokens[at])?;
        let text = self.text_of(string);
        let word = matches!(self.kind(), TokenKind::Word(_) | TokenKind::Int | TokenKind::Float);
        if self.gave_up
            || string.kind != TokenKind::Str
            || !text.contains('\n')
            || !word
            || string.end != self.token().start
        {
            return None;
        }
        let line = text.find('\n').unwrap_or(text.len()) as u32;
        let quote = &text[..1];
        Some(
            Diagnostic::error("unterminated-string", "this string is not closed")
                .at(
                    Span::new(self.file, string.start, string.start + line),
                    "it starts here, and its line does not close it",
                )
                .also(
                    Span::new(self.file, string.end - 1, string.end),
                    "so this quote closes it, where another string starts",
                )
                .hint(format!(
                    "close it with `{quote}`; a quote inside a string is written `\\{quote}`"
                )),
        )
    }

    /// Reads no further in this file.
    fn give_up(&mut self) {
        self.gave_up = true;
        self.at = self.tokens.len() - 1;
    }

    fn unexpected(&mut self, expected: &str) -> Reported {
        if let Some(diagnostic) = self.foreign_form() {
            return self.error(diagnostic);
        }
        let message = format!("expected {expected}, found {}", self.describe(self.token()));
        let span = if self.is_end() {
            self.span_from(self.previous_end())
        } else {
            self.here()
        };
        self.error(Diagnostic::error("syntax", message).at(span, ""))
    }

    fn describe(&self, token: Token) -> String {
        match token.kind {
            TokenKind::End => "the end of the file".to_string(),
            TokenKind::Str => "a string".to_string(),
            TokenKind::Word(_) | TokenKind::Int | TokenKind::Float | TokenKind::Mark(_) | TokenKind::Invalid => {
                format!("`{}`", shorten(self.text_of(token)))
            }
        }
    }

    // ------------------------------------------------------------------------------------------ bounds

    /// Runs `parse` one level deeper.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.nesting >= MAX_NESTING {
            return Err(self.too_deep(
                "this is nested too deeply",
                &format!("at most {MAX_NESTING} levels are possible"),
            ));
        }
        self.nesting += 1;
        let result = parse(self);
        self.nesting -= 1;
        result
    }

    fn too_deep(&mut self, message: &str, note: &str) -> Reported {
        let diagnostic = Diagnostic::error("too-deep", message)
            .at(self.here(), "the limit is reached here")
            .note(note)
            .hint("move a part into a function or a variable of its own");
        let reported = self.error(diagnostic);
        self.give_up();
        reported
    }

    /// Runs `parse` outside any group or head, as inside a block.
    fn fresh<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.with_context(false, false, parse)
    }

    /// Runs `parse` inside round or square brackets.
    fn grouped<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.with_context(true, false, parse)
    }

    /// Runs `parse` for the head of `if`, `loop` and so on.
    fn head<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.with_context(false, true, parse)
    }

    fn with_context<T>(
        &mut self,
        group: bool,
        no_braces: bool,
        parse: impl FnOnce(&mut Self) -> Parsed<T>,
    ) -> Parsed<T> {
        let saved = (self.in_group, self.no_braces);
        (self.in_group, self.no_braces) = (group, no_braces);
        let result = parse(self);
        (self.in_group, self.no_braces) = saved;
        result
    }

    // ------------------------------------------------------------------------------------------ building

    /// Makes an expression node. `below` is the height of the highest operand.
    fn expr(&mut self, start: u32, below: u32, kind: ExprKind) -> Parsed<Expr> {
        let height = below + 1;
        if height > MAX_HEIGHT {
            let note = format!("an expression is at most {MAX_HEIGHT} operations high");
            return Err(self.too_deep("this expression is too long", &note));
        }
        self.highest = self.highest.max(height);
        Ok(Expr {
            id: self.node(),
            span: self.span_from(start),
            height,
            kind,
        })
    }

    /// Runs `parse` and also tells the height of the highest expression in what it read.
    fn measured<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<(T, u32)> {
        let outer = std::mem::replace(&mut self.highest, 0);
        let result = parse(self);
        let inner = self.highest;
        self.highest = outer.max(inner);
        result.map(|value| (value, inner))
    }
}

/// Words that are never names of variables, functions or boxes. After a dot and as members they are names.
fn is_reserved(word: Word) -> bool {
    matches!(
        word,
        Word::And
            | Word::Break
            | Word::Catch
            | Word::Continue
            | Word::Else
            | Word::False
            | Word::Finally
            | Word::Function
            | Word::If
            | Word::Local
            | Word::Me
            | Word::New
            | Word::Not
            | Word::Null
            | Word::Or
            | Word::Return
            | Word::This
            | Word::Throw
            | Word::True
            | Word::Try
    )
}
