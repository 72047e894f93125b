//! The back end as one call: a resolved program in, a WASI command module out.

use crate::diagnostic::Diagnostic;
use crate::infer::Infer;
use crate::ir;
use crate::lower::{self, Lowerer};
use crate::resolve::program::Program;

/// What the caller can choose.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The program's last line of output is `Result: <text of its final value>`.
    pub print_result: bool,
    /// Keep the functions' names in the module.
    pub names: bool,
}

fn infer(program: &Program, options: Options) -> Infer<'_> {
    Infer::run(Lowerer::new(
        program,
        lower::Options {
            print_result: options.print_result,
        },
    ))
}

/// Compiles a program to an ordinary WASI preview 1 command module.
pub fn compile(program: &Program, options: &Options) -> Result<Vec<u8>, Vec<Diagnostic>> {
    let mut infer = infer(program, *options);
    crate::wasm::module(&mut infer, options.names).map_err(|message| vec![Diagnostic::error("internal", message)])
}

/// The functions of the library that a program can come to call.
pub fn library_rows(program: &Program, options: &Options) -> Vec<&'static nyash_abi::library::Row> {
    crate::infer::library_rows(&mut infer(program, *options))
}

/// The program's IR as text.
pub fn dump_mir(program: &Program) -> String {
    let mut infer = infer(program, Options::default());
    crate::infer::throws(&mut infer);
    ir::print::module(&infer.lower.module)
}

/// The code of the program's own functions as text, before they are linked with the runtime.
pub fn dump_code(program: &Program) -> String {
    let mut infer = infer(program, Options::default());
    crate::wasm::text(&mut infer)
}
