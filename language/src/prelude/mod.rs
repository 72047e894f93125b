//! The part of the library that is written in the language itself: what calls functions of the program, and what is no more
//! than a few calls of others. It means the same in both editions. A row names its function with a `+`; a copy of it is
//! lowered for each function that it is called with, so that inference knows what that function takes and gives.

use nyash_abi::library::{self, Row};
use std::collections::HashSet;

/// The functions, in files by what they belong to. They call each other as methods.
pub const SOURCES: &[&str] = &[
    include_str!("arrays.hako"),
    include_str!("sequences.hako"),
    include_str!("maps.hako"),
    include_str!("texts.hako"),
    include_str!("numbers.hako"),
    include_str!("others.hako"),
];

/// The name that messages and call stacks show.
pub const FILE: &str = "<library>";

/// The functions that a program may need, by the names in its texts; `None` where that is none. Most programs need few, and
/// reading all would take longer than compiling a small program.
pub fn wanted<'a>(texts: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut names = HashSet::new();
    for text in texts {
        mentioned(text, &mut names);
    }
    let all: Vec<(&str, &str)> = SOURCES.iter().flat_map(|source| functions(source)).collect();
    let mut chosen = vec![false; all.len()];
    loop {
        for row in library::rows() {
            // A function that stands for a method.
            let method = row
                .symbol
                .strip_prefix("@.")
                .or((row.symbol == "@array_sized").then_some("repeat"));
            if let Some(method) = method
                && row.names.iter().any(|name| names.contains(name))
            {
                names.insert(method);
            }
        }
        let wanted: HashSet<&str> = library::rows()
            .filter(|row| row.names.iter().any(|name| names.contains(name)))
            .filter_map(Row::prelude)
            .collect();
        let mut more = false;
        for ((name, text), chosen) in all.iter().zip(&mut chosen) {
            if !*chosen
                && (wanted.contains(name) || name.strip_suffix("_any").is_some_and(|sure| wanted.contains(sure)))
            {
                *chosen = true;
                more = true;
                mentioned(text, &mut names);
            }
        }
        if !more {
            break;
        }
    }
    let texts: Vec<&str> = all
        .iter()
        .zip(&chosen)
        .filter(|(_, chosen)| **chosen)
        .map(|((_, text), _)| *text)
        .collect();
    (!texts.is_empty()).then(|| texts.concat())
}

/// The functions of a file: their names and texts.
fn functions(source: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    const WORD: &str = "function ";
    source.split_inclusive("\n}\n").filter_map(|text| {
        let text = &text[text.find("\nfunction ")? + 1..];
        let name = &text[WORD.len()..text.find('(')?];
        Some((name, text))
    })
}

/// The names that stand behind a dot or before a parenthesis.
fn mentioned<'a>(text: &'a str, names: &mut HashSet<&'a str>) {
    let part = |c: char| c == '_' || c.is_alphanumeric();
    for (at, _) in text.match_indices('.') {
        let rest = text[at + 1..].trim_start();
        names.insert(&rest[..rest.find(|c| !part(c)).unwrap_or(rest.len())]);
    }
    for (at, _) in text.match_indices('(') {
        let before = text[..at].trim_end();
        let start = before.char_indices().rev().take_while(|(_, c)| part(*c)).last();
        names.extend(start.map(|(start, _)| &before[start..]));
    }
}
