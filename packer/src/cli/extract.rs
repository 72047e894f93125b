//! `nyash-pack extract APP -o FILE`: gets the compiled module out again; with `--files`, the embedded files.

use std::path::Path;

use nyash_pack::inspect::Program;
use nyash_pack::{Error, output};

use super::args::ExtractArgs;
use super::file::{about, open};
use super::interrupt::Watch;

/// Writes the compiled module of an executable, or its files.
pub fn run(args: &ExtractArgs) -> anyhow::Result<()> {
    let output = args.output.as_deref();
    match (args.files, output) {
        (true, output) => files(args, output.unwrap_or(Path::new("."))),
        (false, output) => module(args, output.unwrap_or(Path::new(""))),
    }
}

fn files(args: &ExtractArgs, folder: &Path) -> anyhow::Result<()> {
    let file = open(&args.app)?;
    let program = about(&args.app, Program::parse(file.bytes()))?;
    let embedded = about(&args.app, program.embedded())?;
    let none = || Error::Option {
        option: "--files",
        message: "the program has no embedded files".to_owned(),
    };
    let embedded = about(&args.app, embedded.ok_or_else(none))?;
    Ok(embedded.write_below(folder, args.force)?)
}

fn module(args: &ExtractArgs, path: &Path) -> anyhow::Result<()> {
    output::check_output(path)?;
    if output::same_file(&args.app, path) {
        let error = Error::Output {
            path: path.to_owned(),
            message: "it is the input",
        };
        return Err(error.into());
    }
    let file = open(&args.app)?;
    let program = about(&args.app, Program::parse(file.bytes()))?;
    let image = about(&args.app, program.extract(args.cpu.as_deref()))?;
    let watch = Watch::start();
    Ok(output::write_file(path, &image, 0o666, &|| watch.asked())?)
}
