//! Runs a packed program in place of the process that has packed it.

use std::ffi::OsStr;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

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
    if let Ok(file) = in_memory(executable) {
        let path = format!("/proc/self/fd/{}", file.as_raw_fd());
        // Comes back only after a failure, for instance without /proc.
        let _ = Command::new(path).arg0(name).args(arguments).exec();
    }
    let file = Temporary::new(executable)?;
    Command::new(&file.0).arg0(name).args(arguments).status()
}

fn in_memory(bytes: &[u8]) -> std::io::Result<std::fs::File> {
    let descriptor = rustix::fs::memfd_create("nyash", rustix::fs::MemfdFlags::CLOEXEC)?;
    let mut file = std::fs::File::from(descriptor);
    file.write_all(bytes)?;
    Ok(file)
}

/// An executable file that is removed at the end.
pub struct Temporary(PathBuf);

impl Temporary {
    /// Writes it into the system's folder for temporary files.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn new(bytes: &[u8]) -> std::io::Result<Temporary> {
        use std::os::unix::fs::OpenOptionsExt;
        let path = std::env::temp_dir().join(format!("nyash-run-{}", std::process::id()));
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o700)
            .open(&path)?;
        let temporary = Temporary(path);
        file.write_all(bytes)?;
        Ok(temporary)
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
