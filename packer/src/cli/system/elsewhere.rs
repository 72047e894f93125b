//! Systems that let nobody look at processes and caches as Linux does.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::usage::Traced;

/// Nothing: it cannot be asked for.
pub fn stay_on_one_processor() -> Option<usize> {
    None
}

/// Fails, with a text for the user.
pub fn drop_files(_: &[PathBuf], _all: bool) -> Result<(), String> {
    Err("the page cache can be dropped on Linux only".to_owned())
}

/// Fails, with a text for the user.
pub fn trace(_: Command, _: Duration) -> Result<Traced, String> {
    Err("counted on Linux only".to_owned())
}
