//! `nyash-pack verify APP`: computes every hash again.

use std::io::Write;

use nyash_format::{HashOf, RegionKind};
use nyash_pack::inspect::Program;

use super::args::VerifyArgs;
use super::file::{about, open};

/// Verifies an executable.
pub fn run(args: &VerifyArgs) -> anyhow::Result<()> {
    let file = open(&args.app)?;
    let program = about(&args.app, Program::parse(file.bytes()))?;
    let checks = about(&args.app, program.verify())?;
    let mut out = std::io::stdout().lock();
    let versions = program.all(RegionKind::Module).count();
    for check in checks.iter().filter(|check| check.computed.is_some()) {
        let which = match check.of {
            HashOf::Module(_) | HashOf::Names(_) if versions > 1 => {
                let level = program.all(RegionKind::Module).nth(check.of.index());
                format!(" ({})", level.map_or("", |region| region.cpu.name()))
            }
            _ => String::new(),
        };
        writeln!(out, "{:8} ok{which}", check.of.name())?;
    }
    writeln!(out, "{:8} ok", "key")?;
    Ok(out.flush()?)
}
