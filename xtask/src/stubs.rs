//! `cargo xtask stubs`: every runtime of the table into a stub folder.

use std::fs;
use std::num::NonZeroUsize;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail, ensure};
use nyash_format::Target;

use crate::build::{Place, build, output, root, target_dir};
use crate::table::{self, Stub};
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
    /// Only this stub, by the name of its file, as aarch64-linux-lean; may be given several times
    #[arg(long, value_name = "STUB")]
    only: Vec<String>,
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
    let root = root()?;
    let target = target_dir(root);
    let parts = parts(&arguments.targets, &arguments.only)?;
    ensure!(
        !parts.is_empty(),
        "none of the stubs of --only is for a target of --target"
    );
    packages::ensure(parts.iter().map(|part| part.target), &[], !arguments.no_install)?;
    let out = arguments.out.clone().unwrap_or_else(|| target.join("stubs"));
    fs::create_dir_all(&out).with_context(|| out.display().to_string())?;

    let place = Place {
        root,
        output: &output(&target),
    };
    let jobs = arguments.jobs.or(thread::available_parallelism().ok());
    let jobs = jobs.map_or(1, NonZeroUsize::get);
    let begin = Instant::now();
    let built = Mutex::new(Vec::new());
    let outcome = build_all(&place, &parts, jobs, |name, bytes| {
        folder::put(&out, name, bytes)?;
        let mut built = built.lock().map_err(|_| anyhow!("a builder panicked"))?;
        built.push(name.to_owned());
        Ok(())
    });
    // Whatever stopped one, the others need not be built again.
    let built = built.into_inner().map_err(|_| anyhow!("a builder panicked"))?;
    folder::write_manifest(&out, &built)?;
    outcome?;
    let seconds = begin.elapsed().as_secs();
    println!("{} stubs in {}, after {seconds} s", built.len(), out.display());
    if arguments.check {
        check(&place, &parts, jobs, &out)?;
    }
    Ok(())
}

/// Builds all of them into a folder.
///
/// # Errors
/// As [`run`].
pub fn all(out: &Path, install: bool) -> Result<()> {
    run(&Arguments {
        out: Some(out.to_owned()),
        targets: Vec::new(),
        only: Vec::new(),
        jobs: None,
        check: false,
        no_install: !install,
    })
}

/// What is built of a target, by one worker.
struct Part {
    target: Target,
    stubs: Vec<Stub>,
}

fn parts(targets: &[String], only: &[String]) -> Result<Vec<Part>> {
    if let Some(unknown) = only.iter().find(|name| !table::names().any(|known| known == **name)) {
        bail!(
            "there is no stub `{unknown}`; there are {}",
            table::names().collect::<Vec<_>>().join(", ")
        );
    }
    let is = |target: Target, name: &str| target.name() == name || target.triple() == name;
    let known = |name: &&String| Target::ALL.into_iter().any(|target| is(target, name));
    if let Some(unknown) = targets.iter().find(|name| !known(name)) {
        let known = Target::ALL.map(Target::name);
        bail!("there is no target `{unknown}`; there are {}", known.join(", "));
    }
    let wanted = |target: Target, stub: &Stub| only.is_empty() || only.contains(&stub.name(target));
    let chosen = Target::ALL
        .into_iter()
        .filter(|target| targets.is_empty() || targets.iter().any(|name| is(*target, name)));
    let parts = chosen.map(|target| Part {
        target,
        stubs: table::stubs(target).filter(|stub| wanted(target, stub)).collect(),
    });
    Ok(parts.filter(|part| !part.stubs.is_empty()).collect())
}

/// Builds all parts, `jobs` at once, and hands over each stub's name and bytes. Most of the time goes to single threads: wasmtime is one
/// crate, and so is what the linker optimises.
fn build_all(
    place: &Place<'_>,
    parts: &[Part],
    jobs: usize,
    each: impl Fn(&str, &[u8]) -> Result<()> + Sync,
) -> Result<()> {
    let waiting = Mutex::new(parts.iter());
    let work = || -> Result<()> {
        let next = || waiting.lock().ok()?.next();
        while let Some(part) = next() {
            for stub in part.stubs.iter().copied() {
                let begin = Instant::now();
                let path = build(place, part.target, stub)?;
                let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
                let name = stub.name(part.target);
                println!("{name:24} {:8} bytes {:5} s", bytes.len(), begin.elapsed().as_secs());
                each(&name, &bytes)?;
            }
        }
        Ok(())
    };
    thread::scope(|scope| {
        let work = &work;
        let workers: Vec<_> = (0..jobs.min(parts.len())).map(|_| scope.spawn(work)).collect();
        let ended: Vec<_> = workers.into_iter().map(|worker| worker.join()).collect();
        ended
            .into_iter()
            .try_for_each(|worker| worker.map_err(|_| anyhow!("a builder panicked"))?)
    })
}

/// Builds once more from a copy of the source in another folder and compares.
fn check(place: &Place<'_>, parts: &[Part], jobs: usize, out: &Path) -> Result<()> {
    let copy = std::env::temp_dir().join(format!("nyash-stubs-{}", std::process::id()));
    let root = copy.join("a folder elsewhere");
    println!("once more in {}", root.display());
    let checked = (|| {
        for folder in [
            "abi",
            "format-spec",
            "jit",
            "language",
            "nyash",
            "packer",
            "runtime",
            "tests",
            "xtask",
        ] {
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
        build_all(&again, parts, jobs, |name, bytes| {
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
