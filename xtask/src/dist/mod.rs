//! `cargo xtask dist`: everything that a page of a release has, into one folder.
//!
//! For each platform an archive, Python wheels and npm packages of both commands, each command one file with all runtimes
//! inside; for Linux a Debian package too; for all of them completions, manual pages, the licences of everything that is
//! linked in, a list of it (SBOM), and SHA-256 sums. The same sources give the same bytes: nothing is dated. `platform` is the
//! table, `runtimes` checks what commands carry, `commands` builds them (`zig` links those for macOS), `crates` and `licences` and `sbom` tell what is inside, `tree` is what a package installs, and
//! `archive`, `deb`, `wheel`, `npm` are the kinds of packages.

mod archive;
mod commands;
mod crates;
mod deb;
mod licences;
mod npm;
mod platform;
mod runtimes;
mod sbom;
mod tree;
mod wheel;
mod zig;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::build::{root, target_dir};
use platform::{PLATFORMS, Platform};
use runtimes::Runtimes;
use tree::Tree;

/// The two commands, and what a package manager says about each.
pub const COMMANDS: [(&str, &str); 2] = [
    ("nyash-pack", "Turns a WebAssembly module into one native executable"),
    (
        "nyash",
        "Compiles programs in Nyash to WebAssembly and to native executables",
    ),
];
/// Version of everything.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Where the sums are.
const SUMS: &str = "SHA256SUMS";

/// Options of the task.
#[derive(clap::Args)]
pub struct Arguments {
    /// Folder to write; what is in it is replaced [default: target/dist]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Platform whose packages are made, as x86_64-linux; can be repeated [default: all]
    #[arg(long, value_name = "PLATFORM")]
    platform: Vec<String>,
    /// Folder of runtimes that the commands carry [default: they are built, as by `cargo xtask stubs`]
    #[arg(long, value_name = "DIR")]
    stubs: Option<PathBuf>,
    /// Accept a folder of --stubs that lacks runtimes; the commands then carry those that are there
    #[arg(long, requires = "stubs")]
    incomplete: bool,
    /// Folder with commands that were built before, as PLATFORM/nyash-pack [default: they are built]
    #[arg(long, value_name = "DIR")]
    commands: Option<PathBuf>,
    /// Cargo profile of the commands; `trial` is built in a quarter of the time, to see that everything works
    #[arg(long, value_name = "PROFILE", default_value = "release")]
    profile: String,
    /// Install nothing: fail when Debian packages are missing
    #[arg(long)]
    no_install: bool,
}

/// Runs the task.
///
/// # Errors
/// Whatever cannot be built, read or written. A folder that was there stays as it was.
pub fn run(arguments: &Arguments) -> Result<()> {
    let root = root()?;
    let target = target_dir(root);
    let out = arguments.out.clone().unwrap_or_else(|| target.join("dist"));
    let platforms = chosen(&arguments.platform)?;
    refuse_other_folder(&out)?;

    let mut runtimes = match &arguments.stubs {
        Some(folder) => Some(Runtimes::of(folder, arguments.incomplete)?),
        None => None,
    };
    let built = match &arguments.commands {
        Some(folder) => folder.clone(),
        None => {
            let install = !arguments.no_install;
            for platform in &platforms {
                crate::packages::ensure(std::iter::empty(), &platform.packages(), install)?;
            }
            let stubs = arguments.stubs.clone().unwrap_or_else(|| target.join("stubs"));
            if arguments.stubs.is_none() {
                crate::stubs::all(&stubs, install)?;
                runtimes = Some(Runtimes::of(&stubs, false)?);
            }
            let place = commands::Place {
                root,
                output: &target.join("dist-build"),
                profile: &arguments.profile,
                stubs: &stubs,
                install,
            };
            commands::build(&place, &platforms)?
        }
    };
    let shared = Shared::new(root, &commands::of_this_machine(&built)?)?;

    let unfinished = Unfinished::beside(&out)?;
    for platform in &platforms {
        make(&unfinished.0, &built, platform, runtimes.as_ref(), &shared)?;
    }
    for (name, description) in COMMANDS {
        npm::command(&unfinished.0, name, description)?;
    }
    put(&unfinished.0, "nyash.cdx.json", shared.sbom.as_bytes())?;
    put(&unfinished.0, "THIRD-PARTY-LICENSES.txt", shared.licences.as_bytes())?;
    sums(&unfinished.0)?;
    unfinished.take_the_place_of(&out)?;
    println!("wrote {}", out.display());
    Ok(())
}

fn chosen(names: &[String]) -> Result<Vec<&'static Platform>> {
    let find = |name: &String| {
        let found = PLATFORMS.iter().find(|platform| platform.name == *name);
        found.with_context(|| {
            let known: Vec<&str> = PLATFORMS.iter().map(|platform| platform.name).collect();
            format!("there is no platform `{name}`; there are {}", known.join(", "))
        })
    };
    if names.is_empty() {
        return Ok(PLATFORMS.iter().collect());
    }
    names.iter().map(find).collect()
}

/// What is the same on every platform.
pub struct Shared {
    /// Completions, manual pages, texts: by their place below `/usr`.
    pub files: Tree,
    /// Licences of what is linked in.
    pub licences: String,
    /// List of it.
    pub sbom: String,
}

impl Shared {
    fn new(root: &Path, commands: &Path) -> Result<Self> {
        let crates = crates::linked_in(root)?;
        let mut files = Tree::default();
        for (name, _) in COMMANDS {
            tree::documents(&mut files, &commands.join(name), name)?;
        }
        Ok(Shared {
            files,
            licences: licences::text(&crates)?,
            sbom: sbom::json(&crates)?,
        })
    }
}

/// A command as it was built for a platform.
pub struct Native<'a> {
    /// What it runs on.
    pub platform: &'a Platform,
    /// Its name.
    pub name: &'a str,
    /// What package managers say about it.
    pub description: &'a str,
    /// The executable.
    pub bytes: &'a [u8],
    /// What every package has in it.
    pub shared: &'a Shared,
}

/// All packages of a platform.
fn make(out: &Path, built: &Path, platform: &Platform, runtimes: Option<&Runtimes>, shared: &Shared) -> Result<()> {
    let root = root()?;
    let mut all = shared.files.clone();
    for (name, description) in COMMANDS {
        let path = built.join(platform.name).join(platform.executable(name));
        let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
        if let Some(runtimes) = runtimes {
            runtimes.are_in(&bytes, &path)?;
        }
        let native = Native {
            platform,
            name,
            description,
            bytes: &bytes,
            shared,
        };
        wheel::write(out, &native)?;
        npm::native(out, &native)?;
        all.add(format!("bin/{}", platform.executable(name)), 0o755, bytes);
    }
    deb::write(out, platform, &all, shared)?;
    for name in ["README.md", "CHANGELOG.md", "LICENSE"] {
        let path = root.join(name);
        all.add(
            name.to_owned(),
            0o644,
            fs::read(&path).with_context(|| path.display().to_string())?,
        );
    }
    all.add(
        "THIRD-PARTY-LICENSES.txt".to_owned(),
        0o644,
        shared.licences.clone().into_bytes(),
    );
    all.add("nyash.cdx.json".to_owned(), 0o644, shared.sbom.clone().into_bytes());
    archive::write(out, platform, &all)
}

/// Writes a file of the release.
///
/// # Errors
/// With its path.
pub fn put(folder: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let path = folder.join(name);
    fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    println!("{name:60} {:>12} bytes", bytes.len());
    Ok(())
}

/// The list of sums, in the form of sha256sum.
fn sums(folder: &Path) -> Result<()> {
    let mut names: Vec<String> = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort_unstable();
    let mut text = String::new();
    for name in names {
        let path = folder.join(&name);
        let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
        text.push_str(&format!("{}  {name}\n", hex(&Sha256::digest(&bytes))));
    }
    put(folder, SUMS, text.as_bytes())
}

/// A hash as it is written.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Only what this task wrote is replaced.
fn refuse_other_folder(out: &Path) -> Result<()> {
    match fs::read_dir(out) {
        Ok(mut entries) => {
            if entries.next().is_some() && !out.join(SUMS).exists() {
                bail!(
                    "{} holds other things than a release; choose another folder with --out",
                    out.display()
                );
            }
            Ok(())
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| out.display().to_string()),
    }
}

/// The folder while it is not complete; removed unless it took its place.
struct Unfinished(PathBuf);

impl Unfinished {
    fn beside(out: &Path) -> Result<Self> {
        let folder = out.with_extension("unfinished");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).with_context(|| format!("cannot write {}", folder.display()))?;
        Ok(Unfinished(folder))
    }

    fn take_the_place_of(self, out: &Path) -> Result<()> {
        if out.exists() {
            fs::remove_dir_all(out).with_context(|| format!("cannot replace {}", out.display()))?;
        }
        fs::rename(&self.0, out).with_context(|| format!("cannot write {}", out.display()))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After success there is nothing under this name.
        let _ = fs::remove_dir_all(&self.0);
    }
}
