//! One runtime, built by a cargo of its own in `runtime/`, like `packer/build.rs` builds those that every packer carries.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::table::{Kind, Row, Toolchain};

/// Where things are and how to build.
pub struct Place<'a> {
    /// The folder that holds `runtime/` and `format-spec/`.
    pub root: &'a Path,
    /// Cargo's output goes into a folder of each target below this one, which all kinds of the target share.
    pub output: &'a Path,
    /// Processes at once; cargo's own choice if there is none.
    pub jobs: Option<usize>,
}

/// Builds a runtime and returns the path of the executable, which the next kind overwrites.
///
/// # Errors
/// With everything that cargo said when it failed.
pub fn build(place: &Place<'_>, row: &Row, kind: &Kind) -> Result<PathBuf> {
    let target_dir = place.output.join(row.target);
    let plain = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = match row.toolchain {
        Toolchain::Plain => Command::new(&plain),
        Toolchain::Debian { .. } => Command::new("/usr/bin/cargo"),
    };
    for (name, _) in env::vars_os() {
        if is_of_outer_build(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    command
        .current_dir(place.root.join("runtime"))
        .args(["build", "--release", "--locked", "--target", row.triple, "--target-dir"])
        .arg(&target_dir)
        .args(["--config", &without_home(row.triple)?]);
    if !kind.features.is_empty() {
        command.args(["--features", &kind.features.join(",")]);
    }
    if let Some(jobs) = place.jobs {
        command.args(["--jobs", &jobs.to_string()]);
    }
    if let Toolchain::Debian { std_features } = row.toolchain {
        command
            .args(["-Zbuild-std=core,alloc,compiler_builtins"])
            .arg(format!("-Zbuild-std-features={std_features}"))
            .env("RUSTC", "/usr/bin/rustc")
            // The standard library's source is for this compiler, and building it is an unstable option.
            .env("RUSTC_BOOTSTRAP", "1")
            .env("PATH", path_with_linker()?);
    }
    let done = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run {}", command.get_program().display()))?;
    if !done.status.success() {
        bail!(
            "building {}-{} failed:\n{}",
            row.target,
            kind.name,
            String::from_utf8_lossy(&done.stderr)
        );
    }
    Ok(target_dir.join(row.triple).join("release").join(row.executable))
}

/// Flags and wrappers of the build of this task are not meant for the runtime. The same list as in `packer/build.rs`.
fn is_of_outer_build(name: &str) -> bool {
    const OUTER: [&str; 5] = [
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTFLAGS",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUSTC_LINKER",
    ];
    const PER_BUILD: [&str; 6] = [
        "CARGO_PROFILE_",
        "CARGO_FEATURE_",
        "CARGO_CFG_",
        "CARGO_PKG_",
        "CARGO_TARGET_",
        "CARGO_BUILD_",
    ];
    OUTER.contains(&name) || PER_BUILD.iter().any(|prefix| name.starts_with(prefix))
}

/// A setting that keeps the place of downloaded crates out of panic messages, hence out of the stub.
/// `packer/build.rs` passes the same.
fn without_home(triple: &str) -> Result<String> {
    let home = match env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => PathBuf::from(env::var_os("HOME").context("neither CARGO_HOME nor HOME is set")?).join(".cargo"),
    };
    let flag = format!("--remap-path-prefix={}=", home.join("registry/src/").display());
    Ok(format!("target.{triple}.rustflags=[{flag:?}]"))
}

/// The search path with rust-lld of the plain toolchain in front: Debian's has none, and one linker for all is one less
/// that can differ.
fn path_with_linker() -> Result<OsString> {
    let ask = |arguments: &[&str]| -> Result<String> {
        let asked = Command::new("rustc").args(arguments).output();
        let asked = asked.context("cannot run rustc of the toolchain that runs this task")?;
        Ok(String::from_utf8_lossy(&asked.stdout).into_owned())
    };
    let sysroot = ask(&["--print", "sysroot"])?;
    let version = ask(&["-vV"])?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc -vV does not tell its host")?;
    let folder = Path::new(sysroot.trim()).join("lib/rustlib").join(host).join("bin");
    if !folder.join("rust-lld").exists() {
        bail!(
            "{} has no rust-lld; run this task with a toolchain from rustup, which brings it",
            folder.display()
        );
    }
    let path = env::var_os("PATH").unwrap_or_default();
    Ok(env::join_paths(std::iter::once(folder).chain(env::split_paths(&path)))?)
}
