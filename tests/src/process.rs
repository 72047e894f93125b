//! Processes that tests start.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// A program that takes longer hangs. The longest needs four seconds of a processor, which may have other work.
const TIME_LIMIT: Duration = Duration::from_secs(120);

/// Runs a command to its end with a text as its standard input. One that hangs is ended.
///
/// # Errors
/// If it cannot be started, or hangs.
pub fn finish(command: &mut Command, stdin: &str) -> Result<Output, String> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start {command:?}: {error}"))?;
    let id = i32::try_from(child.id()).map_err(|error| error.to_string())?;
    let mut input = child.stdin.take().expect("a pipe");
    let stdin = stdin.to_owned();
    // A program that does not read its input is free to close it.
    std::thread::spawn(move || input.write_all(stdin.as_bytes()));
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(child.wait_with_output()));
    receiver.recv_timeout(TIME_LIMIT).map_or_else(
        |_| {
            // SAFETY: a system call without pointers. Nobody has waited for the process, so the number is still its own.
            unsafe { libc::kill(id, libc::SIGKILL) };
            Err(format!("{command:?} still runs after {} s", TIME_LIMIT.as_secs()))
        },
        |output| output.map_err(|error| error.to_string()),
    )
}
