//! The part of the library that is written in the language itself: what calls functions of the program. A row names its
//! function with a `+`; a copy of it is lowered for each function that it is called with, so that inference knows what
//! that function takes and gives.

/// The text of the functions, one for each such row.
pub const SOURCE: &str = include_str!("library.hako");

/// The name that messages and call stacks show.
pub const FILE: &str = "<library>";

/// Whether a program may need it: whether its text has a method of such a name.
pub fn is_wanted(text: &str) -> bool {
    let name = |rest: &str| {
        let end = rest
            .find(|c: char| c != '_' && !c.is_alphanumeric())
            .unwrap_or(rest.len());
        let name = &rest[..end];
        nyash_abi::library::in_prelude(name)
    };
    text.match_indices('.').any(|(at, _)| name(text[at + 1..].trim_start()))
}
