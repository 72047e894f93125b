//! The engine record inside a compiled module.

use nyash_format::WASMTIME;
use serde::{Deserialize, Serialize};
use wasmtime_environ::{FlagValue, Tunables};

use crate::error::{Error, Result};
use crate::module::scan::Features;

/// The section `.wasmtime.engine`, as wasmtime writes it (its module `engine::serialization`).
pub(crate) struct Record<'a> {
    pub version: &'a str,
    pub engine: Option<EngineRecord<'a>>,
}

/// wasmtime's `Metadata`; the order of the fields is the encoding.
#[derive(Serialize, Deserialize)]
pub(crate) struct EngineRecord<'a> {
    pub target: String,
    #[serde(borrow)]
    pub shared_flags: Vec<(&'a str, FlagValue<'a>)>,
    #[serde(borrow)]
    pub isa_flags: Vec<(&'a str, FlagValue<'a>)>,
    pub tunables: Tunables,
    pub features: u64,
}

/// The section `.wasmtime.engine` without the compiler flags that need no check at start: all that [`check`] or our own
/// compiler settings have decided already. wasmtime would compare each of the fifty by name, a fifth of the
/// instructions that a small program takes from exec to exit. CPU features that are on stay.
///
/// # Errors
/// [`Error::DamagedImage`] for a record that is not of this version.
pub(crate) fn reduced_record(section: &[u8]) -> Result<Vec<u8>> {
    let (head, mut engine) = engine_record(section)?;
    engine.shared_flags.clear();
    // Code serves them alone: the runtime is not built with them, and need not be.
    engine.features &= !Features::ALL.bits();
    engine.isa_flags.retain(|(_, value)| *value != FlagValue::Bool(false));
    let mut out = head.to_vec();
    out.extend(postcard::to_allocvec(&engine).map_err(|_| unreadable())?);
    Ok(out)
}

/// Whether the section `.wasmtime.engine` is that of a module for the interpreter.
///
/// # Errors
/// [`Error::DamagedImage`] for a record that is not of this version.
pub(crate) fn is_bytecode(section: &[u8]) -> Result<bool> {
    Ok(engine_record(section)?.1.target.starts_with("pulley"))
}

/// Version and engine in a section `.wasmtime.engine` of this version.
fn engine_record(section: &[u8]) -> Result<(&[u8], EngineRecord<'_>)> {
    let version_len = usize::from(*section.get(1).ok_or_else(unreadable)?);
    let (head, rest) = section.split_at_checked(2 + version_len).ok_or_else(unreadable)?;
    Ok((head, postcard::from_bytes(rest).map_err(|_| unreadable())?))
}

fn unreadable() -> Error {
    Error::DamagedImage("its engine record cannot be read".to_owned())
}

/// The release that a version belongs to. wasmtime's own strategy writes nothing else, older ones wrote all of it.
fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}

impl<'a> Record<'a> {
    pub fn read(bytes: Option<&'a [u8]>) -> Result<Self> {
        let parts = bytes.and_then(|bytes| {
            let (head, rest) = bytes.split_first_chunk::<2>()?;
            let (version, rest) = rest.split_at_checked(head[1].into())?;
            Some((std::str::from_utf8(version).ok()?, rest))
        });
        let (version, rest) = parts.ok_or_else(|| Error::DamagedImage("no engine record".to_owned()))?;
        // Another release of wasmtime has other fields, which may happen to read as these: what 30 wrote came out as two
        // dozen settings that nobody had chosen.
        let readable = major(version) == major(WASMTIME);
        Ok(Record {
            version,
            engine: readable.then(|| postcard::from_bytes(rest).ok()).flatten(),
        })
    }
}
