//! `nyash-pack MODULE --oci IMAGE`: packs a module into a container image.

use std::collections::BTreeMap;
use std::path::Path;

use nyash_pack::oci::{self, Image};
use nyash_pack::{Error, Options, Source, Target};

use super::args::PackArgs;
use super::interrupt::Watch;
use super::work::{STDIN, Work, options};

/// Packs for every target and writes the image.
pub fn run(args: &PackArgs, mut work: Work<'_>, path: &Path) -> anyhow::Result<()> {
    let mut targets = args.options.target.clone();
    if targets.is_empty() {
        targets.push(Target::default());
    }
    // One order for the same image, however it was asked for.
    targets.sort_unstable();
    targets.dedup();
    let mut choices: Vec<Options> = targets
        .iter()
        .map(|target| options(&args.options, *target))
        .collect::<Result<_, _>>()?;
    let image = image(args, work.module, &choices[0])?;
    // Known before minutes go into compiling.
    image.check(&targets)?;
    oci::check(path)?;

    let embedded = work.embedded()?;
    for options in &mut choices {
        options.embedded.clone_from(&embedded);
    }
    let input = work.read()?;
    let mut programs = Vec::new();
    let mut notes = Vec::new();
    let (mut source, len) = (Source::new(input.bytes()), input.bytes().len());
    for options in &choices {
        let packed = work.pack(&mut source, len, options)?;
        notes = packed.notes;
        programs.push((options.target, packed.bytes));
    }
    work.timings.enter("write");
    let files = oci::layout(&image, &programs)?;
    let watch = Watch::start();
    oci::write(path, &files, &|| watch.asked())?;
    let size = files.iter().map(|file| file.bytes.len()).sum();
    work.end(&notes, len, size);
    Ok(())
}

fn image(args: &PackArgs, module: &Path, options: &Options) -> Result<Image, Error> {
    let mut labels = BTreeMap::new();
    for label in &args.oci_label {
        let (name, value) = label
            .split_once('=')
            .filter(|(name, _)| !name.is_empty())
            .ok_or_else(|| Error::Option {
                option: "--oci-label",
                message: format!("expected NAME=VALUE, not `{label}`"),
            })?;
        labels.insert(name.to_owned(), value.to_owned());
    }
    let stem = module.file_stem().and_then(|stem| stem.to_str());
    let folders = options.directories.iter().filter_map(|directory| {
        let path = String::from_utf8(directory.host.clone()).ok()?;
        (path.starts_with('/') && !path.trim_matches('/').is_empty()).then_some(path)
    });
    Ok(Image {
        program: stem.filter(|stem| *stem != STDIN).unwrap_or("app").to_owned(),
        user: args.oci_user.clone(),
        labels,
        name: args.oci_name.clone(),
        folders: folders.collect(),
    })
}
