//! What tests that run programs share.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A program that takes longer hangs.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// The compiler under test, in `folder`.
pub fn nyash(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nyash"));
    command.current_dir(folder);
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
    finish(command, stdin)
}

/// Checks a program that stands alone; gives what the compiler has to say.
pub fn check(file: &str, program: &str, options: &[String]) -> Result<String, String> {
    let folder = std::env::temp_dir().join(format!("nyash-lang-{}-{}", std::process::id(), unique()));
    std::fs::create_dir(&folder).map_err(|error| error.to_string())?;
    std::fs::write(folder.join(file), program).map_err(|error| error.to_string())?;
    let mut compiler = nyash(&folder);
    compiler.arg("--check").arg(file).args(options);
    let output = finish(compiler, "");
    let _ = std::fs::remove_dir_all(&folder);
    Ok(text(&output?.stderr))
}

/// A number that no other test of this process gets.
pub fn unique() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Runs a command to its end, or to the time limit.
pub fn finish(mut command: Command, stdin: &str) -> Result<Output, String> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .env("NO_COLOR", "1");
    let mut child = command
        .spawn()
        .map_err(|error| format!("cannot start {command:?}: {error}"))?;
    // A program that does not read its input is free to close it.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let id = child.id();
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(child.wait_with_output()));
    let start = Instant::now();
    match receiver.recv_timeout(TIME_LIMIT) {
        Ok(output) => output.map_err(|error| error.to_string()),
        Err(_) => Err(format!("process {id} still runs after {:?}", start.elapsed())),
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Whether expectations are to be rewritten.
pub fn blessing() -> bool {
    std::env::var_os("NYASH_BLESS").is_some()
}
