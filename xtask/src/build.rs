//! One stub. Runtimes are built by a cargo of their own in `runtime/`, like `packer/build.rs` builds those that every packer
//! carries; the compiler of `--fallback jit` is the workspace's crate `jit`, linked statically.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::{Context, Result, bail};
use nyash_format::{Format, Kind, Target, Toolchain};

use crate::table::Stub;

/// Where things are and how to build.
pub struct Place<'a> {
    /// The folder of the repository, or of a copy of it.
    pub root: &'a Path,
    /// Cargo's output goes into a folder of each target below this one, so that targets are built side by side and a
    /// second run finds what the first one made.
    pub output: &'a Path,
}

/// The folder of the repository.
///
/// # Errors
/// Never, where cargo has built this.
pub fn root() -> Result<&'static Path> {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the repository")
}

/// Cargo's folder for everything that is built.
pub fn target_dir(root: &Path) -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

/// The usual [`Place::output`].
pub fn output(target_dir: &Path) -> PathBuf {
    target_dir.join("stubs-build")
}

/// Builds a stub and returns the path of the executable, which the next one overwrites.
///
/// # Errors
/// With everything that cargo said when it failed.
pub fn build(place: &Place<'_>, target: Target, stub: Stub) -> Result<PathBuf> {
    let name = stub.name(target);
    let (command, path) = match stub {
        Stub::Runtime(kind) => runtime(place, target, kind)?,
        Stub::Compiler => compiler(place, target)?,
    };
    run(command, &name)?;
    // Written when it was linked now, and kept from the time when it was.
    let map = place.root.join("runtime").join(linked_map(&name));
    if map.exists() {
        let kept = map_of(place.output, &name);
        fs::rename(&map, &kept)
            .or_else(|_| fs::copy(&map, &kept).map(drop))
            .with_context(|| kept.display().to_string())?;
    }
    Ok(path)
}

/// What builds a runtime, and where it will be.
fn runtime(place: &Place<'_>, target: Target, kind: Kind) -> Result<(Command, PathBuf)> {
    let target_dir = place.output.join(target.name());
    let plain = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = match target.toolchain() {
        Toolchain::Plain => Command::new(&plain),
        Toolchain::Debian { .. } => Command::new("/usr/bin/cargo"),
    };
    command
        .current_dir(place.root.join("runtime"))
        // Not `build`: only the last crate gets the arguments behind `--`, and the others stay as they are.
        .args([
            "rustc",
            "--release",
            "--locked",
            "--target",
            target.triple(),
            "--target-dir",
        ])
        .arg(&target_dir)
        .args(["--config", &flags(target, &[])?]);
    if !kind.features().is_empty() {
        command.args(["--features", &kind.features().join(",")]);
    }
    if let Toolchain::Debian { std_features } = target.toolchain() {
        command
            .args(["-Zbuild-std=core,alloc,compiler_builtins"])
            .arg(format!("-Zbuild-std-features={std_features}"))
            .env("RUSTC", "/usr/bin/rustc")
            // The standard library's source is for this compiler, and building it is an unstable option.
            .env("RUSTC_BOOTSTRAP", "1")
            // The oldest macOS that the runtimes start on; rustc's own choice for x86-64 is older than Apple's linkers
            // write today. Other targets do not look at it.
            .env("MACOSX_DEPLOYMENT_TARGET", "11.0")
            .env("PATH", path_with_linker()?);
    }
    let map = linked_map(&Stub::Runtime(kind).name(target));
    let folder = place.root.join("runtime").join(MAPS);
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    command.arg("--").args(link_map(target.format(), &map));
    let executable = format!("nyash-runtime{}", target.executable_suffix());
    let path = target_dir.join(target.triple()).join("release").join(executable);
    Ok((command, path))
}

/// Where the linker's map of a stub is.
pub fn map_of(output: &Path, stub: &str) -> PathBuf {
    output.join(format!("{stub}.map"))
}

/// Where linkers write their maps, from the runtime's folder.
const MAPS: &str = "target/maps";

/// A map as the linker is told of it. Not where it is kept: a path is among the arguments that Debian's cargo hashes into
/// the names of functions, which stay in runtimes for macOS, and must be the same everywhere.
fn linked_map(stub: &str) -> String {
    format!("{MAPS}/{stub}.map")
}

/// Lets the linker write down which function is where, for the addresses that a panic prints. The stub stays the same.
fn link_map(format: Format, map: &str) -> Vec<String> {
    match format {
        Format::Pe => vec![format!("-Clink-arg=/MAP:{map}")],
        Format::MachO => vec!["-Clink-arg=-map".to_owned(), format!("-Clink-arg={map}")],
        Format::Elf => vec![format!("-Clink-arg=-Map={map}")],
    }
}

/// What builds the compiler, and where it will be.
fn compiler(place: &Place<'_>, target: Target) -> Result<(Command, PathBuf)> {
    const PROFILE: &str = "jit";
    let target_dir = place.output.join("compiler");
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(place.root)
        .args(["build", "--locked", "--package", "nyash-jit", "--profile", PROFILE])
        .args(["--target", target.triple(), "--target-dir"])
        .arg(&target_dir)
        // What runs it may have no libc, and may have an old processor.
        .args(["--config", &flags(target, &["-Ctarget-feature=+crt-static"])?]);
    let path = target_dir.join(target.triple()).join(PROFILE).join("nyash-jit");
    Ok((command, path))
}

/// Runs cargo for a stub.
fn run(mut command: Command, name: &str) -> Result<()> {
    for (name, _) in env::vars_os() {
        if is_of_outer_build(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    let done = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run {}", command.get_program().display()))?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        bail!("building {name} failed:\n{said}");
    }
    Ok(())
}

/// Flags and wrappers of the build of this task are not meant for the runtime. The same list as in `packer/build.rs`.
pub fn is_of_outer_build(name: &str) -> bool {
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

/// The setting of compiler flags for a stub: these, and one that keeps the place of downloaded crates out of panic
/// messages, hence out of the stub. `packer/build.rs` passes the same.
fn flags(target: Target, more: &[&str]) -> Result<String> {
    let flag = format!("--remap-path-prefix={}=", downloaded()?.display());
    let mut flags = vec![flag.as_str()];
    flags.extend(more);
    Ok(format!("target.{}.rustflags={flags:?}", target.triple()))
}

/// Where cargo keeps the sources of crates that it downloaded.
///
/// # Errors
/// When no variable tells.
pub fn downloaded() -> Result<PathBuf> {
    let home = match env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => PathBuf::from(env::var_os("HOME").context("neither CARGO_HOME nor HOME is set")?).join(".cargo"),
    };
    Ok(home.join("registry/src/"))
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
