//! Puts runtime and payload together: the bytes of the executable.

pub(crate) mod payload;

use nyash_format::{
    CpuFeatures, CpuLevel, HashOf, Header, ImageRuns, Invoke, MetadataWriter, Preopen, Record, RegionKind, Slot,
    capability, section,
};

use crate::compile::key;
use crate::error::{Error, Result};
use crate::executable::Executable;
use crate::executable::hash::{runtime_hash, sha256};
use crate::executable::parts::Contents;
use crate::image::dwarf;
use crate::link::payload::{Content, Payload, Version};
use crate::options::Options;
use crate::program::Program;
use crate::stub::{self, Kind};

/// The executable for a program, with a runtime of this kind.
///
/// # Errors
/// When the runtime is missing or cannot take the payload.
pub(crate) fn link(program: &Program<'_>, input: &[u8], options: &Options, kind: Kind) -> Result<Vec<u8>> {
    let target = options.target;
    let compiler = match program.wasm {
        Some(_) => Some(stub::find_compiler(target, &options.stubs)?.0),
        None => None,
    };
    let content = Content {
        versions: program
            .versions
            .iter()
            .map(|version| Version {
                cpu: version.cpu,
                image: &version.image,
                names: &version.names,
                key: key::key(program.settings, options.target, version.cpu).hash(),
            })
            .collect(),
        bytecode: program.bytecode.as_deref().map(|image| {
            let key = key::bytecode_key(program.settings, options.target);
            (image, key.hash())
        }),
        runs: &program.runs,
        jit: compiler.as_deref().zip(program.wasm.as_deref()),
        embedded: options
            .embedded
            .as_deref()
            .map(|embedded| (embedded.index(), embedded.data())),
    };
    let page = target.smallest_page();
    let (stub, _) = stub::find(target, kind, &options.stubs)?;
    let stub = crate::executable::resources::apply(stub, &options.resources)?;
    let stub = match options.stack_size {
        Some(size) => crate::executable::stack::apply(stub, target, size)?,
        None => stub,
    };
    let runtime = Executable::parse(&stub).map_err(|error| Error::Runtime(error.to_string()))?;
    stub::check(&runtime, target, kind)?;
    let slot = runtime
        .section(section::SLOT)
        .ok_or_else(|| Error::Runtime("it has no slot".to_owned()))?;

    // Hashes have a fixed length, so the place of everything is known before they are.
    let best = program
        .versions
        .first()
        .map_or(CpuLevel::Baseline, |version| version.cpu);
    let key = key::key(program.settings, target, best).text();
    let blank = subjects(&content).map(|of| (of, [0; 32])).collect::<Vec<_>>();
    let metadata_len = metadata(program, options, &key, &blank)?.len();
    let plan = Payload::new(&content, metadata_len, target)?;

    let symbols: Vec<_> = program.versions.iter().map(|version| version.symbols.clone()).collect();
    let debug = dwarf::sections(&program.native_lines, target.is_big_endian())
        .map_err(|error| Error::Compile(format!("its debugging information cannot be written: {error}")))?;
    let contents = Contents {
        parts: &plan.parts,
        to_text: plan.to_text(),
        symbols: if options.strip { &[] } else { &symbols },
        debug: &debug,
        page: target.page(),
    };
    let (mut out, address) = runtime.start_packing(target, &contents)?;
    let payload_at = out.len();
    out.resize(payload_at + plan.len.next_multiple_of(page), 0);
    plan.write(&mut out[payload_at..]);
    let hash = |of: HashOf| -> Result<[u8; 32]> {
        let kind = match of {
            HashOf::Input => return Ok(sha256(input)),
            // It covers what `finish_packing` writes.
            HashOf::Runtime => return Ok([0; 32]),
            HashOf::Module(_) => RegionKind::Module,
            HashOf::Names(_) => RegionKind::Names,
            HashOf::Bytecode => RegionKind::Bytecode,
            HashOf::Compiler => RegionKind::Compiler,
            HashOf::Wasm => RegionKind::Wasm,
            HashOf::EmbedIndex => RegionKind::EmbedIndex,
        };
        let region = plan.regions.iter().filter(|region| region.kind == kind).nth(of.index());
        let region = region.ok_or_else(|| Error::Runtime("a region is missing".to_owned()))?;
        Ok(sha256(
            &out[payload_at + region.offset as usize..][..region.len as usize],
        ))
    };
    let hashes: Result<Vec<_>> = subjects(&content).map(|of| Ok((of, hash(of)?))).collect();
    let mut hashes = hashes?;
    let header = Header::write(&plan.regions)?;
    runtime.finish_packing(&mut out, payload_at..payload_at + plan.len, address, &contents, target)?;
    let runtime_hash = runtime_hash(&out, address, slot.address)?;
    for (_, hash) in hashes.iter_mut().filter(|(of, _)| *of == HashOf::Runtime) {
        *hash = runtime_hash;
    }
    let metadata = metadata(program, options, &key, &hashes)?;
    let payload = &mut out[payload_at..];
    payload[..header.len()].copy_from_slice(&header);
    payload[header.len()..header.len() + metadata.len()].copy_from_slice(&metadata);
    let filled = Slot {
        payload_offset: address.wrapping_sub(slot.address) as i64,
        payload_len: plan.len as u64,
        header_len: too_large(header.len(), "the header")?,
        metadata_len: too_large(metadata.len(), "the metadata")?,
        digest: nyash_format::digest(&payload[..header.len() + metadata.len()]),
    };
    // It may have moved in the file, but not in memory.
    let slot_at = Executable::parse(&out)?.offset_of(slot.address);
    let place = slot_at
        .and_then(|at| usize::try_from(at).ok())
        .and_then(|at| out.get_mut(at..)?.get_mut(..nyash_format::SLOT_LEN));
    place
        .ok_or_else(|| Error::Runtime("its slot lies outside".to_owned()))?
        .copy_from_slice(&filled.to_bytes());
    runtime.seal(&mut out)?;
    Ok(out)
}

/// What hashes are stored of.
fn subjects(content: &Content<'_>) -> impl Iterator<Item = HashOf> {
    let versions = content.versions.len() as u16;
    [HashOf::Input, HashOf::Runtime]
        .into_iter()
        .chain((0..versions).map(HashOf::Module))
        .chain((0..versions).map(HashOf::Names))
        .chain(content.bytecode.map(|_| HashOf::Bytecode))
        .chain(content.jit.map(|_| HashOf::Compiler))
        .chain(content.jit.map(|_| HashOf::Wasm))
        .chain(content.embedded.map(|_| HashOf::EmbedIndex))
}

fn metadata(program: &Program<'_>, options: &Options, key: &str, hashes: &[(HashOf, [u8; 32])]) -> Result<Vec<u8>> {
    let mut out = MetadataWriter::new();
    out.push(Record::Engine(program.settings))?;
    let mut flags = 0;
    if options.inherit_env {
        flags |= capability::INHERIT_ENV;
    }
    if options.all_files {
        flags |= capability::ALL_FILES;
    }
    if program.for_snapshot {
        flags |= capability::SNAPSHOT;
    }
    if options.core_on_trap && !program.for_snapshot {
        flags |= capability::CORE_ON_TRAP;
    }
    if options.debug_info && !program.for_snapshot {
        flags |= capability::SOURCE_LINES;
    }
    // A C library that has looked for its folders when the program was initialised does not look again.
    if options.embedded.is_some() && (program.for_snapshot || program.initialised_by.is_some()) {
        flags |= capability::EMBEDDED_FIRST;
    }
    out.push(Record::Capabilities(flags))?;
    for directory in &options.directories {
        let preopen = Preopen {
            host: &directory.host,
            guest: &directory.guest,
            read_only: directory.read_only,
        };
        out.push(Record::Preopen(preopen)).map_err(|_| unusable("--dir"))?;
    }
    for (name, value) in &options.env_set {
        let entry = [name.as_slice(), b"=", value].concat();
        out.push(Record::EnvSet(&entry)).map_err(|_| unusable("--env"))?;
    }
    for name in &options.env_pass {
        out.push(Record::EnvPass(name)).map_err(|_| unusable("--env"))?;
    }
    for fd in &options.inherit_fds {
        out.push(Record::InheritFd(*fd)).map_err(|_| Error::Option {
            option: "--inherit-fd",
            message: format!("descriptor {fd} is not from 3 to {}", nyash_format::MAX_INHERIT_FD),
        })?;
    }
    for arg in &options.args {
        out.push(Record::Arg(arg)).map_err(|_| unusable("--arg"))?;
    }
    if let Some(argv0) = &options.argv0 {
        out.push(Record::Argv0(argv0)).map_err(|_| unusable("--argv0"))?;
    }
    if let Some(limit) = options.memory_limit {
        out.push(Record::MemoryLimit(limit))?;
    }
    if let Some(invocation) = &program.invoke {
        out.push(Record::Invoke(Invoke {
            name: &invocation.name,
            is_main: invocation.is_main,
        }))?;
    }
    if let Some(name) = &program.module_name {
        out.push(Record::Name(name))?;
    }
    out.push(Record::KeyText(key))?;
    if program.native_features != CpuFeatures::NONE {
        out.push(Record::CpuFeatures(program.native_features))?;
    }
    if !program.runs.is_empty() {
        let runs = ImageRuns::to_bytes(&program.runs);
        out.push(Record::ImageRuns(ImageRuns::parse(&runs)?))?;
    }
    for (of, hash) in hashes {
        out.push(Record::Sha256(*of, hash))?;
    }
    if !program.producers.is_empty() {
        out.push(Record::Producers(&program.producers))?;
    }
    let changes = program.changes();
    if !changes.is_empty() {
        out.push(Record::Changes(&changes))?;
    }
    Ok(out.finish())
}

fn unusable(option: &'static str) -> Error {
    Error::Option {
        option,
        message: "a value with a zero byte, or an impossible name, cannot be stored".to_owned(),
    }
}

fn too_large(len: usize, what: &'static str) -> Result<u32> {
    u32::try_from(len).map_err(|_| Error::TooLarge {
        what,
        size: len as u64,
        limit: u32::MAX.into(),
    })
}
