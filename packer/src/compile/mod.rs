//! How modules are compiled, and the one place where the settings of the compiler are chosen.
//!
//! The runtime must configure its engine alike (`runtime/src/engine.rs`). wasmtime compares, when it loads a module:
//!
//! | setting | value | who sets it in the runtime |
//! |---|---|---|
//! | module version | `Custom("48.0.8")`: wasmtime's own is only the major version | constant |
//! | target | the triple of `target.rs`; of CPU features those of the level (`cpu.rs`) | compiled in; `choose.rs` checks the level |
//! | `memory_reservation`, `memory_guard_size` | 4 GiB, 32 MiB; both 0 with a small address space | record `engine` |
//! | `gc_heap_reservation`, `gc_heap_guard_size`, `gc_heap_may_move` | wasmtime copies the memory's | not set |
//! | `memory_may_move`, `guard_before_linear_memory`, `table_lazy_init` | wasmtime's default, true | not set |
//! | `signals_based_traps` | true | record `engine` |
//! | `memory_init_cow` | true, except for little data on targets with large pages | record `engine` |
//! | `collector` | deferred reference counting with `gc`, otherwise none | record `engine` |
//! | `parse_wasm_debuginfo` | false (`WasmBacktraceDetails::Disable`) | constant |
//! | `debug_symbols` | wasmtime's default, true | not set |
//! | `debug_native`, `debug_guest`, fuel, epochs, inlining, winch, recording, concurrency | wasmtime's default | not set |
//! | features | WASM 3 without threads; without `gc` also no exceptions and no collected types; those that code serves alone are on while a module that uses them is compiled, and then left out of its record (`image/record.rs`) | the kind of runtime |
//!
//! For the interpreter (`--fallback pulley`) the target is `pulley64`, signals are off and there is no guard.
//!
//! Not compared, and of no effect on code: `memory_reservation_for_growth`, `max_wasm_stack`, `generate_address_map`
//! (off: call stacks are named from the packer's own table), unwind tables (off: frames are walked by frame pointer).

pub(crate) mod builtins;
pub(crate) mod compat;
pub mod cpu;
pub mod jit;
pub(crate) mod key;
mod riscv64;

use std::borrow::Cow;

use nyash_format::{CpuFeatures, Engine as Settings, Format, Kind, Run, Target, WASMTIME};
use wasmtime::{Collector, Config, Engine, ModuleVersionStrategy, WasmBacktraceDetails};

use crate::error::{Error, Result};
use crate::image::reading::{COPIED_IMAGE, Image};
use crate::module::Module;
use crate::module::memory::{self, Compact};
use crate::module::scan::{Features, Needs};
use crate::options::{Fallback, OptLevel, Options};

/// Below this many bytes of code, starting threads costs more than it saves.
const PARALLEL_FROM: u64 = 64 << 10;

/// Whether wasmtime lays initial memory out in pages. It counts in the largest page of the target, so that on aarch64
/// Linux a hello of 300 bytes would carry 64 KiB of zeros; data that would be copied anyway is copied piece by piece there.
fn maps_initial_memory(target: Target, data_len: u64) -> bool {
    target.smallest_page() == target.page() || data_len > COPIED_IMAGE as u64
}

/// Initial memory that is copied anyway is one piece, with its zeros, up to this length in bytes.
const MOST_ZEROS: u64 = 1 << 20;

/// What becomes of initial memory with holes that is not made compact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sparse {
    /// What wasmtime finds right: up to 16 MiB it is laid out with its zeros.
    Usual,
    /// Above [`MOST_ZEROS`] its segments are copied one by one.
    Segments,
}

/// An engine that compiles with these settings for a triple, with these flags of the CPU on.
pub(crate) fn engine(
    settings: Settings,
    triple: &str,
    cpu: impl Iterator<Item = &'static str>,
    opt: OptLevel,
    parallel: bool,
    features: Features,
) -> Result<Engine> {
    let more = More {
        sparse: Sparse::Usual,
        lines: false,
    };
    engine_with(settings, triple, cpu, opt, parallel, features, more)
}

/// What an engine for a program has besides.
#[derive(Clone, Copy)]
struct More {
    sparse: Sparse,
    /// The image says where its code comes from.
    lines: bool,
}

/// [`engine`], with more choices.
fn engine_with(
    settings: Settings,
    triple: &str,
    cpu: impl Iterator<Item = &'static str>,
    opt: OptLevel,
    parallel: bool,
    features: Features,
    more: More,
) -> Result<Engine> {
    let mut config = Config::new();
    let ready = (|| {
        // A target that is named keeps the features of this machine's CPU out of the code.
        config.target(triple)?;
        for flag in cpu {
            // SAFETY: the code is not run here; the runtime checks before it runs it (`runtime/src/choose.rs`).
            unsafe { config.cranelift_flag_enable(flag) };
        }
        config.module_version(ModuleVersionStrategy::Custom(WASMTIME.to_owned()))?;
        config
            .memory_reservation(settings.memory_reservation)
            .memory_guard_size(settings.memory_guard_size)
            .memory_reservation_for_growth(settings.memory_reservation_for_growth)
            .signals_based_traps(settings.signals_based_traps)
            .memory_init_cow(settings.memory_init_cow)
            .wasm_backtrace_details(WasmBacktraceDetails::Disable)
            .generate_address_map(more.lines)
            // wasmtime refuses to leave it out for Windows; the layout of the image does.
            .native_unwind_info(triple.contains("windows"))
            .gc_support(settings.gc)
            .wasm_exceptions(settings.gc)
            .wasm_features(features.for_compiler(), true)
            .parallel_compilation(parallel)
            .cranelift_opt_level(match opt {
                OptLevel::None => wasmtime::OptLevel::None,
                OptLevel::Speed => wasmtime::OptLevel::Speed,
                OptLevel::Size => wasmtime::OptLevel::SpeedAndSize,
            });
        if more.sparse == Sparse::Segments {
            config.memory_guaranteed_dense_image_size(MOST_ZEROS);
        }
        if settings.gc {
            config.collector(Collector::DeferredReferenceCounting);
        }
        Engine::new(&config)
    })();
    ready.map_err(|error| Error::Compile(format!("{error:#}")))
}

/// A module compiled for each level that was asked for, in wasmtime's form, and the settings of all.
pub(crate) struct Compiled {
    /// In the order of the levels.
    pub images: Vec<Vec<u8>>,
    /// For the interpreter, if that was asked for. Its initial memory is its own if that of the others is compact.
    pub bytecode: Option<Vec<u8>>,
    /// Where the pages of initial memory go, if it is compact.
    pub runs: Vec<Run>,
    pub settings: Settings,
    /// What the compiler got, if the images say where their code comes from.
    pub from: Option<Vec<u8>>,
}

/// What the compiler gets of a module.
fn lean<'a>(module: &Module<'a>, target: Target) -> Result<Cow<'a, [u8]>> {
    let lean = module.without_custom_sections();
    if target == Target::Riscv64Linux {
        riscv64::without_vectors(lean)
    } else {
        Ok(lean)
    }
}

fn precompile(engine: &Engine, wasm: &[u8]) -> Result<Vec<u8>> {
    let image = engine.precompile_module(wasm);
    image.map_err(|error| Error::Compile(format!("{error:#}")))
}

/// Compiles a module that has been compiled for a program before, for a machine with these features. `used` are those of
/// WebAssembly.
///
/// # Errors
/// [`Error::Compile`].
pub(crate) fn compile_again(
    module: &Module<'_>,
    settings: Settings,
    target: Target,
    features: CpuFeatures,
    used: Features,
) -> Result<Vec<u8>> {
    let flags = cpu::enabled(target, features);
    let parallel = module.code_len >= PARALLEL_FROM;
    let engine = engine(settings, target.triple(), flags, OptLevel::Speed, parallel, used)?;
    precompile(&engine, &lean(module, target)?)
}

/// Compiles a module that needs this, with a collector only if it needs one. `native` is what level native stands for. With
/// `lines` the images say where their code comes from.
///
/// # Errors
/// [`Error::Compile`] for what the compiler cannot do.
pub(crate) fn compile(
    module: &Module<'_>,
    needs: &Needs,
    options: &Options,
    native: CpuFeatures,
    lines: bool,
) -> Result<Compiled> {
    let target = options.target;
    let lean = lean(module, target)?;
    let parallel = module.code_len >= PARALLEL_FROM;
    let maps = maps_initial_memory(target, module.data_len);
    // Windows maps no initial memory.
    let copies = target.format() == Format::Pe;
    let compact = if maps && !copies {
        memory::compact(&lean, target.page())
    } else {
        None
    };
    let sparse = if copies { Sparse::Segments } else { Sparse::Usual };
    let (wasm, runs) = match &compact {
        Some(Compact { wasm, runs }) => (wasm.as_slice(), runs.as_slice()),
        None => (&*lean, &[][..]),
    };
    let attempt = |gc: bool| -> Result<Compiled> {
        let settings = Settings {
            memory_init_cow: maps,
            ..key::settings(gc, options)
        };
        let mut images = Vec::new();
        for level in options.cpu_levels() {
            let flags = cpu::enabled(target, level.features(native));
            let engine = engine_with(
                settings,
                target.triple(),
                flags,
                options.opt_level,
                parallel,
                needs.features,
                More { sparse, lines },
            )?;
            images.push(precompile(&engine, wasm)?);
        }
        let mut bytecode = None;
        if options.fallback == Some(Fallback::Pulley) {
            let (triple, none) = (key::bytecode_target(target.name()), std::iter::empty());
            let sparse = if runs.is_empty() { sparse } else { Sparse::Segments };
            let settings = settings.for_bytecode();
            let engine = engine_with(
                settings,
                triple,
                none,
                options.opt_level,
                parallel,
                needs.features,
                More { sparse, lines: false },
            )?;
            bytecode = Some(precompile(&engine, &lean)?);
        }
        Ok(Compiled {
            images,
            bytecode,
            runs: runs.to_vec(),
            settings,
            from: lines.then(|| wasm.to_vec()),
        })
    };
    let gc = module.needs_gc || needs.gc;
    let compiled = attempt(gc)?;
    match missing(&compiled, gc)? {
        None => Ok(compiled),
        Some(_) if !gc => {
            let compiled = attempt(true)?;
            match missing(&compiled, true)? {
                None => Ok(compiled),
                Some(name) => Err(no_runtime(&name)),
            }
        }
        Some(name) => Err(no_runtime(&name)),
    }
}

/// The first function of the engine that the code calls and its runtime has not got.
fn missing(compiled: &Compiled, gc: bool) -> Result<Option<String>> {
    let kind = if gc { Kind::Full } else { Kind::Lean };
    for image in compiled.images.iter().chain(&compiled.bytecode) {
        let symbols = Image::parse(image)?.symbols();
        let called = symbols.into_iter().filter_map(builtins::called);
        if let Some(name) = builtins::missing(called, kind) {
            return Ok(Some(name.to_owned()));
        }
    }
    Ok(None)
}

fn no_runtime(function: &str) -> Error {
    Error::Compile(format!("it needs `{function}` of the engine, which no runtime has"))
}
