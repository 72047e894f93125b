//! Builds the commands of every platform, with all runtimes inside.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::{Context, Result, bail};

use super::COMMANDS;
use super::platform::{Linker, PLATFORMS, Platform};
use super::zig;
use crate::build::{downloaded, is_of_outer_build};
use nyash_format::Toolchain;

/// What is built, and how.
pub struct Place<'a> {
    /// The folder of the repository.
    pub root: &'a Path,
    /// Where cargo's folders of each platform and the commands go.
    pub output: &'a Path,
    /// Cargo's profile.
    pub profile: &'a str,
    /// The runtimes that the commands carry.
    pub stubs: &'a Path,
    /// Whether tools that are missing are installed.
    pub install: bool,
}

/// Builds and returns the folder that has a folder of each platform.
///
/// # Errors
/// With what cargo said.
pub fn build(place: &Place<'_>, platforms: &[&Platform]) -> Result<PathBuf> {
    let built = place.output.join("commands");
    // Completions and manual pages come from commands that run here.
    let host = PLATFORMS
        .first()
        .filter(|host| !platforms.iter().any(|other| other.name == host.name));
    for platform in host.into_iter().chain(platforms.iter().copied()) {
        println!("building the commands for {}", platform.name);
        let target_dir = place.output.join(platform.triple);
        cargo(place, &target_dir, platform)?;
        let folder = built.join(platform.name);
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        for (name, _) in COMMANDS {
            let name = platform.executable(name);
            let from = target_dir.join(platform.triple).join(place.profile).join(&name);
            fs::copy(&from, folder.join(&name)).with_context(|| from.display().to_string())?;
        }
    }
    Ok(built)
}

/// The folder of the commands that run on this machine.
///
/// # Errors
/// When they were not built.
pub fn of_this_machine(built: &Path) -> Result<PathBuf> {
    let folder = built.join(PLATFORMS[0].name);
    if !folder.join(COMMANDS[0].0).exists() {
        bail!(
            "{} lacks the commands of this machine, which print completions and manual pages",
            folder.display()
        );
    }
    Ok(folder)
}

fn cargo(place: &Place<'_>, target_dir: &Path, platform: &Platform) -> Result<()> {
    let (root, stubs) = (place.root, place.stubs);
    let cargo: PathBuf = match platform.toolchain {
        Toolchain::Plain => env::var_os("CARGO").unwrap_or_else(|| "cargo".into()).into(),
        Toolchain::Debian { .. } => "/usr/bin/cargo".into(),
    };
    let mut command = match platform.linker {
        Linker::Usual | Linker::Program(_) => {
            let mut command = Command::new(&cargo);
            command.arg("build");
            command
        }
        Linker::Zig => zig::cargo(&place.output.join("zig"), &cargo, place.profile, place.install)?,
    };
    for (name, _) in env::vars_os() {
        if is_of_outer_build(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    // Where things lie on this machine stays out of panic messages, hence out of the commands.
    let mut flags = vec![
        format!("--remap-path-prefix={}=", downloaded()?.display()),
        format!("--remap-path-prefix={}=", root.display()),
    ];
    if !target_dir.starts_with(root) {
        // Sources that crates generate lie there; the same bytes as where cargo puts them by itself.
        let usual = format!("target/dist-build/{}", platform.triple);
        flags.push(format!("--remap-path-prefix={}={usual}", target_dir.display()));
    }
    flags.extend(platform.flags.iter().map(|flag| (*flag).to_owned()));
    command
        .current_dir(root)
        .args(["--locked", "--profile", place.profile])
        .args(["--target", platform.triple, "--target-dir"])
        .arg(target_dir)
        .args(["--config", &format!("target.{}.rustflags={flags:?}", platform.triple)])
        .args([
            "--package",
            "nyash-pack",
            "--package",
            "nyash",
            "--no-default-features",
            "--features",
        ])
        .arg("nyash-pack/command,nyash-pack/all-targets,nyash-pack/text,nyash-pack/stubs,nyash/stubs")
        .env(
            "NYASH_STUBS",
            fs::canonicalize(stubs).with_context(|| stubs.display().to_string())?,
        )
        .stdin(Stdio::null());
    if let Linker::Program(linker) = platform.linker {
        command.args(["--config", &format!("target.{}.linker={linker:?}", platform.triple)]);
    }
    if let Toolchain::Debian { .. } = platform.toolchain {
        command
            .arg("-Zbuild-std=std,panic_abort")
            .env("RUSTC", "/usr/bin/rustc")
            .env("RUSTC_BOOTSTRAP", "1");
    }
    let done = command
        .output()
        .with_context(|| format!("cannot run {}", command.get_program().display()))?;
    if !done.status.success() {
        bail!(
            "building for {} failed:\n{}",
            platform.name,
            String::from_utf8_lossy(&done.stderr)
        );
    }
    Ok(())
}
