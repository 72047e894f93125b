//! Builds the runtimes that the packer carries, and takes those of a stub folder in as well.
//!
//! The variable `NYASH_STUBS` names a folder that `cargo xtask stubs` made; every stub in it travels inside the packer.
//!
//! The runtime is linked without libc, with its own flags, profile and lock file, so it is built by a cargo of its own
//! (see `runtime/Cargo.toml` and `runtime/.cargo/config.toml`). Both builds share a target folder beside this one's,
//! so that `cargo build`, `cargo test` and `cargo clippy` build them once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use nyash_format::{Kind, MANIFEST, StubEntry, Target, digest, parse_manifest, stub_name};

/// The target whose runtimes every packer carries: the compiler that builds the packer can build them.
const TARGET: Target = Target::X86_64Linux;

fn main() {
    let has = |feature: &str| env::var_os(format!("CARGO_FEATURE_{feature}")).is_some();
    println!("cargo::rerun-if-changed=build.rs");
    // The compiler that programs carry has no use for runtimes, and would wait for them.
    if !has("STUBS") {
        return;
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let mut stubs = BTreeMap::new();
    if has("RUNTIMES") {
        stubs = build_all(&out);
    }
    println!("cargo::rerun-if-env-changed=NYASH_STUBS");
    if let Some(folder) = env::var_os("NYASH_STUBS").filter(|folder| !folder.is_empty()) {
        for (name, path) in listed(Path::new(&folder)) {
            // Those of this checkout are the newer ones.
            stubs.entry(name).or_insert(path);
        }
    }
    let entries: String = stubs
        .iter()
        .map(|(name, path)| {
            let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let path = path.display().to_string();
            format!("    ({name:?}, {}, include_bytes!({path:?})),\n", digest(&bytes))
        })
        .collect();
    let table = format!("static EMBEDDED: &[(&str, u64, &[u8])] = &[\n{entries}];\n");
    fs::write(out.join("stubs.rs"), table).unwrap_or_else(|error| panic!("cannot write the table of stubs: {error}"));
}

/// Builds those that every packer carries and keeps them in `out`.
fn build_all(out: &Path) -> BTreeMap<String, PathBuf> {
    // Asked for when this runs: two checkouts that share a target folder share this program too.
    let own = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let source = if own.join("Cargo.toml.orig").exists() {
        unpacked(&own.join("packaged"), &out.join("runtime-source"))
    } else {
        in_checkout(&own)
    };
    // <target>/<profile>/build/<package>/out
    let target_dir = out.ancestors().nth(4).unwrap_or(out).join("runtime");
    let mut stubs = BTreeMap::new();
    for kind in Kind::ALL {
        let name = stub_name(TARGET, kind.name());
        let built = build(&source, &target_dir, kind);
        let kept = out.join(&name);
        fs::copy(&built, &kept).unwrap_or_else(|error| panic!("cannot copy {}: {error}", built.display()));
        stubs.insert(name, kept);
    }
    stubs
}

/// The runtime's folder in a checkout.
fn in_checkout(own: &Path) -> PathBuf {
    let source = own.join("../runtime");
    for input in [
        "src",
        "memfd-absent",
        "Cargo.toml",
        "Cargo.lock",
        ".cargo/config.toml",
        "link-linux.ld",
        "link-start.ld",
    ] {
        println!("cargo::rerun-if-changed={}", source.join(input).display());
    }
    println!("cargo::rerun-if-changed={}", own.join("../format-spec/src").display());
    source
}

/// The runtime's folder where this is a package, as `cargo package` makes it: put together from `packaged/`. That has links to
/// the sources, which cargo follows, and manifests under other names, because cargo leaves out folders that are packages of
/// their own.
fn unpacked(packaged: &Path, folder: &Path) -> PathBuf {
    println!("cargo::rerun-if-changed={}", packaged.display());
    let _ = fs::remove_dir_all(folder);
    for (from, to) in [
        ("runtime", ""),
        ("runtime/manifest.toml", "Cargo.toml"),
        ("runtime/lock.toml", "Cargo.lock"),
        ("runtime/config.toml", ".cargo/config.toml"),
        ("memfd-absent", "memfd-absent"),
        ("memfd-absent/manifest.toml", "memfd-absent/Cargo.toml"),
        ("format-spec", "format-spec"),
        ("format-spec/manifest.toml", "format-spec/Cargo.toml"),
    ] {
        copy(&packaged.join(from), &folder.join(to))
            .unwrap_or_else(|error| panic!("cannot copy the runtime's {from}: {error}"));
    }
    folder.to_owned()
}

/// Copies a file, or a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(from, to).map(drop)
}

/// The stubs that a folder's manifest lists, whose form is in `format-spec/src/stubs.rs`. They must be of this version, and complete.
fn listed(folder: &Path) -> Vec<(String, PathBuf)> {
    let folder =
        fs::canonicalize(folder).unwrap_or_else(|error| panic!("NYASH_STUBS names {}: {error}", folder.display()));
    let manifest = folder.join(MANIFEST);
    let text = fs::read_to_string(&manifest).unwrap_or_else(|error| panic!("{}: {error}", manifest.display()));
    println!("cargo::rerun-if-changed={}", manifest.display());
    let stubs = parse_manifest(&text).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; build the stubs again with `cargo xtask stubs`",
            manifest.display()
        );
    });
    let place = |stub: StubEntry| {
        let path = folder.join(&stub.name);
        let found = fs::metadata(&path).map_or(0, |found| found.len());
        assert!(
            stub.len == found,
            "{}: the stub has {found} bytes, and must have {}",
            path.display(),
            stub.len
        );
        (stub.name, path)
    };
    stubs.into_iter().map(place).collect()
}

/// Runs cargo in the runtime's folder and returns the executable.
fn build(source: &Path, target_dir: &Path, kind: Kind) -> PathBuf {
    let mut command = Command::new(env::var_os("CARGO").expect("cargo sets CARGO"));
    command
        .current_dir(source)
        .args([
            "build",
            "--release",
            "--locked",
            "--quiet",
            "--target",
            TARGET.triple(),
            "--target-dir",
        ])
        .arg(target_dir)
        .args(["--config", &without_home()])
        .args(kind.features().iter().flat_map(|feature| ["--features", feature]));
    // Flags and wrappers of this build (coverage, clippy, another linker) are not meant for the runtime.
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let outer = [
            "CARGO_ENCODED_RUSTFLAGS",
            "RUSTFLAGS",
            "RUSTC_WRAPPER",
            "RUSTC_WORKSPACE_WRAPPER",
            "RUSTC_LINKER",
        ];
        let per_build = [
            "CARGO_PROFILE_",
            "CARGO_FEATURE_",
            "CARGO_CFG_",
            "CARGO_PKG_",
            "CARGO_TARGET_",
            "CARGO_BUILD_",
        ];
        if outer.contains(&name.as_str()) || per_build.iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    let status = command
        .status()
        .unwrap_or_else(|error| panic!("cannot run cargo for the runtime: {error}"));
    assert!(status.success(), "building the runtime in {} failed", source.display());
    target_dir.join(TARGET.triple()).join("release/nyash-runtime")
}

/// A setting that keeps the place of downloaded crates out of panic messages, hence out of the runtime: it is the same on
/// every machine. `xtask/src/build.rs` passes the same.
fn without_home() -> String {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")));
    let flag = match home {
        Some(home) => format!("--remap-path-prefix={}=", home.join("registry/src/").display()),
        None => return format!("target.{}.rustflags=[]", TARGET.triple()),
    };
    format!("target.{}.rustflags=[{flag:?}]", TARGET.triple())
}
