//! From a module to the bytes of an executable, stage by stage. No file is read but runtimes in stub folders.

use std::borrow::Cow;

use nyash_format::{CpuFeatures, CpuLevel};
use wasmtime_environ::{EntityIndex, Initializer};

use crate::compile::{self, compat, cpu};
use crate::error::{Error, Result};
use crate::image::lines::DebugInfo;
use crate::image::reading::Image;
use crate::image::{labels, names};
use crate::legacy_exceptions::{self, Translated};
use crate::link;
use crate::module::Module;
use crate::module::input::{self, Input};
use crate::module::invoke::with_exports;
use crate::module::prepare::{Wanted, prepare};
use crate::module::scan::scan;
use crate::module::wasi::{self, BadImport, WhyBad};
use crate::options::{Fallback, Options, Preinit, UnknownImports};
use crate::preinit::{self, Failure, Initialised, Learnt, Run};
use crate::program::{Compiled, Program, translated};
use crate::stub::{self, Kind};

/// A stage of packing, for progress and timings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading and checking the module.
    Check,
    /// Running its initialisation.
    Preinit,
    /// Compiling it.
    Compile,
    /// Laying out and hashing the executable.
    Link,
}

impl Stage {
    /// Name for users.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Check => "check",
            Stage::Preinit => "preinit",
            Stage::Compile => "compile",
            Stage::Link => "link",
        }
    }
}

/// An executable in memory.
#[derive(Debug)]
pub struct Packed {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// What the user should know although nothing is wrong.
    pub notes: Vec<Note>,
    /// The runtime that was chosen.
    pub kind: Kind,
}

/// Something the user should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The module imports these file functions and no directory is granted.
    NoDirectory(Vec<String>),
    /// The module calls the system but exports no memory that the calls could use.
    NoMemory,
    /// Functions that the module imports, and that end the program when it calls them.
    UnknownImports(Vec<String>),
    /// Exceptions were translated from the legacy encoding in this many functions.
    TranslatedExceptions(usize),
    /// What the initialisation has read, and the program will not read again.
    Learnt(Learnt),
    /// A shared memory is taken as an ordinary one, and threads cannot be started.
    OneThread,
    /// The module has debugging information, and call stacks name no lines for this reason.
    NoLines(String),
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Note::NoDirectory(functions) => {
                let some = some(functions);
                write!(
                    f,
                    "the module imports file functions ({some}) and no directory is granted, so the program \
                     cannot open files; grant one with --dir DIR, or everything with --allow-all"
                )
            }
            Note::NoMemory => f.write_str(
                "the module exports no memory named `memory`, so calls to the system that need one will fail",
            ),
            Note::Learnt(learnt) => {
                let words = learnt.words();
                let (last, rest) = words.split_last().unwrap_or((&"nothing", &[]));
                let rest = if rest.is_empty() {
                    String::new()
                } else {
                    rest.join(", ") + " and "
                };
                write!(
                    f,
                    "the initialisation has read {rest}{last}: what it saw is part of the program now, the same at each start"
                )
            }
            Note::UnknownImports(functions) => {
                let some = some(functions);
                match functions.len() {
                    1 => write!(
                        f,
                        "nobody provides {some}, which the module imports; calling it is a trap"
                    ),
                    n => write!(
                        f,
                        "nobody provides {n} functions that the module imports ({some}); calling one is a trap"
                    ),
                }
            }
            Note::TranslatedExceptions(functions) => f.write_str(&translated(*functions)),
            Note::NoLines(why) => write!(f, "call stacks of the program name no lines: {why}"),
            Note::OneThread => f.write_str(
                "the program has one thread: its shared memory is taken as an ordinary one, and starting a thread is an \
                 error that it is told",
            ),
        }
    }
}

/// The first few names of a list.
fn some(names: &[String]) -> String {
    let shown = names.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    let more = if names.len() > 3 { ", ..." } else { "" };
    shown + more
}

/// Packs a module: binary, text, or compiled.
///
/// The same module and options give the same bytes.
///
/// # Errors
/// Every reason why the module or an option is refused; see [`Error`].
pub fn pack(module: &[u8], options: &Options) -> Result<Packed> {
    pack_with(module, options, &mut |_| ())
}

/// [`pack`], with a call at the start of each stage.
///
/// # Errors
/// As [`pack`].
pub fn pack_with(module: &[u8], options: &Options, at: &mut dyn FnMut(Stage)) -> Result<Packed> {
    Source::new(module).pack(options, at)
}

/// A module that is packed several times, for several systems: its initialisation is run once, so that what it drew or read
/// is the same in all of them.
pub struct Source<'a> {
    module: &'a [u8],
    initialised: Option<(Run, Initialised)>,
}

impl<'a> Source<'a> {
    /// A module: binary, text, or compiled.
    pub fn new(module: &'a [u8]) -> Self {
        let initialised = None;
        Source { module, initialised }
    }

    /// Packs it, with a call at the start of each stage.
    ///
    /// # Errors
    /// As [`pack`].
    pub fn pack(&mut self, options: &Options, at: &mut dyn FnMut(Stage)) -> Result<Packed> {
        at(Stage::Check);
        options.check()?;
        // Compiling may take long: what will be missing is said before.
        check_presence(options)?;
        let module = self.module;
        let mut learnt = Learnt::default();
        let program = match (Input::detect(module)?, &options.preinit) {
            (Input::Wasm(wasm), None) => compile_module(&wasm, &wasm, options, at, false)
                .map_err(|error| input::in_terms_of(module, &wasm, error))?,
            (Input::Wasm(wasm), Some(preinit)) => {
                let initialised = self.initialise(&wasm, preinit, options, at)?;
                learnt = initialised.learnt;
                Program {
                    initialised_by: Some(initialised.function.clone()),
                    ..compile_module(&initialised.wasm, &wasm, options, at, false)?
                }
            }
            (Input::Cwasm(_), Some(_)) => return Err(Failure::Compiled.into()),
            (Input::Cwasm(image), None) => take_compiled(image, options)?,
        };
        let mut packed = finish(&program, module, options, at)?;
        if learnt != Learnt::default() {
            packed.notes.push(Note::Learnt(learnt));
        }
        Ok(packed)
    }

    /// The module as it is after its initialisation, which is run unless it was, in the same way.
    fn initialise(
        &mut self,
        wasm: &[u8],
        preinit: &Preinit,
        options: &Options,
        at: &mut dyn FnMut(Stage),
    ) -> Result<&Initialised> {
        let run = Run::new(preinit, options);
        let known = self.initialised.take().filter(|(known, _)| *known == run);
        let known = match known {
            Some(known) => known,
            None => {
                // What is wrong with the module is said before it is run.
                let parsed = Module::parse(wasm)?;
                accept_imports(&parsed.bad_imports, options)?;
                if options.invoke.is_some() {
                    parsed.entry(options.invoke.as_deref())?;
                }
                at(Stage::Preinit);
                let initialised = preinit::initialise(wasm, &run, pack_for_snapshot)?;
                (run, initialised)
            }
        };
        Ok(&self.initialised.insert(known).1)
    }
}

/// A program for this machine that writes what becomes of a module with reserved exports.
///
/// # Errors
/// As [`pack`].
fn pack_for_snapshot(wasm: &[u8], options: &Options) -> Result<Vec<u8>> {
    let program = compile_module(wasm, wasm, options, &mut |_| (), true)?;
    Ok(finish(&program, wasm, options, &mut |_| ())?.bytes)
}

/// The executable for a program.
fn finish(program: &Program<'_>, module: &[u8], options: &Options, at: &mut dyn FnMut(Stage)) -> Result<Packed> {
    at(Stage::Link);
    // Parameters and results are read and printed by one of the runtimes only.
    let converts = program.invoke.as_ref().is_some_and(|invocation| !invocation.is_plain);
    let kind = if program.settings.gc || program.for_snapshot || converts || options.fallback.is_some() {
        Kind::Full
    } else {
        Kind::Lean
    };
    Ok(Packed {
        bytes: link::link(program, module, options, kind)?,
        notes: notes(program, options),
        kind,
    })
}

/// Checks that there is a runtime for a program with these options, and a compiler if it shall carry one.
///
/// # Errors
/// As [`find`].
fn check_presence(options: &Options) -> Result<()> {
    let (target, folders) = (options.target, &options.stubs);
    if options.fallback == Some(Fallback::Jit) {
        stub::find_compiler(target, folders)?;
    }
    // Whether the module needs the other kind is not known yet.
    let full = stub::find(target, Kind::Full, folders);
    if options.fallback.is_some() {
        full?;
    } else if let Err(Error::StubMissing { .. }) = full {
        stub::find(target, Kind::Lean, folders)?;
    }
    Ok(())
}

/// Checks and compiles. A module that is run for its state only need not be a command. `original` is what the module was
/// before its initialisation, with its debugging information.
fn compile_module(
    wasm: &[u8],
    original: &[u8],
    options: &Options,
    at: &mut dyn FnMut(Stage),
    for_snapshot: bool,
) -> Result<Program<'static>> {
    let module = Module::parse(wasm)?;
    let bad_imports = module.bad_imports.clone();
    let unknown_imports = accept_imports(&bad_imports, options)?;
    let invoke = if for_snapshot {
        None
    } else {
        module.entry(options.invoke.as_deref())?
    };
    check_memory(options, module.least_memory)?;
    let needs = scan(wasm)?;
    if options.fallback == Some(Fallback::Pulley) && needs.features.atomics {
        return Err(Error::Option {
            option: "--fallback",
            message: "the interpreter has no atomic instructions, which the module uses; take `jit`, or none"
                .to_owned(),
        });
    }
    let shared_memory = module.shared_memory;
    let wanted = Wanted {
        imports: module.compact_imports,
        shared: shared_memory,
        waits: needs.waits,
    };
    let translated = translate_exceptions(wasm)?;
    let standard = translated.as_ref().map_or(wasm, |translated| &translated.module);
    let mut prepared = prepare(standard, wanted).map_err(|error| Error::Compile(error.to_string()))?;
    if invoke.as_ref().is_some_and(|invocation| invocation.is_main) {
        prepared = Cow::Owned(with_exports(&prepared)?);
    }
    let module = match (&translated, &prepared) {
        (None, Cow::Borrowed(_)) => module,
        _ => Module::parse(&prepared)?,
    };
    at(Stage::Compile);
    let native_features = native_features(options)?;
    let wants_lines = (options.debug_info || !options.no_line_tables) && !for_snapshot;
    let (lines, mut no_lines) = match wants_lines.then(|| DebugInfo::read(original, &options.path_prefixes)) {
        Some(Ok(None)) if options.debug_info => (None, Some(Cow::Borrowed("it has no debugging information"))),
        None | Some(Ok(None)) => (None, None),
        Some(Ok(Some(lines))) if lines.fits(&prepared) => (Some(lines), None),
        Some(Ok(Some(_))) => (None, Some(Cow::Borrowed("its code was changed before it was compiled"))),
        Some(Err(error)) => (None, Some(Cow::Owned(error))),
    };
    let compiled = compile::compile(&module, &needs, options, native_features, lines.is_some())?;
    let (mut versions, mut native_lines) = (Vec::new(), Vec::new());
    for (image, cpu) in compiled.images.into_iter().zip(options.cpu_levels()) {
        let parsed = Image::parse(&image)?;
        let name = |index| module.function_name(index);
        let mut table = names::table(&parsed.functions(), |function| name(function.index))?;
        if let (Some(lines), Some(from)) = (&lines, &compiled.from) {
            if !options.no_line_tables {
                let described = lines.describe(&parsed, from, &mut table)?;
                if let (0, Some(wrong)) = (described.places, described.wrong) {
                    no_lines = Some(Cow::Owned(wrong));
                }
            }
            if options.debug_info {
                native_lines.push(lines.native(&parsed, from, name));
            }
        }
        versions.push(Compiled {
            cpu: *cpu,
            names: table.finish()?,
            symbols: labels::symbols(&parsed, name),
            image: Cow::Owned(image),
        });
    }
    Ok(Program {
        versions,
        bytecode: compiled.bytecode,
        runs: compiled.runs,
        wasm: (options.fallback == Some(Fallback::Jit)).then(|| module.with_names_only().into_owned()),
        settings: compiled.settings,
        native_features,
        module_name: module.name.map(str::to_owned),
        producers: module.producers,
        translated_exceptions: translated.as_ref().map_or(0, |translated| translated.functions),
        initialised_by: None,
        invoke,
        for_snapshot,
        no_lines: no_lines.map(Cow::into_owned),
        native_lines,
        one_thread: shared_memory || starts_threads(&bad_imports),
        unknown_imports,
        wasi_imports: module.wasi_imports.iter().map(|&name| name.to_owned()).collect(),
        exports_memory: module.exports_memory,
    })
}

/// The module in an encoding of exceptions that the compiler knows, if it is in another. It has been validated: some faults
/// are none after the translation, as an index one too high may be that of something added.
fn translate_exceptions(wasm: &[u8]) -> Result<Option<Translated>> {
    legacy_exceptions::translate(wasm).map_err(|error| Error::Compile(error.to_string()))
}

/// What level native stands for, if a version is for it.
fn native_features(options: &Options) -> Result<CpuFeatures> {
    if options.cpu.contains(&CpuLevel::Native) {
        cpu::native(options.target)
    } else {
        Ok(CpuFeatures::NONE)
    }
}

fn take_compiled<'a>(bytes: &'a [u8], options: &Options) -> Result<Program<'a>> {
    let compiled_already = |option: &'static str, what: &str| Error::Option {
        option,
        message: format!("{what} is compiled from the module, and this is compiled already; give the .wasm file"),
    };
    if let Some(fallback) = options.fallback {
        return Err(compiled_already(
            "--fallback",
            &format!("what `{}` needs", fallback.name()),
        ));
    }
    if options.debug_info {
        return Err(compiled_already("-g", "debugging information"));
    }
    if options.invoke.is_some() {
        return Err(compiled_already("--invoke", "a call with parameters"));
    }
    let [cpu] = options.cpu_levels() else {
        return Err(compiled_already("--cpu", "each version"));
    };
    let image = Image::parse(bytes)?;
    let native_features = match cpu {
        // Not those of this machine: the code may come from another.
        CpuLevel::Native => compat::cpu_features(&image, options.target)?,
        _ => CpuFeatures::NONE,
    };
    let features = cpu.features(native_features);
    let settings = compat::check(&image, features, options)?;
    let info = image.info()?;
    let module = &info.module;
    let text = |atom| module.strings.get(atom).unwrap_or_default();
    let mut wasi_imports = Vec::new();
    let mut bad = Vec::new();
    for Initializer::Import { name, field, index } in module.initializers.iter() {
        let (name, field) = (text(*name), text(*field));
        if !matches!(index, EntityIndex::Function(_)) {
            bad.push(BadImport {
                module: name.to_owned(),
                name: field.to_owned(),
                why: WhyBad::NotFunction("not a function"),
            });
        } else if let Some(import) = wasi::check_function(name, field, None) {
            bad.push(import);
        } else {
            wasi_imports.push(field.to_owned());
        }
    }
    let unknown_imports = accept_imports(&bad, options)?;
    let exports = |wanted: &str| {
        module
            .exports
            .iter()
            .find(|(name, _)| text(**name) == wanted)
            .map(|(_, what)| *what)
    };
    if !matches!(exports("_start"), Some(EntityIndex::Function(_))) {
        return Err(if exports("_initialize").is_some() {
            Error::Reactor { there: Vec::new() }
        } else {
            Error::NoStart { there: Vec::new() }
        });
    }
    let least = |sum: u64, memory: &wasmtime_environ::Memory| {
        sum.saturating_add(memory.minimum_byte_size().unwrap_or(u64::MAX))
    };
    check_memory(options, module.memories.values().fold(0, least))?;
    let functions = image.functions();
    Ok(Program {
        versions: vec![Compiled {
            cpu: *cpu,
            image: Cow::Borrowed(bytes),
            names: names::table(&functions, |function| function.name)?.finish()?,
            symbols: labels::symbols(&image, |_| None),
        }],
        bytecode: None,
        runs: image.runs()?,
        wasm: None,
        settings,
        native_features,
        module_name: module.name.and_then(|name| module.strings.get(name)).map(str::to_owned),
        producers: String::new(),
        translated_exceptions: 0,
        initialised_by: None,
        invoke: None,
        for_snapshot: false,
        no_lines: None,
        native_lines: Vec::new(),
        one_thread: starts_threads(&bad),
        unknown_imports,
        wasi_imports,
        exports_memory: matches!(exports("memory"), Some(EntityIndex::Memory(_))),
    })
}

/// The names of the imports that the program can do without until it calls them.
fn accept_imports(bad: &[BadImport], options: &Options) -> Result<Vec<String>> {
    let callable = |import: &BadImport| import.why == WhyBad::Unknown;
    match options.unknown_imports {
        UnknownImports::Trap if bad.iter().all(callable) => Ok(bad
            .iter()
            .filter(|import| !import.starts_threads())
            .map(|import| format!("{}::{}", import.module, import.name))
            .collect()),
        // Only those that no choice lets pass.
        UnknownImports::Trap => Err(Error::Imports(
            bad.iter().filter(|import| !callable(import)).cloned().collect(),
        )),
        UnknownImports::Refuse if bad.is_empty() => Ok(Vec::new()),
        UnknownImports::Refuse => Err(Error::Imports(bad.to_vec())),
    }
}

/// Whether the program would start threads, which it is told cannot be done.
fn starts_threads(bad: &[BadImport]) -> bool {
    bad.iter().any(BadImport::starts_threads)
}

/// Refuses a limit with which the program could not start.
fn check_memory(options: &Options, least: u64) -> Result<()> {
    match options.memory_limit {
        Some(limit) if limit < least => Err(Error::Option {
            option: "--memory-limit",
            message: format!("the module starts with {least} bytes of memory, and the limit is {limit}"),
        }),
        _ => Ok(()),
    }
}

fn notes(program: &Program<'_>, options: &Options) -> Vec<Note> {
    let mut notes = Vec::new();
    if let Some(why) = &program.no_lines {
        notes.push(Note::NoLines(why.clone()));
    }
    if program.translated_exceptions > 0 {
        notes.push(Note::TranslatedExceptions(program.translated_exceptions));
    }
    if program.one_thread {
        notes.push(Note::OneThread);
    }
    if !program.unknown_imports.is_empty() {
        notes.push(Note::UnknownImports(program.unknown_imports.clone()));
    }
    if options.directories.is_empty() && options.embedded.is_none() && !options.all_files {
        let functions: Vec<String> = program
            .wasi_imports
            .iter()
            .filter(|name| wasi::needs_directory(name))
            .cloned()
            .collect();
        if !functions.is_empty() {
            notes.push(Note::NoDirectory(functions));
        }
    }
    let without_memory = |name: &String| matches!(name.as_str(), "proc_exit" | "sched_yield" | "proc_raise");
    if !program.exports_memory && !program.wasi_imports.iter().all(without_memory) {
        notes.push(Note::NoMemory);
    }
    notes
}
