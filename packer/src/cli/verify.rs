//! `nyash-pack verify APP`: computes every hash again.

use std::io::Write;

use nyash_pack::inspect::Program;

use super::args::VerifyArgs;
use super::{about, open};

/// Verifies an executable.
pub fn run(args: &VerifyArgs) -> anyhow::Result<()> {
    let file = open(&args.app)?;
    let program = about(&args.app, Program::parse(file.bytes()))?;
    let checks = about(&args.app, program.verify())?;
    let mut out = std::io::stdout().lock();
    for check in checks.iter().filter(|check| check.computed.is_some()) {
        writeln!(out, "{:8} ok", check.of.name())?;
    }
    writeln!(out, "{:8} ok", "key")?;
    Ok(out.flush()?)
}
