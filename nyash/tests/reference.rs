//! The examples in the pages of `docs/` do what the page says.
//!
//! A fence `hako` or `nyash` is a program; the `text` fence behind it is what it prints. With the word `check` it is a
//! program with errors, and the text is what the compiler says. A test is named after the page, the heading above the
//! example, and its number below that heading:
//!
//! ```console
//! $ cargo test docs/language.md                    # all examples of the page
//! $ BLESS=1 cargo test docs/language.md#errors     # rewrites the `text` fences below this heading
//! ```

mod support;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;

use nyash_tests::expectation::expect;
use nyash_tests::harness::{Case, root, run};
use nyash_tests::page::anchor;

/// Their examples are parts of the programs in `tests/library/`, which are tests of `lang.rs`, and of the entries that
/// `language/tests/diagnostics.rs` compiles.
const MADE_FROM_TESTS: [&str; 2] = ["docs/library.md", "docs/diagnostics.md"];

fn main() -> ExitCode {
    let mut cases = Vec::new();
    for entry in std::fs::read_dir(root().join("docs")).expect("the pages") {
        let path = entry.expect("a readable folder").path();
        let made = MADE_FROM_TESTS.iter().any(|page| path.ends_with(page));
        if path.extension().is_some_and(|extension| extension == "md") && !made {
            cases.extend(examples(&path));
        }
    }
    assert!(!cases.is_empty(), "no examples in docs");
    run(cases)
}

/// An example of a page.
#[derive(Default)]
struct Example {
    page: PathBuf,
    /// The line of the page that opens it, from 1.
    line: usize,
    /// The fence that opens it: "```hako check".
    fence: String,
    program: String,
    /// Contents of the `text` fence behind it.
    expected: String,
}

/// The examples of a page, as tests.
fn examples(page: &Path) -> Vec<Case> {
    let text = std::fs::read_to_string(page).expect("a readable page");
    let name = format!("docs/{}", page.file_name().unwrap_or_default().display());
    let (mut cases, mut heading, mut numbers) = (Vec::new(), String::new(), HashMap::new());
    let mut lines = text.lines().zip(1..).peekable();
    while let Some((line, number)) = lines.next() {
        if line.starts_with('#') {
            heading = anchor(line);
        } else if line.starts_with("```hako") || line.starts_with("```nyash") {
            let mut example = Example {
                page: page.to_owned(),
                line: number,
                fence: line.to_owned(),
                program: contents(&mut lines),
                expected: String::new(),
            };
            if lines.next_if(|(line, _)| *line == "```text").is_some() {
                example.expected = contents(&mut lines);
            }
            let count = numbers.entry(heading.clone()).or_insert(0);
            *count += 1;
            cases.push(Case::new(format!("{name}#{heading}-{count}"), move || test(&example)));
        } else if line.starts_with("```") {
            // Neither headings nor examples.
            contents(&mut lines);
        }
    }
    cases
}

/// The lines up to the end of a fence.
fn contents<'a>(lines: &mut impl Iterator<Item = (&'a str, usize)>) -> String {
    lines
        .map(|(line, _)| line)
        .take_while(|line| *line != "```")
        .flat_map(|line| [line, "\n"])
        .collect()
}

fn test(example: &Example) -> Result<(), String> {
    let at = |report: String| format!("{}:{}\n{report}", example.page.display(), example.line);
    let found = found(example).map_err(at)?;
    expect("what the page says", &example.expected, &found, || {
        example.bless(&found)
    })
    .map_err(at)
}

/// What the compiler says of the example, or what the example prints.
fn found(example: &Example) -> Result<String, String> {
    let (extension, check) = match example.fence[3..].split_once(' ') {
        Some((extension, "check")) => (extension, true),
        Some((_, word)) => return Err(format!("{word} means nothing behind a fence")),
        None => (&example.fence[3..], false),
    };
    let file = format!("example.{extension}");
    if check {
        let text = support::check(&file, &example.program, &[])?;
        return Ok(text.lines().map(|line| format!("{}\n", line.trim_end())).collect());
    }
    let folder = support::folder()?;
    std::fs::write(folder.path().join(&file), &example.program).map_err(|error| error.to_string())?;
    let output = support::run(folder.path(), &file, &[], &[], "")?;
    if output.status.success() {
        Ok(support::text(&output.stdout))
    } else {
        Err(format!("{}\n{}", output.status, support::text(&output.stderr)))
    }
}

impl Example {
    /// The example as the page has it, if it prints this.
    fn text(&self, printed: &str) -> String {
        let mut text = format!("{}\n{}```\n", self.fence, self.program);
        if !printed.is_empty() {
            text.push_str(&format!("```text\n{printed}```\n"));
        }
        text
    }

    /// Puts what was found into the page.
    fn bless(&self, found: &str) -> std::io::Result<()> {
        /// One example at a time: others of the same page may be written, too.
        static WRITING: Mutex<()> = Mutex::new(());
        let _guard = WRITING.lock();
        let page = std::fs::read_to_string(&self.page)?;
        let page = page.replacen(&self.text(&self.expected), &self.text(found), 1);
        std::fs::write(&self.page, page)
    }
}
