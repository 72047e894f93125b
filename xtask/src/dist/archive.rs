//! Archives: tar with gzip, and zip, which wheels are. Entries are in order, belong to nobody and have no date. Compressed as usual:
//! the best level takes five times as long for a hundredth of the bytes.

use std::io::{Cursor, Write};
use std::path::Path;

use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, Header};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::platform::Platform;
use super::tree::Tree;
use super::{VERSION, put};

/// Writes the archive of a platform.
///
/// # Errors
/// When it cannot be written.
pub fn write(out: &Path, platform: &Platform, tree: &Tree) -> Result<()> {
    let name = format!("nyash-{VERSION}-{}", platform.name);
    let mut inside = Tree::default();
    for (path, file) in &tree.0 {
        inside.add(format!("{name}/{path}"), file.mode, file.bytes.clone());
    }
    put(out, &format!("{name}.tar.gz"), &tar_gz(&inside)?)
}

/// A tar archive with gzip.
///
/// # Errors
/// For a path that an archive cannot have.
pub fn tar_gz(tree: &Tree) -> Result<Vec<u8>> {
    // Neither name nor date of a file in the head.
    let mut archive = Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    for (path, file) in &tree.0 {
        let mut header = Header::new_ustar();
        header.set_size(file.bytes.len() as u64);
        header.set_mode(file.mode);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        archive.append_data(&mut header, path, file.bytes.as_slice())?;
    }
    Ok(archive.into_inner()?.finish()?)
}

/// A zip archive.
///
/// # Errors
/// For a file that an archive cannot have.
pub fn zip(tree: &Tree) -> Result<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, file) in &tree.0 {
        // The default date is the first that the format knows.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(file.mode);
        archive.start_file(path, options)?;
        archive.write_all(&file.bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}
