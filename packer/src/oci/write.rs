//! Puts an image on disk, as a folder or as a tar archive: complete, or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tar::{Builder, EntryType};

use super::layer;
use super::layout::File;
use crate::error::{Error, Result};
use crate::output;

/// What a layout's folder holds at its top.
const PARTS: [&str; 3] = ["blobs", "index.json", "oci-layout"];
/// The ending of images in one file.
const ARCHIVE: &str = "tar";

/// Refuses paths that cannot become an image, before any work is done.
///
/// # Errors
/// [`Error::Io`].
pub fn check(path: &Path) -> Result<()> {
    // Not as `Error::Output`, whose hint is about the option of executables.
    let refuse = |message: &str| Err(failed(path, io::Error::other(message)));
    if is_archive(path) {
        return match output::check_output(path) {
            Err(Error::Output { message, .. }) => refuse(message),
            checked => checked,
        };
    }
    if path.file_name().is_none() {
        return refuse("the path does not end in a name");
    }
    match fs::read_dir(path) {
        Ok(entries) => {
            for entry in entries {
                let entry = entry.map_err(|source| failed(path, source))?;
                if !PARTS.iter().any(|part| entry.file_name() == *part) {
                    return refuse("it is a folder that holds other things than an OCI image");
                }
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return refuse("it is a file; an image in one file has a name that ends in .tar");
        }
        Err(source) => return Err(failed(path, source)),
    }
    // Only trying tells whether the folder takes a new one.
    drop(Unfinished::beside(path)?);
    Ok(())
}

/// Writes a layout: an archive if the path ends in `.tar`, a folder otherwise. An image that is there is replaced. `stop` is
/// asked now and then whether to give up.
///
/// # Errors
/// [`Error::Io`], with what was there untouched and nothing left behind; [`Error::Interrupted`].
pub fn write(path: &Path, files: &[File], stop: &dyn Fn() -> bool) -> Result<()> {
    check(path)?;
    if is_archive(path) {
        let bytes = archive(files).map_err(|source| failed(path, source))?;
        return output::write_file(path, &bytes, 0o666, stop);
    }
    let unfinished = Unfinished::beside(path)?;
    for file in files {
        if stop() {
            return Err(Error::Interrupted);
        }
        put(&unfinished.0.join(&file.path), &file.bytes).map_err(|source| failed(path, source))?;
    }
    if stop() {
        return Err(Error::Interrupted);
    }
    unfinished
        .take_the_place_of(path)
        .map_err(|source| failed(path, source))
}

fn is_archive(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == ARCHIVE)
}

fn failed(path: &Path, source: io::Error) -> Error {
    Error::Io {
        action: "write",
        path: path.to_owned(),
        source,
    }
}

fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = fs::File::create(path)?;
    file.write_all(bytes)?;
    // A full disk may tell it only now.
    file.sync_all()
}

fn archive(files: &[File]) -> io::Result<Vec<u8>> {
    let mut archive = Builder::new(Vec::new());
    for folder in ["blobs/", "blobs/sha256/"] {
        let mut header = layer::header(EntryType::Directory, 0, 0, 0);
        archive.append_data(&mut header, folder, io::empty())?;
    }
    for file in files {
        let mut header = layer::header(EntryType::Regular, file.bytes.len() as u64, 0, 0);
        header.set_mode(0o644);
        archive.append_data(&mut header, &file.path, file.bytes.as_slice())?;
    }
    archive.into_inner()
}

/// A folder beside the one that is wanted, removed with all that is in it unless it took that one's place.
struct Unfinished(PathBuf);

impl Unfinished {
    fn beside(path: &Path) -> Result<Self> {
        let process = std::process::id();
        for attempt in 0..100 {
            let folder = path.with_file_name(format!(".nyash-pack-{process}-{attempt}.tmp"));
            match fs::create_dir(&folder) {
                Ok(()) => return Ok(Unfinished(folder)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(source) => return Err(failed(path, source)),
            }
        }
        Err(failed(
            path,
            io::Error::other("its folder is full of temporary files of nyash-pack"),
        ))
    }

    fn take_the_place_of(self, path: &Path) -> io::Result<()> {
        // A symlink is followed, as for files.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let old = self.0.with_extension("old");
        let replaced = match fs::rename(&path, &old) {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(error),
        };
        if let Err(error) = fs::rename(&self.0, &path) {
            if replaced {
                fs::rename(&old, &path)?;
            }
            return Err(error);
        }
        if replaced {
            fs::remove_dir_all(&old)?;
        }
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // There is nobody to tell, and after success there is nothing under this name.
        let _ = fs::remove_dir_all(&self.0);
    }
}
