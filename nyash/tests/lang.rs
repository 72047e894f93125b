//! Programs of the language, as tests: every `.nyash` and `.hako` file in `tests/lang/`, in folders by construct,
//! and in `tests/library/`, by chapter of `docs/library.md`. There the expected lines stand behind each paragraph.
//!
//! ```console
//! $ cargo test --workspace --test lang             # all of them
//! $ cargo test tests/lang/boxes/basics.hako     # one; a part of the path is enough
//! $ BLESS=1 cargo test tests/lang/boxes         # rewrites the `//>` and `//~` lines
//! ```
//!
//! Comments in a program say what is expected of it:
//!
//! | comment | meaning |
//! |---|---|
//! | `//> text` | the next line of standard output |
//! | `//! exit: 1` | exit status (0 without this) |
//! | `//! stderr: text` | a text that standard error contains; may stand repeatedly |
//! | `//! args: a b` | arguments of the program |
//! | `//! stdin: a\nb` | standard input, with `\n` for line ends |
//! | `//! edition: 2025` | the edition, instead of that of the file name |
//! | `//! leaks` | the program ends with a report of what is alive (`--leak-report`) |
//! | `//! result` | the program prints its final value (`--print-result`) |
//! | `//~ text` | the next line of what `nyash --check` writes; the program is not run |
//! | `//! check` | the program is only checked, and there is nothing to say about it |

mod support;

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use nyash_tests::expectation::expect;
use nyash_tests::harness::{files, run};

fn main() -> ExitCode {
    let mut tests = files("tests/lang", &["hako", "nyash"], test);
    tests.extend(files("tests/library", &["hako", "nyash"], test));
    run(tests)
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
    fn read(source: &str) -> Result<Expectations, String> {
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
                    "exit" => expected.exit = value.parse().map_err(|_| format!("exit: {value} is no status"))?,
                    "stderr" => expected.stderr.push(value.to_string()),
                    "args" => expected.arguments = value.split(' ').map(str::to_string).collect(),
                    "stdin" => expected.stdin = value.replace("\\n", "\n"),
                    "edition" => expected.options.extend(["--edition".to_string(), value.to_string()]),
                    "result" => expected.options.push("--print-result".to_string()),
                    "leaks" => expected.options.push("--leak-report".to_string()),
                    "check" => expected.check = true,
                    _ => return Err(format!("there is no directive `{directive}`: see nyash/tests/lang.rs")),
                }
            }
        }
        Ok(expected)
    }
}

/// The text of a comment line; one space after the mark does not count.
fn comment<'a>(line: &'a str, mark: &str) -> Option<&'a str> {
    let text = line.strip_prefix(mark)?;
    Some(text.strip_prefix(' ').unwrap_or(text))
}

fn test(path: &Path) -> Result<(), String> {
    let source = String::from_utf8_lossy(&std::fs::read(path).map_err(|error| error.to_string())?).into_owned();
    let expected = Expectations::read(&source)?;
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
    expect("what the compiler says", &expected.diagnostics, &found, || {
        std::fs::write(path, with_comments(source, "//~", &found))
    })
}

fn execute(path: &Path, source: &str, expected: &Expectations) -> Result<(), String> {
    let folder = path.parent().expect("a file in a folder");
    let (options, arguments) = (&expected.options, &expected.arguments);
    let output = support::run(folder, file_name(path), options, arguments, &expected.stdin)?;
    let (stdout, stderr) = (support::text(&output.stdout), support::text(&output.stderr));
    expect("standard output", &expected.stdout, &stdout, || {
        let blessed = match folder.ends_with("tests/library") {
            true => with_paragraphs(path, source, expected).map_err(std::io::Error::other)?,
            false => with_comments(source, "//>", &stdout),
        };
        std::fs::write(path, blessed)
    })
    .map_err(|report| report + &stderr)?;
    if output.status.code() != Some(expected.exit) {
        return Err(format!("{} instead of {}\n{stderr}", output.status, expected.exit));
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
    path.file_name().and_then(OsStr::to_str).expect("a name in UTF-8")
}

/// The program with what each paragraph prints behind it. A mark that the program prints before each tells them apart.
fn with_paragraphs(path: &Path, source: &str, expected: &Expectations) -> Result<String, String> {
    const MARK: &str = "\u{1}";
    let kept: Vec<&str> = source.lines().filter(|line| comment(line, "//>").is_none()).collect();
    let text = kept.join("\n");
    let paragraphs: Vec<&str> = text
        .split("\n\n")
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let prints = |part: &&str| {
        part.lines()
            .any(|line| !line.starts_with("//") && !line.starts_with("using "))
    };
    let marked: Vec<String> = paragraphs
        .iter()
        .map(|part| match prints(part) {
            true => format!("print(\"{MARK}\")\n{part}"),
            false => part.to_string(),
        })
        .collect();
    let folder = path.parent().expect("a file in a folder");
    let file = format!("blessing-{}", file_name(path));
    std::fs::write(folder.join(&file), marked.join("\n\n")).map_err(|error| error.to_string())?;
    let output = support::run(folder, &file, &expected.options, &expected.arguments, &expected.stdin);
    let _ = std::fs::remove_file(folder.join(&file));
    let stdout = support::text(&output?.stdout);
    let mark = format!("{MARK}\n");
    let mut found = stdout.split(mark.as_str()).skip(1);
    let blessed: Vec<String> = paragraphs
        .iter()
        .map(|part| {
            let lines = if prints(part) { found.next().unwrap_or("") } else { "" };
            let lines: String = lines
                .lines()
                .map(|line| format!("\n{}", format!("//> {line}").trim_end()))
                .collect();
            format!("{part}{lines}")
        })
        .collect();
    Ok(blessed.join("\n\n") + "\n")
}

/// The program with the found lines where the expected ones stood: at its end.
fn with_comments(source: &str, mark: &str, found: &str) -> String {
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
    lines.join("\n") + "\n"
}
