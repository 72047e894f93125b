//! WebAssembly: emission of the IR, and the link with the runtime.

mod code;
mod data;
mod emit;
mod link;
mod object;
mod print;

use crate::infer::Infer;

/// The relocatable object of the runtime; `boxes/build.sh` makes it.
static BOXES: &[u8] = include_bytes!("../../../boxes/boxes.o");

/// Writes the module of an inferred program.
pub fn module(infer: &mut Infer<'_>, names: bool) -> Result<Vec<u8>, String> {
    let object = object::Object::parse(BOXES).map_err(|e| e.to_string())?;
    let input = emit::program(infer, names);
    Ok(link::link(&object, input))
}

/// The program's own functions as text, before they are linked.
pub fn text(infer: &mut Infer<'_>) -> String {
    print::functions(&emit::program(infer, false).functions)
}
