//! WASI preview 1, as scripts of calls: every `.calls` file in `tests/preview1/` is a test. Each runs twice, with and
//! without `openat2`, and what the calls return is compared. How a script is written is said in `tests/src/script.rs`.
//!
//! ```console
//! $ cargo test --workspace --test preview1        # all of them
//! $ cargo test tests/preview1/paths.calls            # one; a part of the path is enough
//! $ BLESS=1 cargo test tests/preview1/paths.calls    # writes what the calls return into the script
//! ```
//!
//! | variable | |
//! |---|---|
//! | `NYASH_REFERENCE` | a program that takes `[--dir HOST::GUEST[:ro]] [--env A=B] [--argv0 A] MODULE ARG…`: run the modules with it instead, to see where another WASI host differs |
//! | `NYASH_EXPORT` | run nothing, and write a kit for macOS into this folder: `tests/on-a-mac/make` |
//! | `NYASH_PACK_STUBS` | a folder with runtimes to use instead of the packer's own |
//! | `NYASH_TEST_TARGET`, `NYASH_TEST_RUNNER` | pack for another target, and the emulator that runs its programs. The runtimes are those of `NYASH_PACK_STUBS`. What the target's system forces to be otherwise is listed, with its reason, in `differences/TARGET.txt` |
//! | `NYASH_FALLBACK` | `pulley` or `jit`: the programs have this fallback, and the compiled module in them fits no runtime |
//!
//! Setup lines of a script:
//!
//! | | |
//! |---|---|
//! | `dir HOST::GUEST[:ro]` | a granted directory |
//! | `embed HOST::GUEST` | a file or folder to embed |
//! | `mkdir PATH`, `file PATH CONTENTS`, `symlink PATH TEXT`, `fifo PATH` | made before the run, in an empty folder that is the working directory |
//! | `env A=B`, `pass A`, `outer A=B`, `inherit-env`, `allow-all`, `arg A`, `argv0 A` | as the options of the packer; `outer` is the environment of the run |
//! | `word A` | an argument on the command line |
//! | `stdin TEXT`, `closed N` | standard input; a standard stream that is closed |
//! | `socket N SENT`, `listener N SENT` | an inherited connection, or a socket with one waiting, whose other end has sent something; that of a listener sends no more |
//! | `received TEXT` | what the other end has got when the program has ended |
//! | `status N`, `signal N`, `stderr TEXT` | how the program ends, if not with 0 and no word |
//! | `after PATH CONTENTS`, `gone PATH` | files after the run |
//! | `only lean` | not for other hosts: the script says why |

mod differences;
mod export;
mod run;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use nyash_tests::expectation::{HOW_TO_BLESS, blessing};
use nyash_tests::harness::{self, Case, files, root};
use nyash_tests::script::{Line, Script};
use nyash_tests::wat;

const SCRIPTS: &str = "tests/preview1";

fn main() -> ExitCode {
    let mut cases = files(SCRIPTS, &["calls"], |path| {
        check(path).map_err(|error| format!("{error:?}"))
    });
    cases.push(Case::new("every_function_is_called", every_function_is_called));
    harness::run(cases)
}

/// A function that nobody calls is not tested.
fn every_function_is_called() -> Result<(), String> {
    let mut texts = String::new();
    for entry in fs::read_dir(root().join(SCRIPTS)).expect("the scripts") {
        let path = entry.expect("a readable folder").path();
        if path.extension().is_some_and(|extension| extension == "calls") {
            texts.push('\n');
            texts.push_str(&fs::read_to_string(path).expect("a script"));
        }
    }
    let missing: Vec<&str> = wat::function_names()
        .filter(|name| !texts.contains(&format!("\n{name} ")) && !texts.contains(&format!("\n{name}\n")))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(format!("no script calls {missing:?}"))
    }
}

fn check(path: &Path) -> Result<()> {
    let text = fs::read_to_string(path)?;
    let script = Script::parse(&text)?;
    let module = wat::module(&script)?;
    let name = path.file_stem().context("a name")?.to_string_lossy().into_owned();
    if let Some(reference) = std::env::var_os("NYASH_REFERENCE") {
        if script.setup("only").next().is_some() {
            return Ok(());
        }
        let outcome = run::reference(&name, &script, &module, reference.as_ref())?;
        return compare(&script, &outcome);
    }
    if let Some(folder) = std::env::var_os("NYASH_EXPORT") {
        return export::script(Path::new(&folder), &name, &script, &module);
    }
    let differences = differences::of_target()?;
    if differences.skip(&name) {
        return Ok(());
    }
    let packed = run::pack(&name, &script, &module)?;
    let first = run::packed(&name, &script, &packed, run::Openat2::Present)?;
    if blessing() {
        fs::write(path, script.with_results(&first.results))?;
        return Ok(());
    }
    compare_target(&name, &script, &first, &differences)?;
    if differences.is_for_other_target() {
        return Ok(());
    }
    let second = run::packed(&name, &script, &packed, run::Openat2::Absent)?;
    compare(&script, &second).context("without openat2")
}

fn compare(script: &Script, outcome: &run::Outcome) -> Result<()> {
    compare_target("", script, outcome, &differences::Differences::default())
}

fn compare_target(
    name: &str,
    script: &Script,
    outcome: &run::Outcome,
    differences_listed: &differences::Differences,
) -> Result<()> {
    let mut results = outcome.results.iter();
    let mut differences = String::new();
    for line in &script.lines {
        let Line::Call(call, text) = line else { continue };
        let result = results.next();
        let listed = result.is_some_and(|result| differences_listed.has(name, text, result));
        if result != call.expected.as_ref() && !listed {
            let expected = call.expected.as_deref().unwrap_or("nothing");
            let result = result.map_or("nothing", String::as_str);
            differences.push_str(&format!("{text}\n  expected {expected}\n  got      {result}\n"));
        }
    }
    ensure!(results.next().is_none(), "more results than calls");
    if !differences.is_empty() {
        bail!("\n{differences}{}{HOW_TO_BLESS}", outcome.stderr);
    }
    if differences_listed.ends_otherwise(name) {
        return Ok(());
    }
    outcome.check_end(script)
}
