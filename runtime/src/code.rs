//! The code that the program runs as: a compiled module, or one for the interpreter.

#[cfg(feature = "full")]
use nyash_format::{BYTECODE_BIG_ENDIAN, BYTECODE_TARGET};
use nyash_format::{ImageRuns, Region, RegionKind};

use crate::message::{EXIT_UNUSABLE, die};
use crate::payload::Regions;

/// The target of bytecode that this runtime's interpreter takes.
#[cfg(feature = "full")]
pub const BYTECODE: &str = if cfg!(target_endian = "big") {
    BYTECODE_BIG_ENDIAN
} else {
    BYTECODE_TARGET
};

/// The code to run.
pub struct Code {
    /// A compiled module, or one for the interpreter.
    pub module: &'static [u8],
    /// The machine code inside it; none for the interpreter.
    pub text: &'static [u8],
    /// The name table about it, read only when a call stack is printed.
    pub names: &'static [u8],
    /// Address and length of the initial memory that can be moved, both 0 if there is none.
    pub image: (usize, usize),
    /// The runs of that memory, if it is compact.
    pub runs: ImageRuns<'static>,
}

impl Code {
    /// The code of a module region, which stands behind `index` others.
    pub fn compiled(regions: &Regions, module: Region, index: usize, runs: ImageRuns<'static>) -> Self {
        let Some(text) = regions.header.nth(RegionKind::Text, index) else {
            die(
                EXIT_UNUSABLE,
                format_args!("cannot start: the header has an invalid text region; pack the program again"),
            );
        };
        Code {
            module: regions.bytes(module),
            text: regions.bytes(text),
            names: regions.names(index),
            image: regions.image(),
            runs,
        }
    }

    /// The bytecode of a region.
    #[cfg(feature = "full")]
    pub fn bytecode(regions: &Regions, module: Region) -> Self {
        Code {
            module: regions.bytes(module),
            text: &[],
            names: regions.names(0),
            image: regions.image(),
            runs: ImageRuns::default(),
        }
    }

    /// Whether it is for the interpreter.
    pub fn is_bytecode(&self) -> bool {
        cfg!(feature = "full") && self.text.is_empty()
    }
}
