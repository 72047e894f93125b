//! The back end, stage by stage: a resolved program in, a WASI command module out. Each stage hands a finished value on.

use crate::diagnostic::Diagnostic;
use crate::infer::Infer;
use crate::ir::Module;
use crate::ir::builtin::Row;
use crate::lower::{self, Lowerer};
use crate::resolve::program::Program;
use crate::wasm::Emitted;
use crate::{effects, ir, optimize, settle, wasm};

/// What the caller can choose.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The program's last line of output is `Result: <text of its final value>`.
    pub print_result: bool,
    /// Keep the functions' names in the module.
    pub names: bool,
}

/// Compiles a program to an ordinary WASI preview 1 command module.
///
/// # Errors
/// None that a program can cause.
pub fn compile(program: &Program, options: &Options) -> Result<Vec<u8>, Vec<Diagnostic>> {
    let module = optimized(program, *options);
    let emitted = wasm::emit(&module, &program.sources);
    wasm::link(emitted, options.names).map_err(|message| vec![Diagnostic::error("internal", message)])
}

/// The module in which everything is decided.
fn settled(program: &Program, options: Options) -> Module {
    let lowerer = Lowerer::new(
        program,
        lower::Options {
            print_result: options.print_result,
        },
    );
    let inferred = Infer::run(lowerer);
    settle::settle(inferred)
}

/// The module that code is written from.
fn optimized(program: &Program, options: Options) -> Module {
    let mut module = settled(program, options);
    effects::run(&mut module);
    optimize::inline::run(&mut module);
    module
}

/// The functions of the library that a program can come to call, each once.
pub fn library_rows(program: &Program, options: &Options) -> Vec<&'static Row> {
    settle::library_rows(&settled(program, *options))
}

/// The IR as text: what code is written from.
pub fn dump_mir(program: &Program) -> String {
    ir::print::module(&optimized(program, Options::default()))
}

/// The code of the program's own functions as text, before they are linked with the runtime.
pub fn dump_code(program: &Program) -> String {
    let module = optimized(program, Options::default());
    let emitted: Emitted = wasm::emit(&module, &program.sources);
    emitted.text()
}
