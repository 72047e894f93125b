//! Words and forms of other languages: whoever writes one of them is told what this language has instead.
//!
//! Nothing here is a keyword. A word counts only where what follows makes it a statement of the other language, which
//! has no meaning in this one; a form is looked for where there is an error already.

use super::*;

/// The code of all diagnostics here.
const CODE: &str = "other-language";

impl Parser<'_> {
    /// Runs `parse` on what follows something that has been reported: what goes wrong there is not reported, too.
    fn silently<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.silent += 1;
        let result = parse(self);
        self.silent -= 1;
        result
    }

    fn foreign(&mut self, span: Span, message: impl Into<String>, hint: impl Into<String>) -> Reported {
        let diagnostic = Diagnostic::error(CODE, message).at(span, "").hint(hint);
        self.error(diagnostic)
    }

    /// The word `n` places ahead, if it stands on the line of the one before it.
    fn word_ahead(&self, n: usize) -> Option<&str> {
        let token = self.ahead(n);
        let on_line = n == 0 || !token.after_newline;
        (on_line && matches!(token.kind, TokenKind::Word(_))).then(|| self.text_of(token))
    }

    /// The token `n` places ahead follows the one before it without a space.
    fn adjacent(&self, n: usize) -> bool {
        let before = if n == 0 {
            self.previous_end()
        } else {
            self.ahead(n - 1).end
        };
        before == self.ahead(n).start
    }

    /// The statement ends before the token `n` places ahead.
    fn ends_before(&self, n: usize) -> bool {
        let token = self.ahead(n);
        token.after_newline
            || matches!(
                token.kind,
                TokenKind::End
                    | TokenKind::Mark(
                        Mark::RightParen | Mark::RightBracket | Mark::RightBrace | Mark::Semicolon | Mark::Comma
                    )
            )
    }

    /// A word, number or text `n` places ahead on the same line: what an argument without parentheses is.
    fn bare_argument(&self, n: usize) -> bool {
        let token = self.ahead(n);
        if token.after_newline {
            return false;
        }
        match token.kind {
            TokenKind::Str | TokenKind::Int | TokenKind::Float => true,
            TokenKind::Word(word) => !matches!(
                word,
                Word::And | Word::Or | Word::In | Word::As | Word::Else | Word::Catch
            ),
            TokenKind::Mark(_) | TokenKind::Invalid | TokenKind::End => false,
        }
    }

    // ------------------------------------------------------------------------------------------ statements

    /// A statement as another language writes it.
    pub(super) fn foreign_statement(&mut self) -> Option<Parsed<StmtKind>> {
        let TokenKind::Word(word) = self.kind() else {
            return self.foreign_mark_statement();
        };
        let text = self.text_of(self.token()).to_string();
        let next = self.word_ahead(1).map(str::to_string);
        match (text.as_str(), next.as_deref()) {
            ("let" | "var" | "const" | "val" | "auto" | "dim" | "my", Some(_)) if word == Word::Plain => {
                self.foreign_variable(&text)
            }
            ("def" | "func" | "fun" | "sub" | "proc", Some(name)) if self.ahead_is(2, Mark::LeftParen) => {
                let hint = format!("write `function {name}(..) {{ .. }}`");
                self.foreign(self.here(), "functions are declared with `function`", hint);
                self.advance();
                Some(self.silently(Self::function_of_statement))
            }
            ("class" | "struct" | "record" | "trait", Some(name)) => {
                let hint = format!("write `box {name} {{ .. }}`; its constructor is `birth(..) {{ .. }}`");
                self.foreign(self.here(), "boxes are declared with `box`", hint);
                Some(self.silently(|parser| parser.box_statement(BoxKind::Ordinary)))
            }
            ("interface", Some(name)) if name != "box" && self.ahead_is(2, Mark::LeftBrace) => {
                let hint = format!("write `interface box {name} {{ .. }}`");
                self.foreign(self.here(), "interfaces are declared with `interface box`", hint);
                Some(self.silently(|parser| parser.box_statement(BoxKind::Interface)))
            }
            ("foreach", _) if next.is_some() || self.ahead_is(1, Mark::LeftParen) => Some(self.foreign_foreach()),
            ("switch", _) if self.starts_operand(1) && self.brace_on_line() => {
                let message = "a choice among values is written with `match`";
                self.foreign(self.here(), message, "write `match x { 1 => .., 2 => .., _ => .. }`");
                Some(self.skip_through_brace())
            }
            ("do", _) if self.ahead_is(1, Mark::LeftBrace) => {
                let hint = "write `repeat { .. } until !(condition)`, or `loop { .. }` with a `break`";
                self.foreign(self.here(), "there is no `do`", hint);
                let skipped = self.skip_through_brace();
                if self.eat_word(Word::While) {
                    let _ = self.silently(Self::expression);
                }
                Some(skipped)
            }
            ("unless", _) if self.starts_operand(1) && self.brace_on_line() => {
                self.foreign(self.here(), "there is no `unless`", "write `if !(condition) { .. }`");
                Some(self.silently(Self::if_statement))
            }
            ("raise", _) if self.bare_argument(1) => {
                self.foreign(
                    self.here(),
                    "errors are thrown with `throw`",
                    "write `throw` instead of `raise`",
                );
                self.advance();
                Some(self.silently(|parser| parser.expression().map(StmtKind::Throw)))
            }
            ("print" | "println" | "echo" | "puts" | "printf" | "say", _) if self.bare_argument(1) => {
                let argument = self.text_of(self.ahead(1));
                let argument = if argument.len() <= 30 && !argument.contains('\n') {
                    argument
                } else {
                    ".."
                };
                let hint = format!("write `print({argument})`");
                self.foreign(
                    self.here(),
                    format!("the argument of `{text}` stands in parentheses"),
                    hint,
                );
                self.advance();
                Some(self.silently(|parser| parser.expression().map(StmtKind::Expr)))
            }
            ("delete" | "del", Some(name)) => {
                let hint = format!("write `{name}.delete(key)` for a map, `{name}.remove(index)` for an array");
                self.foreign(self.here(), format!("there is no `{text}`"), hint);
                self.advance();
                Some(self.silently(|parser| parser.expression().map(StmtKind::Expr)))
            }
            ("from", Some(_)) if self.ahead(2).kind == TokenKind::Word(Word::Import) => Some(self.foreign_import()),
            ("import", _) if self.ahead_is(1, Mark::LeftBrace) || self.ahead_is(1, Mark::Star) => {
                Some(self.foreign_import())
            }
            ("import", Some(_)) if self.ahead(2).kind == TokenKind::Word(Word::From) => Some(self.foreign_import()),
            ("use" | "package" | "namespace", Some(_)) if self.ends_before(2) || self.ahead_is(2, Mark::ColonColon) => {
                Some(self.foreign_import())
            }
            (
                "export" | "async" | "pub" | "protected" | "abstract" | "sealed" | "public" | "private",
                Some(following),
            ) if !matches!(following, "as" | "in" | "and" | "or") => {
                let hint = format!("leave `{text}` out");
                self.foreign(self.here(), format!("`{text}` has no meaning here"), hint);
                self.advance();
                Some(self.silently(Self::statement_kind))
            }
            (ty, Some(name))
                if foreign_type(ty).is_some() && (self.ahead_is(2, Mark::Equal) || self.ends_before(2)) =>
            {
                let hint = format!(
                    "write `local {name}: {} = ..`, or `local {name} = ..`",
                    foreign_type(ty)?
                );
                self.foreign(
                    self.here(),
                    "variables are declared with `local`, and a type stands behind the name",
                    hint,
                );
                self.advance();
                Some(self.silently(Self::local_variables))
            }
            (_, None)
                if self.ahead_is(1, Mark::Bang)
                    && self.ahead_is(2, Mark::LeftParen)
                    && self.adjacent(1)
                    && self.adjacent(2) =>
            {
                let bang = self.span_of(self.ahead(1));
                self.foreign(bang, "there are no macros", format!("write `{text}(..)`"));
                self.advance();
                self.advance();
                self.skip_balanced();
                Some(Ok(StmtKind::Invalid))
            }
            _ => None,
        }
    }

    /// A comment behind two hyphens, and steps before a variable.
    fn foreign_mark_statement(&mut self) -> Option<Parsed<StmtKind>> {
        let TokenKind::Mark(mark @ (Mark::Minus | Mark::Plus)) = self.kind() else {
            return None;
        };
        if !self.ahead_is(1, mark) || !self.adjacent(1) {
            return None;
        }
        if mark == Mark::Minus && !self.adjacent(2) {
            self.foreign(
                self.here().to(self.span_of(self.ahead(1))),
                "a comment starts with `//` or `#`",
                "write `//`",
            );
            self.skip_line();
            return Some(Ok(StmtKind::Invalid));
        }
        let name = self.word_ahead(2)?.to_string();
        self.step(self.here().to(self.span_of(self.ahead(1))), mark, &name);
        self.advance();
        self.advance();
        Some(self.silently(|parser| parser.expression().map(StmtKind::Expr)))
    }

    /// `let x = ..`; the names behind the word are what they are behind `local`.
    fn foreign_variable(&mut self, word: &str) -> Option<Parsed<StmtKind>> {
        let mutable = self.word_ahead(1) == Some("mut") && self.word_ahead(2).is_some();
        let at = if mutable { 2 } else { 1 };
        let name = self.word_ahead(at)?.to_string();
        let declares = [Mark::Equal, Mark::Colon, Mark::Comma]
            .iter()
            .any(|mark| self.ahead_is(at + 1, *mark));
        if !declares && !self.ends_before(at + 1) {
            return None;
        }
        let span = self.here().to(self.span_of(self.ahead(at - 1)));
        let hint = match word {
            "const" | "val" => format!("write `local {name} = ..`; there are no constants"),
            _ => format!("write `local {name} = ..`"),
        };
        self.foreign(span, "variables are declared with `local`", hint);
        (0..at).for_each(|_| {
            self.advance();
        });
        Some(self.silently(Self::local_variables))
    }

    fn function_of_statement(&mut self) -> Parsed<StmtKind> {
        Ok(StmtKind::Function(Rc::new(self.function(None, false)?)))
    }

    fn foreign_foreach(&mut self) -> Parsed<StmtKind> {
        let word = self.here();
        let open = self.ahead(1);
        let (first, as_form) = match open.kind == TokenKind::Mark(Mark::LeftParen) {
            true => (2, self.ahead(3).kind == TokenKind::Word(Word::As)),
            false => (1, false),
        };
        let (list, name) = match as_form {
            true => (self.text_of(self.ahead(2)), self.text_of(self.ahead(4))),
            false => ("list", self.text_of(self.ahead(first))),
        };
        let hint = format!("write `for {name} in {list} {{ .. }}`");
        self.foreign(word, "a loop over elements is written with `for`", hint);
        self.advance();
        if as_form {
            self.skip_balanced();
            return self.silently(|parser| parser.block("").map(StmtKind::Block));
        }
        self.silently(Self::for_head)
    }

    fn foreign_import(&mut self) -> Parsed<StmtKind> {
        let word = self.text_of(self.token()).to_string();
        let hint = "write `using \"file.hako\" as Name`; the library needs no import";
        self.foreign(
            self.here(),
            format!("files are loaded with `using`, not with `{word}`"),
            hint,
        );
        self.skip_line();
        Ok(StmtKind::Invalid)
    }

    /// Skips the rest of the line.
    fn skip_line(&mut self) {
        self.advance();
        while !self.is_end() && !self.token().after_newline {
            self.advance();
        }
    }

    fn brace_on_line(&self) -> bool {
        (1..64)
            .map(|n| self.ahead(n))
            .take_while(|token| !token.after_newline && token.kind != TokenKind::End)
            .any(|token| token.kind == TokenKind::Mark(Mark::LeftBrace))
    }

    /// Skips to the next `{` and the block that it opens.
    fn skip_through_brace(&mut self) -> Parsed<StmtKind> {
        while !self.is_end() && !self.is(Mark::LeftBrace) {
            self.advance();
        }
        self.skip_balanced();
        Ok(StmtKind::Invalid)
    }

    // ------------------------------------------------------------------------------------------ parts of statements

    /// `elif`, `elsif` or `elseif` behind the block of an `if`; the answer says whether it was there, and it has been read.
    pub(super) fn foreign_else_if(&mut self) -> bool {
        let written = matches!(self.text_of(self.token()), "elif" | "elsif" | "elseif") && self.starts_operand(1);
        if written {
            let word = self.text_of(self.token()).to_string();
            self.foreign(self.here(), format!("there is no `{word}`"), "write `else if`");
            self.advance();
        }
        written
    }

    /// `except (e) {`, `rescue e {`, `catch e {`: read as `catch`.
    pub(super) fn foreign_handler(&mut self) -> bool {
        let word = self.text_of(self.token()).to_string();
        let bare = self.word_ahead(1).is_some() && self.ahead_is(2, Mark::LeftBrace);
        let other = matches!(word.as_str(), "except" | "rescue")
            && (bare || self.ahead_is(1, Mark::LeftParen) || self.ahead_is(1, Mark::LeftBrace));
        if other {
            self.foreign(
                self.here(),
                "errors are caught with `catch`",
                "write `catch (e) { .. }`",
            );
        } else if word == "catch" && bare {
            let name = self.word_ahead(1).unwrap_or("e").to_string();
            let span = self.span_of(self.ahead(1));
            let hint = format!("write `catch ({name}) {{ .. }}`");
            self.foreign(span, "the name of the error stands in parentheses", hint);
        } else {
            return false;
        }
        self.advance();
        if self.is(Mark::LeftParen) {
            self.skip_balanced();
        } else if !self.is(Mark::LeftBrace) {
            self.advance();
        }
        let _ = self.silently(|parser| parser.block("after `catch`"));
        true
    }

    /// `for (i = 0; i < n; i++) {`, in parentheses or not; the word `for` has been read.
    pub(super) fn foreign_for(&mut self) -> Option<Parsed<StmtKind>> {
        let line: Vec<Token> = (0..80)
            .map(|n| self.ahead(n))
            .take_while(|token| {
                !matches!(
                    token.kind,
                    TokenKind::End | TokenKind::Mark(Mark::LeftBrace | Mark::RightBrace)
                )
            })
            .collect();
        let semicolons = line
            .iter()
            .filter(|token| token.kind == TokenKind::Mark(Mark::Semicolon))
            .count();
        let span = |parser: &Self, first: Token, last: Token| parser.span_of(first).to(parser.span_of(last));
        if semicolons == 2 && line.iter().skip(1).all(|token| !token.after_newline) {
            let head = span(self, line[0], *line.last()?);
            let hint = match self.counting(&line) {
                Some(text) => format!("write `{text} {{ .. }}`"),
                None => "write `for i in 0..n { .. }`, or `loop(condition) { .. }`".into(),
            };
            self.foreign(head, "a `for` goes over a range or over elements", hint);
            return Some(self.skip_through_brace());
        }
        // `for (const x of list)`, `for (x : list)`, `for x of list`
        let mut at = usize::from(self.is(Mark::LeftParen));
        let skipped = at;
        if matches!(
            self.word_ahead(at),
            Some("let" | "const" | "var" | "auto" | "int" | "String" | "final")
        ) && self.word_ahead(at + 1).is_some_and(|word| word != "in" && word != "of")
        {
            at += 1;
        }
        let name = self.word_ahead(at)?.to_string();
        let of = self.word_ahead(at + 1) == Some("of") || self.ahead_is(at + 1, Mark::Colon) && skipped == 1;
        let declared = at > skipped && self.ahead(at + 1).kind == TokenKind::Word(Word::In);
        if !of && !declared {
            return None;
        }
        let list = self.text_of(self.ahead(at + 2)).to_string();
        let head = span(self, line[0], *line.last()?);
        let hint = format!("write `for {name} in {list} {{ .. }}`");
        self.foreign(
            head,
            "a loop over elements is written with `in` and without a declaration",
            hint,
        );
        Some(self.skip_through_brace())
    }

    /// The range that `i = a; i < b; i++` goes over, as `for i in a..b`.
    fn counting(&self, head: &[Token]) -> Option<String> {
        let is = |token: &Token, mark: Mark| token.kind == TokenKind::Mark(mark);
        let head = if is(head.first()?, Mark::LeftParen) {
            &head[1..head.len() - 1]
        } else {
            head
        };
        let mut parts = head.split(|token| is(token, Mark::Semicolon));
        let (first, condition, step) = (parts.next()?, parts.next()?, parts.next()?);
        let equal = first.iter().position(|token| is(token, Mark::Equal))?;
        let name = first[..equal]
            .iter()
            .rev()
            .find(|token| matches!(token.kind, TokenKind::Word(_)))?;
        let name = self.text_of(*name);
        let less = condition
            .iter()
            .position(|token| is(token, Mark::Less) || is(token, Mark::LessEqual))?;
        let plus = step.iter().filter(|token| is(token, Mark::Plus)).count();
        let by_one = plus == 2 && step.len() == 3;
        if less != 1 || self.text_of(condition[0]) != name || !by_one {
            return None;
        }
        let text = |tokens: &[Token]| Some(&self.text[tokens.first()?.start as usize..tokens.last()?.end as usize]);
        let (from, to) = (text(&first[equal + 1..])?, text(&condition[2..])?);
        Some(match is(&condition[1], Mark::LessEqual) {
            true => format!("for {name} in {from}..{to} + 1"),
            false => format!("for {name} in {from}..{to}"),
        })
    }

    /// `extends B`, `implements C` and `(B)` behind the name of a box.
    pub(super) fn foreign_parent(&mut self, of: &str) -> bool {
        if self.word_ahead(0) == Some("extends") || self.is(Mark::LeftParen) || self.is(Mark::Less) {
            let parent = self.word_ahead(1).unwrap_or("Parent").to_string();
            let hint = format!("write `box {of} from {parent} {{ .. }}`");
            self.foreign(self.here(), "the parents of a box are named with `from`", hint);
            if self.is(Mark::LeftParen) {
                self.skip_balanced();
            } else {
                self.advance();
                let _ = self.silently(|parser| parser.name("a parent"));
            }
            return true;
        }
        false
    }

    /// `local [a, b] = ..`
    pub(super) fn foreign_destructuring(&mut self) -> Option<Reported> {
        if self.text_of(self.token()) == "mut" && self.ahead_is_name(1) && !self.ahead(1).after_newline {
            let name = self.text_of(self.ahead(1));
            let diagnostic = Diagnostic::error(CODE, "every variable can be assigned to")
                .at(self.here(), "this word is not needed")
                .hint(format!("write `local {name} = ..`"));
            return Some(self.error(diagnostic));
        }
        let kind = match self.kind() {
            TokenKind::Mark(Mark::LeftBracket) => "list.get(0)",
            TokenKind::Mark(Mark::LeftBrace) => "map.get(\"a\")",
            TokenKind::Mark(_)
            | TokenKind::Word(_)
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Str
            | TokenKind::Invalid
            | TokenKind::End => return None,
        };
        let hint = format!("write `local a = {kind}`, and so on; `match` takes values apart");
        let span = self.here();
        let reported = self.foreign(span, "a declaration does not take a value apart", hint);
        self.skip_line();
        Some(reported)
    }

    /// `a, b = b, a`
    pub(super) fn foreign_tuple(&mut self) -> Option<Reported> {
        if !self.is(Mark::Comma) {
            return None;
        }
        let hint = "write one assignment for each; to exchange two values keep one in a variable of its own";
        let reported = self.foreign(self.here(), "a statement assigns to one variable", hint);
        self.skip_line();
        Some(reported)
    }

    // ------------------------------------------------------------------------------------------ expressions

    /// `i++` and `i--` behind an operand: reported and read.
    pub(super) fn foreign_step(&mut self) -> bool {
        let TokenKind::Mark(mark @ (Mark::Plus | Mark::Minus)) = self.kind() else {
            return false;
        };
        let found = self.ahead_is(1, mark) && self.adjacent(0) && self.adjacent(1) && self.ends_before(2);
        if found {
            let before = self.at.checked_sub(1).map(|at| self.tokens[at]);
            let name = before.filter(|token| matches!(token.kind, TokenKind::Word(_)));
            let name = name.map_or("i", |token| self.text_of(token)).to_string();
            self.step(self.here().to(self.span_of(self.ahead(1))), mark, &name);
            self.advance();
            self.advance();
        }
        found
    }

    fn step(&mut self, span: Span, mark: Mark, name: &str) {
        let sign = mark.text();
        self.foreign(
            span,
            format!("there is no `{sign}{sign}`"),
            format!("write `{name} {sign}= 1`"),
        );
    }

    /// A word that starts an expression of another language.
    pub(super) fn foreign_expression(&mut self) -> Option<Reported> {
        let word = self.word_ahead(0)?;
        let text = self.ahead(1);
        if matches!(word, "f" | "F" | "b" | "u") && text.kind == TokenKind::Str && self.adjacent(1) {
            let hint = "join texts and values with `+`, as in `\"hello \" + name`";
            return Some(self.foreign(self.here(), format!("there are no `{word}\"..\"` strings"), hint));
        }
        if word == "lambda" && (self.word_ahead(1).is_some() || self.ahead_is(1, Mark::Colon)) {
            let hint = "write `fn(x) { return .. }`";
            return Some(self.foreign(self.here(), "a function without a name is written with `fn`", hint));
        }
        if matches!(word, "typeof") && self.word_ahead(1).is_some() {
            let name = self.word_ahead(1).unwrap_or("x").to_string();
            let hint = format!("write `typeOf({name})`, or `{name}.is(\"Integer\")`");
            return Some(self.foreign(self.here(), "there is no operator `typeof`", hint));
        }
        None
    }

    /// The form of another language that ends in an error here, where something is expected that does not come.
    pub(super) fn foreign_form(&self) -> Option<Diagnostic> {
        let TokenKind::Mark(mark) = self.kind() else {
            return None;
        };
        let before = self.at.checked_sub(1).map(|at| self.tokens[at]);
        let previous = match before.map(|token| token.kind) {
            Some(TokenKind::Mark(previous)) if self.adjacent(0) => Some(previous),
            _ => None,
        };
        let both = before.map_or(self.here(), |token| self.span_of(token).to(self.here()));
        let say =
            |span: Span, message: &str, hint: &str| Some(Diagnostic::error(CODE, message).at(span, "").hint(hint));
        match (previous, mark) {
            (Some(Mark::Star), Mark::Star) => say(both, "there is no operator `**`", "write `a.pow(b)`"),
            (Some(Mark::EqualEqual), Mark::Equal) => say(both, "there is no operator `===`", "write `==`"),
            (Some(Mark::BangEqual), Mark::Equal) => say(both, "there is no operator `!==`", "write `!=`"),
            (Some(Mark::Less), Mark::Greater) => say(both, "there is no operator `<>`", "write `!=`"),
            (Some(Mark::DotDot), Mark::Equal) => say(
                both,
                "there is no operator `..=`",
                "a range leaves out its end: write `0..n + 1`",
            ),
            (Some(Mark::DotDot), Mark::Dot) => say(
                both,
                "there is no operator `...`",
                "write `..`; a range leaves out its end",
            ),
            (_, Mark::Bar | Mark::BarBar) => say(
                self.here(),
                "a function without a name is written with `fn`",
                "write `fn(x) { return .. }`",
            ),
            (_, Mark::FatArrow | Mark::Arrow) => say(
                self.here(),
                "a function without a name is written with `fn`",
                "write `fn(x) { return .. }` instead of `x => ..`",
            ),
            (Some(Mark::LeftParen), Mark::RightParen)
                if self.ahead_is(1, Mark::FatArrow) || self.ahead_is(1, Mark::Arrow) =>
            {
                say(
                    self.span_of(self.ahead(1)),
                    "a function without a name is written with `fn`",
                    "write `fn() { return .. }`",
                )
            }
            (_, Mark::DotDot) => say(
                self.here(),
                "elements cannot be spread out",
                "join arrays with `a.concat(b)`, or add the elements with `a.extend(b)`",
            ),
            (_, Mark::Tilde) if self.ahead_is(1, Mark::Equal) => {
                let both = self.here().to(self.span_of(self.ahead(1)));
                say(both, "there is no operator `~=`", "write `!=`")
            }
            (_, Mark::Colon) if self.ahead_is(1, Mark::Equal) => {
                let both = self.here().to(self.span_of(self.ahead(1)));
                let hint = "write `local x = ..` to declare a variable, `x = ..` to give it another value";
                say(both, "there is no operator `:=`", hint)
            }
            _ => None,
        }
    }

    /// `(a, b) => ..`: the parenthesis that opened is followed by an arrow behind its partner.
    pub(super) fn foreign_arrow(&self, open: Token) -> Option<Diagnostic> {
        let after = self
            .tokens
            .get(open.partner as usize + 1)
            .filter(|_| open.partner != 0)?;
        let arrow = matches!(after.kind, TokenKind::Mark(Mark::FatArrow | Mark::Arrow));
        let parameters = &self.text[open.start as usize + 1..self.tokens[open.partner as usize].start as usize];
        arrow.then(|| {
            Diagnostic::error(CODE, "a function without a name is written with `fn`")
                .at(self.span_of(*after), "")
                .hint(format!("write `fn({}) {{ return .. }}`", shorten(parameters)))
        })
    }

    /// `"""text"""`: three strings side by side, the first and the last of them empty.
    pub(super) fn foreign_quotes(&mut self) -> Option<Reported> {
        let empty = |text: &str| matches!(text, "\"\"" | "''");
        let three = empty(self.text_of(self.token()))
            && [1, 2]
                .iter()
                .all(|n| self.ahead(*n).kind == TokenKind::Str && self.adjacent(*n))
            && empty(self.text_of(self.ahead(2)));
        three.then(|| {
            let span = self.here().to(self.span_of(self.ahead(2)));
            let diagnostic = Diagnostic::error(CODE, "strings have one quote on each side")
                .at(span, "")
                .hint("a string in `\"` may go over several lines");
            self.error(diagnostic)
        })
    }

    /// `f(name: 1)`, `f(name = 1)`, `f(x in list)`: `argument` is what was read before.
    pub(super) fn foreign_argument(&self, argument: Option<&Expr>) -> Option<Diagnostic> {
        let named = argument.is_some_and(|argument| matches!(argument.kind, ExprKind::Name(_)));
        if named && (self.is(Mark::Colon) || self.is(Mark::Equal)) {
            let diagnostic = Diagnostic::error(CODE, "arguments have no names").at(self.here(), "");
            return Some(diagnostic.hint("pass the values alone, in the order of the parameters"));
        }
        (self.kind() == TokenKind::Word(Word::In)).then(|| {
            Diagnostic::error(CODE, "there is no operator `in`")
                .at(self.here(), "")
                .hint("write `list.contains(x)`, or `map.has(x)` for a key")
        })
    }

    /// `for i = 0, 10`
    pub(super) fn foreign_count(&self, name: &str) -> Diagnostic {
        Diagnostic::error(CODE, "a loop counts through a range")
            .at(self.here(), "")
            .hint(format!(
                "write `for {name} in 0..10 {{ .. }}`; a range leaves out its end"
            ))
    }

    /// `for i in 0..10 step 2`
    pub(super) fn foreign_range_step(&self, name: &str) -> Option<Diagnostic> {
        (matches!(self.text_of(self.token()), "step" | "by") && !self.token().after_newline).then(|| {
            let text = self.text_of(self.token());
            Diagnostic::error(CODE, format!("a range has no `{text}`"))
                .at(self.here(), "")
                .hint(format!(
                    "write `loop({name} < end) {{ .. {name} += step }}`, or `range(from, to, step)` as what is walked through"
                ))
        })
    }

    /// `return a, b`
    pub(super) fn foreign_values(&self) -> Diagnostic {
        Diagnostic::error(CODE, "a function gives one value")
            .at(self.here(), "")
            .hint("give an array: `return [a, b]`")
    }

    /// `for k, v in ..`: over a map or with an index.
    pub(super) fn foreign_pair(&self, first: &str) -> Diagnostic {
        let second = self.text_of(self.ahead(1));
        let named = self.ahead(2).kind == TokenKind::Word(Word::In) && self.ahead_is_name(3);
        let over = if named { self.text_of(self.ahead(3)) } else { "map" };
        Diagnostic::error(CODE, "a loop has one variable")
            .at(self.span_of(self.ahead(1)), "")
            .note(format!("an array with its places is `for {first} in 0..{over}.length() {{ local {second} = {over}.get({first}) .. }}`"))
            .hint(format!(
                "for a map write `for {first} in {over}.keys() {{ local {second} = {over}.get({first}) .. }}`"
            ))
    }

    /// `a[1:2]`
    pub(super) fn foreign_slice(&self) -> Diagnostic {
        Diagnostic::error(CODE, "a part is not taken with `:`")
            .at(self.here(), "")
            .hint("write `a.slice(from, to)` for an array, `s.substring(from, to)` for a string")
    }

    /// `local a, b = 1, 2`, where another name would stand.
    pub(super) fn foreign_value(&self) -> Option<Diagnostic> {
        let value = matches!(self.kind(), TokenKind::Int | TokenKind::Float | TokenKind::Str);
        value.then(|| {
            Diagnostic::error(CODE, "each variable has its own `=`")
                .at(self.here(), "")
                .hint("write `local a = 1, b = 2`")
        })
    }

    /// `f(7 // 2)`: what ends too early ends in a comment. `end` is where.
    pub(super) fn foreign_division(&self, end: u32) -> Option<&'static str> {
        let line = self.text[end as usize..].lines().next().unwrap_or_default();
        line.trim_start()
            .starts_with("//")
            .then_some("`//` begins a comment; `/` divides integers to an integer")
    }

    /// `[x * 2 for x in list]`, where the second element would begin.
    pub(super) fn foreign_comprehension(&self) -> Option<Diagnostic> {
        (self.kind() == TokenKind::Word(Word::For)).then(|| {
            let name = self.word_ahead(1).unwrap_or("x");
            Diagnostic::error(CODE, "an array has no loop in it")
                .at(self.here(), "")
                .hint(format!(
                    "write `list.map(fn({name}) {{ return .. }})`, and `.filter(fn({name}) {{ return .. }})` for a condition"
                ))
        })
    }

    /// `function f(*rest)`, `function f(...rest)`, `function f(&x)`, where a parameter is expected.
    pub(super) fn foreign_parameter(&self) -> Option<Diagnostic> {
        let (message, hint) = if self.is(Mark::Star) || self.is(Mark::DotDot) || self.is(Mark::Dot) {
            (
                "a function takes as many arguments as it has parameters",
                "pass an array: `f([1, 2])`; methods of one name may differ in their number of parameters",
            )
        } else if self.is(Mark::Ampersand) {
            (
                "a parameter has no `&`",
                "boxes are passed by reference, numbers and texts by value",
            )
        } else {
            return None;
        };
        Some(Diagnostic::error(CODE, message).at(self.here(), "").hint(hint))
    }

    /// Why no block starts here, behind the head of a statement.
    pub(super) fn foreign_block(&self, after: &str) -> Option<Diagnostic> {
        let here = self.here();
        let say =
            |span: Span, message: &str, hint: &str| Some(Diagnostic::error(CODE, message).at(span, "").hint(hint));
        let condition = after.starts_with("after the condition");
        let before = self.at.checked_sub(1).map_or("", |at| self.text_of(self.tokens[at]));
        match (self.kind(), self.text_of(self.token())) {
            (TokenKind::Mark(Mark::Equal), _) if condition => {
                say(here, "a condition cannot assign", "to compare two values write `==`")
            }
            (TokenKind::Mark(Mark::Colon), _) if !self.ahead_is(1, Mark::Equal) => say(
                here,
                "a block stands in braces",
                "write `{ .. }` instead of `:` and indentation",
            ),
            (TokenKind::Mark(_), _) => self.foreign_form(),
            (TokenKind::Word(_), "then" | "begin" | "do") => {
                let word = self.text_of(self.token());
                let hint = format!("write `{{ .. }}` instead of `{word}` and `end`");
                say(here, "a block stands in braces", &hint)
            }
            (TokenKind::Word(_), "throws" | "raises" | "async" | "const" | "override" | "noexcept") => {
                let word = self.text_of(self.token());
                let hint = match word {
                    "throws" | "raises" => "leave it out: any function may throw",
                    _ => "leave it out",
                };
                say(here, &format!("a function says nothing like `{word}` of itself"), hint)
            }
            (TokenKind::Word(_), "instanceof" | "is" | "isa") if condition && self.word_ahead(1) == Some("not") => say(
                here,
                "there is no operator `is not`",
                &format!("write `{before} != ..`"),
            ),
            (TokenKind::Word(_), "instanceof" | "is" | "isa") if condition => {
                let ty = self.word_ahead(1).unwrap_or("Name");
                let hint = match ty {
                    "null" | "true" | "false" => format!("write `{before} == {ty}`"),
                    _ => format!("write `{before}.is(\"{ty}\")`"),
                };
                say(
                    here,
                    &format!("there is no operator `{}`", self.text_of(self.token())),
                    &hint,
                )
            }
            (TokenKind::Word(Word::In), _) if condition => {
                let hint = format!("write `list.contains({before})`, or `map.has({before})` for a key");
                say(here, "there is no operator `in`", &hint)
            }
            (TokenKind::Word(Word::Not), _) if condition && self.word_ahead(1) == Some("in") => {
                let hint = format!("write `!list.contains({before})`, or `!map.has({before})` for a key");
                say(here, "there is no operator `not in`", &hint)
            }
            (TokenKind::Word(Word::Else), _) if condition => say(
                here,
                "a choice between two values is written with `?` and `:`",
                "write `condition ? a : b`",
            ),
            _ => None,
        }
    }
}

/// What a type of another language is called here.
fn foreign_type(word: &str) -> Option<&'static str> {
    Some(match word {
        "int" | "long" | "short" | "i32" | "i64" | "u32" | "u64" | "Int" | "Integer" | "number" => "Integer",
        "float" | "double" | "f64" | "f32" | "Float" | "Double" => "Float",
        "string" | "String" | "str" | "char" => "String",
        "bool" | "boolean" | "Boolean" | "Bool" => "Bool",
        _ => return None,
    })
}
