//! The back end, stage by stage: a resolved program in, a WASI command module out. Each stage hands a finished value on.

use crate::diagnostic::Diagnostic;
use crate::infer::Infer;
use crate::ir::Module;
use crate::ir::builtin::Row;
use crate::lower::{self, Lowerer};
use crate::resolve::program::Program;
pub use crate::wasm::{Compiled, FunctionCode};
use crate::{effects, ir, lint, optimize, settle, verify, wasm};

/// What the caller can choose.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The program's last line of output is `Result: <text of its final value>`.
    pub print_result: bool,
    /// The module exports a function that makes all static boxes ready, for hosts that keep what it then is.
    pub preinit: bool,
    /// The program ends with a report of what is still alive: objects in cycles, which are never freed.
    pub leak_report: bool,
    /// The module names its functions.
    pub names: bool,
}

/// Compiles a program to an ordinary WASI preview 1 command module. Builds with debug assertions check on the way what
/// [`verify`] checks.
///
/// # Errors
/// None that a program can cause.
pub fn compile(program: &Program, options: &Options) -> Result<Compiled, Vec<Diagnostic>> {
    written(program, settled(program, *options), *options, cfg!(debug_assertions))
}

/// [`compile`] and [`check`] together, which costs little more than one of them.
///
/// # Errors
/// As of [`compile`].
pub fn compile_and_check(program: &Program, options: &Options) -> Result<(Compiled, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut infer = inferred(program, *options);
    let found = lint::run(&mut infer);
    let compiled = written(program, settle::settle(infer), *options, cfg!(debug_assertions))?;
    Ok((compiled, found))
}

/// What inference knows to be wrong or odd in the functions that a program reaches. Nothing is made.
pub fn check(program: &Program) -> Vec<Diagnostic> {
    lint::run(&mut inferred(program, Options::default()))
}

/// Compiles a program and checks what the stages hand on: the IR before and after it is optimised, and the module.
///
/// # Errors
/// What is wrong, with the name of the function. It is a defect of this compiler.
pub fn verify(program: &Program, options: &Options) -> Result<(), Vec<Diagnostic>> {
    written(program, settled(program, *options), *options, true).map(|_| ())
}

/// The stages behind settling, in order.
fn written(program: &Program, module: Module, options: Options, check: bool) -> Result<Compiled, Vec<Diagnostic>> {
    let module = optimized(module, check)?;
    let extras = wasm::Extras {
        preinit: options.preinit,
        leak_report: options.leak_report,
    };
    let emitted = wasm::emit(&module, &program.sources, extras);
    let names = emitted.names();
    let compiled = wasm::link(emitted, options.names).map_err(|text| internal([text]))?;
    if check {
        wasm::verify(&compiled.wasm, &names).map_err(|text| internal([text]))?;
    }
    Ok(compiled)
}

/// The module that code is written from.
fn optimized(module: Module, check: bool) -> Result<Module, Vec<Diagnostic>> {
    if check {
        verified(&module)?;
    }
    let module = improved(module);
    if check {
        verified(&module)?;
    }
    Ok(module)
}

/// The module with its effects known and its small functions in place.
fn improved(mut module: Module) -> Module {
    effects::run(&mut module);
    optimize::inline::run(&mut module);
    module
}

/// The module in which everything is decided.
fn settled(program: &Program, options: Options) -> Module {
    settle::settle(inferred(program, options))
}

/// The program with a type on everything that is reached.
fn inferred(program: &Program, options: Options) -> Infer<'_> {
    let lowerer = Lowerer::new(
        program,
        lower::Options {
            print_result: options.print_result,
        },
    );
    Infer::run(lowerer)
}

fn verified(module: &Module) -> Result<(), Vec<Diagnostic>> {
    let wrong = verify::module(module);
    if wrong.is_empty() { Ok(()) } else { Err(internal(wrong)) }
}

/// Defects of the compiler, as errors.
fn internal(texts: impl IntoIterator<Item = String>) -> Vec<Diagnostic> {
    texts
        .into_iter()
        .map(|text| Diagnostic::error("internal", text))
        .collect()
}

/// The functions of the library that a program can come to call, each once.
pub fn library_rows(program: &Program, options: &Options) -> Vec<&'static Row> {
    settle::library_rows(&settled(program, *options))
}

/// The IR as text: what code is written from.
pub fn dump_mir(program: &Program) -> String {
    ir::print::module(&improved(settled(program, Options::default())))
}

/// The code of the program's own functions as text, before they are linked with the runtime.
pub fn dump_code(program: &Program) -> String {
    wasm::emit(
        &improved(settled(program, Options::default())),
        &program.sources,
        wasm::Extras::default(),
    )
    .text()
}
