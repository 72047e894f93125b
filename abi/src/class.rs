//! The builtin classes and the kinds of values, one line each: number, name, other names, value slots.

use crate::value::tag;

/// A builtin class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class {
    /// What an object of it has in its header.
    pub number: u16,
    /// Name of the box.
    pub name: &'static str,
    /// Other names that a type test may use.
    pub aliases: &'static [&'static str],
    /// Number of value slots; of no meaning for strings, arrays, maps and weak references, which have layouts of their
    /// own.
    pub slots: u32,
    /// Whether programs can name it.
    pub public: bool,
}

/// Hands the table of builtin classes to a macro: number, constant, name of the box, other names that a type test may
/// use, value slots, whether programs can name it, what it is.
#[macro_export]
macro_rules! builtin_classes {
    ($then:ident) => {
        $then! {
            1 STR "StringBox" ["String"] 0 public "Text.";
            2 ARRAY "ArrayBox" ["Array"] 0 public "A growable sequence of values.";
            3 MAP "MapBox" ["Map"] 0 public "Values under text keys.";
            4 ERROR "ErrorBox" ["Error"] 3 public "An error: its text as the first edition prints it, the plain text, and room.";
            5 RESULT "ResultBox" ["Result"] 2 public "`Ok(v)` or `Err(e)`: whether it is `Ok`, and the value.";
            6 CELL "Cell" [] 1 hidden "A variable that a closure shares.";
            7 WEAK "WeakRef" [] 0 hidden "A weak reference.";
            8 CONSOLE "ConsoleBox" ["Console"] 0 public "The terminal.";
            9 MATH "MathBox" [] 0 public "Mathematics.";
            10 RANGE "RangeBox" ["Range"] 3 public "Integers from one up to but not including another: from, to, step.";
            11 BUFFER "BufferBox" [] 4 public "Bytes: the array of them.";
            12 REGEX "RegexBox" [] 4 public "A regular expression: pattern and program.";
            13 JSON "JSONBox" [] 4 public "A JSON document: its value.";
            14 TIME "TimeBox" [] 0 public "The clock.";
            15 DATETIME "DateTimeBox" [] 4 public "A moment: seconds since 1970.";
            16 RANDOM "RandomBox" [] 4 public "A random number generator: its state.";
            17 STREAM "StreamBox" [] 4 public "Bytes with a position: the array of them, the position.";
            18 CHANNEL "ChannelBox" [] 4 public "What `a >> b` makes: the names of both ends, what is on its way, whether it is closed.";
            19 INTENT "IntentBox" [] 3 public "A message: name and payload.";
            20 DEBUG "DebugBox" [] 4 public "Counts boxes: how many, whether it does.";
            21 SOUND "SoundBox" [] 0 public "The bell.";
            22 FUTURE "FutureBox" ["Future"] 4 public "What `nowait` makes: the value, whether it is an error.";
            23 METHOD "MethodBox" ["Method"] 3 public "A method of an object: the object, the name.";
            24 TIMER "TimerBox" [] 1 public "A timer: when it started.";
            26 MESSAGE "MessageBox" [] 3 hidden "What a channel delivers: sender and content.";
            27 FILE "FileBox" [] 4 public "A file: path, mode.";
            28 PATH "PathBox" [] 0 public "Functions of paths.";
            29 ENCODING "EncodingBox" [] 0 public "Texts and bytes in other forms.";
            30 COUNTER "CounterBox" [] 1 public "A counter: its number.";
            31 INT_CELL "IntCellBox" [] 1 public "A place for an integer: the integer.";
            32 JSON_DOC "JsonDocBox" [] 2 public "A JSON document: its value, what is wrong with it.";
            33 JSON_NODE "JsonNodeBox" [] 1 public "A part of a JSON document: its value.";
            34 TOML "TOMLBox" [] 2 public "A TOML document: its map, what is wrong with it.";
        }
    };
}

macro_rules! table {
    ($($number:literal $constant:ident $name:literal [$($alias:literal),*] $slots:literal $visible:ident $doc:literal;)*) => {
        $(#[doc = $doc] pub const $constant: u16 = $number;)*
        /// All builtin classes, by number.
        pub const CLASSES: &[Class] = &[$(Class {
            number: $number,
            name: $name,
            aliases: &[$($alias),*],
            slots: $slots,
            public: table!(@ $visible),
        }),*];
    };
    (@ public) => { true };
    (@ hidden) => { false };
}

builtin_classes!(table);

/// Classes of the program start here.
pub const FIRST_USER: u16 = 64;

/// A kind of values that is no class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    /// See [`tag`].
    pub tag: u32,
    /// Name of the box.
    pub name: &'static str,
    /// Other names that a type test may use.
    pub aliases: &'static [&'static str],
}

/// The kinds of values that type tests know.
pub const VALUES: &[Value] = &[
    Value {
        tag: tag::INT,
        name: "IntegerBox",
        aliases: &["Integer", "Int", "I64"],
    },
    Value {
        tag: tag::FLOAT,
        name: "FloatBox",
        aliases: &["Float", "F64"],
    },
    Value {
        tag: tag::BOOL,
        name: "BoolBox",
        aliases: &["Bool", "Boolean"],
    },
    Value {
        tag: tag::STR,
        name: "StringBox",
        aliases: &["String"],
    },
    Value {
        tag: tag::NULL,
        name: "NullBox",
        aliases: &["Null"],
    },
    Value {
        tag: tag::VOID,
        name: "VoidBox",
        aliases: &["Void", "Unit"],
    },
];

/// Names of type tests that are neither a class nor a kind of value.
pub const GROUPS: &[&str] = &["Any", "Box", "Err", "Function", "InstanceBox", "Ok"];

/// A class by its number.
pub fn numbered(number: u16) -> Option<&'static Class> {
    CLASSES.iter().find(|c| c.number == number)
}

/// A class that programs can name, by its name with or without `Box`, or another name of it.
pub fn named(name: &str) -> Option<&'static Class> {
    let short = |c: &Class| c.name.strip_suffix("Box") == Some(name);
    CLASSES
        .iter()
        .find(|c| c.public && (c.name == name || short(c) || c.aliases.contains(&name)))
}

/// A kind of values by its name or another name of it.
pub fn value_named(name: &str) -> Option<&'static Value> {
    VALUES.iter().find(|v| v.name == name || v.aliases.contains(&name))
}

/// Names of all library boxes that programs can name.
pub fn boxes() -> impl Iterator<Item = &'static str> {
    let values = VALUES.iter().filter(|v| v.tag != tag::STR).map(|v| v.name);
    CLASSES.iter().filter(|c| c.public).map(|c| c.name).chain(values)
}

/// All names that a type test may use besides those of the program's own boxes.
pub fn type_names() -> impl Iterator<Item = &'static str> {
    let classes = CLASSES.iter().filter(|c| c.public).flat_map(|c| c.aliases);
    let values = VALUES.iter().filter(|v| v.tag != tag::STR).flat_map(|v| v.aliases);
    boxes()
        .chain(classes.copied())
        .chain(values.copied())
        .chain(GROUPS.iter().copied())
}
