//! Compiled modules (`.cwasm`): one ELF image with wasmtime's sections, read, laid out anew, and given back.

pub(crate) mod description;
pub(crate) mod dwarf;
pub(crate) mod labels;
pub(crate) mod layout;
pub(crate) mod lines;
pub(crate) mod names;
pub(crate) mod reading;
pub(crate) mod record;
pub(crate) mod symbols;
