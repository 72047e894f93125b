//! `nyash-pack verify APP`: computes every hash again.

use std::io::Write;

use nyash_format::{HashOf, RegionKind};
use nyash_pack::inspect::Program;
use serde::Serialize;

use super::args::VerifyArgs;
use super::file::{about, open};

/// Verifies an executable.
pub fn run(args: &VerifyArgs) -> anyhow::Result<()> {
    let file = open(&args.app)?;
    let program = about(&args.app, Program::parse(file.bytes()))?;
    let checks = about(&args.app, program.verify())?;
    let mut out = std::io::stdout().lock();
    if args.json {
        let hashes: Vec<Checked> = checks
            .iter()
            .map(|check| Checked {
                of: check.of.name(),
                cpu: level(&program, check.of),
                sha256: check.stored.iter().map(|byte| format!("{byte:02x}")).collect(),
                computed: check.computed.is_some(),
            })
            .collect();
        serde_json::to_writer_pretty(&mut out, &Verified { ok: true, hashes })?;
        writeln!(out)?;
        return Ok(out.flush()?);
    }
    let versions = program.all(RegionKind::Module).count();
    for check in checks.iter().filter(|check| check.computed.is_some()) {
        let which = match check.of {
            HashOf::Module(_) | HashOf::Names(_) if versions > 1 => {
                format!(" ({})", level(&program, check.of).unwrap_or_default())
            }
            _ => String::new(),
        };
        writeln!(out, "{:8} ok{which}", check.of.name())?;
    }
    writeln!(out, "{:8} ok", "key")?;
    Ok(out.flush()?)
}

/// The CPU level of the code that a hash is about.
fn level(program: &Program<'_>, of: HashOf) -> Option<&'static str> {
    match of {
        HashOf::Module(_) | HashOf::Names(_) => {
            let region = program.all(RegionKind::Module).nth(of.index())?;
            Some(region.cpu.name())
        }
        _ => None,
    }
}

/// An executable all of whose hashes are right. The field names are those of the JSON.
#[derive(Debug, Serialize)]
struct Verified {
    ok: bool,
    hashes: Vec<Checked>,
}

#[derive(Debug, Serialize)]
struct Checked {
    of: &'static str,
    cpu: Option<&'static str>,
    sha256: String,
    /// What was hashed is in the file; the module that was packed is not.
    computed: bool,
}
