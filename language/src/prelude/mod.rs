//! The part of the library that is written in the language itself: what calls functions of the program. A row names its
//! function with a `+`; a copy of it is lowered for each function that it is called with, so that inference knows what
//! that function takes and gives.

use nyash_abi::library;
use std::collections::HashSet;

/// The text of the functions, one for each such row.
pub const SOURCE: &str = include_str!("library.hako");

/// The name that messages and call stacks show.
pub const FILE: &str = "<library>";

/// Whether a program may need it: whether one of its texts has a method of such a name.
pub fn is_wanted<'a>(texts: impl Iterator<Item = &'a str>) -> bool {
    let rows = library::rows().filter(|row| row.prelude().is_some());
    let names: HashSet<&str> = rows.flat_map(|row| row.names).copied().collect();
    let is_name = |rest: &str| {
        let end = rest
            .find(|c: char| c != '_' && !c.is_alphanumeric())
            .unwrap_or(rest.len());
        names.contains(&rest[..end])
    };
    let mut texts = texts;
    texts.any(|text| {
        text.match_indices('.')
            .any(|(at, _)| is_name(text[at + 1..].trim_start()))
    })
}
