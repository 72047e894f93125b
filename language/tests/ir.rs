//! What inference and the optimiser achieve, one small program a test.
//!
//! Every file of `tests/ir/` is a program whose comments say what must become of it:
//!
//! | comment | meaning |
//! |---|---|
//! | `//! ir: NAME` | the IR of a function, in the `//\|` lines that follow |
//! | `//! code: NAME` | its WebAssembly before it is linked, likewise |
//! | `//! lacks: NAME: TEXT` | the WebAssembly of a function does not contain a text |
//!
//! `NAME` is the function's name, as `nyash --dump-mir` prints it. The edition is that of the file name.
//! `cargo test -p nyash-language --test ir NAME` runs one file; `BLESS=1` before it rewrites the `//|` lines. Look at
//! what changes: a line more is a loss, unless the change was meant.

use nyash_language::back;
use nyash_language::front::{LoadedFile, NoFiles, Program, analyze, with_deep_stack};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A test for each file, so that a lost optimisation fails by name and `cargo test NAME` finds it. Made by macro and not
/// by a harness of its own: a test of the parser is to build few crates, and such harnesses bring twenty.
macro_rules! programs {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            golden(stringify!($name));
        })*

        /// A file that is not in the list would not be run.
        #[test]
        fn every_file_is_a_test() {
            let listed: BTreeSet<&str> = BTreeSet::from([$(stringify!($name)),*]);
            let files: BTreeSet<String> = std::fs::read_dir(folder())
                .unwrap()
                .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
                .collect();
            let files: BTreeSet<&str> = files.iter().map(String::as_str).collect();
            assert_eq!(files, listed, "the list in language/tests/ir.rs names the files of tests/ir");
        }
    };
}

programs! {
    append_field
    append_global
    append_variable
    array_of_floats
    array_of_integers
    array_push
    array_store
    captured_variable
    conditions
    dead_initial_value
    delegation
    direct_call
    dispatch
    division_by_constant
    error_in_handler
    error_test
    failing_not_inlined
    float_loop
    inlined
    inlined_accessor
    inlined_choice
    int_loop
    known_receiver
    lambda_called_directly
    looked_at_receiver
    map_entry
    maybe_null_receiver
    no_error_test
    no_stack_check
    null_test_once
    parameter_lent
    print_integer
    property
    recursion
    returned_variable
    slot_read
    slot_write
    static_ready
    string_comparison
    text_of_parts
    unused_answer
    variant
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/ir")
}

fn golden(name: &str) {
    let path = ["hako", "nyash"]
        .iter()
        .map(|extension| folder().join(format!("{name}.{extension}")))
        .find(|path| path.exists())
        .unwrap_or_else(|| panic!("no file {name} in tests/ir"));
    let source = std::fs::read_to_string(&path).unwrap();
    let found = with_deep_stack(|| answer(&path, &source));
    if found == source {
        return;
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, found).unwrap();
        return;
    }
    panic!(
        "{} differs from what the compiler does now\n{}\nIf that is meant: BLESS=1 cargo test -p nyash-language --test ir {name}",
        path.display(),
        difference(&source, &found)
    );
}

/// The file as it should be.
fn answer(path: &Path, source: &str) -> String {
    let program = analyzed(path, source);
    let (ir, code) = (back::dump_mir(&program), back::dump_code(&program));
    let mut out = String::new();
    let mut directives = 0;
    for line in source.lines().filter(|line| !line.starts_with("//|")) {
        out.push_str(line);
        out.push('\n');
        let Some(directive) = line.strip_prefix("//! ") else {
            continue;
        };
        directives += 1;
        let (what, rest) = directive.split_once(": ").expect("a directive has a colon");
        match what {
            "ir" => append(function(&ir, "fn ", rest), &mut out),
            "code" => append(function(&code, "func ", rest), &mut out),
            "lacks" => {
                let (name, text) = rest.split_once(": ").expect("lacks: NAME: TEXT");
                let body = function(&code, "func ", name);
                assert!(!body.contains(text), "{name} contains `{text}`:\n{body}");
            }
            _ => panic!("unknown directive `{directive}`"),
        }
    }
    assert!(directives > 0, "{} pins nothing", path.display());
    out
}

fn analyzed(path: &Path, source: &str) -> Program {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    // The expectations are not part of the program: places in it must not depend on them.
    let program: String = source
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("//|"))
        .collect();
    let root = LoadedFile {
        name: name.clone(),
        identity: name.clone(),
        bytes: program.into_bytes(),
    };
    match analyze(root, None, &NoFiles) {
        Ok(program) => program,
        Err(failure) => panic!("{name} has errors: {:?}", failure.diagnostics),
    }
}

/// The text of one function of a dump, without the empty line behind it.
fn function<'a>(dump: &'a str, word: &str, name: &str) -> &'a str {
    let found = dump
        .split_inclusive("\n}\n")
        .map(|f| f.trim_start_matches('\n'))
        .find(|f| {
            f.strip_prefix(word)
                .and_then(|rest| rest.strip_prefix(name))
                .is_some_and(|rest| rest.starts_with(['(', ' ']))
        });
    match found {
        Some(text) => text,
        None => panic!("no function {name} in\n{dump}"),
    }
}

fn append(text: &str, out: &mut String) {
    for line in text.lines() {
        out.push_str(&format!("//| {line}\n"));
    }
}

/// The lines that differ, with two around them.
fn difference(expected: &str, found: &str) -> String {
    let (expected, found): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), found.lines().collect());
    let same = expected.iter().zip(&found).take_while(|(a, b)| a == b).count();
    let tail = expected[same..]
        .iter()
        .rev()
        .zip(found[same..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let part = |mark: &str, lines: &[&str]| -> String {
        let (from, to) = (same.saturating_sub(2), (lines.len() - tail + 2).min(lines.len()));
        lines[from..to].iter().map(|line| format!("{mark} {line}\n")).collect()
    };
    format!(
        "expected from line {}:\n{}found:\n{}",
        same + 1,
        part("-", &expected),
        part("+", &found)
    )
}
