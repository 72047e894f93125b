//! Boxes, interfaces, enums, functions and types.

use super::*;

impl Parser<'_> {
    // ------------------------------------------------------------------------------------------ statements

    /// `box N`, `flow N`; the word has been seen, `static` and `interface` have been read.
    pub(super) fn box_statement(&mut self, kind: BoxKind) -> Parsed<StmtKind> {
        self.advance();
        let decl = self.nested(|parser| parser.fresh(|parser| parser.box_declaration(kind)))?;
        Ok(StmtKind::Box(Rc::new(decl)))
    }

    /// `static box N`, `static function f`
    pub(super) fn static_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        #[expect(clippy::wildcard_enum_match_arm, reason = "every other token is the same error")]
        match self.kind() {
            TokenKind::Word(Word::Box) => self.box_statement(BoxKind::Static),
            TokenKind::Word(Word::Function | Word::Fn) => {
                self.advance();
                let first = self.declared_name("the name of the function")?;
                let owner = match self.eat(Mark::Dot) {
                    true => Some(first.clone()),
                    false => None,
                };
                let name = match owner {
                    Some(_) => self.name("the name of the function after the dot")?,
                    None => first,
                };
                let decl = self.function_after_name(owner, name, true)?;
                Ok(StmtKind::Function(Rc::new(decl)))
            }
            _ => Err(self.unexpected("`box` or `function` after `static`")),
        }
    }

    pub(super) fn function_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        Ok(StmtKind::Function(Rc::new(self.function(None, false)?)))
    }

    /// `name(a, b) {` at top level declares a function without the word.
    pub(super) fn at_bare_function(&self) -> bool {
        let open = self.ahead(1);
        if self.nesting > 0 || open.after_newline || open.partner == 0 {
            return false;
        }
        let close = open.partner as usize;
        let brace = self.tokens[(close + 1).min(self.tokens.len() - 1)];
        brace.kind == TokenKind::Mark(Mark::LeftBrace)
            && !brace.after_newline
            && self.tokens[self.at + 2..close].iter().all(|token| {
                matches!(
                    token.kind,
                    TokenKind::Word(_) | TokenKind::Mark(Mark::Comma | Mark::Colon)
                )
            })
    }

    // ------------------------------------------------------------------------------------------ functions

    pub(super) fn function(&mut self, owner: Option<Name>, is_static: bool) -> Parsed<FunctionDecl> {
        let name = self.declared_name("the name of the function")?;
        self.function_after_name(owner, name, is_static)
    }

    fn function_after_name(&mut self, owner: Option<Name>, name: Name, is_static: bool) -> Parsed<FunctionDecl> {
        let start = owner.as_ref().unwrap_or(&name).span.start;
        let parameters = self.parameters()?;
        let return_type = self.return_type()?;
        let body = self.block("for the body of the function")?;
        let body = self.body_with_handlers(body)?;
        let id = self.node();
        Ok(FunctionDecl {
            id,
            span: self.span_from(start),
            owner,
            is_static,
            name,
            parameters,
            return_type,
            body,
        })
    }

    /// Handlers behind a body become a `try` statement inside it.
    fn body_with_handlers(&mut self, body: Block) -> Parsed<Block> {
        if !self.at_handler() {
            return Ok(body);
        }
        let start = body.span.start;
        let handled = self.handlers(body)?;
        let span = self.span_from(start);
        let statement = Stmt {
            id: self.node(),
            span,
            kind: StmtKind::Try(Box::new(handled)),
        };
        Ok(Block {
            id: self.node(),
            span,
            statements: vec![statement],
        })
    }

    /// `(a, b: T)`; commas may be missing.
    pub(super) fn parameters(&mut self) -> Parsed<Vec<Parameter>> {
        let open = self.expect(Mark::LeftParen, "and the parameters")?;
        let mut parameters: Vec<Parameter> = Vec::new();
        while self.ahead_is_name(0) {
            let name = self.declared_name("the name of a parameter")?;
            let ty = self.type_annotation()?;
            parameters.push(Parameter {
                id: self.node(),
                name,
                ty,
            });
            self.eat(Mark::Comma);
        }
        if self.is(Mark::Equal) && !parameters.is_empty() {
            let diagnostic = Diagnostic::error("other-language", "a parameter has no default value")
                .at(self.here(), "")
                .hint("pass every argument; methods of one name may differ in their number of parameters");
            return Err(self.error(diagnostic));
        }
        if let Some(diagnostic) = self.foreign_parameter() {
            return Err(self.error(diagnostic));
        }
        if !self.is(Mark::RightParen) {
            let message = format!(
                "expected the name of a parameter or `)`, found {}",
                self.describe(self.token())
            );
            let diagnostic = Diagnostic::error("syntax", message)
                .at(self.here(), "")
                .also(self.span_of(open), "the parameters start here");
            return Err(self.error(diagnostic));
        }
        self.advance();
        Ok(parameters)
    }

    /// `: T` or `-> T` behind parameters.
    pub(super) fn return_type(&mut self) -> Parsed<Option<TypeRef>> {
        match self.eat(Mark::Arrow) {
            true => self.type_ref().map(Some),
            false => self.type_annotation(),
        }
    }

    // ------------------------------------------------------------------------------------------ types

    pub(super) fn type_annotation(&mut self) -> Parsed<Option<TypeRef>> {
        match self.eat(Mark::Colon) {
            true => self.type_ref().map(Some),
            false => Ok(None),
        }
    }

    /// `T`, `a.b.T`, `T<A, B>`, `T[]`, `T?`
    fn type_ref(&mut self) -> Parsed<TypeRef> {
        self.nested(|parser| {
            let mut name = parser.name("the name of a type")?;
            while parser.is(Mark::Dot) && parser.ahead_is_name(1) {
                parser.advance();
                name = parser.take_name();
            }
            let arguments = parser.type_arguments()?;
            while parser.is(Mark::LeftBracket) && parser.ahead_is(1, Mark::RightBracket) {
                parser.advance();
                parser.advance();
            }
            parser.eat(Mark::Question);
            Ok(TypeRef { name, arguments })
        })
    }

    /// `<A, B>` where it stands.
    pub(super) fn type_arguments(&mut self) -> Parsed<Vec<TypeRef>> {
        let mut arguments = Vec::new();
        if !self.is(Mark::Less) {
            return Ok(arguments);
        }
        self.advance();
        loop {
            arguments.push(self.type_ref()?);
            if !self.eat(Mark::Comma) {
                break;
            }
        }
        self.close_angle()?;
        Ok(arguments)
    }

    /// `>`, also the first half of `>>`.
    fn close_angle(&mut self) -> Parsed<()> {
        if self.is(Mark::GreaterGreater) {
            let token = &mut self.tokens[self.at];
            token.kind = TokenKind::Mark(Mark::Greater);
            token.start += 1;
            return Ok(());
        }
        self.expect(Mark::Greater, "after the type arguments").map(|_| ())
    }

    fn type_parameters(&mut self) -> Parsed<Vec<Name>> {
        let mut names = Vec::new();
        if !self.eat(Mark::Less) {
            return Ok(names);
        }
        loop {
            names.push(self.declared_name("the name of a type parameter")?);
            if !self.eat(Mark::Comma) {
                break;
            }
        }
        self.close_angle()?;
        Ok(names)
    }

    // ------------------------------------------------------------------------------------------ enums

    pub(super) fn enum_declaration(&mut self) -> Parsed<EnumDecl> {
        self.advance();
        let name = self.declared_name("the name of the enum")?;
        let type_parameters = self.type_parameters()?;
        let open = self.expect(Mark::LeftBrace, "after the name of the enum")?;
        let variants = self.nested(|parser| {
            let mut variants = Vec::new();
            loop {
                while parser.eat(Mark::Comma) || parser.eat(Mark::Semicolon) {}
                if !parser.ahead_is_name(0) {
                    return Ok(variants);
                }
                variants.push(parser.variant()?);
            }
        })?;
        self.expect_closing(Mark::RightBrace, open)?;
        Ok(EnumDecl {
            id: self.node(),
            name,
            type_parameters,
            variants,
        })
    }

    fn variant(&mut self) -> Parsed<Variant> {
        let name = self.name("the name of a variant")?;
        let shape = if self.is(Mark::LeftParen) {
            let open = self.advance();
            let mut types = Vec::new();
            while self.ahead_is_name(0) {
                types.push(self.type_ref()?);
                if !self.eat(Mark::Comma) {
                    break;
                }
            }
            self.expect_closing(Mark::RightParen, open)?;
            VariantShape::Tuple(types)
        } else if self.is(Mark::LeftBrace) {
            let open = self.advance();
            let mut fields = Vec::new();
            while self.ahead_is_name(0) {
                let field = self.take_name();
                self.expect(Mark::Colon, "and a type after the name of the field")?;
                fields.push((field, self.type_ref()?));
                if !self.eat(Mark::Comma) && !self.eat(Mark::Semicolon) && !self.token().after_newline {
                    break;
                }
            }
            self.expect_closing(Mark::RightBrace, open)?;
            VariantShape::Record(fields)
        } else {
            VariantShape::Unit
        };
        Ok(Variant { name, shape })
    }

    // ------------------------------------------------------------------------------------------ boxes

    fn box_declaration(&mut self, kind: BoxKind) -> Parsed<BoxDecl> {
        let name = self.declared_name("the name of the box")?;
        let type_parameters = self.type_parameters()?;
        let (mut parents, mut interfaces) = (Vec::new(), Vec::new());
        loop {
            if self.eat_word(Word::From) || self.eat_parents_colon() {
                self.names_into(&mut parents, "the name of a parent")?;
            } else if self.eat_word(Word::Interface) || self.eat_word(Word::Implements) {
                self.names_into(&mut interfaces, "the name of an interface")?;
            } else if !self.foreign_parent(&name.text) {
                break;
            }
        }
        let open = self.expect(Mark::LeftBrace, "for the members of the box")?;
        let members = self.members(kind, &name, open)?;
        Ok(BoxDecl {
            id: self.node(),
            kind,
            name,
            type_parameters,
            parents,
            interfaces,
            members,
        })
    }

    /// The colon of `box B : A`; one that ends the line means something else.
    fn eat_parents_colon(&mut self) -> bool {
        let next = self.ahead(1);
        let name = matches!(next.kind, TokenKind::Word(_)) && !next.after_newline;
        name && self.eat(Mark::Colon)
    }

    fn names_into(&mut self, names: &mut Vec<Name>, what: &str) -> Parsed<()> {
        loop {
            names.push(self.declared_name(what)?);
            self.type_arguments()?;
            if !self.eat(Mark::Comma) {
                return Ok(());
            }
        }
    }

    fn members(&mut self, kind: BoxKind, of: &Name, open: Token) -> Parsed<Vec<Member>> {
        let mut members = Vec::new();
        loop {
            while self.eat(Mark::Comma) || self.eat(Mark::Semicolon) {}
            if self.eat(Mark::RightBrace) {
                return Ok(members);
            }
            if self.is_end() {
                let diagnostic = Diagnostic::error("unclosed-block", format!("the box `{}` is not closed", of.text))
                    .at(self.span_of(open), "opened here")
                    .hint("add the missing `}`");
                return Err(self.error(diagnostic));
            }
            let before = self.at;
            if let Err(Reported) = self.member_into(kind, of, &mut members) {
                self.recover(before);
            }
        }
    }

    fn add_member(&mut self, members: &mut Vec<Member>, start: u32, kind: MemberKind) {
        let member = Member {
            id: self.node(),
            span: self.span_from(start),
            kind,
        };
        members.push(member);
    }

    /// Reads one member, or one group of fields.
    fn member_into(&mut self, kind: BoxKind, of: &Name, members: &mut Vec<Member>) -> Parsed<()> {
        self.skip_metadata()?;
        let start = self.token().start;
        if self.is(Mark::LeftBrace) {
            let property = self.block_first_property()?;
            self.add_member(members, start, MemberKind::Property(property));
            return Ok(());
        }
        let TokenKind::Word(word) = self.kind() else {
            return Err(self.unexpected("a field, a method or `}`"));
        };
        let next = self.ahead(1);
        let next_is_name = matches!(next.kind, TokenKind::Word(_)) && !next.after_newline;
        let next_is = |mark: Mark| next.kind == TokenKind::Mark(mark);
        #[expect(clippy::wildcard_enum_match_arm, reason = "every other word is the name of a member")]
        match word {
            Word::Init if next_is(Mark::LeftBrace) => {
                self.advance();
                self.field_group(None, members)
            }
            Word::Public | Word::Private if next_is(Mark::LeftBrace) || next_is_name => {
                let visibility = if word == Word::Public {
                    Visibility::Public
                } else {
                    Visibility::Private
                };
                self.advance();
                if self.is(Mark::LeftBrace) {
                    return self.field_group(Some(visibility), members);
                }
                self.named_member(kind, of, Some(visibility), members)
            }
            Word::Static if next_is(Mark::LeftBrace) => {
                self.advance();
                let block = self.block("after `static`")?;
                self.add_member(members, start, MemberKind::StaticInit(block));
                Ok(())
            }
            // `method f()` and `static f()` say nothing that `f()` does not.
            Word::Method | Word::Static if next_is_name && self.ahead_is(2, Mark::LeftParen) => {
                self.advance();
                self.named_member(kind, of, None, members)
            }
            Word::Once | Word::BirthOnce if next_is_name => {
                self.advance();
                let kind = if word == Word::Once {
                    PropertyKind::Once
                } else {
                    PropertyKind::BirthOnce
                };
                let name = self.name("the name of the property")?;
                let property = self.property(kind, name)?;
                self.add_member(members, start, MemberKind::Property(property));
                Ok(())
            }
            Word::Static
                if matches!(next.kind, TokenKind::Word(Word::Function | Word::Fn)) && self.ahead_is_name(2) =>
            {
                self.advance();
                self.member_into(kind, of, members)
            }
            Word::Function | Word::Fn if next_is_name && self.ahead_is(2, Mark::LeftParen) => {
                let diagnostic = Diagnostic::error("syntax", "a method is declared by its name alone")
                    .at(self.here(), "this word is not needed")
                    .hint(format!("write `{}(..) {{ .. }}`", self.text_of(next)));
                self.error(diagnostic);
                self.advance();
                self.named_member(kind, of, None, members)
            }
            _ => self.named_member(kind, of, None, members),
        }
    }

    /// `{ a, weak b, c: T = e }` of `init`, `public` and `private`.
    fn field_group(&mut self, visibility: Option<Visibility>, members: &mut Vec<Member>) -> Parsed<()> {
        let open = self.advance();
        loop {
            while self.eat(Mark::Comma) || self.eat(Mark::Semicolon) {}
            if !self.ahead_is_name(0) {
                break;
            }
            let start = self.token().start;
            let kind = self.stored_field(visibility)?;
            self.add_member(members, start, kind);
        }
        self.expect_closing(Mark::RightBrace, open)?;
        Ok(())
    }

    /// `[weak] name [: T] [= e]`
    fn stored_field(&mut self, visibility: Option<Visibility>) -> Parsed<MemberKind> {
        let weak = self.is_word(Word::Weak) && self.ahead_is_name(1) && !self.ahead(1).after_newline;
        if weak {
            self.advance();
        }
        let name = self.name("the name of a field")?;
        let ty = self.type_annotation()?;
        self.field_rest(name, ty, weak, visibility)
    }

    fn field_rest(
        &mut self,
        name: Name,
        ty: Option<TypeRef>,
        weak: bool,
        visibility: Option<Visibility>,
    ) -> Parsed<MemberKind> {
        let initialiser = match self.eat(Mark::Equal) {
            true => Some(self.expression()?),
            false => None,
        };
        Ok(MemberKind::Field(Field {
            name,
            ty,
            initialiser,
            weak,
            visibility,
        }))
    }

    /// A field, property, method or constructor.
    fn named_member(
        &mut self,
        kind: BoxKind,
        of: &Name,
        visibility: Option<Visibility>,
        members: &mut Vec<Member>,
    ) -> Parsed<()> {
        let start = self.token().start;
        let followed_by_name = self.ahead_is_name(1) && !self.ahead(1).after_newline;
        let override_span = match self.is_word(Word::Override) && followed_by_name {
            true => {
                let token = self.advance();
                Some(self.span_of(token))
            }
            false => None,
        };
        if self.is_word(Word::Weak) && followed_by_name {
            let field = self.stored_field(visibility)?;
            self.add_member(members, start, field);
            return Ok(());
        }
        let word = self.kind();
        let name = self.name("the name of a field or method")?;
        if self.is(Mark::LeftParen) && !self.token().after_newline {
            let kind = self.callable(kind, of, word, name, override_span)?;
            self.add_member(members, start, kind);
            return Ok(());
        }
        let ty = self.type_annotation()?;
        let computed = ty.is_some() && (self.is(Mark::FatArrow) || self.is(Mark::LeftBrace));
        let member = match computed {
            true => MemberKind::Property(self.property_body(PropertyKind::Computed, name, ty)?),
            false => self.field_rest(name, ty, false, visibility)?,
        };
        self.add_member(members, start, member);
        Ok(())
    }

    /// A method, constructor or signature whose name has been read.
    fn callable(
        &mut self,
        kind: BoxKind,
        of: &Name,
        word: TokenKind,
        name: Name,
        override_span: Option<Span>,
    ) -> Parsed<MemberKind> {
        if kind == BoxKind::Interface {
            let parameters = self.parameters()?;
            self.return_type()?;
            if self.is(Mark::LeftBrace) && !self.token().after_newline {
                let diagnostic = Diagnostic::error("syntax", "a method of an interface has no body")
                    .at(self.here(), "")
                    .hint("remove the body, or make this an ordinary box and delegate to it with `from`");
                self.error(diagnostic);
                self.block("of the method")?;
            }
            return Ok(MemberKind::Signature(Signature { name, parameters }));
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "every other word is the name of a method")]
        let keyword = match word {
            TokenKind::Word(Word::Birth) => Some(ConstructorKeyword::Birth),
            TokenKind::Word(Word::Pack) => Some(ConstructorKeyword::Pack),
            TokenKind::Word(Word::Init) => Some(ConstructorKeyword::Init),
            _ if name.text == of.text => Some(ConstructorKeyword::BoxName),
            _ => None,
        };
        let function = Rc::new(self.function_after_name(None, name, false)?);
        Ok(match keyword {
            Some(keyword) if kind == BoxKind::Ordinary => {
                MemberKind::Constructor(Box::new(Constructor { keyword, function }))
            }
            _ => MemberKind::Method(Box::new(Method {
                override_span,
                function,
            })),
        })
    }

    // ------------------------------------------------------------------------------------------ properties

    /// `: T { .. }`, `: T => e` behind the name of a `once` or `birth_once` property.
    fn property(&mut self, kind: PropertyKind, name: Name) -> Parsed<Property> {
        let ty = self.type_annotation()?;
        self.property_body(kind, name, ty)
    }

    fn property_body(&mut self, kind: PropertyKind, name: Name, ty: Option<TypeRef>) -> Parsed<Property> {
        if self.eat(Mark::FatArrow) || (kind != PropertyKind::Computed && self.eat(Mark::Equal)) {
            let value = self.expression()?;
            let span = value.span;
            let statement = Stmt {
                id: self.node(),
                span,
                kind: StmtKind::Return(Some(value)),
            };
            let body = Block {
                id: self.node(),
                span,
                statements: vec![statement],
            };
            return self.property_of(kind, name, ty, body);
        }
        let body = self.block("or `=>` for the value of the property")?;
        self.property_of(kind, name, ty, body)
    }

    fn property_of(&mut self, kind: PropertyKind, name: Name, ty: Option<TypeRef>, body: Block) -> Parsed<Property> {
        let span = name.span.to(body.span);
        let body = self.body_with_handlers(body)?;
        let getter = FunctionDecl {
            id: self.node(),
            span,
            owner: None,
            is_static: false,
            name: name.clone(),
            parameters: Vec::new(),
            return_type: None,
            body,
        };
        Ok(Property {
            kind,
            name,
            ty,
            body: Rc::new(getter),
        })
    }

    /// `{ .. } as [once|birth_once] name: T`
    fn block_first_property(&mut self) -> Parsed<Property> {
        let body = self.block("for the value of the property")?;
        let body = self.body_with_handlers(body)?;
        if !self.eat_word(Word::As) {
            return Err(self.unexpected("`as` and the name of the property after its body"));
        }
        let named = self.ahead_is_name(1) && !self.ahead(1).after_newline;
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "every other token is left to what reads the name"
        )]
        let kind = match self.kind() {
            TokenKind::Word(Word::Once) if named => PropertyKind::Once,
            TokenKind::Word(Word::BirthOnce) if named => PropertyKind::BirthOnce,
            _ => PropertyKind::Computed,
        };
        if kind != PropertyKind::Computed {
            self.advance();
        }
        let name = self.name("the name of the property")?;
        let ty = self.type_annotation()?;
        self.property_of(kind, name, ty, body)
    }
}
