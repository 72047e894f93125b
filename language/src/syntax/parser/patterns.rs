//! `match` and its patterns.

use super::*;

impl Parser<'_> {
    /// `match e { arms }`; the word has been seen.
    pub(super) fn match_expression(&mut self) -> Parsed<Expr> {
        let start = self.advance().start;
        let (matched, below) = self.measured(|parser| {
            let scrutinee = parser.head(Self::expression)?;
            let open = parser.expect(Mark::LeftBrace, "after the value of `match`")?;
            let arms = parser.nested(|parser| parser.fresh(Self::arms))?;
            parser.expect_closing(Mark::RightBrace, open)?;
            Ok(Match { scrutinee, arms })
        })?;
        self.expr(start, below, ExprKind::Match(Box::new(matched)))
    }

    fn arms(&mut self) -> Parsed<Vec<Arm>> {
        let mut arms = Vec::new();
        loop {
            while self.eat(Mark::Comma) || self.eat(Mark::Semicolon) {}
            if self.is(Mark::RightBrace) || self.is_end() {
                return Ok(arms);
            }
            let before = self.at;
            match self.arm() {
                Ok(arm) => arms.push(arm),
                Err(Reported) => self.recover(before),
            }
        }
    }

    fn arm(&mut self) -> Parsed<Arm> {
        let start = self.token().start;
        let pattern = self.pattern()?;
        let guard = match self.eat_word(Word::If) {
            true => Some(self.expression()?),
            false => None,
        };
        self.expect(Mark::FatArrow, "after the pattern")?;
        let body = self.arm_body()?;
        Ok(Arm {
            id: self.node(),
            span: self.span_from(start),
            pattern,
            guard,
            body,
        })
    }

    /// An expression; braces are a block, and `return`, `break`, `continue`, `throw` and assignments may stand
    /// without them.
    fn arm_body(&mut self) -> Parsed<Expr> {
        let start = self.token().start;
        if self.is(Mark::LeftBrace) && !self.at_map_literal() {
            let open = self.advance();
            let (block, below) = self.measured(|parser| parser.block_after(open))?;
            return self.expr(start, below, ExprKind::Block(block));
        }
        let jumps = matches!(
            self.kind(),
            TokenKind::Word(Word::Return | Word::Break | Word::Continue | Word::Throw | Word::If | Word::Loop)
        );
        if jumps {
            return self.statement_as_expression();
        }
        let target = self.expression()?;
        let Some(op) = self.assignment_operator() else {
            return Ok(target);
        };
        let assign = self.assignment(target, op)?;
        let below = assign.target.height.max(assign.value.height);
        self.expr(start, below, ExprKind::Assign(Box::new(assign)))
    }

    /// `p | q`
    pub(super) fn pattern(&mut self) -> Parsed<Pattern> {
        let start = self.token().start;
        let first = self.single_pattern()?;
        if !self.is(Mark::Bar) {
            return Ok(first);
        }
        let mut patterns = vec![first];
        while self.eat(Mark::Bar) {
            patterns.push(self.single_pattern()?);
        }
        Ok(self.make_pattern(start, PatternKind::Or(patterns)))
    }

    fn make_pattern(&mut self, start: u32, kind: PatternKind) -> Pattern {
        Pattern {
            id: self.node(),
            span: self.span_from(start),
            kind,
        }
    }

    fn single_pattern(&mut self) -> Parsed<Pattern> {
        let start = self.token().start;
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "every other token is the same error, and every other word a name"
        )]
        let kind = match self.kind() {
            TokenKind::Int | TokenKind::Float | TokenKind::Mark(Mark::Minus) => self.number_pattern()?,
            TokenKind::Str => PatternKind::Str(self.string("a string")?.0),
            TokenKind::Mark(Mark::LeftBracket) => self.nested(Self::array_pattern)?,
            TokenKind::Mark(Mark::LeftBrace) => self.nested(Self::map_pattern)?,
            TokenKind::Mark(Mark::Percent) if self.ahead_is(1, Mark::LeftBrace) => {
                self.advance();
                self.nested(Self::map_pattern)?
            }
            TokenKind::Word(word) => {
                let literal = match word {
                    Word::True => Some(PatternKind::Bool(true)),
                    Word::False => Some(PatternKind::Bool(false)),
                    Word::Null => Some(PatternKind::Null),
                    Word::Void => Some(PatternKind::Void),
                    Word::Plain if self.text_of(self.token()) == "_" => Some(PatternKind::Wildcard),
                    _ => None,
                };
                match literal {
                    Some(kind) => {
                        self.advance();
                        kind
                    }
                    None => self.nested(Self::named_pattern)?,
                }
            }
            _ => return Err(self.unexpected("a pattern")),
        };
        Ok(self.make_pattern(start, kind))
    }

    fn number_pattern(&mut self) -> Parsed<PatternKind> {
        let negative = self.eat(Mark::Minus);
        if self.kind() == TokenKind::Float {
            let value = self.float_value();
            return Ok(PatternKind::Float(if negative { -value } else { value }));
        }
        let low = self.int_value(negative)?;
        if !self.eat(Mark::DotDot) {
            return Ok(PatternKind::Int(low));
        }
        let negative = self.eat(Mark::Minus);
        let high = self.int_value(negative)?;
        Ok(PatternKind::Range(low, high))
    }

    fn named_pattern(&mut self) -> Parsed<PatternKind> {
        let mut name = self.declared_name("a pattern")?;
        let mut enumeration = None;
        if self.eat(Mark::ColonColon) {
            enumeration = Some(std::mem::replace(&mut name, self.name("a variant of the enum")?));
        }
        if self.is(Mark::LeftParen) {
            let open = self.advance();
            let mut items = Vec::new();
            while !self.is(Mark::RightParen) && !self.is_end() {
                items.push(self.pattern()?);
                if !self.eat(Mark::Comma) {
                    break;
                }
            }
            self.expect_closing(Mark::RightParen, open)?;
            return Ok(PatternKind::Tuple {
                enumeration,
                name,
                items,
            });
        }
        if self.is(Mark::LeftBrace) {
            let open = self.advance();
            let mut fields = Vec::new();
            while self.ahead_is_name(0) {
                let field = self.take_name();
                let start = field.span.start;
                let pattern = match self.eat(Mark::Colon) {
                    true => self.pattern()?,
                    false => {
                        let variable = Variable {
                            id: self.node(),
                            name: field.clone(),
                            ty: None,
                            value: None,
                        };
                        self.make_pattern(start, PatternKind::Name(variable))
                    }
                };
                fields.push((field, pattern));
                if !self.eat(Mark::Comma) {
                    break;
                }
            }
            self.expect_closing(Mark::RightBrace, open)?;
            return Ok(PatternKind::Record {
                enumeration,
                name,
                fields,
            });
        }
        Ok(match enumeration {
            Some(enumeration) => PatternKind::Unit { enumeration, name },
            None => PatternKind::Name(Variable {
                id: self.node(),
                name,
                ty: None,
                value: None,
            }),
        })
    }

    fn array_pattern(&mut self) -> Parsed<PatternKind> {
        let open = self.advance();
        let (mut items, mut rest) = (Vec::new(), None);
        while !self.is(Mark::RightBracket) && !self.is_end() {
            if self.eat(Mark::DotDot) {
                let variable = if matches!(self.kind(), TokenKind::Word(_)) {
                    let name = self.declared_name("a name for the rest")?;
                    Some(Variable {
                        id: self.node(),
                        name,
                        ty: None,
                        value: None,
                    })
                } else {
                    None
                };
                rest = Some(Rest { variable });
                self.eat(Mark::Comma);
                break;
            }
            items.push(self.pattern()?);
            if !self.eat(Mark::Comma) {
                break;
            }
        }
        self.expect_closing(Mark::RightBracket, open)?;
        Ok(PatternKind::Array { items, rest })
    }

    /// `{ "k": p, name: p, name, .. }`
    fn map_pattern(&mut self) -> Parsed<PatternKind> {
        let open = self.advance();
        let (mut entries, mut rest) = (Vec::new(), false);
        while !self.is(Mark::RightBrace) && !self.is_end() {
            if self.eat(Mark::DotDot) {
                rest = true;
                self.eat(Mark::Comma);
                break;
            }
            let start = self.token().start;
            let (key, name) = if self.kind() == TokenKind::Str {
                (self.string("a key")?.0, None)
            } else {
                let name = self.name("a key")?;
                (Rc::clone(&name.text), Some(name))
            };
            let pattern = match (self.is(Mark::Colon) || self.is(Mark::FatArrow), name) {
                (false, Some(name)) => {
                    let variable = Variable {
                        id: self.node(),
                        name,
                        ty: None,
                        value: None,
                    };
                    self.make_pattern(start, PatternKind::Name(variable))
                }
                (false, None) => return Err(self.unexpected("`:` and a pattern after the key")),
                (true, _) => {
                    self.advance();
                    self.pattern()?
                }
            };
            entries.push((key, pattern));
            if !self.eat(Mark::Comma) {
                break;
            }
        }
        self.expect_closing(Mark::RightBrace, open)?;
        Ok(PatternKind::Map { entries, rest })
    }
}
