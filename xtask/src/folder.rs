//! The stub folder: files called TARGET-KIND and a `MANIFEST`, as `packer/src/stub/mod.rs` reads it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::table::ROWS;

const MANIFEST: &str = "MANIFEST";

/// The first line of a manifest: what the packer compares with its own versions.
///
/// # Errors
/// When `runtime/Cargo.toml` does not pin wasmtime.
pub fn head(root: &Path) -> Result<String> {
    let path = root.join("runtime/Cargo.toml");
    let manifest = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let pinned = manifest
        .lines()
        .find_map(|line| line.strip_prefix("wasmtime = { version = \"=")?.split('"').next());
    let wasmtime = pinned.with_context(|| format!("{} does not pin wasmtime", path.display()))?;
    let runtime = env!("CARGO_PKG_VERSION");
    Ok(format!("nyash-stubs 1 wasmtime={wasmtime} runtime={runtime}"))
}

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
pub fn write_manifest(folder: &Path, head: &str, built: &[String]) -> Result<()> {
    let old = fs::read_to_string(folder.join(MANIFEST)).unwrap_or_default();
    let mut names = built.to_vec();
    if old.lines().next() == Some(head) {
        // Not what an earlier state of this repository built.
        let known = |name: &&str| {
            ROWS.iter()
                .any(|row| row.stubs().any(|stub| row.name_of(&stub) == **name))
        };
        let listed = old
            .lines()
            .skip(1)
            .filter_map(|line| line.split(' ').nth(2))
            .filter(known);
        names.extend(listed.filter(|name| folder.join(name).exists()).map(str::to_owned));
    }
    names.sort_unstable();
    names.dedup();
    let mut text = format!("{head}\n");
    for name in names {
        let path = folder.join(&name);
        let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
        text.push_str(&format!("{} {} {name}\n", hex(&Sha256::digest(&bytes)), bytes.len()));
    }
    put(folder, MANIFEST, text.as_bytes())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
