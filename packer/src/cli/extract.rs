//! `nyash-pack extract APP -o FILE`: gets the compiled module out again.

use nyash_pack::inspect::Program;
use nyash_pack::{Error, output};

use super::args::ExtractArgs;
use super::file::{about, open};
use super::interrupt::Watch;

/// Writes the compiled module of an executable.
pub fn run(args: &ExtractArgs) -> anyhow::Result<()> {
    output::check_output(&args.output)?;
    if output::same_file(&args.app, &args.output) {
        let error = Error::Output {
            path: args.output.clone(),
            message: "it is the input",
        };
        return Err(error.into());
    }
    let file = open(&args.app)?;
    let program = about(&args.app, Program::parse(file.bytes()))?;
    let image = about(&args.app, program.extract(args.cpu.as_deref()))?;
    let watch = Watch::start();
    Ok(output::write_file(&args.output, &image, 0o666, &|| watch.asked())?)
}
