//! `nyash-pack run MODULE [-- ARGS]`: packs a module into memory and becomes the program.

use anyhow::Context;
use nyash_pack::{Error, Source, Target, start};

use super::args::RunArgs;
use super::work::{Work, one_target, options};

/// Runs a module. Comes back only when the program could not replace this process.
pub fn run(args: &RunArgs) -> anyhow::Result<()> {
    let mut work = Work::start(&args.module, &args.options)?;
    let mut options = options(&args.options, one_target(&args.options)?)?;
    if Some(options.target) != Target::host() {
        return Err(Error::Option {
            option: "--target",
            message: format!("a program for {} cannot be run here", options.target),
        }
        .into());
    }
    options.embedded = work.embedded()?;
    let input = work.read()?;
    let len = input.bytes().len();
    let packed = work.pack(&mut Source::new(input.bytes()), len, &options)?;
    work.end(&packed.notes, len, packed.bytes.len());
    let status = start::replace_this_process(&packed.bytes, args.module.as_os_str(), &args.program_arguments)
        .with_context(|| format!("cannot run {}", args.module.display()))?;
    std::process::exit(start::exit_status(status));
}
