//! The command line, as transcripts: every file in `packer/tests/cli/` is a test.
//!
//! ```console
//! $ cargo test --workspace --test cli                # all of them
//! $ cargo test packer/tests/cli/hello.test             # one; a part of the path is enough
//! $ BLESS=1 cargo test packer/tests/cli/hello.test     # writes what was printed into the transcript
//! ```
//!
//! A transcript is a text that says what it shows, followed by parts. `=== file NAME` gives the content of a file;
//! `=== $ COMMAND` gives a command for `sh` and all that it must print, standard output and error together, and
//! `[status N]` when it ends with another status than 0. Every transcript has a folder of its own; the packer is
//! `nyash-pack`, and `.` is in the search path.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use nyash_tests::expectation::expect;
use nyash_tests::harness::{files, run};
use nyash_tests::process::finish;

fn main() -> ExitCode {
    run(files("packer/tests/cli", &["test"], test))
}

fn test(path: &Path) -> Result<(), String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let found = replay(&name, &text)?;
    expect("the transcript", &text, &found, || fs::write(path, &found))
}

/// The transcript as it would be if what is printed now were right.
fn replay(name: &str, text: &str) -> Result<String, String> {
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
        let mut shell = Command::new("sh");
        shell
            .arg("-c")
            .arg(format!("exec 2>&1\n{command}"))
            .current_dir(&folder)
            .env_clear()
            .env("PATH", &path)
            .env("GREETING", "from outside");
        let output = finish(&mut shell, "")?;
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
    Ok(out)
}
