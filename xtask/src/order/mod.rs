//! `cargo xtask order`: which functions of the runtimes a start executes, into `runtime/link-start.ld`, which makes the
//! linker put them together.
//!
//! The first call of a function costs the page that it lies in. A start executes a sixth of a runtime's code, spread over
//! all of its pages if nobody asks for better. The list is of names and not of places: it fits every processor and lasts as
//! long as the functions do. A name that is not there any more is passed over, so somebody has to look: `--check`.

mod map;
mod trace;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use nyash_format::{Kind, Target};

use self::map::Map;
use crate::build::{Place, build, map_of, output, root, target_dir};
use crate::table::{Package, Stub};
use crate::{folder, packages};

/// The list, as the linker includes it.
const LIST: &str = "runtime/link-start.ld";
const HEAD: &str = "\
/* Functions in the order in which a start first calls them. Made by `cargo xtask order`; `cargo xtask order --check` says
 * whether it still fits. Names that are not there any more are passed over. */
";

/// A program whose start is looked at.
struct Program {
    path: &'static str,
    options: &'static [&'static str],
    /// The kind of runtime that the packer takes.
    kind: Kind,
}

/// The smallest comes first: its functions are those that every start needs.
const PROGRAMS: [Program; 3] = [
    Program {
        path: "examples/hello.wat",
        options: &[],
        kind: Kind::Lean,
    },
    Program {
        path: "xtask/src/order/usual.wat",
        options: &["--dir", "."],
        kind: Kind::Lean,
    },
    Program {
        path: "examples/hello.wat",
        options: &["--fallback", "pulley"],
        kind: Kind::Full,
    },
];

/// Where runtimes are built and run. Names are the same everywhere, so the list serves every processor.
const TARGET: Target = Target::X86_64Linux;
/// Writes down the address of each instruction that a program executes.
const TRACER: Package = Package {
    name: "valgrind",
    file: "/usr/bin/valgrind",
};
/// What `--check` asks for, in percent: of the names in the list those that the runtimes have; of the functions that the
/// first program's start executes those that are in the list.
const LEAST: usize = 95;

/// Options of the task.
#[derive(clap::Args)]
pub struct Arguments {
    /// Write nothing, and fail when the list has gone stale
    #[arg(long)]
    check: bool,
    /// A packer that is built already
    #[arg(long, value_name = "FILE")]
    packer: Option<PathBuf>,
    /// Do not install Debian packages; fail when some are missing
    #[arg(long)]
    no_install: bool,
}

/// Runs the task.
///
/// # Errors
/// What stops it; with `--check` also a list that does not fit.
pub fn run(arguments: &Arguments) -> Result<()> {
    let root = root()?;
    let target = target_dir(root);
    packages::ensure([TARGET].into_iter(), &[TRACER], !arguments.no_install)?;
    let path = root.join(LIST);
    let old = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let old: HashSet<&str> = old.lines().filter(|line| line.starts_with("*(")).collect();

    let folder = target.join("order");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let place = Place {
        root,
        output: &output(&target),
    };
    let maps = runtimes(&place, &folder)?;
    let map_of = |kind: Kind| {
        maps.iter()
            .find(|(of, _)| *of == kind)
            .map(|(_, map)| map)
            .context(TARGET.name())
    };
    let mut order: Vec<&str> = Vec::new();
    let mut listed = HashSet::new();
    let mut first = 0;
    for (number, program) in PROGRAMS.iter().enumerate() {
        let packed = pack(packer(root, arguments), &folder, number, program)?;
        let lines = map_of(program.kind)?.first_executed(&trace::executed(&packed)?);
        order.extend(lines.into_iter().filter(|line| listed.insert(*line)));
        if number == 0 {
            first = order.len();
        }
    }

    let present: HashSet<&str> = maps.iter().flat_map(|(_, map)| map.lines()).collect();
    let exist = percent(&old, |line| present.contains(line));
    let known = percent(&order[..first], |line| old.contains(line));
    println!("{exist} % of the {} functions in {LIST} are in the runtimes", old.len());
    println!("{known} % of the {first} functions that a start executes are in {LIST}");
    if arguments.check {
        ensure!(
            exist >= LEAST && known >= LEAST,
            "{LIST} has gone stale, {LEAST} % are wanted; write it again with: cargo xtask order"
        );
        return Ok(());
    }
    let text = format!("{HEAD}{}\n", order.join("\n"));
    fs::write(&path, text).with_context(|| path.display().to_string())?;
    println!("{LIST}: {} functions", order.len());
    Ok(())
}

/// Builds the runtimes into a stub folder, and returns the map of each kind.
fn runtimes(place: &Place<'_>, stubs: &Path) -> Result<Vec<(Kind, Map)>> {
    let mut maps = Vec::new();
    let mut names = Vec::new();
    for kind in Kind::ALL {
        let stub = Stub::Runtime(kind);
        let name = stub.name(TARGET);
        let built = build(place, TARGET, stub)?;
        let bytes = fs::read(&built).with_context(|| built.display().to_string())?;
        folder::put(stubs, &name, &bytes)?;
        let map = map_of(place.output, &name);
        let text = fs::read_to_string(&map).with_context(|| map.display().to_string())?;
        maps.push((kind, Map::parse(&text)));
        names.push(name);
    }
    folder::write_manifest(stubs, &names)?;
    Ok(maps)
}

/// What starts the packer, in the repository's folder.
fn packer(root: &Path, arguments: &Arguments) -> Command {
    let mut command = match &arguments.packer {
        Some(packer) => Command::new(packer),
        None => {
            let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
            cargo.args(["run", "--locked", "--quiet", "--package", "nyash-pack", "--"]);
            cargo
        }
    };
    command.current_dir(root);
    command
}

/// Packs a program with the runtimes of a stub folder.
fn pack(mut packer: Command, stubs: &Path, number: usize, program: &Program) -> Result<PathBuf> {
    let packed = stubs.join(format!("program-{number}"));
    packer.arg(program.path).args(program.options);
    packer.args(["--target", TARGET.name(), "--stub-dir"]);
    packer.args([stubs, Path::new("--output"), &packed]);
    let done = packer.status().context("cannot run the packer")?;
    ensure!(done.success(), "packing {} failed", program.path);
    Ok(packed)
}

/// How many percent of these lines are so.
fn percent<'a>(lines: impl IntoIterator<Item = &'a &'a str>, so: impl Fn(&str) -> bool) -> usize {
    let (mut all, mut those) = (0, 0);
    for line in lines {
        all += 1;
        those += usize::from(so(line));
    }
    100 * those / all.max(1)
}
