//! `docs/library.md`, made from the rows and the programs in `tests/library`.

use nyash_abi::class;
use nyash_abi::library::{CHAPTERS, Gives, Receiver, Row, UNAVAILABLE};
use std::fmt::Write as _;
use std::path::Path;

const HEAD: &str = "\
# The library

Every function, box and method that a program can name, with the program that shows it and what that prints. This page is
made from the rows in `abi/src/library/` and from the programs in `tests/library/`, which the tests run; `BLESS=1 cargo test -p
nyash-language --test library` makes it again.

After a name in parentheses stand the arguments, after the arrow what comes back. `nothing` is null, or void in the first
edition.
";

/// The whole page.
pub fn page(programs: &Path) -> String {
    let mut out = HEAD.to_string();
    for chapter in CHAPTERS {
        let _ = write!(out, "\n## {}\n{}\n", chapter.title, chapter.about);
        let mut paragraphs: Vec<(String, bool)> = chapter
            .programs
            .iter()
            .flat_map(|stem| paragraphs(programs, stem))
            .map(|text| (text, false))
            .collect();
        for row in chapter.rows.iter().copied().flatten() {
            if row.names[0].starts_with('$') {
                continue;
            }
            let _ = write!(out, "\n### {}\n{}\n", heading(row), row.doc);
            if let Some(difference) = row.editions {
                let _ = writeln!(out, "{difference}");
            }
            if row.names.len() > 1 {
                let others: Vec<String> = row.names[1..].iter().map(|name| format!("`{name}`")).collect();
                let _ = writeln!(out, "Also {}.", others.join(", "));
            }
            let fitting = paragraphs.iter_mut().find(|(text, _)| shows(text, row));
            let (text, printed) = fitting.unwrap_or_else(|| panic!("no example of {}", heading(row)));
            if !std::mem::replace(printed, true) {
                let _ = write!(out, "```hako\n{text}```\n");
            }
        }
    }
    out.push_str("\n## Boxes that do not exist here\nNaming one of these is an error when compiling.\n\n| box | it |\n|---|---|\n");
    for group in UNAVAILABLE {
        let names: Vec<String> = group.names.iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(out, "| {} | {} |", names.join(", "), group.place.reason());
    }
    out
}

/// The parts of a program that stand between empty lines, without directives.
fn paragraphs(folder: &Path, stem: &str) -> Vec<String> {
    let read = |ending: &&str| std::fs::read_to_string(folder.join(format!("{stem}.{ending}"))).ok();
    let source: String = ["hako", "nyash"].iter().filter_map(read).collect::<Vec<_>>().join("\n");
    assert!(!source.is_empty(), "no tests/library/{stem}");
    let code = |part: &&str| part.lines().any(|line| !line.starts_with("//"));
    source
        .split("\n\n")
        .filter(code)
        .map(|part| format!("{}\n", part.trim_end()))
        .collect()
}

/// Whether a paragraph calls a function.
fn shows(text: &str, row: &Row) -> bool {
    row.names.iter().any(|name| {
        let call = match row.receiver {
            Receiver::New => format!("new {name}("),
            Receiver::Function | Receiver::Extern => format!("{name}("),
            _ => format!(".{name}("),
        };
        let starts = |at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.');
        match row.receiver {
            Receiver::Function | Receiver::Extern => text.match_indices(&call).any(|(at, _)| starts(at)),
            _ => text.contains(&call),
        }
    })
}

fn heading(row: &Row) -> String {
    let new = if row.receiver == Receiver::New { "new " } else { "" };
    let many = if row.letters.ends_with('*') { ", .." } else { "" };
    let call = format!("{new}{}({}{many})", row.names[0], row.parameters.join(", "));
    let owner = match row.receiver {
        Receiver::Int => " of an integer",
        Receiver::Float => " of a float",
        Receiver::Bool => " of a bool",
        _ => "",
    };
    format!("`{call}`{owner} → {}", words(row.result))
}

fn words(gives: Gives) -> String {
    match gives {
        Gives::Nothing | Gives::Done | Gives::Null => "nothing".into(),
        Gives::Int => "integer".into(),
        Gives::Float => "float".into(),
        Gives::Bool => "bool".into(),
        Gives::Text => "text".into(),
        Gives::OneOf(list) => list.iter().map(|g| words(*g)).collect::<Vec<_>>().join(" or "),
        Gives::Element => "element or null".into(),
        Gives::Entry => "value or text".into(),
        Gives::EntryOr => "value".into(),
        Gives::Pairs => "array of arrays".into(),
        Gives::Texts => "array of texts".into(),
        Gives::Ints => "array of integers".into(),
        Gives::Array | Gives::SameArray | Gives::Iterated => "array".into(),
        Gives::Object(number) => class::CLASSES
            .iter()
            .find(|c| c.number == number)
            .map_or_else(String::new, |c| c.name.into()),
        Gives::Never => "does not return".into(),
        Gives::Present
        | Gives::Any
        | Gives::Converted
        | Gives::Either
        | Gives::Weak
        | Gives::Target
        | Gives::Arrow
        | Gives::Word => "value".into(),
    }
}
