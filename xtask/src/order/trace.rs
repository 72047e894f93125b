//! Which instructions a program executes.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

/// The addresses of a program's instructions in the order in which they are executed, as distances from the start of the
/// executable. Those of the module's code and of the kernel's own pages lie outside of the runtime.
///
/// # Errors
/// When the program cannot be traced, or fails.
pub fn executed(program: &Path) -> Result<Vec<u64>> {
    let entry = entry(program)?;
    let log = program.with_extension("trace");
    let status = Command::new("valgrind")
        .args(["--tool=lackey", "--trace-mem=yes"])
        .arg(format!("--log-file={}", log.display()))
        .arg(program)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .context("cannot run valgrind")?;
    ensure!(status.success(), "{} fails under valgrind: {status}", program.display());
    let mut addresses = Vec::new();
    for line in BufReader::new(File::open(&log).with_context(|| log.display().to_string())?).lines() {
        addresses.extend(instruction(&line?));
    }
    // Nobody relocates the program but itself, so what is executed first is its entry.
    let base = addresses.first().and_then(|first| first.checked_sub(entry));
    let base = base.with_context(|| format!("{}: no instructions in it", log.display()))?;
    Ok(addresses
        .into_iter()
        .map(|address| address.wrapping_sub(base))
        .collect())
}

/// `I  ADDRESS,LENGTH`.
fn instruction(line: &str) -> Option<u64> {
    let (address, _) = line.strip_prefix("I ")?.trim_start().split_once(',')?;
    u64::from_str_radix(address, 16).ok()
}

/// The field `e_entry` of a 64-bit little-endian ELF file.
fn entry(program: &Path) -> Result<u64> {
    let file = std::fs::read(program).with_context(|| program.display().to_string())?;
    let field = file.get(24..32).and_then(|field| field.try_into().ok());
    let field = field.with_context(|| format!("{} is no executable", program.display()))?;
    Ok(u64::from_le_bytes(field))
}
