//! `cargo xtask stubs`: every runtime of the table into a stub folder.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

use crate::build::{Place, build};
use crate::table::{KINDS, ROWS, Row};
use crate::{folder, packages};

/// Options of the task.
#[derive(clap::Args)]
pub struct Arguments {
    /// The folder that the stubs go into [default: target/stubs]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Only this target; may be given several times
    #[arg(long = "target", value_name = "NAME")]
    targets: Vec<String>,
    /// Processes at once
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Build everything a second time in another folder, and fail unless the bytes are the same
    #[arg(long)]
    check: bool,
    /// Do not install Debian packages; fail when some are missing
    #[arg(long)]
    no_install: bool,
}

/// Runs the task.
///
/// # Errors
/// What stops it, with the next step.
pub fn run(arguments: &Arguments) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .context("the repository")?;
    let rows = rows(&arguments.targets)?;
    packages::ensure(&rows, !arguments.no_install)?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let out = arguments.out.clone().unwrap_or_else(|| target.join("stubs"));
    fs::create_dir_all(&out).with_context(|| out.display().to_string())?;
    let head = folder::head(root)?;

    let place = Place {
        root,
        output: &target.join("stubs-build"),
        jobs: arguments.jobs,
    };
    let mut built = Vec::new();
    build_all(&place, &rows, |name, bytes| {
        folder::put(&out, &name, &bytes)?;
        built.push(name);
        Ok(())
    })?;
    folder::write_manifest(&out, &head, &built)?;
    println!("{} stubs in {}", built.len(), out.display());
    if arguments.check {
        check(&place, &rows, &out)?;
    }
    Ok(())
}

fn rows(names: &[String]) -> Result<Vec<&'static Row>> {
    if names.is_empty() {
        return Ok(ROWS.iter().collect());
    }
    let find = |name: &String| {
        let row = ROWS.iter().find(|row| row.target == name || row.triple == name);
        let known: Vec<&str> = ROWS.iter().map(|row| row.target).collect();
        row.with_context(|| format!("there is no target `{name}`; there are {}", known.join(", ")))
    };
    names.iter().map(find).collect()
}

fn build_all(place: &Place<'_>, rows: &[&Row], mut each: impl FnMut(String, Vec<u8>) -> Result<()>) -> Result<()> {
    for row in rows {
        for kind in KINDS {
            let begin = Instant::now();
            let path = build(place, row, kind)?;
            let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
            let name = format!("{}-{}", row.target, kind.name);
            println!("{name:24} {:8} bytes {:5} s", bytes.len(), begin.elapsed().as_secs());
            each(name, bytes)?;
        }
    }
    Ok(())
}

/// Builds once more from a copy of the source in another folder and compares.
fn check(place: &Place<'_>, rows: &[&Row], out: &Path) -> Result<()> {
    let copy = std::env::temp_dir().join(format!("nyash-stubs-{}", std::process::id()));
    let root = copy.join("a folder elsewhere");
    println!("once more in {}", root.display());
    let checked = (|| {
        for folder in ["runtime", "format-spec"] {
            copy_folder(&place.root.join(folder), &root.join(folder))?;
        }
        let again = Place {
            root: &root,
            output: &copy.join("output"),
            jobs: place.jobs,
        };
        let mut different = Vec::new();
        build_all(&again, rows, |name, bytes| {
            let first = fs::read(out.join(&name)).with_context(|| name.clone())?;
            if first != bytes {
                different.push(name);
            }
            Ok(())
        })?;
        ensure!(
            different.is_empty(),
            "not the same bytes when built in another folder: {}",
            different.join(", ")
        );
        println!("the same bytes");
        Ok(())
    })();
    // What was copied and built is of no use to anybody.
    let _ = fs::remove_dir_all(&copy);
    checked
}

/// Copies the files and links of a source folder, without what cargo has built there.
fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| to.display().to_string())?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_symlink() {
            symlink(fs::read_link(&from)?, &to)?;
        } else if kind.is_file() {
            fs::copy(&from, &to)?;
        } else if kind.is_dir() && entry.file_name() != "target" {
            copy_folder(&from, &to)?;
        } else if !kind.is_dir() {
            bail!("{} is neither file nor folder", from.display());
        }
    }
    Ok(())
}
