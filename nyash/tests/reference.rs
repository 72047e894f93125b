//! The examples of `docs/language.md` do what the page says.
//!
//! A fence `hako` or `nyash` is a program; the `text` fence behind it is what it prints. With the word `check` it is a
//! program with errors, and the text is what the compiler says. `NYASH_BLESS=1` rewrites the `text` fences.

mod support;

use std::path::{Path, PathBuf};

/// A fenced block of the page.
struct Example<'a> {
    /// `nyash` or `hako`.
    extension: &'a str,
    check: bool,
    program: String,
    /// Contents of the `text` fence behind it.
    expected: String,
    /// Line of the opening fence, from 1.
    line: usize,
}

/// Runs every example; `found` is the page with what they really print.
#[test]
fn examples() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/language.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (mut out, mut failures, mut count) = (String::new(), Vec::new(), 0);
    let mut lines = page.lines().enumerate().peekable();
    while let Some((at, line)) = lines.next() {
        out.push_str(line);
        out.push('\n');
        let mut words = line.strip_prefix("```").unwrap_or("").split(' ');
        let Some(extension @ ("hako" | "nyash")) = words.next() else {
            continue;
        };
        let mut example = Example {
            extension,
            check: words.next() == Some("check"),
            program: String::new(),
            expected: String::new(),
            line: at + 1,
        };
        for (_, line) in lines.by_ref() {
            out.push_str(line);
            out.push('\n');
            if line == "```" {
                break;
            }
            example.program.push_str(line);
            example.program.push('\n');
        }
        if lines.peek().is_some_and(|(_, line)| *line == "```text") {
            lines.next();
            for (_, line) in lines.by_ref() {
                if line == "```" {
                    break;
                }
                example.expected.push_str(line);
                example.expected.push('\n');
            }
        }
        count += 1;
        match run(&example) {
            Ok(found) => {
                if found != example.expected {
                    failures.push(format!(
                        "line {}: expected\n{}found\n{found}",
                        example.line, example.expected
                    ));
                }
                if !found.is_empty() {
                    out.push_str(&format!("```text\n{found}```\n"));
                }
            }
            Err(report) => failures.push(format!("line {}: {report}", example.line)),
        }
    }
    if support::blessing() {
        std::fs::write(&path, out).unwrap();
        return;
    }
    assert!(count > 30, "only {count} examples found");
    assert!(
        failures.is_empty(),
        "{} of {count} failed\n{}",
        failures.len(),
        failures.join("\n")
    );
}

fn run(example: &Example<'_>) -> Result<String, String> {
    let file = format!("example.{}", example.extension);
    if example.check {
        let text = support::check(&file, &example.program, &[])?;
        return Ok(text.lines().map(|line| format!("{}\n", line.trim_end())).collect());
    }
    let folder = Folder::new();
    std::fs::write(folder.0.join(&file), &example.program).unwrap();
    let output = support::run(&folder.0, &file, &[], &[], "")?;
    if !output.status.success() {
        return Err(format!(
            "exits with {:?}\n{}",
            output.status.code(),
            support::text(&output.stderr)
        ));
    }
    Ok(support::text(&output.stdout))
}

/// A folder for one example.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        let path = std::env::temp_dir().join(format!("nyash-reference-{}-{}", std::process::id(), support::unique()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
