//! Debian packages: which are missing, and bringing them in.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use nyash_format::Target;

use crate::table::{self, Package};

/// Makes sure that what building for some targets needs is installed, and these packages `besides`.
///
/// # Errors
/// When something is missing and may not or cannot be installed; the message names it.
pub fn ensure(targets: impl Iterator<Item = Target>, besides: &[Package], install: bool) -> Result<()> {
    let of_targets: Vec<&Package> = targets.flat_map(table::packages).collect();
    let mut missing: Vec<&str> = of_targets
        .into_iter()
        .chain(besides)
        .filter(|package| !Path::new(package.file).exists())
        .map(|package| package.name)
        .collect();
    missing.sort_unstable();
    missing.dedup();
    if missing.is_empty() {
        return Ok(());
    }
    let missing = missing.join(" ");
    let by_hand = format!("install them with: apt-get install {missing}");
    if !install {
        bail!("these Debian packages are missing: {missing}; {by_hand}");
    }
    // Another apt-get may be at work for a while.
    let options = "-y --no-install-recommends -o DPkg::Lock::Timeout=600";
    for command in [
        "apt-get update".to_owned(),
        format!("apt-get install {options} {missing}"),
    ] {
        println!("$ {command}");
        let status = Command::new("sh")
            .args(["-c", &command])
            .env("DEBIAN_FRONTEND", "noninteractive")
            .status()
            .with_context(|| format!("cannot run apt-get, and packages are missing; {by_hand}"))?;
        if !status.success() {
            bail!("`{command}` failed, and these Debian packages are missing: {missing}; as root, {by_hand}");
        }
    }
    Ok(())
}
