//! The page cache is made to forget files, so that the next run reads them from disk.

use std::path::PathBuf;

use super::settings::Cold;

/// Drops these files or, if asked for, all that the machine has cached. Whether it worked shows the run that follows: a
/// file that another process has mapped stays.
///
/// # Errors
/// A text for the user.
#[cfg(target_os = "linux")]
pub fn drop_files(files: &[PathBuf], what: Cold) -> Result<(), String> {
    use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};
    use std::fs::File;

    for path in files {
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let file = File::open(path).map_err(|error| failed(&error))?;
        // What is not yet on disk is not dropped.
        file.sync_all().map_err(|error| failed(&error))?;
        posix_fadvise(&file, 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED).map_err(|error| failed(&error))?;
    }
    if what == Cold::Machine {
        const DROP: &str = "/proc/sys/vm/drop_caches";
        std::fs::write(DROP, "3").map_err(|error| format!("{DROP}: {error}"))?;
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
pub fn drop_files(_: &[PathBuf], _: Cold) -> Result<(), String> {
    Err("the page cache can be dropped on Linux only".to_owned())
}
