//! Debian packages and standard libraries: which are missing, and bringing them in.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::table::{DEBIAN_TOOLCHAIN, Row, Toolchain};

/// Makes sure that what the rows need is installed.
///
/// # Errors
/// When something is missing and may not or cannot be installed; the message names it.
pub fn ensure(rows: &[&Row], install: bool) -> Result<()> {
    for row in rows.iter().filter(|row| row.toolchain == Toolchain::Plain) {
        ensure_library(row.triple, install)?;
    }
    let mut missing: Vec<&str> = rows
        .iter()
        .flat_map(|row| {
            let toolchain = match row.toolchain {
                Toolchain::Plain => &[],
                Toolchain::Debian { .. } => DEBIAN_TOOLCHAIN,
            };
            toolchain.iter().chain(row.packages)
        })
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

/// Makes sure that the toolchain that runs this task has a standard library for a target.
fn ensure_library(triple: &str, install: bool) -> Result<()> {
    let asked = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", triple])
        .output()
        .context("cannot run rustc of the toolchain that runs this task")?;
    let folder = String::from_utf8_lossy(&asked.stdout);
    if asked.status.success() && Path::new(folder.trim()).exists() {
        return Ok(());
    }
    let by_hand = format!("add it with: rustup target add {triple}");
    if !install {
        bail!("the standard library for {triple} is missing; {by_hand}");
    }
    println!("$ rustup target add {triple}");
    let status = Command::new("rustup").args(["target", "add", triple]).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        _ => bail!("the standard library for {triple} cannot be added; {by_hand}"),
    }
}
