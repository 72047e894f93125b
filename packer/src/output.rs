//! Writing files so that a reader sees the old one or the new one, never a part.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::inspect::Program;
use crate::pack::Packed;
use crate::system;

/// Bytes written between two looks at whether to stop.
const CHUNK: usize = 4 << 20;

/// Writes a packed program with the mode of an executable, and reads it again to be sure.
///
/// # Errors
/// As [`write_file`]; [`Error::Damaged`] when the file does not read back as it was written.
pub fn write_executable(path: &Path, packed: &Packed) -> Result<()> {
    write_file(path, &packed.bytes, 0o777, &|| false)
}

/// Writes a file by way of a temporary one in the same folder: synced, checked, given `mode` (less the umask), renamed.
/// `stop` is asked now and then whether to give up.
///
/// # Errors
/// [`Error::Output`] or [`Error::Io`], with the old file untouched and nothing left behind; [`Error::Interrupted`].
pub fn write_file(path: &Path, bytes: &[u8], mode: u32, stop: &dyn Fn() -> bool) -> Result<()> {
    check_output(path)?;
    // A symlink is followed: what it points to is replaced, as other tools do.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let (temporary, file) = create_beside(&target, mode)?;
    let guard = RemoveOnDrop(Some(temporary));
    let failed = |action, source| Error::Io {
        action,
        path: path.to_owned(),
        source,
    };
    write_all(&file, bytes, stop).map_err(|error| error.unwrap_or_interrupted(&failed))?;
    file.sync_all().map_err(|source| failed("write", source))?;
    drop(file);
    guard.check(bytes, mode).map_err(|source| failed("read back", source))?;
    if stop() {
        return Err(Error::Interrupted);
    }
    guard.rename(&target).map_err(|source| failed("write", source))
}

/// Refuses paths that cannot become the output, before any work is done.
///
/// # Errors
/// [`Error::Output`] or [`Error::Io`].
pub fn check_output(path: &Path) -> Result<()> {
    let refuse = |message| {
        Err(Error::Output {
            path: path.to_owned(),
            message,
        })
    };
    if path.as_os_str().is_empty() {
        return refuse("the path is empty");
    }
    match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => return refuse("it is a folder"),
        Ok(meta) if !meta.is_file() => return refuse("it is not a regular file"),
        Ok(meta) if meta.permissions().readonly() => return refuse("it is read-only"),
        Ok(_) if std::env::current_exe().is_ok_and(|program| same_file(path, &program)) => {
            return refuse("it is this running program");
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let folder = folder_of(path);
            match fs::metadata(folder) {
                Ok(meta) if meta.is_dir() => {}
                Ok(_) => return refuse("its folder is not a folder"),
                Err(_) => return refuse("its folder does not exist"),
            }
            if names_folder(path) {
                return refuse("it names a folder that does not exist");
            }
        }
        Err(source) => {
            return Err(Error::Io {
                action: "write",
                path: path.to_owned(),
                source,
            });
        }
    }
    // Only trying tells whether the folder takes files.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let (trial, _) = create_beside(&target, 0o600)?;
    drop(RemoveOnDrop(Some(trial)));
    Ok(())
}

/// Whether two paths lead to the same file now.
pub fn same_file(one: &Path, other: &Path) -> bool {
    system::same_file(one, other)
}

/// Ends in a separator.
fn names_folder(path: &Path) -> bool {
    let end = path.as_os_str().as_encoded_bytes().last();
    end.is_some_and(|end| std::path::is_separator(char::from(*end)))
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Creates a new file in the folder of `target`. Its name does not matter: it is gone when this run ends.
fn create_beside(target: &Path, mode: u32) -> Result<(PathBuf, File)> {
    let folder = folder_of(target);
    let process = std::process::id();
    for attempt in 0..100 {
        let path = folder.join(format!(".nyash-pack-{process}-{attempt}.tmp"));
        match system::create(&path, mode) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => {
                return Err(Error::Io {
                    action: "write",
                    path: target.to_owned(),
                    source,
                });
            }
        }
    }
    Err(Error::Output {
        path: target.to_owned(),
        message: "its folder is full of temporary files of nyash-pack",
    })
}

enum Stopped {
    Asked,
    Failed(io::Error),
}

impl Stopped {
    fn unwrap_or_interrupted(self, failed: &dyn Fn(&'static str, io::Error) -> Error) -> Error {
        match self {
            Stopped::Asked => Error::Interrupted,
            Stopped::Failed(source) => failed("write", source),
        }
    }
}

fn write_all(mut file: &File, bytes: &[u8], stop: &dyn Fn() -> bool) -> Result<(), Stopped> {
    for chunk in bytes.chunks(CHUNK) {
        if stop() {
            return Err(Stopped::Asked);
        }
        file.write_all(chunk).map_err(Stopped::Failed)?;
    }
    Ok(())
}

/// The temporary file, removed unless it was renamed.
struct RemoveOnDrop(Option<PathBuf>);

impl RemoveOnDrop {
    /// Reads the file again: a full or faulty disk may have told nothing.
    fn check(&self, bytes: &[u8], mode: u32) -> io::Result<()> {
        let Some(path) = &self.0 else {
            return Ok(());
        };
        let read = crate::files::map(path)?;
        if read.bytes() != bytes {
            return Err(io::Error::other("the file does not hold what was written"));
        }
        // An executable is also read as one.
        if mode & 0o111 != 0 {
            Program::parse(read.bytes()).map_err(io::Error::other)?;
        }
        Ok(())
    }

    fn rename(mut self, target: &Path) -> io::Result<()> {
        if let Some(path) = &self.0 {
            fs::rename(path, target)?;
            self.0 = None;
        }
        Ok(())
    }
}

impl Drop for RemoveOnDrop {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // There is nobody to tell, and the error that led here is already on its way.
            let _ = fs::remove_file(path);
        }
    }
}
