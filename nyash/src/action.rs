//! What the command does.

use crate::options::{self, Options};
use crate::report::{self, Reporter};
use crate::{debug, files, pack};
use nyash_language::back::Compiled;
use nyash_language::diagnostic::{Diagnostic, explain, merged};
use nyash_language::front::analyze;
use nyash_language::source::SourceMap;
use nyash_pack::start;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

const PROGRAM_HAS_ERRORS: u8 = 1;
const WRONG_COMMAND_LINE: u8 = 2;
const FILE_TROUBLE: u8 = 3;
const PACKER_TROUBLE: u8 = 4;

/// Does what the options ask for.
pub fn run(options: Options) -> ExitCode {
    if let Some(shell) = options.completions {
        return print(&options::completions(shell));
    }
    if options.man {
        return match options::manual() {
            Ok(page) => print(&page),
            Err(error) => fail(FILE_TROUBLE, error),
        };
    }
    if let Some(entry) = options.explain.and_then(explain::find) {
        return print(entry.plain().as_bytes());
    }
    if let Err(message) = old_flags(&options) {
        return fail(WRONG_COMMAND_LINE, message);
    }
    let Some(file) = options.file.clone() else {
        return ExitCode::from(WRONG_COMMAND_LINE);
    };
    match compile(&file, &options) {
        Ok(code) => code,
        Err(code) => code,
    }
}

/// Flags of the first implementation: harmless ones pass, others say what to use.
fn old_flags(options: &Options) -> Result<(), String> {
    if options.debug_fuel.is_some() {
        report::note("--debug-fuel has no effect: the parser always ends");
    }
    match options.backend.as_deref() {
        None => Ok(()),
        Some("interpreter" | "vm" | "llvm" | "mir" | "wasm" | "aot" | "native") => {
            report::note("--backend has no effect: programs are always compiled to native code");
            Ok(())
        }
        Some(other) => Err(format!("there is no backend '{other}'; leave --backend out")),
    }
}

type Done = Result<ExitCode, ExitCode>;

fn compile(file: &Path, options: &Options) -> Done {
    let reporter = Reporter::new(options);
    let root = files::read_root(file).map_err(|message| fail(FILE_TROUBLE, message))?;
    if options.dump_ast {
        return dump_ast(root, options, &reporter);
    }
    let mut program = match analyze(root, options.edition, &files::Disk::new(file)) {
        Ok(program) => program,
        Err(failure) => {
            let _ = reporter.diagnostics(failure.diagnostics, &failure.sources);
            return Err(ExitCode::from(PROGRAM_HAS_ERRORS));
        }
    };
    let warnings = std::mem::take(&mut program.warnings);
    let reported = |more: Vec<Diagnostic>| match reporter.diagnostics(merged(warnings, more), &program.sources) {
        true => Ok(()),
        false => Err(ExitCode::from(PROGRAM_HAS_ERRORS)),
    };
    if options.check {
        return reported(nyash_language::back::check(&program)).map(|()| ExitCode::SUCCESS);
    }
    if options.dump_mir {
        reported(Vec::new())?;
        return Ok(print(nyash_language::back::dump_mir(&program).as_bytes()));
    }
    let settings = nyash_language::back::Options {
        print_result: options.print_result,
        preinit: options.preinit,
        leak_report: options.leak_report,
        // Debuggers and profilers know them; a module for elsewhere is as small as it can be.
        names: !options.compile_wasm || options.debug_info,
    };
    if options.verify {
        let found = nyash_language::back::verify(&program, &settings);
        reported(found.err().unwrap_or_default())?;
        return Ok(ExitCode::SUCCESS);
    }
    let compiled = match nyash_language::back::compile_and_check(&program, &settings) {
        Ok((compiled, more)) => {
            reported(more)?;
            compiled
        }
        Err(more) => {
            reported(more)?;
            return Err(ExitCode::from(PROGRAM_HAS_ERRORS));
        }
    };
    make(file, compiled, &program.sources, options)
}

/// The tree of the root file alone, with what is wrong in it.
fn dump_ast(root: nyash_language::front::LoadedFile, options: &Options, reporter: &Reporter) -> Done {
    let parsed = nyash_language::front::parse_one(root, options.edition);
    let fine = reporter.diagnostics(parsed.diagnostics, &parsed.sources);
    let code = print(nyash_language::syntax::dump::dump(&parsed.unit).as_bytes());
    Ok(if fine { code } else { ExitCode::from(PROGRAM_HAS_ERRORS) })
}

/// What is asked for, from the module.
fn make(file: &Path, mut compiled: Compiled, sources: &SourceMap, options: &Options) -> Done {
    let sources = debug::Sources {
        map: sources,
        prefixes: &options.remap_path_prefix,
    };
    // The packer makes the lines of call stacks of it, and what debuggers read only when it is asked to.
    if options.debug_info || !(options.compile_wasm || options.no_line_tables) {
        debug::dwarf::add(&mut compiled, &sources).map_err(|error| fail(PACKER_TROUBLE, error))?;
    }
    if options.compile_wasm {
        return write_module(file, compiled, &sources, options);
    }
    let wasm = &compiled.wasm;
    if options.compile_native || options.aot {
        let suffix = options.target.unwrap_or_default().executable_suffix();
        let out = output_path(file, options, suffix.trim_start_matches('.'));
        refuse_source(file, &out)?;
        let packed = pack::pack_to(wasm, &out, options).map_err(|message| fail(PACKER_TROUBLE, message))?;
        packed.notes.iter().for_each(report::note);
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(other) = options
        .target
        .filter(|target| Some(*target) != nyash_pack::Target::host())
    {
        let message = format!("a program for {other} cannot run here; make an executable with --aot");
        return Err(fail(WRONG_COMMAND_LINE, message));
    }
    if options.benchmark {
        return benchmark(wasm, options);
    }
    execute(file, wasm, options)
}

fn write_module(file: &Path, mut compiled: Compiled, sources: &debug::Sources<'_>, options: &Options) -> Done {
    let out = output_path(file, options, "wasm");
    refuse_source(file, &out)?;
    let text = out.extension().is_some_and(|extension| extension == "wat");
    if options.source_map {
        let mut map = out.clone().into_os_string();
        map.push(".map");
        let map = PathBuf::from(map);
        let Some(name) = map.file_name().and_then(std::ffi::OsStr::to_str).filter(|_| !text) else {
            let message = "a source map is for a module in its binary form whose name is text; name one with -o";
            return Err(fail(WRONG_COMMAND_LINE, message));
        };
        refuse_source(file, &map)?;
        write(&map, debug::source_map::text(&compiled, sources).as_bytes())?;
        debug::source_map::refer(&mut compiled, name);
    }
    let wasm = &compiled.wasm;
    if text {
        let text = wasmprinter::print_bytes(wasm).map_err(|error| fail(PACKER_TROUBLE, error))?;
        return write(&out, text.as_bytes());
    }
    write(&out, wasm)
}

/// The program would overwrite itself.
fn refuse_source(file: &Path, out: &Path) -> Result<(), ExitCode> {
    let same = match (file.canonicalize(), out.canonicalize()) {
        (Ok(file), Ok(out)) => file == out,
        _ => false,
    };
    if same {
        let message = format!("'{}' is the source; name another output with -o", out.display());
        return Err(fail(WRONG_COMMAND_LINE, message));
    }
    Ok(())
}

/// `-o`, or the name of the source with another extension in the working directory.
fn output_path(file: &Path, options: &Options, extension: &str) -> PathBuf {
    if let Some(output) = &options.output {
        return output.clone();
    }
    let stem = if file == Path::new("-") {
        Path::new("a.out")
    } else {
        file
    };
    let name = PathBuf::from(stem.file_stem().unwrap_or(stem.as_os_str()));
    if extension.is_empty() {
        name
    } else {
        name.with_extension(extension)
    }
}

fn write(path: &Path, bytes: &[u8]) -> Done {
    let cannot = |error: std::io::Error| {
        fail(
            FILE_TROUBLE,
            format!("cannot write '{}': {}", path.display(), files::reason(&error)),
        )
    };
    std::fs::write(path, bytes).map_err(cannot)?;
    Ok(ExitCode::SUCCESS)
}

/// Runs the program in place of this one.
fn execute(file: &Path, wasm: &[u8], options: &Options) -> Done {
    let packed = pack::pack(wasm, options).map_err(|message| fail(PACKER_TROUBLE, message))?;
    let status = start::replace_this_process(&packed.bytes, file.as_os_str(), &options.program_arguments)
        .map_err(|error| fail(PACKER_TROUBLE, format!("cannot run the program: {error}")))?;
    // All of it: on Windows it has four bytes.
    std::process::exit(start::exit_status(status));
}

/// Runs the program repeatedly; its output goes nowhere.
fn benchmark(wasm: &[u8], options: &Options) -> Done {
    let packed = pack::pack(wasm, options).map_err(|message| fail(PACKER_TROUBLE, message))?;
    let cannot_run = |error: std::io::Error| fail(PACKER_TROUBLE, format!("cannot run the program: {error}"));
    let program = start::Temporary::new(&packed.bytes).map_err(cannot_run)?;
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..options.iterations {
        let start = Instant::now();
        let nowhere = std::process::Stdio::null;
        let mut command = Command::new(program.path());
        let status = command
            .args(&options.program_arguments)
            .stdin(nowhere())
            .stdout(nowhere())
            .status();
        times.push(start.elapsed());
        let status = status.map_err(cannot_run)?;
        if !status.success() {
            // Not dropped by what follows.
            drop(program);
            report::error(format!("the program ended with {status}"));
            std::process::exit(start::exit_status(status));
        }
    }
    times.sort();
    let (least, most) = (times[0], times[times.len() - 1]);
    let mean = times.iter().sum::<Duration>() / times.len() as u32;
    let line = format!(
        "{} runs: mean {mean:.3?}, least {least:.3?}, most {most:.3?}\n",
        times.len()
    );
    Ok(print(line.as_bytes()))
}

/// Writes to standard output; a closed pipe is no failure.
fn print(bytes: &[u8]) -> ExitCode {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => fail(FILE_TROUBLE, error),
        _ => ExitCode::SUCCESS,
    }
}

fn fail(code: u8, message: impl std::fmt::Display) -> ExitCode {
    report::error(message);
    ExitCode::from(code)
}
