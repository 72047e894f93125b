//! What is left of a module once it is compiled.

use std::borrow::Cow;

use nyash_format::{CpuFeatures, CpuLevel, Engine as Settings, Run};

use crate::image::labels::Symbol;
use crate::image::lines::NativeLines;
use crate::module::invoke::Invocation;

/// What is left of a module once it is compiled.
pub(crate) struct Program<'a> {
    pub versions: Vec<Compiled<'a>>,
    pub bytecode: Option<Vec<u8>>,
    /// Where the pages of initial memory go, if it is compact.
    pub runs: Vec<Run>,
    /// What a compiler that goes along compiles.
    pub wasm: Option<Vec<u8>>,
    pub settings: Settings,
    /// What CPU level native stands for.
    pub native_features: CpuFeatures,
    pub module_name: Option<String>,
    pub producers: String,
    /// Functions in which exceptions were translated.
    pub translated_exceptions: usize,
    /// The export that was called when it was packed.
    pub initialised_by: Option<String>,
    /// What it runs in place of `_start`.
    pub invoke: Option<Invocation>,
    /// Functions and lines of each version's code, for debuggers, if that was asked for.
    pub native_lines: Vec<NativeLines>,
    /// It is run for its state only.
    pub for_snapshot: bool,
    /// Why call stacks name no lines, although the module has debugging information.
    pub no_lines: Option<String>,
    /// It has a shared memory, or would start threads.
    pub one_thread: bool,
    pub unknown_imports: Vec<String>,
    pub wasi_imports: Vec<String>,
    pub exports_memory: bool,
}

impl Program<'_> {
    /// What was changed in the module before it was compiled, a line each.
    pub fn changes(&self) -> String {
        let mut lines = String::new();
        if let Some(function) = &self.initialised_by {
            // One line, whatever the module calls it.
            let function = function.replace(char::is_control, " ");
            lines += &format!("initialised by `{function}`\n");
        }
        if self.translated_exceptions > 0 {
            lines += &translated(self.translated_exceptions);
            lines.push('\n');
        }
        lines
    }
}

/// What is said, now and by the program's metadata, of exceptions that were translated.
pub(crate) fn translated(functions: usize) -> String {
    let plural = if functions == 1 { "" } else { "s" };
    format!("exceptions translated from the legacy encoding in {functions} function{plural}")
}

/// The code for one CPU level.
pub(crate) struct Compiled<'a> {
    pub cpu: CpuLevel,
    pub image: Cow<'a, [u8]>,
    pub names: Vec<u8>,
    /// What the executable's symbol table has of it.
    pub symbols: Vec<Symbol>,
}
