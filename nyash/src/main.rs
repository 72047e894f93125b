//! The command `nyash`.

mod action;
mod debug;
mod files;
mod manifest;
mod options;
mod pack;
mod report;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let options = options::Options::parse();
    // Deep programs need deep recursion; the main thread's stack is what the system gives.
    nyash_language::front::with_deep_stack(|| action::run(options))
}
