//! Tokens.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A name or a keyword. All keywords are contextual, so the parser decides.
    Word(Word),
    Int,
    Float,
    /// A string literal including its quotes.
    Str,
    Mark(Mark),
    /// Text that is no token; it has been reported.
    Invalid,
    End,
}

/// One token of 16 bytes; its text is a range of the source.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    pub kind: TokenKind,
    /// A line ends between the token before and this one.
    pub after_newline: bool,
    pub start: u32,
    pub end: u32,
    /// For an opening bracket, index of the token that closes it; 0 where nothing does.
    pub partner: u32,
}

macro_rules! words {
    ($($variant:ident $text:literal,)*) => {
        /// Words the grammar knows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Word {
            /// Any other name.
            Plain,
            $($variant,)*
        }

        impl Word {
            pub fn of(text: &str) -> Word {
                match text {
                    $($text => Word::$variant,)*
                    _ => Word::Plain,
                }
            }
        }
    };
}

words! {
    And "and", As "as", Await "await", Birth "birth", BirthOnce "birth_once", Box "box", Break "break", Catch "catch",
    Cleanup "cleanup", Continue "continue", Else "else", Enum "enum", Externcall "externcall", False "false",
    Finally "finally", Fini "fini", Flow "flow", Fn "fn", For "for", From "from", Function "function",
    Global "global", If "if", Implements "implements", Import "import", In "in", Include "include", Init "init",
    Interface "interface", Local "local", Loop "loop", Match "match", Me "me", Method "method", New "new", Not "not",
    Nowait "nowait", Null "null", Once "once", Or "or", Outbox "outbox", Override "override", Pack "pack",
    Peek "peek", Private "private", Public "public", Repeat "repeat", Return "return", Static "static", This "this",
    Throw "throw", True "true", Try "try", Until "until", Using "using", Void "void", Weak "weak", While "while",
}

macro_rules! marks {
    ($($variant:ident $text:literal,)*) => {
        /// Operators and punctuation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Mark { $($variant,)* }

        impl Mark {
            /// The mark as written.
            pub fn text(self) -> &'static str {
                match self { $(Mark::$variant => $text,)* }
            }
        }
    };
}

marks! {
    LeftParen "(", RightParen ")", LeftBracket "[", RightBracket "]", LeftBrace "{", RightBrace "}",
    Comma ",", Semicolon ";", Colon ":", ColonColon "::", Dot ".", DotDot "..", At "@",
    Question "?", QuestionDot "?.", QuestionQuestion "??",
    Equal "=", EqualEqual "==", BangEqual "!=", FatArrow "=>", Arrow "->",
    Less "<", LessEqual "<=", LessLess "<<", Greater ">", GreaterEqual ">=", GreaterGreater ">>",
    Plus "+", Minus "-", Star "*", Slash "/", Percent "%",
    PlusEqual "+=", MinusEqual "-=", StarEqual "*=", SlashEqual "/=", PercentEqual "%=",
    Ampersand "&", AmpersandAmpersand "&&", Bar "|", BarBar "||", BarGreater "|>", Caret "^", Tilde "~", Bang "!",
}
