//! The Debian package of both commands, by dpkg-deb.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::platform::Platform;
use super::tree::Tree;
use super::{Shared, VERSION};

/// Who looks after the package.
const MAINTAINER: &str = "The nyash-pack developers <nyash-pack@localhost.invalid>";

/// Writes the package, if the platform has such packages.
///
/// # Errors
/// When dpkg-deb is missing or fails.
pub fn write(out: &Path, platform: &Platform, tree: &Tree, shared: &Shared) -> Result<()> {
    let Some(architecture) = platform.deb else {
        return Ok(());
    };
    let staging = out.join(".deb");
    let made = stage(&staging, architecture, tree, shared).and_then(|()| build(&staging, out, architecture));
    fs::remove_dir_all(&staging).with_context(|| staging.display().to_string())?;
    made
}

fn stage(staging: &Path, architecture: &str, tree: &Tree, shared: &Shared) -> Result<()> {
    let size: usize = tree.0.values().map(|file| file.bytes.len()).sum();
    let control = format!(
        "Package: nyash\nVersion: {VERSION}\nArchitecture: {architecture}\nMaintainer: {MAINTAINER}\n\
         Installed-Size: {}\nSection: devel\nPriority: optional\n\
         Description: WebAssembly modules as native executables, and a language\n \
         nyash-pack turns a WASI module into one native executable that starts faster than\n \
         a static C program. nyash compiles a small dynamic language with it.\n",
        size.div_ceil(1024)
    );
    let root = super::root()?;
    let licence = fs::read_to_string(root.join("LICENSE")).context("LICENSE")?;
    let mut files = Tree::default();
    for (path, file) in &tree.0 {
        files.add(format!("usr/{path}"), file.mode, file.bytes.clone());
    }
    let document = |name: &str| format!("usr/share/doc/nyash/{name}");
    let copyright = format!("{licence}\n{}", shared.licences);
    files.add(document("copyright"), 0o644, copyright.into_bytes());
    files.add(document("nyash.cdx.json"), 0o644, shared.sbom.clone().into_bytes());
    files.add("DEBIAN/control".to_owned(), 0o644, control.into_bytes());
    for (path, file) in &files.0 {
        let path = staging.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        fs::write(&path, &file.bytes).with_context(|| format!("cannot write {}", path.display()))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(file.mode))?;
    }
    // dpkg-deb takes the rights of folders from here, whatever the umask is.
    folders(staging)
}

fn folders(folder: &Path) -> Result<()> {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            folders(&path)?;
        }
    }
    Ok(())
}

fn build(staging: &Path, out: &Path, architecture: &str) -> Result<()> {
    let name = format!("nyash_{VERSION}_{architecture}.deb");
    let path = out.join(&name);
    let done = Command::new("dpkg-deb")
        .args(["--root-owner-group", "-Zxz", "--build"])
        .arg(staging)
        .arg(&path)
        // Nothing in the package is dated.
        .env("SOURCE_DATE_EPOCH", "0")
        .output()
        .context("cannot run dpkg-deb, which makes Debian packages (Debian: dpkg)")?;
    if !done.status.success() {
        bail!("dpkg-deb failed:\n{}", String::from_utf8_lossy(&done.stderr));
    }
    let size = fs::metadata(&path).with_context(|| path.display().to_string())?.len();
    println!("{name:60} {size:>12} bytes");
    Ok(())
}
