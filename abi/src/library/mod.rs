//! The library: one row for each function, method and constructor that programs or the compiler can call. Everything
//! that is known about one stands in its row; `docs/library.md` is made from the rows.

/// Declares rows, one a line: names, symbol, letters and names of the parameters, result, effect, what else there is to
/// know, documentation.
macro_rules! rows {
    ($(#[$attribute:meta])* $rows:ident for $receiver:expr;
        $([$($name:literal),* $(,)?] $symbol:literal $letters:literal ($($parameter:ident),*) -> $result:expr, $effect:ident
            $(, $flag:ident $(($value:expr))?)*: $doc:literal;)*) => {
        $(#[$attribute])*
        pub static $rows: &[Row] = &[
            $(Row::new($receiver, &[$($name),*], $symbol, $letters, &[$(stringify!($parameter)),*], $result, Effect::$effect, $doc)
                $(.$flag($($value)?))*,)*
        ];
    };
}

mod array;
mod buffer;
mod console;
mod debug;
mod error;
mod file;
mod functions;
mod json;
mod map;
mod math;
mod number;
mod random;
mod range;
mod regex;
pub mod runtime;
mod talk;
mod text;
mod time;
mod toml;
mod unavailable;
mod value;

use crate::class;

pub use unavailable::{UNAVAILABLE, Unavailable, Where};

/// Whose method a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Receiver {
    /// A text.
    Text,
    /// An integer.
    Int,
    /// A float.
    Float,
    /// A bool.
    Bool,
    /// A builtin class.
    Class(u16),
    /// Every value.
    Any,
    /// None: a function that programs can name.
    Function,
    /// None: a function of a namespace, such as `env.get`.
    Extern,
    /// None: what lowering or emission asks for.
    Internal,
    /// None: `new Name(..)`.
    New,
}

/// What a function gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gives {
    /// Nothing at all.
    Nothing,
    /// The text `ok` in the first edition, nothing in the second. The function itself returns nothing.
    Done,
    /// An integer.
    Int,
    /// A float.
    Float,
    /// A bool.
    Bool,
    /// A text.
    Text,
    /// `null` or the edition's nothing; only as part of [`Gives::OneOf`].
    Null,
    /// Any of these.
    OneOf(&'static [Gives]),
    /// An element of the receiver, or null.
    Element,
    /// An element or value of the receiver, which is there.
    Present,
    /// A value of the receiver, a map, or a text that says that there is none.
    Entry,
    /// A value of the receiver, a map, or the second argument behind it.
    EntryOr,
    /// A new array of arrays, each of a text and a value of the receiver, a map.
    Pairs,
    /// A value of a kind that the arguments do not tell: anything that exists in the program.
    Any,
    /// The first argument, as an integer or float where it is a number.
    Converted,
    /// The first or the second argument.
    Either,
    /// A weak reference to the argument.
    Weak,
    /// What the argument, a weak reference, leads to.
    Target,
    /// What `a >> b` gives in the first edition.
    Arrow,
    /// A new array of texts.
    Texts,
    /// A new array of integers.
    Ints,
    /// A new array of the elements of the arguments.
    Array,
    /// A new array of the receiver's elements or values.
    SameArray,
    /// The array that a `for` goes over.
    Iterated,
    /// An object of a builtin class.
    Object(u16),
    /// An address or a small number; only emission makes use of it.
    Word,
    /// Does not return.
    Never,
}

/// What calling a function can do besides giving its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Computes from its arguments.
    Pure,
    /// Looks at what can change, in memory or outside, and changes nothing.
    Reads,
    /// Changes something, but runs no code of the program.
    Writes,
    /// Runs code of the program.
    Runs,
}

/// A wasm type of the calling convention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wasm {
    /// `i32`: an address, a bool, a small number.
    Word,
    /// `i64`: an integer, or the payload of a value whose tag is in `ny_tag`.
    Long,
    /// `f64`.
    Double,
}

/// One function of the library.
#[derive(Debug)]
pub struct Row {
    /// Whose method it is.
    pub receiver: Receiver,
    /// All its names, the main one first.
    pub names: &'static [&'static str],
    /// Function of the runtime; a name that starts with `@` is emitted inline, one that starts with `+` is that of a
    /// function written in the language itself.
    pub symbol: &'static str,
    /// One letter a parameter, the receiver first where the function takes it: `o` object, `s` text, `i` integer, `f`
    /// float, `b` bool, `d` any value, `a` array, `m` map, `c` a function, `w` a word that the compiler knows; a capital gives its
    /// reference away; `*` at the end repeats the last one.
    pub letters: &'static str,
    /// Names of the arguments that a program passes.
    pub parameters: &'static [&'static str],
    /// What it gives.
    pub result: Gives,
    /// Whether it can leave an error behind by itself; arguments of the wrong type are a matter of the caller.
    pub fails: bool,
    /// Whether it can do so in the second edition only.
    pub fails_in_second: bool,
    /// What else it does.
    pub effect: Effect,
    /// A constant passed before everything else.
    pub fixed: Option<i32>,
    /// Parameter that becomes an element of the receiver.
    pub stores: Option<usize>,
    /// Parameter whose elements or values become elements of the receiver.
    pub spreads: Option<usize>,
    /// Function of the runtime to call where nobody looks at the result; it returns nothing.
    pub unused: Option<&'static str>,
    /// One line for the user.
    pub doc: &'static str,
    /// Method to call instead where the argument is no function.
    pub otherwise: Option<&'static str>,
    /// What differs between the editions.
    pub editions: Option<&'static str>,
}

impl Row {
    #[allow(clippy::too_many_arguments, reason = "one for each column of a row")]
    const fn new(
        receiver: Receiver,
        names: &'static [&'static str],
        symbol: &'static str,
        letters: &'static str,
        parameters: &'static [&'static str],
        result: Gives,
        effect: Effect,
        doc: &'static str,
    ) -> Row {
        Row {
            receiver,
            names,
            symbol,
            letters,
            parameters,
            result,
            fails: false,
            fails_in_second: false,
            effect,
            fixed: None,
            stores: None,
            spreads: None,
            unused: None,
            doc,
            otherwise: None,
            editions: None,
        }
    }

    const fn fails(mut self) -> Row {
        self.fails = true;
        self
    }

    const fn fails_in_second(mut self) -> Row {
        self.fails_in_second = true;
        self
    }

    const fn fixed(mut self, n: i32) -> Row {
        self.fixed = Some(n);
        self
    }

    const fn stores(mut self, parameter: usize) -> Row {
        self.stores = Some(parameter);
        self
    }

    const fn spreads(mut self, parameter: usize) -> Row {
        self.spreads = Some(parameter);
        self
    }

    const fn otherwise(mut self, method: &'static str) -> Row {
        self.otherwise = Some(method);
        self
    }

    const fn unused(mut self, symbol: &'static str) -> Row {
        self.unused = Some(symbol);
        self
    }

    const fn editions(mut self, difference: &'static str) -> Row {
        self.editions = Some(difference);
        self
    }

    /// The letter of each value that it is passed, the receiver included where it takes one; without end where the last
    /// repeats.
    pub fn each_letter(&self) -> impl Iterator<Item = char> + Clone {
        let (own, repeats) = match self.letters.strip_suffix('*') {
            Some(own) => (own, own.chars().last()),
            None => (self.letters, None),
        };
        own.chars().chain(core::iter::from_fn(move || repeats))
    }

    /// Whether the function is passed its receiver. Boxes without state are not.
    pub fn takes_receiver(&self) -> bool {
        match self.receiver {
            Receiver::Text | Receiver::Int | Receiver::Float | Receiver::Bool | Receiver::Any => true,
            Receiver::Class(number) => number != class::CONSOLE && number != class::MATH,
            Receiver::Function | Receiver::Extern | Receiver::Internal | Receiver::New => false,
        }
    }

    /// How many arguments it takes, besides the receiver; of a function that takes any number the least.
    pub fn arity(&self) -> usize {
        let letters = match self.letters.strip_suffix('*') {
            Some(own) => own.len(),
            None => self.letters.len(),
        };
        letters - usize::from(self.takes_receiver())
    }

    /// Whether it can be called with this many arguments.
    pub fn accepts(&self, arguments: usize) -> bool {
        arguments == self.arity() || (self.letters.ends_with('*') && arguments > self.arity())
    }

    /// Whether it can leave an error behind in an edition.
    pub fn can_fail(&self, second: bool) -> bool {
        self.fails || (second && self.fails_in_second)
    }

    /// Whether it stands for code and not for a function of the runtime.
    pub fn inline(&self) -> bool {
        self.symbol.starts_with('@')
    }

    /// The function that it is, where that is written in the language itself.
    pub fn prelude(&self) -> Option<&'static str> {
        self.symbol.strip_prefix('+')
    }

    /// Parameters of the runtime's function.
    pub fn wasm_parameters(&self) -> impl Iterator<Item = Wasm> {
        let letters = self.letters.trim_end_matches('*').chars().flat_map(|letter| {
            let (first, second) = match letter.to_ascii_lowercase() {
                'i' => (Wasm::Long, None),
                'f' => (Wasm::Double, None),
                'd' => (Wasm::Word, Some(Wasm::Long)),
                _ => (Wasm::Word, None),
            };
            core::iter::once(first).chain(second)
        });
        self.fixed.map(|_| Wasm::Word).into_iter().chain(letters)
    }

    /// Result of the runtime's function.
    pub fn wasm_result(&self) -> Option<Wasm> {
        match self.result {
            Gives::Nothing | Gives::Done | Gives::Never => None,
            Gives::Float => Some(Wasm::Double),
            Gives::Bool
            | Gives::Text
            | Gives::Texts
            | Gives::Ints
            | Gives::Array
            | Gives::SameArray
            | Gives::Iterated
            | Gives::Pairs
            | Gives::Word
            | Gives::Object(_) => Some(Wasm::Word),
            Gives::Int
            | Gives::Null
            | Gives::OneOf(_)
            | Gives::Element
            | Gives::Present
            | Gives::Entry
            | Gives::EntryOr
            | Gives::Any
            | Gives::Converted
            | Gives::Either
            | Gives::Weak
            | Gives::Target
            | Gives::Arrow => Some(Wasm::Long),
        }
    }
}

/// A chapter of the library: a box, or what belongs together.
#[derive(Debug)]
pub struct Chapter {
    /// Heading of the page.
    pub title: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// Programs of `tests/library` that show each row, in either edition.
    pub programs: &'static [&'static str],
    /// Constructors, then methods and functions; each table is of one receiver.
    pub rows: &'static [&'static [Row]],
}

/// Everything that programs can name, in the order of the page.
pub static CHAPTERS: &[&Chapter] = &[
    &functions::CHAPTER,
    &value::CHAPTER,
    &text::CHAPTER,
    &number::CHAPTER,
    &array::CHAPTER,
    &map::CHAPTER,
    &range::CHAPTER,
    &error::CHAPTER,
    &console::CHAPTER,
    &math::CHAPTER,
    &random::CHAPTER,
    &time::CHAPTER,
    &regex::CHAPTER,
    &json::CHAPTER,
    &toml::CHAPTER,
    &file::CHAPTER,
    &buffer::CHAPTER,
    &talk::CHAPTER,
    &debug::CHAPTER,
];

/// The tables of rows, each of one receiver.
fn tables() -> impl Iterator<Item = &'static [Row]> {
    let chapters = CHAPTERS.iter().flat_map(|c| c.rows.iter().copied());
    chapters.chain([functions::INTERNAL, runtime::RUNTIME])
}

/// All rows: those that programs can name, those that lowering asks for, those that emission does.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    tables().flatten()
}

fn named(receiver: Receiver, name: &str) -> impl Iterator<Item = &'static Row> {
    tables()
        .filter(move |table| table.first().is_some_and(|row| row.receiver == receiver))
        .flatten()
        .filter(move |row| row.names.contains(&name))
}

/// Finds a row by receiver, name and number of arguments without the receiver. The first that fits wins.
pub fn find(receiver: Receiver, name: &str, arguments: usize) -> Option<&'static Row> {
    named(receiver, name).find(|row| row.accepts(arguments))
}

/// Whether a receiver has a method of that name with any number of arguments.
pub fn knows(receiver: Receiver, name: &str) -> bool {
    named(receiver, name).next().is_some()
}

/// How many arguments a method of that name takes; the first row counts.
pub fn arity(receiver: Receiver, name: &str) -> Option<usize> {
    named(receiver, name).next().map(Row::arity)
}

/// Names of the functions that need no receiver.
pub fn functions() -> impl Iterator<Item = &'static str> {
    functions::FUNCTIONS.iter().flat_map(|row| row.names.iter().copied())
}

/// What a name that stands for a box of the library, and that this compiler has not got, was or will be.
pub fn unavailable(name: &str) -> Option<&'static Unavailable> {
    UNAVAILABLE.iter().find(|u| u.names.contains(&name))
}
