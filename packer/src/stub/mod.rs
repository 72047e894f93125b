//! The runtimes ("stubs") that programs are packed into: those that travel inside the packer, and those in stub folders.
//!
//! A stub folder holds files called TARGET-KIND and a file `MANIFEST` with the length and SHA-256 of each
//! (`format-spec/src/stubs.rs`), as `cargo xtask stubs` writes it.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use nyash_format::{MANIFEST, StubEntry, Target, WASMTIME, digest, parse_manifest, stub_info, stub_name};

use crate::error::{Error, Result};
use crate::executable::Executable;
use crate::executable::hash::sha256;
use crate::executable::info::info;

pub use nyash_format::{COMPILER, Kind};

// Made by build.rs: `static EMBEDDED: &[(&str, u64, &[u8])]`, name, checksum and bytes.
#[cfg(feature = "stubs")]
include!(concat!(env!("OUT_DIR"), "/stubs.rs"));
#[cfg(not(feature = "stubs"))]
static EMBEDDED: &[(&str, u64, &[u8])] = &[];

/// A runtime is some hundred kilobytes, a compiler some ten megabytes.
const MAX_STUB: u64 = 256 << 20;

/// Where a stub was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Inside the packer.
    Embedded,
    /// In this folder.
    Folder(PathBuf),
}

/// Where stubs are looked for besides the packer itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folders {
    /// Searched first: somebody named them.
    pub named: Vec<PathBuf>,
    /// Searched last. The packer's own stubs come before them: a folder that nobody named may be an old one.
    pub beside: Vec<PathBuf>,
}

impl Folders {
    /// These folders and the usual ones: the variable `NYASH_PACK_STUBS`, and `stubs` beside the running program or one
    /// folder up.
    pub fn usual(named: &[PathBuf]) -> Self {
        let mut named = named.to_vec();
        let variable = std::env::var_os("NYASH_PACK_STUBS").filter(|value| !value.is_empty());
        named.extend(variable.map(PathBuf::from));
        let program = std::env::current_exe().ok();
        let places = program.iter().flat_map(|program| program.ancestors().skip(1).take(2));
        Folders {
            named,
            beside: places
                .map(|place| place.join("stubs"))
                .filter(|folder| folder.join(MANIFEST).is_file())
                .collect(),
        }
    }
}

/// Finds a runtime: in the folders that were named, inside the packer, in the folders beside it.
///
/// # Errors
/// [`Error::StubMissing`], and [`Error::Stub`] for one that is there and is not what its folder's manifest says.
pub fn find(target: Target, kind: Kind, folders: &Folders) -> Result<(Cow<'static, [u8]>, Place)> {
    find_named(target, kind.name(), folders)
}

/// Finds the [`COMPILER`] in the same places.
///
/// # Errors
/// As [`find`].
pub fn find_compiler(target: Target, folders: &Folders) -> Result<(Cow<'static, [u8]>, Place)> {
    find_named(target, COMPILER, folders)
}

fn find_named(target: Target, kind: &'static str, folders: &Folders) -> Result<(Cow<'static, [u8]>, Place)> {
    let name = stub_name(target, kind);
    let within = |folders: &[PathBuf]| -> Result<Option<(Cow<'static, [u8]>, Place)>> {
        for folder in folders {
            if let Some(bytes) = read(folder, &name)? {
                return Ok(Some((Cow::Owned(bytes), Place::Folder(folder.clone()))));
            }
        }
        Ok(None)
    };
    if let Some(found) = within(&folders.named)? {
        return Ok(found);
    }
    if let Some((_, sum, bytes)) = EMBEDDED.iter().find(|(other, ..)| *other == name) {
        // A packer that was damaged on its way would make programs that crash somewhere else.
        if digest(bytes) != *sum {
            return Err(Error::Runtime(format!(
                "{name} is not the one that was put in; install nyash-pack again"
            )));
        }
        return Ok((Cow::Borrowed(bytes), Place::Embedded));
    }
    within(&folders.beside)?.ok_or_else(|| Error::StubMissing {
        target,
        kind,
        folders: folders.named.iter().chain(&folders.beside).cloned().collect(),
    })
}

/// Reads a stub from a folder and compares it with the manifest. `None` when the manifest does not list it.
fn read(folder: &Path, name: &str) -> Result<Option<Vec<u8>>> {
    let listed = manifest(folder)?;
    let Some(entry) = listed.iter().find(|entry| entry.name == name) else {
        return Ok(None);
    };
    let path = folder.join(name);
    let unusable = |message: String| Error::Stub {
        path: path.clone(),
        message,
    };
    let found = std::fs::metadata(&path).map_err(|error| unusable(format!("the stub cannot be read: {error}")))?;
    if found.len() != entry.len || entry.len > MAX_STUB {
        return Err(unusable(format!(
            "the stub has {} bytes, and {MANIFEST} says {}; is the folder complete?",
            found.len(),
            entry.len
        )));
    }
    let bytes = std::fs::read(&path).map_err(|error| unusable(format!("the stub cannot be read: {error}")))?;
    if hex(&sha256(&bytes)) != entry.sha256 {
        return Err(unusable(format!(
            "the stub is not the one that {MANIFEST} lists: its SHA-256 is another"
        )));
    }
    Ok(Some(bytes))
}

/// The manifest of a stub folder.
fn manifest(folder: &Path) -> Result<Vec<StubEntry>> {
    let path = folder.join(MANIFEST);
    let read = std::fs::read_to_string(&path).map_err(|error| format!("the list of stubs cannot be read: {error}"));
    read.and_then(|text| parse_manifest(&text).map_err(|error| error.to_string()))
        .map_err(|message| Error::Stub { path, message })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Checks that a runtime is one that can run what this packer compiles.
///
/// # Errors
/// [`Error::Runtime`].
pub(crate) fn check(executable: &Executable<'_>, target: Target, kind: Kind) -> Result<()> {
    let needed = [
        (stub_info::FORMAT, nyash_format::FORMAT_VERSION.to_string()),
        (stub_info::WASMTIME, WASMTIME.to_owned()),
        (stub_info::TARGET, target.name().to_owned()),
        (stub_info::KIND, kind.name().to_owned()),
    ];
    for (name, needed) in needed {
        let found = info(executable, name).unwrap_or("missing");
        if found != needed {
            return Err(Error::Runtime(format!("its {name} is {found}, and must be {needed}")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str, manifest: &str, files: &[(&str, &[u8])]) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("nyash-stubs-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(MANIFEST), manifest).unwrap();
        for (name, bytes) in files {
            std::fs::write(folder.join(name), bytes).unwrap();
        }
        folder
    }

    fn outcome(name: &str, manifest: &str, files: &[(&str, &[u8])]) -> String {
        let folder = folder(name, manifest, files);
        let folders = Folders {
            named: vec![folder.clone()],
            ..Folders::default()
        };
        let found = find(Target::S390xLinux, Kind::Lean, &folders);
        std::fs::remove_dir_all(&folder).unwrap();
        match found {
            Ok((bytes, Place::Folder(_))) => format!("{} bytes", bytes.len()),
            Ok(_) => "embedded".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn folders_are_checked_by_version_length_and_hash() {
        let head = nyash_format::manifest_head() + "\n";
        let entry = format!("{} 4 s390x-linux-lean\n", hex(&sha256(b"stub")));
        let listed = head.clone() + &entry;
        let file: &[(&str, &[u8])] = &[("s390x-linux-lean", b"stub")];
        assert_eq!(outcome("good", &listed, file), "4 bytes");
        assert!(outcome("gone", &listed, &[]).contains("cannot be read"));
        assert!(outcome("cut", &listed, &[("s390x-linux-lean", b"stu")]).contains("is the folder complete?"));
        assert!(outcome("other", &listed, &[("s390x-linux-lean", b"stab")]).contains("SHA-256"));
        assert!(outcome("old", &listed.replace("wasmtime=48", "wasmtime=47"), file).contains("another nyash-pack"));
        assert!(outcome("empty", "", file).contains("no list"));
        assert!(outcome("damaged", &(head.clone() + "what is this\n"), file).contains("no entry"));
        // A packer may be built with all stubs inside.
        let inside = EMBEDDED.iter().any(|(name, ..)| *name == "s390x-linux-lean");
        let unlisted = outcome("unlisted", &head, file);
        assert!(unlisted.contains(if inside {
            "embedded"
        } else {
            "no runtime `lean` for s390x-linux"
        }));
    }
}
