//! Debian packages: which are missing, and bringing them in.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::table::{DEBIAN_TOOLCHAIN, Package, Row, Toolchain};

/// Makes sure that what the rows need is installed, and these packages `besides`.
///
/// # Errors
/// When something is missing and may not or cannot be installed; the message names it.
pub fn ensure(rows: impl Iterator<Item = &'static Row>, besides: &[Package], install: bool) -> Result<()> {
    let mut missing: Vec<&str> = rows
        .flat_map(|row| {
            let toolchain = match row.toolchain {
                Toolchain::Plain => &[],
                Toolchain::Debian { .. } => DEBIAN_TOOLCHAIN,
            };
            toolchain.iter().chain(row.packages)
        })
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
