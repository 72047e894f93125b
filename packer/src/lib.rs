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
//! One file is one idea: `input` tells what the bytes are, `module` walks over a module, `wasi` knows the imports,
//! `features` explains a refusal, `compile` holds every setting of the compiler, `cwasm` reads compiled modules and
//! lays them out, `compat` compares them with the runtime, `names` makes the table for call stacks, `target` lists the
//! systems, `stub` finds the runtimes, `resources` gives those of Windows an icon, `executable` writes the formats, `pack` puts it all together, `jit`
//! compiles on the machine that runs a program, `output` writes files.

#![warn(missing_docs)]

mod compat;
pub mod compile;
pub mod cpu;
mod cwasm;
mod error;
mod executable;
mod features;
pub mod files;
mod input;
pub mod inspect;
pub mod jit;
mod link;
mod module;
mod names;
mod options;
pub mod output;
mod pack;
mod payload;
mod resources;
mod riscv64;
pub mod stub;
mod target;
mod wasi;

pub use compile::OptLevel;
pub use error::{Difference, Error, Result};
pub use module::MAX_MODULE;
pub use options::{Directory, Fallback, Options, UnknownImports, parse_size};
pub use output::write_executable;
pub use pack::{Note, Packed, Stage, pack, pack_with};
pub use resources::{Resources, Subsystem};
pub use target::{Format, Target};
pub use wasi::{BadImport, Signature, WhyBad};
