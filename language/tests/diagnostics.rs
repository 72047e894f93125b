//! What is said about codes is true: the wrong program of an entry gives that code and no other, the right one nothing.
//! `docs/diagnostics.md` is made from the entries: `BLESS=1 cargo test -p nyash-language --test diagnostics`.

use nyash_language::back;
use nyash_language::diagnostic::explain::{ENTRIES, Entry, Weight};
use nyash_language::diagnostic::render::render;
use nyash_language::diagnostic::{Diagnostic, allow};
use nyash_language::front::{FileProvider, LoadError, LoadedFile, Request, Target, analyze, with_deep_stack};
use nyash_language::source::SourceMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Codes about what no text can show: bytes, sizes, numbers of other diagnostics, defects of the compiler.
const WITHOUT_PROGRAMS: &[&str] = &[
    "file-too-large",
    "internal",
    "not-utf-8",
    "too-many-errors",
    "too-many-warnings",
];

const HEAD: &str = "\
# Diagnostics

Every code that an error or a warning of the compiler can have, with a program that gets it and one that does not.
`nyash --explain CODE` prints the same. This page is made from `language/src/diagnostic/explain.rs`, and its programs are
compiled by the tests; `BLESS=1 cargo test -p nyash-language --test diagnostics` makes it again.

`nyash --check FILE` reports all that is known about a program without making anything. Its exit status is 1 where there are
errors, or warnings with `--deny-warnings`, and 0 otherwise. What inference knows concerns the code that the program reaches:
a function that nothing calls has no types.

When a program is compiled or run, warnings about faults are shown in full: what is certain to fail when it is reached, or
does not do what it says. Warnings about habits, such as unused variables, are only counted in one line; `--check` shows
them. `--deny-warnings` shows them all and makes nothing where there is one. `--no-warnings` shows none.

A warning is switched off by its code:

| where | how |
|---|---|
| one line | a comment `// nyash: allow(unused-variable)` at its end, or on a line of its own before it |
| one file | a comment `// nyash: allow-file(unused-variable, unreachable-code)` |
| one command | `--allow unused-variable` |

`--json` prints each diagnostic as one object a line, with `severity`, `code`, `message`, `primary`, `labels`, `notes` and `hint`.
";

/// One file beside the programs, for those that load one.
struct Tools;

impl FileProvider for Tools {
    fn load(&self, request: &Request<'_>) -> Result<LoadedFile, LoadError> {
        let (Target::Include(name) | Target::Path(name) | Target::Module(name)) = request.target;
        if name == "tools.hako" {
            return Ok(LoadedFile {
                name: name.into(),
                identity: name.into(),
                bytes: b"static box Tools { answer() { return 42 } }\n".to_vec(),
            });
        }
        Err(LoadError {
            message: format!("cannot find '{name}'"),
            tried: vec![format!("looked for '{name}'")],
            broken: false,
        })
    }
}

/// All that the compiler has to say about a program.
fn diagnostics(extension: &str, program: &str) -> (Vec<Diagnostic>, SourceMap) {
    let file = LoadedFile {
        name: format!("example.{extension}"),
        identity: "example".into(),
        bytes: program.as_bytes().to_vec(),
    };
    let (found, sources) = match analyze(file, None, &Tools) {
        Ok(mut program) => {
            let mut found = std::mem::take(&mut program.warnings);
            found.extend(back::check(&program));
            back::compile(&program, &back::Options::default()).expect("a module");
            (found, program.sources)
        }
        Err(failure) => (failure.diagnostics, failure.sources),
    };
    (allow::filter(found, &[], &sources), sources)
}

fn rendered(extension: &str, program: &str) -> String {
    let (found, sources) = diagnostics(extension, program);
    let texts: Vec<String> = found.iter().map(|d| render(d, &sources, false)).collect();
    texts.join("\n")
}

#[test]
fn the_programs_of_an_entry_are_wrong_and_right() {
    with_deep_stack(|| {
        let mut broken = Vec::new();
        for entry in ENTRIES {
            broken.extend(broken_entry(entry));
        }
        assert!(broken.is_empty(), "\n{}", broken.join("\n"));
    });
}

fn broken_entry(entry: &Entry) -> Vec<String> {
    if WITHOUT_PROGRAMS.contains(&entry.code) {
        return Vec::new();
    }
    let (Some((wrong_in, wrong)), Some((right_in, right))) = (entry.program("wrong"), entry.program("right")) else {
        return vec![format!("{}: lacks a wrong or a right program", entry.code)];
    };
    let mut broken = Vec::new();
    let (found, _) = diagnostics(wrong_in, &wrong);
    let codes: BTreeSet<&str> = found.iter().map(|d| d.code).collect();
    if codes != BTreeSet::from([entry.code]) {
        let said = rendered(wrong_in, &wrong);
        broken.push(format!("{}: the wrong program gives {codes:?}\n{said}", entry.code));
    }
    let said = rendered(right_in, &right);
    if !said.is_empty() {
        broken.push(format!("{}: about the right program is said\n{said}", entry.code));
    }
    broken
}

#[test]
fn entries_are_in_order_and_all_of_them_are_used() {
    let codes: Vec<&str> = ENTRIES.iter().map(|entry| entry.code).collect();
    assert!(codes.is_sorted(), "{codes:?}");
    let source = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let table = source
        .iter()
        .filter(|(path, _)| !path.ends_with("explain.rs"))
        .map(|(_, text)| text.as_str());
    let source: String = table.collect();
    let unused: Vec<&str> = codes
        .into_iter()
        .filter(|code| !source.contains(&format!("\"{code}\"")))
        .collect();
    assert!(unused.is_empty(), "no diagnostic has the codes {unused:?}");
}

/// A code is the first argument of what makes a diagnostic. Those in a branch that no test takes are found here.
#[test]
fn every_code_has_an_entry() {
    let mut missing = Vec::new();
    for (path, text) in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        for call in ["Diagnostic::error(", "Diagnostic::warning(", "lint("] {
            for (at, _) in text.match_indices(call) {
                let rest = text[at + call.len()..].trim_start();
                let Some((code, _)) = rest.strip_prefix('"').and_then(|rest| rest.split_once('"')) else {
                    continue;
                };
                if !ENTRIES.iter().any(|entry| entry.code == code) {
                    missing.push(format!("{}: `{code}` has no entry", path.display()));
                }
            }
        }
    }
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
}

/// The Rust files in a folder and below.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            out.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).expect("a readable file");
            out.push((path, text));
        }
    }
    out
}

#[test]
fn the_page_is_made_from_the_entries() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/diagnostics.md");
    let found = with_deep_stack(page);
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    if found == expected {
        return;
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, found).expect("a writable page");
        return;
    }
    let line = found.lines().zip(expected.lines()).position(|(a, b)| a != b);
    panic!("docs/diagnostics.md differs from line {line:?}: BLESS=1 cargo test -p nyash-language --test diagnostics");
}

fn page() -> String {
    let mut out = HEAD.to_string();
    for (weight, title, about) in [
        (
            Weight::Fault,
            "Errors and faults",
            "Errors, and warnings that are always shown.",
        ),
        (
            Weight::Habit,
            "Habits",
            "Warnings that `--check` and `--deny-warnings` show.",
        ),
    ] {
        let _ = write!(out, "\n## {title}\n{about}\n");
        for entry in ENTRIES.iter().filter(|entry| entry.weight == weight) {
            let _ = write!(out, "\n### {}\n{}", entry.code, with_answers(entry));
        }
    }
    out
}

/// The entry with what the compiler says behind the wrong program.
fn with_answers(entry: &Entry) -> String {
    let mut text = entry.text.to_string();
    for (word, mark) in [("wrong", " check"), ("right", "")] {
        let Some((extension, program)) = entry.program(word) else {
            continue;
        };
        let fence = format!("```{extension} {word}\n{program}```\n");
        let mut shown = format!("```{extension}{mark}\n{program}```\n");
        let said = rendered(extension, &program);
        if word == "wrong" {
            let lines: Vec<&str> = said.lines().map(str::trim_end).collect();
            let _ = write!(shown, "```text\n{}\n```\n", lines.join("\n"));
        }
        text = text.replacen(&fence, &shown, 1);
    }
    text
}

#[test]
fn comments_switch_warnings_off() {
    let at_the_end = "local a = new Nothing() // nyash: allow(unknown-box)\nprint(a)\n";
    let before = "// nyash: allow(unknown_box, unknown-method)\n\nlocal a = new Nothing()\nprint(a)\n";
    let file = "local a = new Nothing()\nprint(a)\n// nyash: allow-file(unknown-box)\n";
    let other = "print(1) // nyash: allow(unknown-box)\nlocal a = new Nothing()\nprint(a)\n";
    assert_eq!(rendered("hako", at_the_end), "");
    assert_eq!(rendered("hako", before), "");
    assert_eq!(rendered("hako", file), "");
    assert!(rendered("hako", other).contains("warning[unknown-box]"));
    let error = "print(x) // nyash: allow(unknown-name)\n";
    assert!(rendered("hako", error).contains("error[unknown-name]"), "errors stay");
}

#[test]
fn an_explanation_tells_the_programs_apart() {
    let entry = ENTRIES.iter().find(|entry| entry.code == "unknown-name").unwrap();
    let text = entry.plain();
    assert!(text.starts_with("unknown-name\n\nNothing of this name"), "{text}");
    assert!(
        text.contains("Wrong:\n    local counter = 1\n    print(coutner)\n"),
        "{text}"
    );
    assert!(!text.contains("```"), "{text}");
}
