//! From a module to an executable: the packer, called as a library.

use crate::options::{OptLevel, Options};
use nyash_pack::embed::{Embed, Sources};
use nyash_pack::{Directory, Error, Packed, write_executable};
use std::path::Path;

/// Makes an executable that runs `wasm`.
pub fn pack(wasm: &[u8], options: &Options) -> Result<Packed, String> {
    nyash_pack::pack(wasm, &packer_options(options)?).map_err(|error| explain(&error))
}

/// Makes an executable that runs `wasm` and writes it to `out`.
pub fn pack_to(wasm: &[u8], out: &Path, options: &Options) -> Result<Packed, String> {
    // Refused before the work, not after it.
    nyash_pack::output::check_output(out).map_err(|error| error.to_string())?;
    let packed = pack(wasm, options)?;
    write_executable(out, &packed).map_err(|error| error.to_string())?;
    Ok(packed)
}

/// What is wrong, and what to do about it.
pub fn explain(error: &Error) -> String {
    match error.hint() {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    }
}

fn packer_options(options: &Options) -> Result<nyash_pack::Options, String> {
    let mut packer = nyash_pack::Options::default();
    for directory in &options.dir {
        let directory = Directory::parse(directory.as_bytes()).map_err(|error| error.to_string())?;
        packer.directories.push(directory);
    }
    if !options.embed.is_empty() {
        let embeds = options.embed.iter().map(|embed| Embed::parse(embed.as_bytes()));
        let embedded = embeds
            .collect::<Result<Vec<_>, _>>()
            .and_then(|embeds| Sources::find(&embeds)?.read())
            .map_err(|error| explain(&error))?;
        packer.embedded = Some(embedded.into());
    }
    for variable in &options.env {
        packer.add_env(variable.as_bytes()).map_err(|error| error.to_string())?;
    }
    packer.target = options.target.unwrap_or_default();
    packer.stubs = nyash_pack::stub::Folders::usual(&options.stub_dir);
    packer.cpu = nyash_pack::cpu::parse(&options.cpu, packer.target).map_err(|error| explain(&error))?;
    packer.fallback = options.fallback.map(|fallback| match fallback {
        crate::options::Fallback::Pulley => nyash_pack::Fallback::Pulley,
        crate::options::Fallback::Jit => nyash_pack::Fallback::Jit,
    });
    packer.preinit = options.preinit.then(|| nyash_pack::Preinit {
        seconds: options.preinit_timeout,
        ..nyash_pack::Preinit::default()
    });
    packer.inherit_env = options.inherit_env;
    packer.args = options
        .arg
        .iter()
        .map(|argument| argument.clone().into_bytes())
        .collect();
    packer.argv0 = options.argv0.clone().map(String::into_bytes);
    packer.strip = options.strip;
    packer.debug_info = options.debug_info;
    packer.core_on_trap = options.core_on_trap;
    packer.no_line_tables = options.no_line_tables;
    packer.small_address_space = options.small_address_space;
    packer.opt_level = match options.opt_level {
        OptLevel::None => nyash_pack::OptLevel::None,
        OptLevel::Speed => nyash_pack::OptLevel::Speed,
        OptLevel::Size => nyash_pack::OptLevel::Size,
    };
    // One's own programs may do what a native program may, unless something narrower is asked for.
    let narrower = !options.dir.is_empty() || !options.env.is_empty() || options.inherit_env;
    if options.allow_all || !narrower {
        packer.allow_all();
    }
    Ok(packer)
}
