//! What is left of a module once it is compiled.

use std::borrow::Cow;

use nyash_format::{CpuFeatures, CpuLevel, Engine as Settings};

/// What is left of a module once it is compiled.
pub(crate) struct Program<'a> {
    pub versions: Vec<Compiled<'a>>,
    pub bytecode: Option<Vec<u8>>,
    /// What a compiler that goes along compiles.
    pub wasm: Option<Vec<u8>>,
    pub settings: Settings,
    /// What CPU level native stands for.
    pub native_features: CpuFeatures,
    pub module_name: Option<String>,
    pub producers: String,
    pub unknown_imports: Vec<String>,
    pub wasi_imports: Vec<String>,
    pub exports_memory: bool,
}

/// The code for one CPU level.
pub(crate) struct Compiled<'a> {
    pub cpu: CpuLevel,
    pub image: Cow<'a, [u8]>,
    pub names: Vec<u8>,
}
