//! The language, one program a test.
//!
//! Every `.nyash` and `.hako` file under `tests/lang/` is a test, grouped in folders by construct. Comments in it
//! say what is expected:
//!
//! | comment | meaning |
//! |---|---|
//! | `//> text` | the next line of standard output |
//! | `//! exit: 1` | exit status (0 without this) |
//! | `//! stderr: text` | a text that standard error contains; may stand repeatedly |
//! | `//! args: a b` | arguments of the program |
//! | `//! stdin: a\nb` | standard input, with `\n` for line ends |
//! | `//! edition: 2025` | the edition, instead of that of the file name |
//! | `//! result` | the program prints its final value (`--print-result`) |
//! | `//~ text` | the next line of what `nyash --check` writes; the program is not run |
//! | `//! check` | the program is only checked, and there is nothing to say about it |
//!
//! `NYASH_BLESS=1` rewrites the `//>` and `//~` lines, `NYASH_TEST=text` picks the files whose path contains it.

mod support;

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

#[test]
fn programs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/lang");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    if let Some(filter) = std::env::var_os("NYASH_TEST") {
        let filter = filter.to_string_lossy().into_owned();
        files.retain(|path| path.to_string_lossy().contains(&filter));
    }
    assert!(!files.is_empty(), "no test programs in {}", root.display());
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(report) = run(path) {
                        let name = path.strip_prefix(&root).unwrap_or(path).display().to_string();
                        failures.lock().unwrap().push(format!("--- {name}\n{report}"));
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    assert!(
        failures.is_empty(),
        "{} of {} failed\n{}",
        failures.len(),
        files.len(),
        failures.join("\n")
    );
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            // Files that tests include are no tests.
            if path.file_name() != Some(OsStr::new("lib")) {
                collect(&path, files);
            }
        } else if path
            .extension()
            .is_some_and(|extension| extension == "nyash" || extension == "hako")
        {
            files.push(path);
        }
    }
}

/// What the comments of a test ask for.
#[derive(Default)]
struct Expectations {
    stdout: String,
    diagnostics: String,
    check: bool,
    exit: i32,
    stderr: Vec<String>,
    arguments: Vec<String>,
    stdin: String,
    options: Vec<String>,
}

impl Expectations {
    fn read(source: &str) -> Expectations {
        let mut expected = Expectations::default();
        for line in source.lines() {
            if let Some(text) = comment(line, "//>") {
                let _ = writeln!(expected.stdout, "{text}");
            } else if let Some(text) = comment(line, "//~") {
                let _ = writeln!(expected.diagnostics, "{text}");
                expected.check = true;
            } else if let Some(directive) = line.strip_prefix("//! ") {
                let (word, value) = directive.split_once(": ").unwrap_or((directive.trim(), ""));
                match word {
                    "exit" => expected.exit = value.parse().expect("a number after exit"),
                    "stderr" => expected.stderr.push(value.to_string()),
                    "args" => expected.arguments = value.split(' ').map(str::to_string).collect(),
                    "stdin" => expected.stdin = value.replace("\\n", "\n"),
                    "edition" => expected.options.extend(["--edition".to_string(), value.to_string()]),
                    "result" => expected.options.push("--print-result".to_string()),
                    "check" => expected.check = true,
                    _ => panic!("unknown directive `{directive}`"),
                }
            }
        }
        expected
    }
}

/// The text of a comment line; one space after the mark does not count.
fn comment<'a>(line: &'a str, mark: &str) -> Option<&'a str> {
    let text = line.strip_prefix(mark)?;
    Some(text.strip_prefix(' ').unwrap_or(text))
}

fn run(path: &Path) -> Result<(), String> {
    let source = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    let expected = Expectations::read(&source);
    if expected.check {
        check(path, &source, &expected)
    } else {
        execute(path, &source, &expected)
    }
}

fn check(path: &Path, source: &str, expected: &Expectations) -> Result<(), String> {
    // The expected lines contain quotes and brackets: they must not be part of what is checked.
    let program: String = source
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("//~"))
        .collect();
    let found = support::check(file_name(path), &program, &expected.options)?;
    if found != expected.diagnostics && support::blessing() {
        bless(path, source, "//~", &found);
        return Ok(());
    }
    compare("diagnostics", &expected.diagnostics, &found)
}

fn execute(path: &Path, source: &str, expected: &Expectations) -> Result<(), String> {
    let folder = path.parent().unwrap();
    let (options, arguments) = (&expected.options, &expected.arguments);
    let output = support::run(folder, file_name(path), options, arguments, &expected.stdin)?;
    let (stdout, stderr) = (support::text(&output.stdout), support::text(&output.stderr));
    if stdout != expected.stdout && support::blessing() {
        bless(path, source, "//>", &stdout);
    } else {
        compare("standard output", &expected.stdout, &stdout).map_err(|report| format!("{report}stderr:\n{stderr}"))?;
    }
    if output.status.code() != Some(expected.exit) {
        return Err(format!(
            "exit status {:?} instead of {}\n{stderr}",
            output.status.code(),
            expected.exit
        ));
    }
    let missing = expected
        .stderr
        .iter()
        .find(|fragment| !stderr.contains(fragment.as_str()));
    match missing {
        Some(fragment) => Err(format!("standard error lacks `{fragment}`:\n{stderr}")),
        None => Ok(()),
    }
}

fn file_name(path: &Path) -> &str {
    path.file_name().and_then(OsStr::to_str).unwrap()
}

fn compare(what: &str, expected: &str, found: &str) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    Err(format!("{what} differs\nexpected:\n{expected}found:\n{found}"))
}

/// Puts the found lines where the expected ones stood, or at the end.
fn bless(path: &Path, source: &str, mark: &str, found: &str) {
    let mut lines: Vec<String> = source
        .lines()
        .filter(|line| comment(line, mark).is_none())
        .map(str::to_string)
        .collect();
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    lines.push(String::new());
    lines.extend(
        found
            .lines()
            .map(|line| format!("{mark} {line}").trim_end().to_string()),
    );
    std::fs::write(path, lines.join("\n") + "\n").unwrap();
}
