//! The names that every program knows. Those of the library come from its rows.

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use nyash_abi::{class, library};

/// Names that are only receivers of calls.
pub const NAMESPACES: &[&str] = &[
    "Result",
    "__mir__",
    "console",
    "env",
    "hostbridge",
    "nyashstd",
    "statics",
];

/// Namespaces that exist after `using nyashstd`.
pub const NYASHSTD_NAMESPACES: &[&str] = &["array", "bool", "integer", "string"];

/// Library boxes, for `new`, parents, patterns and static use.
pub fn boxes<'a>() -> impl Iterator<Item = &'a str> {
    class::boxes().map(|name| name as &str)
}

/// What a type pattern may test for besides the boxes of the program.
pub fn type_names<'a>() -> impl Iterator<Item = &'a str> {
    class::type_names().map(|name| name as &str)
}

/// The builtin box with this name.
pub fn builtin_box(name: &str) -> Option<&'static str> {
    class::boxes().find(|known| *known == name)
}

/// The box that a name means before a dot, where `Box` may be left out: `Math.sqrt(2)`.
pub fn short_box(name: &str) -> Option<&'static str> {
    class::boxes().find(|known| known.strip_suffix("Box") == Some(name))
}

/// Functions without a receiver.
pub fn functions<'a>() -> impl Iterator<Item = &'a str> {
    library::functions().map(|name| name as &str)
}

/// Whether a name is a function without a receiver.
pub fn is_function(name: &str) -> bool {
    library::knows(library::Receiver::Function, name)
}

/// What a function of the library takes, where it does not take that many arguments.
pub fn wrong_arity(name: &str, arguments: usize) -> Option<String> {
    let function = library::Receiver::Function;
    if library::find(function, name, arguments).is_some() {
        return None;
    }
    // The row that takes most is the whole of the function; the others leave something out.
    let takes = library::rows()
        .filter(|row| row.receiver == function && row.names.contains(&name))
        .map(library::Row::arity)
        .max()?;
    Some(format!("{takes} argument{}", if takes == 1 { "" } else { "s" }))
}

/// A name that a type pattern may test for without a user box of that name.
pub fn is_type_name(name: &str) -> bool {
    type_names().any(|known| known == name) || library::unavailable(name).is_some()
}

/// What to say about a box of the Nyash family that this compiler has not got.
pub fn unavailable(name: &str, span: Span) -> Option<Diagnostic> {
    let reason = library::unavailable(name)?.place.reason();
    Some(Diagnostic::error("unavailable-box", format!("`{name}` {reason}")).at(span, "this box does not exist here"))
}
