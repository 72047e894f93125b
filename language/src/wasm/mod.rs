//! WebAssembly: emission of the IR, and the link with the runtime.

// Whoever adds a kind of expression or type is told here what to decide.
#![warn(clippy::wildcard_enum_match_arm)]

mod code;
mod data;
mod emit;
mod link;
mod object;
mod print;
mod verify;

pub use link::{Compiled, FunctionCode};

use crate::ir::Module;
use crate::source::SourceMap;
use std::rc::Rc;

/// The relocatable object of the runtime; `boxes/build.sh` makes it.
static BOXES: &[u8] = include_bytes!("../../objects/boxes.o");

/// The same with regular expressions, which is four times as much to read.
static BOXES_MORE: &[u8] = include_bytes!("../../objects/boxes-more.o");

/// The functions and data of a program, written but not linked.
pub struct Emitted(link::Input);

/// What else a module has.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extras {
    /// An export that makes all static boxes ready.
    pub preinit: bool,
    /// A report at its end of what is still alive.
    pub leak_report: bool,
}

/// Writes the functions of a finished module; `sources` are where its errors point to.
pub fn emit(module: &Module, sources: &SourceMap, extras: Extras) -> Emitted {
    Emitted(emit::program(module, sources, extras))
}

/// Joins them with what they reach of the runtime: an ordinary WASI preview 1 command module.
///
/// # Errors
/// The object of the runtime that was built into this compiler cannot be read.
pub fn link(emitted: Emitted, names: bool) -> Result<Compiled, String> {
    let object = object::Object::parse(BOXES).map_err(|e| e.to_string())?;
    if link::has_all(&object, &emitted.0) {
        return Ok(link::link(&object, emitted.0, names));
    }
    let mut object = object::Object::parse(BOXES_MORE).map_err(|e| e.to_string())?;
    if emitted.0.tracked {
        object.replace("ny_free", "ny_free_tracked");
    }
    Ok(link::link(&object, emitted.0, names))
}

/// Checks a linked module, given the [`Emitted::names`] of its functions.
///
/// # Errors
/// What is wrong, with the name of the function.
pub fn verify(wasm: &[u8], names: &[Rc<str>]) -> Result<(), String> {
    verify::module(wasm, names)
}

impl Emitted {
    /// Names of the program's functions, in the order of the module.
    pub fn names(&self) -> Vec<Rc<str>> {
        self.0.functions.iter().map(|f| f.name.clone()).collect()
    }

    /// The functions as text.
    pub fn text(&self) -> String {
        print::functions(&self.0.functions)
    }
}
