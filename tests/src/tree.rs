//! The repository as text: its files, and what Rust code names.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

use crate::harness::root;

/// A text file of the repository.
pub struct Source {
    /// Its path from the folder of the repository.
    pub name: String,
    /// What it holds.
    pub text: String,
}

/// A path in Rust code, or the name of a macro with its `!`.
#[derive(Debug)]
pub struct Named {
    /// `std::fs::read`: written out, without braces, `self` and `super`.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
}

/// All text files below a folder (`""` is the whole repository), sorted; without what builds leave behind.
pub fn files(folder: &str) -> Vec<Source> {
    let mut found = BTreeMap::new();
    walk(&root().join(folder), &mut found);
    found.into_iter().map(|(name, text)| Source { name, text }).collect()
}

fn walk(folder: &Path, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let entry = entry.expect("a readable folder");
        let (path, name) = (entry.path(), entry.file_name());
        if ["target", ".git", ".scratch", "__pycache__"]
            .iter()
            .any(|skipped| name == *skipped)
        {
            continue;
        }
        // Links lead to what is listed where it is.
        let kind = entry.file_type().expect("a file that is still there");
        if kind.is_dir() {
            if !["target", ".git", ".scratch", "__pycache__"]
                .iter()
                .any(|skipped| name == *skipped)
            {
                walk(&path, found);
            }
        } else if kind.is_file()
            && let Ok(text) = fs::read_to_string(&path)
        {
            let name = path.strip_prefix(root()).expect("a file of the repository");
            found.insert(name.display().to_string(), text);
        }
    }
}

impl Source {
    /// Whether the file is Rust.
    pub fn is_rust(&self) -> bool {
        Path::new(&self.name)
            .extension()
            .is_some_and(|extension| extension == "rs")
    }

    /// Everything that the code names with `::`, and all macros it calls; not what comments and strings say.
    pub fn names(&self) -> Vec<Named> {
        let tokens: TokenStream = self
            .text
            .parse()
            .unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let mut names = Vec::new();
        collect(tokens, "", &self.module(), &mut names);
        names
    }

    /// As [`names`](Self::names), of what is compiled into the crate: without test modules and without visibilities.
    pub fn names_outside_tests(&self) -> Vec<Named> {
        let tokens: TokenStream = self
            .text
            .parse()
            .unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let mut names = Vec::new();
        collect(without_tests(tokens), "", &self.module(), &mut names);
        names
    }

    /// The module that the file is: `crate::a::b`.
    pub fn module(&self) -> String {
        let inside = self
            .name
            .split_once("src/")
            .map_or(self.name.as_str(), |(_, inside)| inside);
        let inside = inside.strip_suffix(".rs").unwrap_or(inside);
        let mut module = String::from("crate");
        for part in inside.split('/').filter(|part| !["mod", "lib", "main"].contains(part)) {
            module.push_str("::");
            module.push_str(part);
        }
        module
    }
}

/// Leaves out what stands behind `#[cfg(test)]`, and what says who sees an item: `pub(in crate::a)` imports nothing.
fn without_tests(tokens: TokenStream) -> TokenStream {
    let is_word = |token: &TokenTree, word: &str| matches!(token, TokenTree::Ident(ident) if ident == word);
    let mut kept: Vec<TokenTree> = Vec::new();
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        let TokenTree::Group(group) = &token else {
            kept.push(token);
            continue;
        };
        let behind_hash = matches!(kept.last(), Some(TokenTree::Punct(punct)) if punct.as_char() == '#');
        if behind_hash && group.stream().to_string().replace(' ', "") == "cfg(test)" {
            kept.pop();
            // The item ends with its braces or a semicolon.
            let ends = |token: &TokenTree| match token {
                TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                TokenTree::Punct(punct) => punct.as_char() == ';',
                _ => false,
            };
            tokens.by_ref().find(ends);
        } else if !kept.last().is_some_and(|last| is_word(last, "pub")) {
            let mut inner = Group::new(group.delimiter(), without_tests(group.stream()));
            inner.set_span(group.span());
            kept.push(inner.into());
        }
    }
    kept.into_iter().collect()
}

/// The names in some tokens. What stands in the braces of a `use` comes behind `prefix`.
fn collect(tokens: TokenStream, prefix: &str, module: &str, names: &mut Vec<Named>) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let first = match token {
            TokenTree::Ident(first) => first,
            TokenTree::Group(group) => {
                collect(group.stream(), "", module, names);
                continue;
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => continue,
        };
        if first == "as" && !prefix.is_empty() {
            // The other name of what was imported.
            tokens.next();
            continue;
        }
        let line = first.span().start().line;
        let mut path = joined(prefix, &first.to_string(), module);
        let mut whole = true;
        while is(tokens.peek(), ':', Spacing::Joint) {
            tokens.next();
            // The second colon.
            tokens.next();
            match tokens.peek() {
                Some(TokenTree::Ident(next)) => {
                    path = joined(&path, &next.to_string(), module);
                    tokens.next();
                }
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    collect(group.stream(), &path, module, names);
                    whole = false;
                    tokens.next();
                }
                _ => break,
            }
        }
        if is(tokens.peek(), '!', Spacing::Alone) {
            path.push('!');
        }
        if whole && (path.contains("::") || path.ends_with('!')) {
            names.push(Named { path, line });
        }
    }
}

fn is(token: Option<&TokenTree>, c: char, spacing: Spacing) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == c && punct.spacing() == spacing)
}

/// A path and its next word, in the crate's terms.
fn joined(path: &str, word: &str, module: &str) -> String {
    let parent = |path: &str| path.rsplit_once("::").map_or("crate", |(parent, _)| parent).to_owned();
    match (path, word) {
        ("", "self") => module.to_owned(),
        ("", "super") => parent(module),
        (_, "self") => path.to_owned(),
        (_, "super") => parent(path),
        ("", _) => word.to_owned(),
        _ => format!("{path}::{word}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_out() {
        let source = Source {
            name: "packer/src/a/b.rs".to_owned(),
            text: "use std::{fs, io::{self, Read as _}};\nuse super::c::d;\n// std::net\nfn f() -> self::T { \
                   println!(\"std::env {}\", x::<u8>::y()) }"
                .to_owned(),
        };
        let names: Vec<String> = source.names().into_iter().map(|named| named.path).collect();
        assert_eq!(
            names,
            [
                "std::fs",
                "std::io",
                "std::io::Read",
                "crate::a::c::d",
                "crate::a::b::T",
                "println!"
            ]
        );
    }

    #[test]
    fn test_modules_and_visibilities_name_nothing() {
        let source = Source {
            name: "packer/src/a/b.rs".to_owned(),
            text: "pub(in crate::a) struct S { pub(super) x: u32 }\n#[cfg(test)]\nmod tests { use super::*; \
                   use crate::c; }\n#[cfg(test)]\nmod more;\nuse crate::d;"
                .to_owned(),
        };
        let names: Vec<String> = source
            .names_outside_tests()
            .into_iter()
            .map(|named| named.path)
            .collect();
        assert_eq!(names, ["crate::d"]);
    }
}
