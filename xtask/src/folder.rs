//! The stub folder: files called TARGET-KIND and a `MANIFEST`, whose form is in `format-spec/src/stubs.rs`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use nyash_format::{MANIFEST, StubEntry, manifest_head, parse_manifest};
use sha2::{Digest, Sha256};

use crate::table;

/// Writes a stub, complete or not at all.
///
/// # Errors
/// When the folder cannot be written to.
pub fn put(folder: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let unfinished = folder.join(format!(".{name}.unfinished"));
    fs::write(&unfinished, bytes).with_context(|| unfinished.display().to_string())?;
    let path = folder.join(name);
    fs::rename(&unfinished, &path).with_context(|| path.display().to_string())
}

/// Writes the list of stubs: those just `built`, and what the folder lists of the same versions already.
///
/// # Errors
/// When a stub or the list cannot be read or written.
pub fn write_manifest(folder: &Path, built: &[String]) -> Result<()> {
    let old = fs::read_to_string(folder.join(MANIFEST)).unwrap_or_default();
    let mut names = built.to_vec();
    // Not what an earlier state of this repository built.
    let listed = parse_manifest(&old)
        .unwrap_or_default()
        .into_iter()
        .map(|stub| stub.name);
    names.extend(listed.filter(|name| table::names().any(|known| known == *name) && folder.join(name).exists()));
    names.sort_unstable();
    names.dedup();
    let mut text = manifest_head() + "\n";
    for name in names {
        let path = folder.join(&name);
        let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
        let stub = StubEntry {
            sha256: hex(&Sha256::digest(&bytes)),
            len: bytes.len() as u64,
            name,
        };
        text.push_str(&format!("{stub}\n"));
    }
    put(folder, MANIFEST, text.as_bytes())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
