//! The runtimes that travel inside the packer, and what they say of themselves.

use nyash_format::{section, stub_info};

use crate::compile;
use crate::elf::Executable;
use crate::error::{Error, Result};

/// Without a collector: smaller and faster to start.
static LEAN: &[u8] = include_bytes!(env!("NYASH_RUNTIME_LEAN"));
/// With a collector, for exceptions and collected types.
static LEAN_GC: &[u8] = include_bytes!(env!("NYASH_RUNTIME_LEAN_GC"));

/// The smallest runtime that offers what a module needs.
pub fn choose(gc: bool) -> &'static [u8] {
    if gc { LEAN_GC } else { LEAN }
}

/// The value of a line in the runtime's own description, section `.nyash.info`.
pub(crate) fn info<'a>(executable: &Executable<'a>, name: &str) -> Option<&'a str> {
    let section = executable.section(section::INFO)?;
    let text = executable.at(section.address(), section.len())?;
    let text = std::str::from_utf8(text).ok()?;
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
}

/// Checks that a runtime is one that can run what this packer compiles.
///
/// # Errors
/// [`Error::Runtime`].
pub(crate) fn check(executable: &Executable<'_>, gc: bool) -> Result<()> {
    let needed = [
        (stub_info::FORMAT, nyash_format::FORMAT_VERSION.to_string()),
        (stub_info::WASMTIME, compile::WASMTIME.to_owned()),
        (stub_info::TARGET, compile::TARGET.to_owned()),
    ];
    for (name, needed) in needed {
        let found = info(executable, name).unwrap_or("missing");
        if found != needed {
            return Err(Error::Runtime(format!("its {name} is {found}, and must be {needed}")));
        }
    }
    if gc && info(executable, stub_info::GC) != Some("yes") {
        return Err(Error::Runtime("it has no collector, which the module needs".to_owned()));
    }
    Ok(())
}
