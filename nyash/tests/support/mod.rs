//! What tests that run programs share.

use std::path::Path;
use std::process::{Command, Output};

use nyash_tests::process::finish;
use tempfile::TempDir;

/// The compiler under test, in `folder`.
fn nyash(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nyash"));
    command.current_dir(folder).env("NO_COLOR", "1");
    command
}

/// Compiles `file` of `folder` and runs the executable.
pub fn run(folder: &Path, file: &str, options: &[String], arguments: &[String], stdin: &str) -> Result<Output, String> {
    let mut command = nyash(folder);
    // Most tests spend more time in the native compiler than in the program.
    command
        .args(["--no-warnings", "--opt-level", "none"])
        .arg(file)
        .args(options)
        .arg("--")
        .args(arguments);
    finish(&mut command, stdin)
}

/// Checks a program that stands alone; gives what the compiler has to say.
pub fn check(file: &str, program: &str, options: &[String]) -> Result<String, String> {
    let folder = folder()?;
    std::fs::write(folder.path().join(file), program).map_err(|error| error.to_string())?;
    let output = finish(nyash(folder.path()).arg("--check").arg(file).args(options), "")?;
    Ok(text(&output.stderr))
}

/// A folder for one program, removed at the end.
pub fn folder() -> Result<TempDir, String> {
    tempfile::Builder::new()
        .prefix("nyash-test-")
        .tempdir()
        .map_err(|error| format!("no folder for the test: {error}"))
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
