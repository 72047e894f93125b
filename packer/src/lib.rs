//! `nyash-pack`: a WASI module becomes one native executable.
//!
//! [`pack()`] turns the bytes of a module into the bytes of an executable and reads nothing but stub folders; [`write_executable`]
//! writes them. [`inspect::Program`] reads a packed file again. The format is defined by `nyash-format` and its
//! `SPEC.md`.
//!
//! ```no_run
//! let module = std::fs::read("app.wasm")?;
//! let packed = nyash_pack::pack(&module, &nyash_pack::Options::default())?;
//! nyash_pack::write_executable("app".as_ref(), &packed)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The way of a module: [`pack()`] has the stages in order. `module/` says what the bytes are, walks over a module and
//! knows its imports; `preinit/` runs its initialisation; `legacy_exceptions/` translates those; `compile/` holds every setting of the compiler; `image/`
//! reads compiled modules and lays them out anew; `stub/` finds the runtimes; `link/` puts both together; `executable/` knows the formats of files. `embed/`
//! reads the files that go along. `program` is
//! what a module is between compiling and linking, `target` lists the systems, `options` what can be chosen, `inspect`
//! reads packed files, `output` writes them, `system/` is what differs between the systems that this runs on. No two files import each other, directly or around a corner
//! (`tests/house.rs`).

#![warn(missing_docs)]

mod compile;
pub mod embed;
mod error;
mod executable;
pub mod files;
mod image;
pub mod inspect;
pub mod legacy_exceptions;
mod link;
mod module;
pub mod oci;
mod options;
pub mod output;
mod pack;
pub mod path_prefix;
pub mod preinit;
mod program;
pub mod start;
pub mod stub;
mod system;

pub use compile::{cpu, jit};
pub use error::{Difference, Error, Result};
pub use executable::resources::{Resources, Subsystem};
pub use module::MAX_MODULE;
pub use module::wasi::{BadImport, Signature, WhyBad};
pub use nyash_format::{Format, Target, UnknownTarget};
pub use options::{Directory, Fallback, OptLevel, Options, Preinit, UnknownImports, parse_size};
pub use output::write_executable;
pub use pack::{Note, Packed, Source, Stage, pack, pack_with};
