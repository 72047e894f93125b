//! Links commands for macOS on Linux. Zig knows the names in Apple's libraries, so that no SDK is needed, and signs what it
//! links ad hoc, without which no Mac with an Apple processor starts it; `cargo-zigbuild` leaves out what rustc tells an
//! Apple linker and Zig does not take. Both are packages of PyPI, kept in an environment of their own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail};

use crate::table::Package;

/// Debian packages that this needs.
pub const PACKAGES: &[Package] = &[Package {
    name: "python3-venv",
    file: "/usr/lib/python3.11/ensurepip/__init__.py",
}];
/// Exactly these: a release is the same bytes when it is made again.
const TOOLS: [&str; 2] = ["ziglang==0.17.1", "cargo-zigbuild==0.24.1"];
/// The oldest macOS that the commands start on, like the programs that they pack.
const OLDEST_MACOS: &str = "11.0";

/// The beginning of a command that does what `cargo build` does and links with Zig.
///
/// # Errors
/// When the tools cannot be installed, or are missing and may not be.
pub fn cargo(folder: &Path, cargo: &Path, profile: &str, install: bool) -> Result<Command> {
    let binaries = tools(folder, install)?;
    let mut path = vec![binaries.clone()];
    path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let mut command = Command::new(binaries.join("cargo-zigbuild"));
    command
        .arg("zigbuild")
        // Names are left out by the linker: Debian has no strip for these files.
        .args(["--config", &format!("profile.{profile}.strip=\"none\"")])
        .env("CARGO", cargo)
        .env("PATH", env::join_paths(path)?)
        .env("CARGO_ZIGBUILD_CACHE_DIR", folder.join("wrappers"))
        .env("ZIG_GLOBAL_CACHE_DIR", folder.join("cache"))
        .env("MACOSX_DEPLOYMENT_TARGET", OLDEST_MACOS);
    Ok(command)
}

/// The folder that has the tools.
fn tools(folder: &Path, install: bool) -> Result<PathBuf> {
    let environment = folder.join(TOOLS.join("-"));
    let binaries = environment.join("bin");
    // Written last, so that an installation that was interrupted is made anew.
    let complete = environment.join("complete");
    if complete.exists() {
        return Ok(binaries);
    }
    if !install {
        bail!(
            "commands for macOS are linked by Zig; install {} without --no-install",
            TOOLS.join(" and ")
        );
    }
    let _ = fs::remove_dir_all(&environment);
    run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    run(Command::new(binaries.join("pip"))
        .args(["install", "--quiet"])
        .args(TOOLS))?;
    fs::write(&complete, "").with_context(|| complete.display().to_string())?;
    Ok(binaries)
}

fn run(command: &mut Command) -> Result<()> {
    let what = format!("{command:?}");
    let done = command.output().with_context(|| format!("cannot run {what}"))?;
    if !done.status.success() {
        bail!("{what} failed:\n{}", String::from_utf8_lossy(&done.stderr));
    }
    Ok(())
}
