//! The on-disk and in-memory format of a packed program, as `SPEC.md` beside this crate defines it.
//!
//! The packer writes these structures, the runtime reads them from its own mapped image, and `nyash-pack inspect`
//! reads them from a file. Nothing here allocates while reading, does IO, or knows wasmtime; every parser returns an
//! error for bytes it does not understand and never panics (`tests/any_bytes.rs`).
//!
//! All integers are little-endian on every target.

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;

mod bytes;
mod cpu;
mod embed;
mod error;
mod header;
pub mod invoke;
mod key;
mod lines;
mod metadata;
mod names;
pub mod preview1;
mod runs;
mod slot;
pub mod snapshot;
mod stubs;
mod target;

pub use bytes::digest;
pub use cpu::{CpuArch, CpuFeatures, CpuLevel};
pub use embed::{EmbedEntry, EmbedFile, EmbedFolder, EmbedIndex, EmbedNode, EmbedTree, PathError, write_embed_index};
pub use error::{FormatError, Part};
pub use header::{Header, Region, RegionKind};
pub use invoke::Invoke;
pub use key::{BYTECODE_BIG_ENDIAN, BYTECODE_TARGET, CompatKey, Engine};
pub use lines::{Position, Scope};
pub use metadata::{
    Capabilities, HashOf, MAX_INHERIT_FD, Metadata, MetadataWriter, Preopen, Record, Records, Tag, capability,
};
pub use names::{Call, Frame, NameTable, NameTableBuilder};
pub use runs::{ImageRuns, Run};
pub use slot::{SLOT_LEN, Slot};
pub use stubs::{COMPILER, Kind, MANIFEST, ManifestError, StubEntry, manifest_head, parse_manifest, stub_name};
pub use target::{Format, Target, Toolchain, UnknownTarget, edit_distance};

/// The format version that this crate writes, and the only one that it reads.
///
/// A reader refuses any other version: see "Versions" in `SPEC.md`.
pub const FORMAT_VERSION: u32 = 1;

/// How many bytes of an ELF executable belong to its header and its program headers, from the start of the file.
///
/// Runtimes leave this room, and the hash of the runtime does not cover it. See "Sections" in `SPEC.md`.
pub const ELF_HEADERS_LEN: usize = 64 + 19 * 56;

/// The last bytes of an ELF executable, loaded behind the payload: a file without them was cut short.
pub const END_MARK: [u8; 8] = *b"nyashEND";

/// The version of wasmtime that compiles and runs modules: that of the packer, of the runtimes, and of stub folders.
///
/// The manifests of packer and runtime pin the same one (`tests/house.rs` compares them).
pub const WASMTIME: &str = "48.0.8";

/// The version of this project: packer, runtimes and format are released together.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Names of the sections, by executable format.
pub mod section {
    /// ELF and PE: header, metadata, function names and the part of the compiled module before its code.
    pub const PAYLOAD: &str = ".nyash";
    /// ELF: the code of the compiled module, mapped R-X.
    pub const TEXT: &str = ".nyash.text";
    /// ELF: the part of the compiled module behind its code.
    pub const TAIL: &str = ".nyash.tail";
    /// ELF: large initial memory, mapped private and writable so that the kernel copies pages on write.
    pub const IMAGE: &str = ".nyash.image";
    /// ELF: what follows the initial memory.
    pub const END: &str = ".nyash.end";
    /// The slot inside the runtime that the packer fills.
    pub const SLOT: &str = ".nyash.slot";
    /// What the runtime says of itself to the packer; see [`crate::stub_info`].
    pub const INFO: &str = ".nyash.info";
    /// Mach-O: the segment that holds the payload.
    pub const MACHO_SEGMENT: &str = "__NYASH";
}

/// The text in section `.nyash.info` of a runtime: `name=value` lines.
pub mod stub_info {
    /// Format version the runtime reads.
    pub const FORMAT: &str = "format";
    /// Version of the runtime crate.
    pub const RUNTIME: &str = "runtime";
    /// Version of wasmtime inside.
    pub const WASMTIME: &str = "wasmtime";
    /// Target the runtime runs on, as the compatibility key spells it.
    pub const TARGET: &str = "target";
    /// `lean`, or `full` with a collector, an interpreter and what starts a compiler.
    pub const KIND: &str = "kind";
}
