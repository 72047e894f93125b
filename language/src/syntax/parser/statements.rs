//! Statements and blocks.

use super::*;

impl Parser<'_> {
    /// All statements of the file.
    pub(super) fn statements_until_end(&mut self) -> Vec<Stmt> {
        let mut statements = Vec::new();
        while !self.is_end() {
            self.statements_into(&mut statements);
            if self.is(Mark::RightBrace) {
                let diagnostic = Diagnostic::error("syntax", "this `}` closes nothing")
                    .at(self.here(), "no block is open here")
                    .hint("remove it, or add the `{` that it should close");
                self.error(diagnostic);
                self.advance();
            }
        }
        statements
    }

    /// Reads statements up to a `}` or the end.
    fn statements_into(&mut self, statements: &mut Vec<Stmt>) {
        loop {
            self.skip_semicolons();
            if self.is_end() || self.is(Mark::RightBrace) {
                return;
            }
            let before = self.at;
            match self.statement() {
                Ok(statement) => statements.push(statement),
                Err(Reported) => self.recover(before),
            }
        }
    }

    /// After an error: skips to where a statement or member may start again.
    pub(super) fn recover(&mut self, before: usize) {
        if self.at == before {
            self.skip_balanced();
        }
        while !self.is_end() && !self.is(Mark::RightBrace) && !self.token().after_newline {
            if self.eat(Mark::Semicolon) {
                return;
            }
            self.skip_balanced();
        }
    }

    /// Skips one token, or a whole bracketed group where its end is known.
    pub(super) fn skip_balanced(&mut self) {
        match self.token().partner {
            0 => {
                self.advance();
            }
            partner => {
                self.at = partner as usize;
                self.advance();
            }
        }
    }

    /// `{ statements }`
    pub(super) fn block(&mut self, after: &str) -> Parsed<Block> {
        if !self.is(Mark::LeftBrace) {
            let diagnostic = self.foreign_block(after).unwrap_or_else(|| self.no_block(after));
            return Err(self.error(diagnostic));
        }
        let open = self.advance();
        self.block_after(open)
    }

    /// A block is expected, and something else comes.
    fn no_block(&self, after: &str) -> Diagnostic {
        let message = format!("expected `{{` {after}, found {}", self.describe(self.token()));
        let missing = self.token().after_newline || self.is_end();
        let span = if missing {
            self.span_from(self.previous_end())
        } else {
            self.here()
        };
        Diagnostic::error("syntax", message)
            .at(span, "expected `{` here")
            .hint("a block stands in braces, also where it is one statement: `{ .. }`")
    }

    /// The rest of a block whose `{` has been read.
    pub(super) fn block_after(&mut self, open: Token) -> Parsed<Block> {
        self.nested(|parser| {
            parser.fresh(|parser| {
                let id = parser.node();
                let mut statements = Vec::new();
                parser.statements_into(&mut statements);
                if !parser.is(Mark::RightBrace) {
                    let diagnostic = Diagnostic::error("unclosed-block", "this block is not closed")
                        .at(parser.span_of(open), "opened here")
                        .hint("add the missing `}`");
                    return Err(parser.error(diagnostic));
                }
                parser.advance();
                Ok(Block {
                    id,
                    span: parser.span_from(open.start),
                    statements,
                })
            })
        })
    }

    /// One statement, as the body of a `match` arm.
    pub(super) fn one_statement(&mut self) -> Parsed<Stmt> {
        self.nested(Self::statement)
    }

    fn statement(&mut self) -> Parsed<Stmt> {
        let start = self.token().start;
        let kind = self.statement_kind()?;
        let id = self.node();
        match &kind {
            StmtKind::Box(decl) => self.declarations.push(Declaration::Box(Rc::clone(decl))),
            StmtKind::Enum(decl) => self.declarations.push(Declaration::Enum(Rc::clone(decl))),
            StmtKind::Function(decl) => self.declarations.push(Declaration::Function(Rc::clone(decl))),
            StmtKind::Include(_)
            | StmtKind::Using(_)
            | StmtKind::Local { .. }
            | StmtKind::Outbox { .. }
            | StmtKind::Global { .. }
            | StmtKind::Nowait { .. }
            | StmtKind::Assign(_)
            | StmtKind::If { .. }
            | StmtKind::Loop { .. }
            | StmtKind::Until { .. }
            | StmtKind::Repeat { .. }
            | StmtKind::RepeatUntil { .. }
            | StmtKind::For { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Return(_)
            | StmtKind::Throw(_)
            | StmtKind::Try(_)
            | StmtKind::Block(_)
            | StmtKind::Fini(_)
            | StmtKind::Expr(_)
            | StmtKind::Invalid => self.note_request(id, &kind),
        }
        Ok(Stmt {
            id,
            span: self.span_from(start),
            kind,
        })
    }

    /// Keeps a list of the files that statements name.
    fn note_request(&mut self, statement: NodeId, kind: &StmtKind) {
        let (target, span, alias) = match kind {
            StmtKind::Include(include) => (
                RequestTarget::Include(Rc::clone(&include.path)),
                include.path_span,
                None,
            ),
            StmtKind::Using(using) => {
                let target = match &using.target {
                    UsingTarget::Module(name) => RequestTarget::Module(Rc::clone(name)),
                    UsingTarget::Path(path) => RequestTarget::Path(Rc::clone(path)),
                };
                (target, using.target_span, using.alias.clone())
            }
            StmtKind::Box(_)
            | StmtKind::Enum(_)
            | StmtKind::Function(_)
            | StmtKind::Local { .. }
            | StmtKind::Outbox { .. }
            | StmtKind::Global { .. }
            | StmtKind::Nowait { .. }
            | StmtKind::Assign(_)
            | StmtKind::If { .. }
            | StmtKind::Loop { .. }
            | StmtKind::Until { .. }
            | StmtKind::Repeat { .. }
            | StmtKind::RepeatUntil { .. }
            | StmtKind::For { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Return(_)
            | StmtKind::Throw(_)
            | StmtKind::Try(_)
            | StmtKind::Block(_)
            | StmtKind::Fini(_)
            | StmtKind::Expr(_)
            | StmtKind::Invalid => return,
        };
        self.requests.push(FileRequest {
            statement,
            target,
            span,
            alias,
        });
    }

    pub(super) fn statement_kind(&mut self) -> Parsed<StmtKind> {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "every other token starts an expression or an error"
        )]
        match self.kind() {
            TokenKind::Word(word) => {
                if let Some(result) = self.foreign_statement() {
                    return result;
                }
                if let Some(result) = self.keyword_statement(word) {
                    return result;
                }
            }
            TokenKind::Mark(Mark::Minus | Mark::Plus) => {
                if let Some(result) = self.foreign_statement() {
                    return result;
                }
            }
            TokenKind::Mark(Mark::At) => return self.at_statement(),
            TokenKind::Mark(Mark::LeftBrace) if !self.at_map_literal() => {
                let open = self.advance();
                let body = self.block_after(open)?;
                if !self.at_handler() {
                    return Ok(StmtKind::Block(body));
                }
                return Ok(StmtKind::Try(Box::new(self.handlers(body)?)));
            }
            _ => {}
        }
        self.simple_statement()
    }

    /// The statement that `word` starts, if it is a keyword here.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "every other word starts no statement of its own"
    )]
    fn keyword_statement(&mut self, word: Word) -> Option<Parsed<StmtKind>> {
        let next = self.ahead(1);
        let next_is_name = matches!(next.kind, TokenKind::Word(_)) && !next.after_newline;
        let next_is = |mark: Mark| next.kind == TokenKind::Mark(mark);
        Some(match word {
            Word::Box if next_is_name => self.box_statement(BoxKind::Ordinary),
            Word::Flow if next_is_name && self.ahead_is(2, Mark::LeftBrace) => self.box_statement(BoxKind::Static),
            Word::Static if next_is_name => self.static_statement(),
            Word::Interface if next.kind == TokenKind::Word(Word::Box) => {
                self.advance();
                self.box_statement(BoxKind::Interface)
            }
            Word::Enum if next_is_name && (self.ahead_is(2, Mark::LeftBrace) || self.ahead_is(2, Mark::Less)) => {
                self.enum_declaration().map(|decl| StmtKind::Enum(Rc::new(decl)))
            }
            Word::Function | Word::Fn if next_is_name => self.function_statement(),
            Word::Plain if next_is(Mark::LeftParen) && self.at_bare_function() => {
                self.function(None, false).map(|decl| StmtKind::Function(Rc::new(decl)))
            }
            // What it starts has ended when it ends: `nowait` evaluates at once.
            Word::Plain
                if next_is(Mark::LeftBrace) && !next.after_newline && self.text_of(self.token()) == "task_scope" =>
            {
                self.advance();
                self.block("after `task_scope`").map(StmtKind::Block)
            }
            Word::Local => self.local_statement(),
            Word::Outbox if next_is_name => self.outbox_statement(),
            Word::Global if next_is_name => self.global_statement(),
            Word::Nowait if next_is_name && self.ahead_is(2, Mark::Equal) => self.nowait_statement(),
            Word::Include if next.kind == TokenKind::Str => self.include_statement(),
            Word::Using | Word::Import if !next.after_newline && self.at_using() => self.using_statement(),
            Word::If => self.if_statement(),
            Word::Loop if next_is(Mark::LeftBrace) || next_is(Mark::LeftParen) || self.starts_operand(1) => {
                self.loop_statement()
            }
            Word::While if self.starts_operand(1) => self.while_statement(),
            Word::Until if self.starts_operand(1) => self.until_statement(),
            Word::Repeat if next_is(Mark::LeftBrace) || self.starts_operand(1) => self.repeat_statement(),
            Word::For if next_is_name || next_is(Mark::LeftParen) => self.for_statement(),
            Word::Break => self.bare_statement(StmtKind::Break),
            Word::Continue => self.bare_statement(StmtKind::Continue),
            Word::Return => self.return_statement(),
            Word::Throw => self.throw_statement(),
            Word::Try if next_is(Mark::LeftBrace) => self.try_statement(),
            Word::Fini if next_is(Mark::LeftBrace) => {
                self.advance();
                self.block("after `fini`").map(StmtKind::Fini)
            }
            Word::Else | Word::Catch | Word::Finally if self.reserved_here(word) => self.misplaced(word),
            _ => return None,
        })
    }

    fn reserved_here(&self, word: Word) -> bool {
        word != Word::Catch || self.ahead_is(1, Mark::LeftParen) || self.ahead_is(1, Mark::LeftBrace)
    }

    fn misplaced(&mut self, word: Word) -> Parsed<StmtKind> {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "called with three words only; this is the third"
        )]
        let (text, opener) = match word {
            Word::Else => ("else", "if"),
            Word::Catch => ("catch", "try"),
            _ => ("finally", "try"),
        };
        let diagnostic = Diagnostic::error("syntax", format!("`{text}` without `{opener}`"))
            .at(self.here(), format!("no `{opener}` block ends right before this"));
        Err(self.error(diagnostic))
    }

    fn bare_statement(&mut self, kind: StmtKind) -> Parsed<StmtKind> {
        self.advance();
        Ok(kind)
    }

    // ------------------------------------------------------------------------------------------ variables

    /// `a`, `a: T`
    fn variable(&mut self, what: &str) -> Parsed<Variable> {
        let name = self.declared_name(what)?;
        let ty = self.type_annotation()?;
        Ok(Variable {
            id: self.node(),
            name,
            ty,
            value: None,
        })
    }

    fn initialised(&mut self, what: &str) -> Parsed<Variable> {
        let mut variable = self.variable(what)?;
        self.expect(Mark::Equal, &format!("and a value after {what}"))?;
        variable.value = Some(self.expression()?);
        Ok(variable)
    }

    fn local_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        if let Some(reported) = self.foreign_destructuring() {
            return Err(reported);
        }
        self.local_variables()
    }

    pub(super) fn local_variables(&mut self) -> Parsed<StmtKind> {
        let mut variables = Vec::new();
        loop {
            let mut variable = self.variable("the name of a variable")?;
            if self.eat(Mark::Equal) {
                variable.value = Some(self.expression()?);
            }
            variables.push(variable);
            if !self.eat(Mark::Comma) {
                break;
            }
            if let Some(diagnostic) = self.foreign_value() {
                return Err(self.error(diagnostic));
            }
        }
        let fini = match self.is_word(Word::Fini) && self.ahead_is(1, Mark::LeftBrace) && !self.token().after_newline {
            true => {
                self.advance();
                Some(self.block("after `fini`")?)
            }
            false => None,
        };
        Ok(StmtKind::Local { variables, fini })
    }

    fn outbox_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let kind = self.local_variables()?;
        if let StmtKind::Local { variables, .. } = kind {
            Ok(StmtKind::Outbox { variables })
        } else {
            Ok(kind)
        }
    }

    fn global_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let variable = self.initialised("the name of a global variable")?;
        Ok(StmtKind::Global { variable })
    }

    fn nowait_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let variable = self.initialised("the name of a variable")?;
        Ok(StmtKind::Nowait { variable })
    }

    /// `@name = e` is `local name = e`; other `@word(..)` before a declaration is metadata without meaning here.
    fn at_statement(&mut self) -> Parsed<StmtKind> {
        if self.ahead_is_name(1) && (self.ahead_is(2, Mark::Equal) || self.ahead_is(2, Mark::Colon)) {
            return self.local_statement();
        }
        self.skip_metadata()?;
        self.skip_semicolons();
        if self.is_end() || self.is(Mark::RightBrace) {
            return Err(self.unexpected("a declaration after the metadata"));
        }
        self.nested(Self::statement_kind)
    }

    /// `@rune Name(args)`, `@hint(args)`: what follows `@` up to the end of its argument list.
    pub(super) fn skip_metadata(&mut self) -> Parsed<()> {
        while self.eat(Mark::At) {
            let name = self.name("a name after `@`")?;
            if !matches!(&*name.text, "rune" | "hint" | "contract" | "intrinsic_candidate") {
                self.diagnostics.push(
                    Diagnostic::warning(
                        "unknown-metadata",
                        format!("`@{}` has no meaning and is ignored", name.text),
                    )
                    .at(name.span, "")
                    .hint(format!("to declare a variable write `local {} = ..`", name.text)),
                );
            }
            if &*name.text == "rune" {
                self.name("a name after `@rune`")?;
            }
            if self.is(Mark::LeftParen) && !self.token().after_newline {
                if self.token().partner == 0 {
                    let open = self.advance();
                    return Err(self.expect_closing_of_metadata(open));
                }
                self.skip_balanced();
            }
        }
        Ok(())
    }

    fn expect_closing_of_metadata(&mut self, open: Token) -> Reported {
        let diagnostic =
            Diagnostic::error("syntax", "this argument list is not closed").at(self.span_of(open), "opened here");
        self.error(diagnostic)
    }

    // ------------------------------------------------------------------------------------------ files

    fn include_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let (path, path_span) = self.string("a path")?;
        Ok(StmtKind::Include(Include { path, path_span }))
    }

    /// `using`/`import` is followed by a module name or a path, not by what makes it a variable.
    fn at_using(&self) -> bool {
        match self.ahead(1).kind {
            TokenKind::Str => true,
            TokenKind::Word(_) => !self.is_word(Word::Import) || !self.ahead_is(2, Mark::Equal),
            TokenKind::Int | TokenKind::Float | TokenKind::Mark(_) | TokenKind::Invalid | TokenKind::End => false,
        }
    }

    fn using_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let start = self.token().start;
        let target = if self.kind() == TokenKind::Str {
            UsingTarget::Path(self.string("a path")?.0)
        } else {
            let mut module = self.name("a module")?.text.to_string();
            while (self.is(Mark::Dot) || self.is(Mark::Minus)) && !self.token().after_newline {
                // Names of folders may have hyphens.
                module.push(if self.is(Mark::Dot) { '.' } else { '-' });
                self.advance();
                module.push_str(&self.name("a part of a module name")?.text);
            }
            UsingTarget::Module(module.into())
        };
        let target_span = self.span_from(start);
        let alias = match self.is_word(Word::As) && !self.token().after_newline {
            true => {
                self.advance();
                Some(self.declared_name("the name that the module gets")?)
            }
            false => None,
        };
        Ok(StmtKind::Using(Using {
            target,
            target_span,
            alias,
        }))
    }

    // ------------------------------------------------------------------------------------------ control

    pub(super) fn if_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let mut arms = Vec::new();
        loop {
            let condition = self.head(Self::expression)?;
            let body = self.block("after the condition of `if`")?;
            arms.push((condition, body));
            // `} ; else {` is found in programs: a semicolon separates nothing here.
            let semicolons = (0..).take_while(|n| self.ahead_is(*n, Mark::Semicolon)).count();
            if semicolons > 0 && self.ahead(semicolons).kind == TokenKind::Word(Word::Else) {
                self.skip_semicolons();
            }
            if self.foreign_else_if() {
                continue;
            }
            if !self.eat_word(Word::Else) {
                return Ok(StmtKind::If { arms, otherwise: None });
            }
            if !self.eat_word(Word::If) {
                let otherwise = self.block("or `if` after `else`")?;
                return Ok(StmtKind::If {
                    arms,
                    otherwise: Some(otherwise),
                });
            }
        }
    }

    fn loop_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        if self.is(Mark::LeftBrace) {
            let body = self.block("after `loop`")?;
            return Ok(StmtKind::Loop { condition: None, body });
        }
        let named = |at: usize| self.ahead_is_name(at) && self.ahead(at + 1).kind == TokenKind::Word(Word::In);
        if named(0) || (self.is(Mark::LeftParen) && named(1)) {
            return self.for_head();
        }
        if self.is(Mark::LeftParen) && self.ahead_is(1, Mark::RightParen) {
            let diagnostic = Diagnostic::error("syntax", "this loop has empty parentheses")
                .at(self.here(), "a condition is missing")
                .hint("write `loop { .. }` for a loop without a condition");
            return Err(self.error(diagnostic));
        }
        let condition = self.head(Self::expression)?;
        let body = self.block("after the condition of `loop`")?;
        Ok(StmtKind::Loop {
            condition: Some(condition),
            body,
        })
    }

    fn while_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let condition = self.head(Self::expression)?;
        let body = self.block("after the condition of `while`")?;
        Ok(StmtKind::Loop {
            condition: Some(condition),
            body,
        })
    }

    fn until_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let condition = self.head(Self::expression)?;
        let body = self.block("after the condition of `until`")?;
        Ok(StmtKind::Until { condition, body })
    }

    fn repeat_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        if self.is(Mark::LeftBrace) {
            let body = self.block("after `repeat`")?;
            if !self.eat_word(Word::Until) {
                return Err(self.unexpected("`until` and a condition after the body of `repeat`"));
            }
            let condition = self.expression()?;
            return Ok(StmtKind::RepeatUntil { body, condition });
        }
        let count = self.head(Self::expression)?;
        let body = self.block("after the count of `repeat`")?;
        Ok(StmtKind::Repeat { count, body })
    }

    fn for_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        if let Some(result) = self.foreign_for() {
            return result;
        }
        self.for_head()
    }

    /// `x in e { .. }` or `(x in e) { .. }`
    pub(super) fn for_head(&mut self) -> Parsed<StmtKind> {
        let open = if self.is(Mark::LeftParen) {
            Some(self.advance())
        } else {
            None
        };
        let variable = self.variable("the name of the loop variable")?;
        if self.is(Mark::Comma) && self.ahead_is_name(1) {
            let diagnostic = self.foreign_pair(&variable.name.text);
            return Err(self.error(diagnostic));
        }
        if self.is(Mark::Equal) {
            let diagnostic = self.foreign_count(&variable.name.text);
            return Err(self.error(diagnostic));
        }
        if !self.eat_word(Word::In) {
            return Err(self.unexpected("`in` after the loop variable"));
        }
        let iterable = match open {
            Some(open) => {
                let iterable = self.grouped(Self::expression)?;
                self.expect_closing(Mark::RightParen, open)?;
                iterable
            }
            None => self.head(Self::expression)?,
        };
        if let Some(diagnostic) = self.foreign_range_step(&variable.name.text) {
            return Err(self.error(diagnostic));
        }
        let body = self.block("after the head of the loop")?;
        Ok(StmtKind::For {
            variable,
            iterable,
            body,
        })
    }

    fn return_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let bare = self.token().after_newline || self.is_end() || self.is(Mark::RightBrace) || self.is(Mark::Semicolon);
        if bare {
            return Ok(StmtKind::Return(None));
        }
        let value = self.expression()?;
        if self.is(Mark::Comma) && !self.token().after_newline {
            let diagnostic = self.foreign_values();
            return Err(self.error(diagnostic));
        }
        Ok(StmtKind::Return(Some(value)))
    }

    fn throw_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        Ok(StmtKind::Throw(self.expression()?))
    }

    fn try_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let body = self.block("after `try`")?;
        Ok(StmtKind::Try(Box::new(self.handlers(body)?)))
    }

    /// A `catch`, `cleanup` or `finally` block starts here.
    pub(super) fn at_handler(&self) -> bool {
        #[expect(clippy::wildcard_enum_match_arm, reason = "every other token starts no handler")]
        match self.kind() {
            TokenKind::Word(Word::Catch) => {
                let next = self.ahead(1);
                let after = |at: u32| self.tokens[(at as usize + 1).min(self.tokens.len() - 1)].kind;
                self.ahead_is(1, Mark::LeftBrace)
                    || (self.ahead_is(1, Mark::LeftParen)
                        && (next.partner == 0 || after(next.partner) == TokenKind::Mark(Mark::LeftBrace)))
            }
            TokenKind::Word(Word::Cleanup | Word::Finally) => self.ahead_is(1, Mark::LeftBrace),
            _ => false,
        }
    }

    /// The handlers behind `body`; there may be none.
    pub(super) fn handlers<T>(&mut self, body: T) -> Parsed<Try<T>> {
        let mut catches = Vec::new();
        let mut cleanup = None;
        while self.foreign_handler() || self.at_handler() {
            if !self.at_handler() {
                continue;
            }
            if self.is_word(Word::Catch) {
                catches.push(self.catch()?);
            } else {
                self.advance();
                cleanup = Some(self.block("after `cleanup`")?);
                break;
            }
        }
        Ok(Try { body, catches, cleanup })
    }

    /// `catch (Type name) { .. }`, `catch (name) { .. }`, `catch () { .. }`, `catch { .. }`
    fn catch(&mut self) -> Parsed<Catch> {
        let start = self.advance().start;
        let (mut ty, mut variable) = (None, None);
        if self.is(Mark::LeftParen) {
            let open = self.advance();
            if !self.is(Mark::RightParen) {
                let first = self.declared_name("the name of the error")?;
                let second = if matches!(self.kind(), TokenKind::Word(_)) {
                    Some(self.declared_name("the name of the error")?)
                } else {
                    None
                };
                let (name, ty_name) = match second {
                    Some(name) => (name, Some(first)),
                    None => (first, None),
                };
                variable = Some(Variable {
                    id: self.node(),
                    name,
                    ty: None,
                    value: None,
                });
                ty = ty_name;
            }
            self.expect_closing(Mark::RightParen, open)?;
        }
        let body = self.block("after `catch`")?;
        Ok(Catch {
            id: self.node(),
            span: self.span_from(start),
            ty,
            variable,
            body,
        })
    }

    // ------------------------------------------------------------------------------------------ expressions

    /// An expression, or an assignment.
    fn simple_statement(&mut self) -> Parsed<StmtKind> {
        let target = self.expression()?;
        if let Some(reported) = self.foreign_tuple() {
            return Err(reported);
        }
        let Some(op) = self.assignment_operator() else {
            return Ok(StmtKind::Expr(target));
        };
        let assign = self.assignment(target, op)?;
        Ok(StmtKind::Assign(Box::new(assign)))
    }

    /// The operator of the assignment that goes on here: outer `None` where there is none, inner for plain `=`.
    pub(super) fn assignment_operator(&self) -> Option<Option<BinaryOp>> {
        let TokenKind::Mark(mark) = self.kind() else {
            return None;
        };
        #[expect(clippy::wildcard_enum_match_arm, reason = "every other mark assigns nothing")]
        match mark {
            Mark::Equal => Some(None),
            Mark::PlusEqual => Some(Some(BinaryOp::Add)),
            Mark::MinusEqual => Some(Some(BinaryOp::Subtract)),
            Mark::StarEqual => Some(Some(BinaryOp::Multiply)),
            Mark::SlashEqual => Some(Some(BinaryOp::Divide)),
            Mark::PercentEqual => Some(Some(BinaryOp::Remainder)),
            _ => None,
        }
    }

    /// Reads the operator and the value of an assignment to `target`.
    pub(super) fn assignment(&mut self, target: Expr, op: Option<BinaryOp>) -> Parsed<Assign> {
        let assignable = matches!(
            target.kind,
            ExprKind::Name(_) | ExprKind::Field { optional: false, .. } | ExprKind::Index { .. } | ExprKind::Invalid
        );
        if !assignable {
            let mut diagnostic = Diagnostic::error("bad-assignment", "this cannot be assigned to")
                .at(target.span, "not a variable, field or element")
                .also(self.here(), "assigned here");
            if matches!(
                target.kind,
                ExprKind::Binary { .. } | ExprKind::MethodCall { .. } | ExprKind::Call { .. }
            ) {
                diagnostic = diagnostic.hint("to compare two values write `==`");
            }
            self.last_error = None;
            self.error(diagnostic);
        }
        self.advance();
        let value = self.expression()?;
        Ok(Assign { target, op, value })
    }
}
