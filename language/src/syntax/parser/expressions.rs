//! Expressions, by precedence climbing.

use super::*;

/// How tightly a binary operator binds, weakest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Coalesce,
    Or,
    And,
    BitOr,
    BitXor,
    BitAnd,
    Equality,
    Comparison,
    Range,
    Sum,
    Shift,
    Product,
}

impl Level {
    fn tighter(self) -> Option<Level> {
        use Level::*;
        let order = [
            Coalesce, Or, And, BitOr, BitXor, BitAnd, Equality, Comparison, Range, Sum, Shift, Product,
        ];
        order.iter().copied().find(|level| *level > self)
    }
}

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.nested(Self::pipe)
    }

    /// `value |> f(args)`: rewritten to a call with `value` as first argument.
    fn pipe(&mut self) -> Parsed<Expr> {
        let start = self.token().start;
        let mut value = self.conditional()?;
        while self.eat(Mark::BarGreater) {
            let target = self.conditional()?;
            value = self.pipe_into(start, value, target)?;
        }
        Ok(value)
    }

    fn pipe_into(&mut self, start: u32, value: Expr, target: Expr) -> Parsed<Expr> {
        let below = value.height.max(target.height);
        let kind = match target.kind {
            ExprKind::Call { callee, mut arguments } => {
                arguments.insert(0, value);
                ExprKind::Call { callee, arguments }
            }
            ExprKind::MethodCall {
                receiver,
                name,
                mut arguments,
                optional,
            } => {
                arguments.insert(0, value);
                ExprKind::MethodCall {
                    receiver,
                    name,
                    arguments,
                    optional,
                }
            }
            ExprKind::Field {
                receiver,
                name,
                optional,
            } => ExprKind::MethodCall {
                receiver,
                name,
                arguments: vec![value],
                optional,
            },
            ExprKind::From {
                parent,
                method,
                mut arguments,
            } => {
                arguments.insert(0, value);
                ExprKind::From {
                    parent,
                    method,
                    arguments,
                }
            }
            ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Str(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Void
            | ExprKind::Me
            | ExprKind::Name(_)
            | ExprKind::Array(_)
            | ExprKind::Map(_)
            | ExprKind::Unary { .. }
            | ExprKind::Binary { .. }
            | ExprKind::Conditional { .. }
            | ExprKind::Index { .. }
            | ExprKind::New { .. }
            | ExprKind::Variant { .. }
            | ExprKind::Propagate(_)
            | ExprKind::Lambda(_)
            | ExprKind::Block(_)
            | ExprKind::Match(_)
            | ExprKind::Assign(_)
            | ExprKind::Try(_)
            | ExprKind::Extern { .. }
            | ExprKind::Invalid => ExprKind::Call {
                callee: Box::new(target),
                arguments: vec![value],
            },
        };
        self.expr(start, below, kind)
    }

    /// `c ? a : b`
    fn conditional(&mut self) -> Parsed<Expr> {
        let start = self.token().start;
        let condition = self.binary(Level::Coalesce)?;
        if !self.eat(Mark::Question) {
            return Ok(condition);
        }
        let then = self.nested(|parser| parser.with_context(parser.in_group, false, Self::conditional))?;
        self.expect(Mark::Colon, "and another value after the first value of `?`")?;
        let otherwise = self.nested(Self::conditional)?;
        let below = condition.height.max(then.height).max(otherwise.height);
        let (condition, then, otherwise) = (Box::new(condition), Box::new(then), Box::new(otherwise));
        self.expr(
            start,
            below,
            ExprKind::Conditional {
                condition,
                then,
                otherwise,
            },
        )
    }

    fn binary(&mut self, level: Level) -> Parsed<Expr> {
        let start = self.token().start;
        let mut left = self.unary()?;
        self.foreign_step();
        while let Some((op, of_op)) = self.binary_operator() {
            if of_op < level {
                break;
            }
            self.advance();
            // All operators group from the left, except that `??` and `..` have nothing to gain from it.
            let right = match of_op.tighter() {
                Some(tighter) => self.binary(tighter)?,
                None => self.unary()?,
            };
            let below = left.height.max(right.height);
            left = self.expr(
                start,
                below,
                ExprKind::Binary {
                    op,
                    left: Box::new(left),
                    right: Box::new(right),
                },
            )?;
        }
        Ok(left)
    }

    /// The binary operator that goes on with the expression here.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other token is no binary operator")]
    fn binary_operator(&self) -> Option<(BinaryOp, Level)> {
        let token = self.token();
        let shift = if self.edition == Edition::E2025 {
            Level::Sum
        } else {
            Level::Shift
        };
        Some(match token.kind {
            TokenKind::Word(Word::Or) => (BinaryOp::Or, Level::Or),
            TokenKind::Word(Word::And) => (BinaryOp::And, Level::And),
            TokenKind::Mark(mark) => match mark {
                Mark::QuestionQuestion => (BinaryOp::Coalesce, Level::Coalesce),
                Mark::BarBar => (BinaryOp::Or, Level::Or),
                Mark::AmpersandAmpersand => (BinaryOp::And, Level::And),
                Mark::Bar => (BinaryOp::BitOr, Level::BitOr),
                Mark::Caret => (BinaryOp::BitXor, Level::BitXor),
                Mark::Ampersand => (BinaryOp::BitAnd, Level::BitAnd),
                Mark::EqualEqual => (BinaryOp::Equal, Level::Equality),
                Mark::BangEqual => (BinaryOp::NotEqual, Level::Equality),
                Mark::Less => (BinaryOp::Less, Level::Comparison),
                Mark::LessEqual => (BinaryOp::LessEqual, Level::Comparison),
                Mark::Greater => (BinaryOp::Greater, Level::Comparison),
                Mark::GreaterEqual => (BinaryOp::GreaterEqual, Level::Comparison),
                Mark::DotDot => (BinaryOp::Range, Level::Range),
                // `++i` on a line of its own is what `i += 1` is elsewhere.
                Mark::Plus if !(token.after_newline && self.ahead_is(1, Mark::Plus)) => (BinaryOp::Add, Level::Sum),
                // A line that starts with `-` is a statement of its own, unless brackets are open.
                Mark::Minus if !token.after_newline || self.in_group => (BinaryOp::Subtract, Level::Sum),
                Mark::LessLess => (BinaryOp::ShiftLeft, Level::Shift),
                Mark::GreaterGreater => (BinaryOp::ShiftRight, shift),
                Mark::Star => (BinaryOp::Multiply, Level::Product),
                Mark::Slash => (BinaryOp::Divide, Level::Product),
                Mark::Percent if !(token.after_newline && self.ahead_is(1, Mark::LeftBrace)) => {
                    (BinaryOp::Remainder, Level::Product)
                }
                _ => return None,
            },
            _ => return None,
        })
    }

    fn unary(&mut self) -> Parsed<Expr> {
        let start = self.token().start;
        #[expect(clippy::wildcard_enum_match_arm, reason = "every other token is no prefix operator")]
        let op = match self.kind() {
            TokenKind::Mark(Mark::Minus) => UnaryOp::Negate,
            TokenKind::Mark(Mark::Bang) => UnaryOp::Not,
            TokenKind::Mark(Mark::Tilde) => UnaryOp::BitNot,
            TokenKind::Word(Word::Not) => UnaryOp::Not,
            TokenKind::Word(Word::Await) if self.starts_operand(1) => UnaryOp::Await,
            TokenKind::Word(Word::Nowait) if self.starts_operand(1) => UnaryOp::Nowait,
            TokenKind::Word(Word::Weak) if self.starts_operand(1) => UnaryOp::Weak,
            _ => return self.postfix(),
        };
        self.advance();
        if op == UnaryOp::Negate
            && self.kind() == TokenKind::Int
            && !self.ahead_is(1, Mark::Dot)
            && self.text_of(self.token()).trim_start_matches('0') == "9223372036854775808"
        {
            self.advance();
            return self.expr(start, 0, ExprKind::Int(i64::MIN));
        }
        if op == UnaryOp::Weak && self.is(Mark::LeftParen) {
            let diagnostic = Diagnostic::error("syntax", "`weak` is an operator, not a function")
                .at(self.here(), "parentheses are not allowed here")
                .hint("write `weak x`");
            self.error(diagnostic);
        }
        let operand = self.nested(Self::unary)?;
        let below = operand.height;
        self.expr(
            start,
            below,
            ExprKind::Unary {
                op,
                operand: Box::new(operand),
            },
        )
    }

    /// The token `n` places ahead, on the same line, can start an operand.
    pub(super) fn starts_operand(&self, n: usize) -> bool {
        let token = self.ahead(n);
        if token.after_newline {
            return false;
        }
        match token.kind {
            TokenKind::Int | TokenKind::Float | TokenKind::Str => true,
            TokenKind::Word(word) => !matches!(word, Word::And | Word::Or | Word::In | Word::As | Word::Else),
            TokenKind::Mark(mark) => {
                matches!(
                    mark,
                    Mark::LeftParen | Mark::LeftBracket | Mark::Minus | Mark::Bang | Mark::Tilde
                )
            }
            TokenKind::Invalid | TokenKind::End => false,
        }
    }

    // ------------------------------------------------------------------------------------------ postfix

    #[expect(clippy::wildcard_enum_match_arm, reason = "every other mark ends the operand")]
    fn postfix(&mut self) -> Parsed<Expr> {
        let start = self.token().start;
        let mut value = self.primary()?;
        loop {
            let token = self.token();
            let TokenKind::Mark(mark) = token.kind else { break };
            let below = value.height;
            value = match mark {
                Mark::Dot | Mark::QuestionDot => {
                    self.advance();
                    self.member(start, value, mark == Mark::QuestionDot)?
                }
                Mark::LeftParen if !token.after_newline => {
                    let (arguments, height) = self.arguments()?;
                    self.expr(
                        start,
                        below.max(height),
                        ExprKind::Call {
                            callee: Box::new(value),
                            arguments,
                        },
                    )?
                }
                Mark::LeftBracket if !token.after_newline => {
                    let open = self.advance();
                    let index = self.grouped(Self::expression)?;
                    self.expect_closing(Mark::RightBracket, open)?;
                    let below = below.max(index.height);
                    let (receiver, index) = (Box::new(value), Box::new(index));
                    self.expr(start, below, ExprKind::Index { receiver, index })?
                }
                Mark::Question if self.propagates() => {
                    self.advance();
                    self.expr(start, below, ExprKind::Propagate(Box::new(value)))?
                }
                _ => break,
            };
        }
        let call = matches!(
            value.kind,
            ExprKind::Call { .. }
                | ExprKind::MethodCall { .. }
                | ExprKind::From { .. }
                | ExprKind::New { .. }
                | ExprKind::Block(_)
        );
        if call && !self.no_braces && self.at_handler() && !self.is_word(Word::Finally) {
            let below = value.height;
            let (handled, height) = self.measured(|parser| parser.handlers(value))?;
            return self.expr(start, below.max(height), ExprKind::Try(Box::new(handled)));
        }
        Ok(value)
    }

    /// This `?` is postfix: what follows cannot be the first value of a conditional.
    fn propagates(&self) -> bool {
        let next = self.ahead(1);
        next.after_newline
            || matches!(
                next.kind,
                TokenKind::End
                    | TokenKind::Mark(
                        Mark::RightParen
                            | Mark::RightBracket
                            | Mark::RightBrace
                            | Mark::Comma
                            | Mark::Semicolon
                            | Mark::Dot
                            | Mark::QuestionDot
                            | Mark::BarGreater
                    )
            )
    }

    /// What follows a dot.
    fn member(&mut self, start: u32, receiver: Expr, optional: bool) -> Parsed<Expr> {
        let name = self.name("the name of a field or method after the dot")?;
        let below = receiver.height;
        let receiver = Box::new(receiver);
        if self.is(Mark::LeftParen) && !self.token().after_newline {
            let (arguments, height) = self.arguments()?;
            return self.expr(
                start,
                below.max(height),
                ExprKind::MethodCall {
                    receiver,
                    name,
                    arguments,
                    optional,
                },
            );
        }
        self.expr(
            start,
            below,
            ExprKind::Field {
                receiver,
                name,
                optional,
            },
        )
    }

    /// `(a, b)` and the height of the highest argument. A comma may be missing between two on one line.
    fn arguments(&mut self) -> Parsed<(Vec<Expr>, u32)> {
        let open = self.advance();
        self.nested(|parser| {
            parser.grouped(|parser| {
                let (mut arguments, mut height) = (Vec::new(), 0);
                while !parser.is(Mark::RightParen) && !parser.is_end() {
                    let argument = parser.expression()?;
                    height = height.max(argument.height);
                    arguments.push(argument);
                    if parser.eat(Mark::Comma) {
                        continue;
                    }
                    if parser.token().after_newline || !parser.starts_operand(0) {
                        break;
                    }
                    parser.argument_without_comma();
                }
                if !parser.is(Mark::RightParen) {
                    let foreign = parser.foreign_argument(arguments.last());
                    if let Some(diagnostic) = foreign.or_else(|| parser.foreign_form()) {
                        return Err(parser.error(diagnostic));
                    }
                    let message = format!("expected `,` or `)`, found {}", parser.describe(parser.token()));
                    let span = parser.span_from(parser.previous_end());
                    let mut diagnostic = Diagnostic::error("syntax", message)
                        .at(span, "expected `,` or `)` here")
                        .also(parser.span_of(open), "the arguments start here");
                    if let Some(hint) = parser.foreign_division(parser.previous_end()) {
                        diagnostic = diagnostic.hint(hint);
                    }
                    return Err(parser.error(diagnostic));
                }
                parser.advance();
                Ok((arguments, height))
            })
        })
    }

    /// Between two elements or entries a comma is missing: it is reported, and reading goes on.
    fn missing_comma(&mut self, what: &str, open: Token) -> bool {
        let starts = match self.kind() {
            TokenKind::Int | TokenKind::Float | TokenKind::Str | TokenKind::Word(_) => true,
            TokenKind::Mark(_) | TokenKind::Invalid | TokenKind::End => false,
        };
        // What a closing bracket was forgotten before is no element.
        let closed = open.partner != 0 && (self.at as u32) < open.partner;
        if !starts || !closed {
            return false;
        }
        let end = self.previous_end();
        let diagnostic = Diagnostic::error("missing-comma", format!("a comma is missing between two {what}"))
            .at(Span::new(self.file, end, end), "expected `,` here")
            .also(self.here(), "before this");
        self.error(diagnostic);
        true
    }

    /// Between two arguments a comma may be missing, and is a mistake more often than not.
    fn argument_without_comma(&mut self) {
        // Quotes that do not come out even read like strings side by side.
        if self.silent > 0 || self.commas >= MAX_ERRORS || self.diagnostics.iter().any(Diagnostic::is_error) {
            return;
        }
        self.commas += 1;
        let end = self.previous_end();
        let before = self.at.checked_sub(1).map(|at| self.tokens[at].kind);
        let text = before == Some(TokenKind::Str) || self.kind() == TokenKind::Str;
        let hint = match text {
            true => "write `,` for two arguments, `+` to join them to one text",
            false => "write `,` between arguments",
        };
        self.diagnostics.push(
            Diagnostic::warning("missing-comma", "a comma is missing between two arguments")
                .at(Span::new(self.file, end, end), "expected `,` here")
                .hint(hint),
        );
    }

    // ------------------------------------------------------------------------------------------ primary

    fn primary(&mut self) -> Parsed<Expr> {
        let start = self.token().start;
        #[expect(clippy::wildcard_enum_match_arm, reason = "every other token is the same error")]
        match self.kind() {
            TokenKind::Int => {
                let value = self.int_value(false)?;
                self.expr(start, 0, ExprKind::Int(value))
            }
            TokenKind::Float => {
                let value = self.float_value();
                self.expr(start, 0, ExprKind::Float(value))
            }
            TokenKind::Str => {
                if let Some(reported) = self.foreign_quotes() {
                    return Err(reported);
                }
                let (value, _) = self.string("a string")?;
                self.expr(start, 0, ExprKind::Str(value))
            }
            TokenKind::Word(Word::If) => self.if_expression(),
            TokenKind::Word(word) => self.word_expression(word),
            TokenKind::Mark(Mark::LeftParen) => self.parenthesised(),
            TokenKind::Mark(Mark::LeftBracket) => self.array(),
            TokenKind::Mark(Mark::Percent) if self.ahead_is(1, Mark::LeftBrace) => {
                self.advance();
                self.map(start)
            }
            TokenKind::Mark(Mark::LeftBrace) if self.at_map_literal() => self.map(start),
            TokenKind::Mark(Mark::LeftBrace) if !self.no_braces && self.ahead_is(1, Mark::RightBrace) => {
                self.map(start)
            }
            TokenKind::Mark(Mark::LeftBrace) if !self.no_braces => {
                let open = self.advance();
                let (block, below) = self.measured(|parser| parser.block_after(open))?;
                self.expr(start, below, ExprKind::Block(block))
            }
            _ => Err(self.unexpected("an expression")),
        }
    }

    /// `if c { a } else { b }` as a value: that of the block that runs, null where none does.
    fn if_expression(&mut self) -> Parsed<Expr> {
        let start = self.advance().start;
        let ((condition, then), below) = self.measured(|parser| {
            let condition = parser.head(Self::expression)?;
            let then = parser.block_expression("after the condition of `if`")?;
            Ok((condition, then))
        })?;
        let (otherwise, deeper) = self.measured(|parser| {
            if !parser.eat_word(Word::Else) {
                return parser.expr(start, 0, ExprKind::Null);
            }
            if parser.is_word(Word::If) {
                return parser.nested(Self::if_expression);
            }
            parser.block_expression("or `if` after `else`")
        })?;
        let kind = ExprKind::Conditional {
            condition: Box::new(condition),
            then: Box::new(then),
            otherwise: Box::new(otherwise),
        };
        self.expr(start, below.max(deeper), kind)
    }

    /// A block whose value counts.
    fn block_expression(&mut self, what: &str) -> Parsed<Expr> {
        let start = self.token().start;
        let (block, below) = self.measured(|parser| parser.block(what))?;
        self.expr(start, below, ExprKind::Block(block))
    }

    pub(super) fn int_value(&mut self, negative: bool) -> Parsed<i64> {
        if self.kind() != TokenKind::Int {
            return Err(self.unexpected("an integer"));
        }
        let token = self.token();
        let written = self.text_of(token);
        let (text, parsed) = integer(written, negative);
        match parsed {
            Some(value) => {
                self.advance();
                Ok(value)
            }
            None => {
                let diagnostic = Diagnostic::error(
                    "bad-number",
                    format!("`{}` is too large for an integer", shorten(&text)),
                )
                .at(self.here(), "")
                .note("integers reach from -9223372036854775808 to 9223372036854775807")
                .hint("write it with a decimal point to make it a float");
                self.error(diagnostic);
                self.advance();
                Ok(0)
            }
        }
    }

    pub(super) fn float_value(&mut self) -> f64 {
        let token = self.advance();
        let text = self.text_of(token);
        let number: String = text
            .chars()
            .filter(|c| *c != '_')
            .take_while(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'))
            .collect();
        number.parse().unwrap_or(f64::INFINITY)
    }

    fn word_expression(&mut self, word: Word) -> Parsed<Expr> {
        if let Some(reported) = self.foreign_expression() {
            return Err(reported);
        }
        let start = self.token().start;
        let next_paren = self.ahead_is(1, Mark::LeftParen) && !self.ahead(1).after_newline;
        #[expect(clippy::wildcard_enum_match_arm, reason = "every other word is reserved or a name")]
        let kind = match word {
            Word::True => ExprKind::Bool(true),
            Word::False => ExprKind::Bool(false),
            Word::Null => ExprKind::Null,
            Word::Void if !next_paren => ExprKind::Void,
            Word::Me | Word::This => ExprKind::Me,
            Word::New => return self.new_expression(),
            Word::From if self.ahead_is_name(1) && self.ahead_is(2, Mark::Dot) => return self.parent_call(),
            Word::From if self.ahead_is_name(1) && self.ahead_is(2, Mark::LeftParen) => {
                let parent = self.text_of(self.ahead(1)).to_string();
                let diagnostic = Diagnostic::error("syntax", "a call to a parent names the method")
                    .at(self.here(), "")
                    .hint(format!(
                        "to run the constructor of the parent write `from {parent}.birth(..)`"
                    ));
                return Err(self.error(diagnostic));
            }
            Word::Fn | Word::Function if next_paren => return self.lambda(),
            Word::Match if self.at_match() => return self.match_expression(),
            Word::Peek if self.at_match() => {
                let diagnostic = Diagnostic::error("syntax", "`peek` has become `match`")
                    .at(self.here(), "")
                    .hint("write `match` instead");
                self.error(diagnostic);
                return self.match_expression();
            }
            Word::Externcall if self.ahead(1).kind == TokenKind::Str => return self.extern_call(),
            _ if is_reserved(word) => {
                let text = self.text_of(self.token());
                let mut diagnostic =
                    Diagnostic::error("syntax", format!("expected an expression, found the keyword `{text}`"))
                        .at(self.here(), "");
                if matches!(word, Word::If) {
                    diagnostic = diagnostic.hint("for a choice between two values write `c ? a : b` or `match`");
                }
                return Err(self.error(diagnostic));
            }
            _ => return self.name_expression(),
        };
        self.advance();
        self.expr(start, 0, kind)
    }

    /// A name, or `Enum::Variant` with its payload.
    fn name_expression(&mut self) -> Parsed<Expr> {
        let start = self.token().start;
        let name = self.take_name();
        if !self.eat(Mark::ColonColon) {
            return self.expr(start, 0, ExprKind::Name(name.text));
        }
        let variant = self.name("a variant of the enum after `::`")?;
        let mut below = 0;
        let payload = if self.is(Mark::LeftParen) && !self.token().after_newline {
            let (arguments, height) = self.arguments()?;
            below = height;
            VariantPayload::Tuple(arguments)
        } else if self.is(Mark::LeftBrace) && !self.token().after_newline && !self.no_braces {
            let (fields, height) = self.record_fields()?;
            below = height;
            VariantPayload::Record(fields)
        } else {
            VariantPayload::Unit
        };
        self.expr(
            start,
            below,
            ExprKind::Variant {
                enumeration: name,
                variant,
                payload,
            },
        )
    }

    /// `{ name: e, .. }`
    fn record_fields(&mut self) -> Parsed<(Vec<(Name, Expr)>, u32)> {
        let open = self.advance();
        let fields = self.nested(|parser| {
            parser.grouped(|parser| {
                let (mut fields, mut height) = (Vec::new(), 0);
                while parser.ahead_is_name(0) {
                    let name = parser.take_name();
                    parser.expect(Mark::Colon, "after the name of the field")?;
                    let value = parser.expression()?;
                    height = height.max(value.height);
                    fields.push((name, value));
                    if !parser.eat(Mark::Comma) {
                        break;
                    }
                }
                Ok((fields, height))
            })
        })?;
        self.expect_closing(Mark::RightBrace, open)?;
        Ok(fields)
    }

    /// `(e)`, `(target = e)`
    fn parenthesised(&mut self) -> Parsed<Expr> {
        let open = self.advance();
        let mut inner = self.grouped(|parser| {
            let target = parser.expression()?;
            let Some(op) = parser.assignment_operator() else {
                return Ok(target);
            };
            let start = target.span.start;
            let assign = parser.assignment(target, op)?;
            let below = assign.target.height.max(assign.value.height);
            parser.expr(start, below, ExprKind::Assign(Box::new(assign)))
        })?;
        self.expect_closing(Mark::RightParen, open)?;
        inner.span = self.span_from(open.start);
        Ok(inner)
    }

    fn array(&mut self) -> Parsed<Expr> {
        let open = self.advance();
        let (items, height) = self.nested(|parser| {
            parser.grouped(|parser| {
                let (mut items, mut height) = (Vec::new(), 0);
                while !parser.is(Mark::RightBracket) && !parser.is_end() {
                    let item = parser.expression()?;
                    height = height.max(item.height);
                    items.push(item);
                    if let Some(diagnostic) = parser.foreign_comprehension() {
                        return Err(parser.error(diagnostic));
                    }
                    if !parser.eat(Mark::Comma) && !parser.missing_comma("elements", open) {
                        break;
                    }
                }
                Ok((items, height))
            })
        })?;
        self.expect_closing(Mark::RightBracket, open)?;
        self.expr(open.start, height, ExprKind::Array(items))
    }

    /// The brace here opens a map: `{ "key": ..` or `{ key: ..`.
    pub(super) fn at_map_literal(&self) -> bool {
        self.is(Mark::LeftBrace)
            && match self.ahead(1).kind {
                TokenKind::Str => self.ahead_is(2, Mark::Colon) || self.ahead_is(2, Mark::FatArrow),
                TokenKind::Word(_) => self.ahead_is(2, Mark::Colon),
                TokenKind::Int | TokenKind::Float | TokenKind::Mark(_) | TokenKind::Invalid | TokenKind::End => false,
            }
    }

    /// `{ key => value, .. }` behind `%`, or `{ "key": value, .. }`; the brace has not been read.
    fn map(&mut self, start: u32) -> Parsed<Expr> {
        let open = self.advance();
        let (entries, height) = self.nested(|parser| {
            parser.grouped(|parser| {
                let (mut entries, mut height) = (Vec::new(), 0);
                while !parser.is(Mark::RightBrace) && !parser.is_end() {
                    let key_start = parser.token().start;
                    let bare = parser.ahead_is_name(0)
                        && (parser.ahead_is(1, Mark::FatArrow) || parser.ahead_is(1, Mark::Colon));
                    let key = match bare {
                        true => {
                            let name = parser.take_name();
                            parser.expr(key_start, 0, ExprKind::Str(name.text))?
                        }
                        false => parser.expression()?,
                    };
                    if !parser.eat(Mark::FatArrow) && !parser.eat(Mark::Colon) {
                        return Err(parser.unexpected("`=>` and a value after the key"));
                    }
                    let value = parser.expression()?;
                    height = height.max(key.height).max(value.height);
                    entries.push((key, value));
                    if !parser.eat(Mark::Comma) && !parser.missing_comma("entries", open) {
                        break;
                    }
                }
                Ok((entries, height))
            })
        })?;
        self.expect_closing(Mark::RightBrace, open)?;
        self.expr(start, height, ExprKind::Map(entries))
    }

    fn new_expression(&mut self) -> Parsed<Expr> {
        let start = self.advance().start;
        let mut class = self.name("the name of a box after `new`")?;
        // `new Module.Box()`: all boxes share one set of names, so the last one says which.
        while self.is(Mark::Dot) && self.ahead_is_name(1) && !self.token().after_newline {
            self.advance();
            class = self.take_name();
        }
        let type_arguments = self.type_arguments()?;
        if !self.is(Mark::LeftParen) || self.token().after_newline {
            let diagnostic = Diagnostic::error("syntax", format!("`new {}` needs parentheses", class.text))
                .at(class.span.at_end(), "expected `(` here")
                .hint(format!("write `new {}()`", class.text));
            return Err(self.error(diagnostic));
        }
        let (arguments, height) = self.arguments()?;
        self.expr(
            start,
            height,
            ExprKind::New {
                class,
                type_arguments,
                arguments,
            },
        )
    }

    fn parent_call(&mut self) -> Parsed<Expr> {
        let start = self.advance().start;
        let parent = self.take_name();
        self.expect(Mark::Dot, "after the parent")?;
        let method = self.name("the name of a method of the parent")?;
        if !self.is(Mark::LeftParen) || self.token().after_newline {
            return Err(self.unexpected("`(` and the arguments of the call"));
        }
        let (arguments, height) = self.arguments()?;
        self.expr(
            start,
            height,
            ExprKind::From {
                parent,
                method,
                arguments,
            },
        )
    }

    fn lambda(&mut self) -> Parsed<Expr> {
        let start = self.advance().start;
        let parameters = self.parameters()?;
        self.return_type()?;
        let (body, below) = self.measured(|parser| parser.lambda_body())?;
        let lambda = Lambda {
            id: self.node(),
            parameters,
            body,
        };
        self.expr(start, below, ExprKind::Lambda(Rc::new(lambda)))
    }

    /// `{ .. }`, or `=> value`.
    fn lambda_body(&mut self) -> Parsed<Block> {
        if !self.is(Mark::FatArrow) {
            return self.block("for the body of the lambda");
        }
        self.advance();
        let start = self.token().start;
        let value = self.nested(Self::expression)?;
        let statement = Stmt {
            id: self.node(),
            span: self.span_from(start),
            kind: StmtKind::Return(Some(value)),
        };
        Ok(Block {
            id: self.node(),
            span: self.span_from(start),
            statements: vec![statement],
        })
    }

    fn extern_call(&mut self) -> Parsed<Expr> {
        let start = self.advance().start;
        let (symbol, _) = self.string("the name of an external function")?;
        if !self.is(Mark::LeftParen) {
            return Err(self.unexpected("`(` and the arguments of the call"));
        }
        let (arguments, height) = self.arguments()?;
        self.expr(start, height, ExprKind::Extern { symbol, arguments })
    }

    /// `match` is followed by a value and a brace, not by what makes it a name.
    fn at_match(&self) -> bool {
        let next = self.ahead(1);
        if next.kind == TokenKind::Mark(Mark::LeftParen) && next.partner != 0 {
            // `match (x) {` against the call `match(x)`
            let after = self.tokens[next.partner as usize + 1];
            return !after.after_newline
                && !matches!(after.kind, TokenKind::End)
                && (after.kind == TokenKind::Mark(Mark::LeftBrace)
                    || self.has_brace_on_line(next.partner as usize + 1));
        }
        self.starts_operand(1)
    }

    /// A `{` stands between token `from` and the end of its line.
    fn has_brace_on_line(&self, from: usize) -> bool {
        self.tokens[from..]
            .iter()
            .take(64)
            .take_while(|token| !token.after_newline)
            .any(|token| token.kind == TokenKind::Mark(Mark::LeftBrace))
    }

    /// A statement where an expression is expected, as in `_ => return 1`: a block with just that.
    pub(super) fn statement_as_expression(&mut self) -> Parsed<Expr> {
        let start = self.token().start;
        let (statement, below) = self.measured(Self::one_statement)?;
        let block = Block {
            id: self.node(),
            span: statement.span,
            statements: vec![statement],
        };
        self.expr(start, below, ExprKind::Block(block))
    }
}

/// The digits of an integer as written, and its value where it has one: decimal with a sign, or the 64 bits of a hexadecimal,
/// octal or binary number. What stands behind the number was an error already.
fn integer(written: &str, negative: bool) -> (String, Option<i64>) {
    let radix = match written.get(..2) {
        Some("0x" | "0X") => 16,
        Some("0o" | "0O") => 8,
        Some("0b" | "0B") => 2,
        _ => 10,
    };
    let skip = if radix == 10 { 0 } else { 2 };
    let digits: String = written[skip..]
        .chars()
        .filter(|c| *c != '_')
        .take_while(|c| c.is_digit(radix))
        .collect();
    let value = match (radix, negative) {
        (10, false) => digits.parse().ok(),
        (10, true) => format!("-{digits}").parse().ok(),
        _ => u64::from_str_radix(&digits, radix).ok().map(|bits| {
            let value = bits as i64;
            if negative { value.wrapping_neg() } else { value }
        }),
    };
    // `0x` without digits was an error already.
    (digits.clone(), if digits.is_empty() { Some(0) } else { value })
}
