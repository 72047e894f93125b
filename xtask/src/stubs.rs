//! `cargo xtask stubs`: every runtime of the table into a stub folder.

use std::fs;
use std::num::NonZeroUsize;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail, ensure};

use crate::build::{Place, build, build_compiler};
use crate::table::{COMPILER, KINDS, ROWS, Row};
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
    /// Targets that are built at once [default: the number of processors]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
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
    };
    let jobs = arguments.jobs.or(thread::available_parallelism().ok());
    let jobs = jobs.map_or(1, NonZeroUsize::get);
    let begin = Instant::now();
    let built = build_all(&place, &rows, jobs, |name, bytes| folder::put(&out, name, bytes))?;
    folder::write_manifest(&out, &head, &built)?;
    let seconds = begin.elapsed().as_secs();
    println!("{} stubs in {}, after {seconds} s", built.len(), out.display());
    if arguments.check {
        check(&place, &rows, jobs, &out)?;
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

/// Builds every kind of every row, `jobs` rows at once, and returns the stubs' names. Most of the time goes to single
/// threads: wasmtime is one crate, and so is what the linker optimises.
fn build_all(
    place: &Place<'_>,
    rows: &[&Row],
    jobs: usize,
    each: impl Fn(&str, &[u8]) -> Result<()> + Sync,
) -> Result<Vec<String>> {
    let waiting = Mutex::new(rows.iter());
    let next = || waiting.lock().ok()?.next();
    let work = |worker: usize| -> Result<Vec<String>> {
        let mut built = Vec::new();
        let mut make = |row: &Row, kind: &str, build: &dyn Fn() -> Result<PathBuf>| -> Result<()> {
            let begin = Instant::now();
            let path = build()?;
            let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
            let name = format!("{}-{kind}", row.target);
            println!("{name:24} {:8} bytes {:5} s", bytes.len(), begin.elapsed().as_secs());
            each(&name, &bytes)?;
            built.push(name);
            Ok(())
        };
        while let Some(row) = next() {
            for kind in KINDS {
                make(row, kind.name, &|| build(place, worker, row, kind))?;
            }
            if row.compiler {
                make(row, COMPILER, &|| build_compiler(place, row))?;
            }
        }
        Ok(built)
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs.min(rows.len()))
            .map(|worker| scope.spawn(move || work(worker)))
            .collect();
        let mut built = Vec::new();
        for worker in workers {
            built.extend(worker.join().map_err(|_| anyhow!("a builder panicked"))??);
        }
        Ok(built)
    })
}

/// Builds once more from a copy of the source in another folder and compares.
fn check(place: &Place<'_>, rows: &[&Row], jobs: usize, out: &Path) -> Result<()> {
    let copy = std::env::temp_dir().join(format!("nyash-stubs-{}", std::process::id()));
    let root = copy.join("a folder elsewhere");
    println!("once more in {}", root.display());
    let checked = (|| {
        for folder in ["runtime", "format-spec", "packer", "jit", "nyash", "tests", "xtask"] {
            copy_folder(&place.root.join(folder), &root.join(folder))?;
        }
        for file in ["Cargo.toml", "Cargo.lock"] {
            fs::copy(place.root.join(file), root.join(file)).with_context(|| file.to_owned())?;
        }
        let again = Place {
            root: &root,
            output: &copy.join("output"),
        };
        let different = Mutex::new(Vec::new());
        build_all(&again, rows, jobs, |name, bytes| {
            let first = fs::read(out.join(name)).with_context(|| name.to_owned())?;
            if first != bytes {
                let mut different = different.lock().map_err(|_| anyhow!("a builder panicked"))?;
                different.push(name.to_owned());
            }
            Ok(())
        })?;
        let different = different.into_inner().map_err(|_| anyhow!("a builder panicked"))?;
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
