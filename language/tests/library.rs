//! The rows of the library against everything that depends on them: the runtime's object, the compiler's source, the
//! names that programs can use, the programs that exercise them, and the page that describes them.

#[path = "../src/wasm/object.rs"]
#[allow(dead_code, reason = "the tests need less of it than the linker")]
mod object;
#[path = "library/page.rs"]
mod page;

use nyash_abi::class;
use nyash_abi::library::{self, CHAPTERS, Receiver, Row, Wasm, runtime};
use nyash_language::edition::Edition;
use nyash_language::front::{self, LoadedFile, NoFiles, Program};
use nyash_language::{back, diagnostic::Diagnostic};
use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// How a failing test names a row.
fn title(row: &Row) -> String {
    format!(
        "{:?} {} {}({})",
        row.receiver,
        row.symbol,
        row.names.join("/"),
        row.letters
    )
}

fn read(name: &str, text: &str) -> Result<Program, Vec<Diagnostic>> {
    let file = LoadedFile {
        name: name.into(),
        identity: name.into(),
        bytes: text.as_bytes().to_vec(),
    };
    front::analyze(file, None, &NoFiles).map_err(|failure| failure.diagnostics)
}

/// Every program under a folder.
fn programs(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            programs(&path, found);
        } else if path.extension().is_some_and(|e| e == "hako" || e == "nyash") {
            found.push(path);
        }
    }
}

#[test]
fn rows_are_as_the_object_has_them() {
    // It has all of the other one, and the regular expressions.
    let bytes = std::fs::read(root().join("language/objects/boxes-more.o")).unwrap();
    let object = object::Object::parse(&bytes).unwrap();
    let mut wrong = Vec::new();
    for row in library::rows() {
        let quiet = row.unused.map(|symbol| (symbol, None));
        let own = (!row.inline() && row.prelude().is_none()).then(|| (row.symbol, row.wasm_result()));
        for (symbol, result) in own.into_iter().chain(quiet) {
            let Some(function) = object.function(symbol) else {
                wrong.push(format!("{}: the object has no {symbol}", title(row)));
                continue;
            };
            let found = &object.types[object.type_of(function) as usize];
            let value = |w: Wasm| match w {
                Wasm::Word => wasmparser::ValType::I32,
                Wasm::Long => wasmparser::ValType::I64,
                Wasm::Double => wasmparser::ValType::F64,
            };
            let parameters: Vec<_> = row.wasm_parameters().map(value).collect();
            let results: Vec<_> = result.map(value).into_iter().collect();
            if found.params() != parameters || found.results() != results {
                wrong.push(format!(
                    "{}: {parameters:?} -> {results:?}, the object has {found:?}",
                    title(row)
                ));
            }
        }
    }
    for name in runtime::DATA {
        if !object.names.contains_key(name) {
            wrong.push(format!("the object has no {name}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a row says is written in the language is there, and takes what the row says.
#[test]
fn functions_in_the_language_are_as_rows_have_them() {
    let mut source = String::new();
    for entry in std::fs::read_dir(root().join("language/src/prelude")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "hako") {
            source.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
    let mut declared: Vec<(&str, usize)> = Vec::new();
    for line in source.lines().filter_map(|line| line.strip_prefix("function ")) {
        let (name, rest) = line.split_once('(').unwrap();
        let parameters = rest.split_once(')').unwrap().0;
        declared.push((name, parameters.split(',').count()));
    }
    for row in library::rows() {
        let Some(name) = row.prelude() else { continue };
        let takes = row.parameters.len() + 1;
        assert!(
            declared.contains(&(name, takes)),
            "{}: no {name} with {takes} parameters",
            title(row)
        );
        if row.otherwise.is_some() {
            assert!(
                declared.contains(&(&format!("{name}_any"), takes)),
                "{}: no {name}_any",
                title(row)
            );
        }
    }
}

/// What the compiler calls by symbol has a row, so that the test above has seen it.
#[test]
fn symbols_in_the_compiler_have_rows() {
    let known: HashSet<&str> = library::rows()
        .map(|row| row.symbol)
        .chain(runtime::DATA.iter().copied())
        .collect();
    let mut missing = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            for (at, _) in source.match_indices("\"ny_") {
                let symbol = source[at + 1..].split('"').next().unwrap();
                if !known.contains(symbol) {
                    missing.insert(symbol.to_string());
                }
            }
        }
    }
    assert!(missing.is_empty(), "no rows for {missing:?}");
}

#[test]
fn rows_are_complete() {
    let mut wrong = Vec::new();
    let mut seen = HashSet::new();
    for row in library::rows() {
        let mut say = |what: &str| wrong.push(format!("{}: {what}", title(row)));
        if row.parameters.len() != row.letters.trim_end_matches('*').len() - usize::from(row.takes_receiver()) {
            say("letters and names of parameters differ in number");
        }
        if !row.doc.ends_with('.') {
            say("no sentence of documentation");
        }
        if let Receiver::Class(number) = row.receiver
            && !class::CLASSES.iter().any(|c| c.number == number)
        {
            say("no such class");
        }
        if row.names.is_empty() && row.receiver != Receiver::Internal {
            say("no name");
        }
        for name in row.names {
            if !seen.insert((row.receiver, *name, row.arity())) {
                say(&format!("`{name}` is there twice"));
            }
        }
    }
    for class in class::CLASSES.iter().filter(|c| c.public) {
        let own = library::rows().any(|row| row.receiver == Receiver::Class(class.number));
        let made = library::knows(Receiver::New, class.name);
        if !own && !made && class.number != class::STR {
            wrong.push(format!("{} has neither methods nor a constructor", class.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The functions that `resolve` lets pass and the boxes it offers are those of the rows.
#[test]
fn names_are_those_of_the_rows() {
    let complains = |program: &str, code: &str| match read("t.hako", program) {
        Ok(program) => program.warnings.iter().any(|d| d.code == code),
        Err(diagnostics) => diagnostics.iter().any(|d| d.code == code),
    };
    let arguments = |row: &Row| vec!["1"; row.arity()].join(", ");
    for row in library::rows() {
        for name in row.names {
            match row.receiver {
                Receiver::Function => {
                    let call = format!("{name}({})", arguments(row));
                    assert!(
                        !complains(&call, "unknown-function") && !complains(&call, "wrong-arity"),
                        "{call}"
                    );
                }
                Receiver::New => {
                    let call = format!("local x = new {name}({})", arguments(row));
                    assert!(!complains(&call, "unknown-box"), "{call}");
                }
                _ => {}
            }
        }
    }
    for name in class::boxes() {
        assert!(!complains(&format!("local x = new {name}()"), "unknown-box"), "{name}");
    }
    assert!(complains("foo(1)", "unknown-function"));
    assert!(complains("local x = new FooBox()", "unknown-box"));
    for group in library::UNAVAILABLE {
        for name in group.names {
            assert!(class::boxes().all(|known| known != *name), "{name} exists and does not");
            for program in [
                format!("local x = new {name}()"),
                format!("box B from {name} {{ }}"),
                format!("print({name}.f())"),
            ] {
                assert!(complains(&program, "unavailable-box"), "{program}");
            }
        }
    }
}

/// Each row is compiled into a program of the repository, by the programs that belong to its chapter where programs can
/// name it, and in both editions where they differ.
#[test]
fn every_row_is_exercised() {
    let mut files = Vec::new();
    programs(&root().join("tests/lang"), &mut files);
    programs(&root().join("tests/library"), &mut files);
    let mut used = HashSet::new();
    let options = back::Options {
        print_result: true,
        ..back::Options::default()
    };
    front::with_deep_stack(|| {
        for path in &files {
            let text = std::fs::read_to_string(path).unwrap();
            let name = path.file_name().unwrap().to_str().unwrap();
            // Programs with several files, and those with errors, are not needed here.
            let own = path.parent().unwrap().ends_with("library");
            let program = match read(name, &text) {
                Ok(program) => program,
                Err(diagnostics) if own => panic!("{}: {diagnostics:?}", path.display()),
                Err(_) => continue,
            };
            let stem = path.file_stem().unwrap().to_str().unwrap().to_string();
            for row in back::library_rows(&program, &options) {
                used.insert((title(row), own.then(|| stem.clone()), program.edition));
            }
        }
    });
    let mut missing = Vec::new();
    for chapter in CHAPTERS {
        for row in chapter.rows.iter().copied().flatten() {
            let shown = |edition: Edition| {
                chapter
                    .programs
                    .iter()
                    .any(|stem| used.contains(&(title(row), Some(stem.to_string()), edition)))
            };
            let (first, second) = (shown(Edition::E2025), shown(Edition::E2026));
            if !(first || second) || (row.editions.is_some() && !(first && second)) {
                missing.push(format!("{} in {}", title(row), chapter.programs.join(", ")));
            }
        }
    }
    let internal = |row: &&Row| row.receiver == Receiver::Internal && !row.names.is_empty();
    for row in library::rows().filter(internal) {
        if !used.iter().any(|(used, ..)| *used == title(row)) {
            missing.push(title(row));
        }
    }
    assert!(missing.is_empty(), "not exercised:\n{}", missing.join("\n"));
}

/// The code section of a module.
fn code(wasm: &[u8]) -> Vec<u8> {
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        if let wasmparser::Payload::CodeSectionStart { range, .. } = payload.unwrap() {
            return wasm[range].to_vec();
        }
    }
    Vec::new()
}

/// Another name of a function gives the same code as its main name.
#[test]
fn aliases_give_the_same_code() {
    let receiver = |row: &Row| {
        Some(match row.receiver {
            Receiver::Text => "local r = \"text\"".to_string(),
            Receiver::Int => "local r = 7".into(),
            Receiver::Float => "local r = 2.5".into(),
            Receiver::Bool => "local r = true".into(),
            Receiver::Any => "local r = [1, 2.5]".into(),
            Receiver::Class(class::FUTURE) => "nowait r = 1".into(),
            Receiver::Class(class::WEAK) => return None,
            Receiver::Class(number) => {
                let name = class::CLASSES.iter().find(|c| c.number == number).unwrap().name;
                let new = library::rows().find(|row| row.receiver == Receiver::New && row.names[0] == name)?;
                let arguments: Vec<&str> = new.letters.chars().map(|_| "\"1\"").collect();
                format!("local r = new {name}({})", arguments.join(", "))
            }
            _ => String::new(),
        })
    };
    let mut compared = 0;
    for row in library::rows().filter(|row| row.names.len() > 1) {
        let Some(receiver) = receiver(row) else { continue };
        let letters = row
            .letters
            .trim_end_matches('*')
            .chars()
            .skip(usize::from(row.takes_receiver()));
        let arguments: Vec<&str> = letters
            .map(|letter| match letter.to_ascii_lowercase() {
                'i' => "1",
                'f' => "1.5",
                's' => "\"x\"",
                'b' => "true",
                'a' => "[1]",
                'm' => "%{}",
                _ => "r",
            })
            .collect();
        let widest = row.names.iter().map(|name| name.len()).max().unwrap();
        let program = |name: &str| {
            let dot = match row.receiver {
                Receiver::Function | Receiver::Extern => "",
                Receiver::New => "new ",
                _ => "r.",
            };
            // The text of the line is part of the program's data: it must be as long with every name.
            let pad = " ".repeat(widest - name.len());
            let arguments = arguments
                .join(", ")
                .replace('r', if receiver.is_empty() { "1" } else { "r" });
            format!("{receiver}\nlocal x = [0]\nx[0] = {dot}{name}{pad}({arguments})\nprint(x)\n")
        };
        let compile = |name: &str| {
            let text = program(name);
            let program = read("t.hako", &text).unwrap_or_else(|d| panic!("{text}{d:?}"));
            code(&back::compile(&program, &back::Options::default()).unwrap().wasm)
        };
        // What is no name of the grammar, such as `$index`, and namespaces that need `using`.
        if row.names.iter().any(|name| name.contains(['$', '.', '/'])) {
            continue;
        }
        let main = compile(row.names[0]);
        for other in &row.names[1..] {
            assert!(compile(other) == main, "{} {other}", title(row));
            compared += 1;
        }
    }
    assert!(compared > 60, "{compared}");
}

#[test]
fn the_page_is_made_from_the_rows() {
    let path = root().join("docs/library.md");
    let want = page::page(&root().join("tests/library"));
    if std::env::var_os("BLESS").is_some_and(|value| !value.is_empty()) {
        std::fs::write(&path, &want).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == want,
        "docs/library.md is not what the rows say: BLESS=1 cargo test -p nyash-language --test library"
    );
}
