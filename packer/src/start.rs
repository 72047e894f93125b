//! Runs a packed program in place of the process that has packed it.

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsStr;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use crate::system::{self, InMemory};

/// Files of one process that may be left over from runs that were ended from outside.
const ATTEMPTS: usize = 100;

/// Becomes the program: same process, same streams, its own exit status. Returns only where that is impossible.
///
/// The executable lives in memory. Where the system allows none to be run from there, it lives in a temporary file
/// as long as the program runs, and its status is returned.
///
/// # Errors
/// When the program cannot be started.
pub fn replace_this_process(
    executable: &[u8],
    name: &OsStr,
    arguments: &[impl AsRef<OsStr>],
) -> std::io::Result<ExitStatus> {
    if let Ok(program) = InMemory::new("nyash", executable) {
        program.replace_this_process(name, arguments);
    }
    let file = Temporary::new(executable)?;
    system::call_it(&mut Command::new(&file.0), name)
        .args(arguments)
        .status()
}

/// The exit status of a program as shells give it: 128 and the number of the signal for one that a signal ended.
pub fn exit_status(status: ExitStatus) -> i32 {
    let by_signal = || 128 + system::signal(status).unwrap_or(0);
    status.code().unwrap_or_else(by_signal)
}

/// An executable file that is removed at the end.
pub struct Temporary(PathBuf);

impl Temporary {
    /// Writes it into the system's folder for temporary files.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn new(bytes: &[u8]) -> std::io::Result<Temporary> {
        let folder = std::env::temp_dir();
        let process = std::process::id();
        for attempt in 0..ATTEMPTS {
            let path = folder.join(format!("nyash-run-{process}-{attempt}{EXE_SUFFIX}"));
            match system::create(&path, 0o700) {
                Ok(mut file) => {
                    let temporary = Temporary(path);
                    file.write_all(bytes)?;
                    return Ok(temporary);
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(std::io::Error::other(format!(
            "{} is full of temporary files of nyash-pack",
            folder.display()
        )))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // There is nobody to tell.
        let _ = std::fs::remove_file(&self.0);
    }
}
