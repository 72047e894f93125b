//! Runs the transcripts in `tests/cli/`.
//!
//! A transcript is a text that says what it shows, followed by parts. `=== file NAME` gives the content of a file;
//! `=== $ COMMAND` gives a command for `sh` and all that it must print, standard output and error together, and
//! `[status N]` when it ends with another status than 0. Every transcript has a folder of its own; the packer is
//! `nyash-pack`, and `.` is in the search path. `BLESS=1 cargo test` writes what was printed into the transcripts.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn transcripts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli");
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty());
    let bless = std::env::var_os("BLESS").is_some();
    let mut failures = String::new();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy();
        let printed = replay(&name, &text);
        if printed == text {
            continue;
        }
        if bless {
            fs::write(&path, printed).unwrap();
        } else {
            writeln!(failures, "--- {}\n{}", path.display(), difference(&text, &printed)).unwrap();
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

/// The transcript as it would be if what is printed now were right.
fn replay(name: &str, text: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let packer = Path::new(env!("CARGO_BIN_EXE_nyash-pack")).parent().unwrap();
    let path = format!(".:{}:{}", packer.display(), std::env::var("PATH").unwrap_or_default());

    let mut parts = text.split("\n=== ");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str("\n=== ");
        let (head, body) = part.split_once('\n').unwrap_or((part, ""));
        if let Some(file) = head.strip_prefix("file ") {
            fs::write(folder.join(file), body).unwrap();
            out.push_str(part);
            continue;
        }
        let command = head
            .strip_prefix("$ ")
            .unwrap_or_else(|| panic!("{name}: what is `=== {head}`?"));
        let output = Command::new("sh")
            .arg("-c")
            .arg(format!("exec 2>&1\n{command}"))
            .current_dir(&folder)
            .env_clear()
            .env("PATH", &path)
            .env("GREETING", "from outside")
            .output()
            .unwrap();
        out.push_str(head);
        let printed = String::from_utf8_lossy(&output.stdout);
        for line in printed.trim_end().lines() {
            write!(out, "\n{line}").unwrap();
        }
        match output.status.code() {
            Some(0) => {}
            Some(code) => write!(out, "\n[status {code}]").unwrap(),
            None => write!(out, "\n[{}]", output.status).unwrap(),
        }
    }
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

/// The first lines that differ.
fn difference(expected: &str, found: &str) -> String {
    let mut out = String::new();
    let (mut expected, mut found) = (expected.lines(), found.lines());
    loop {
        match (expected.next(), found.next()) {
            (None, None) => return out,
            (one, other) if one == other => {}
            (one, other) => {
                for (mark, line, rest) in [("expected", one, &mut expected), ("found   ", other, &mut found)] {
                    for line in line.into_iter().chain(rest).take(8) {
                        writeln!(out, "{mark} | {line}").unwrap();
                    }
                }
                return out;
            }
        }
    }
}
