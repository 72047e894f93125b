//! From a module to the bytes of an executable, stage by stage. No file is read but runtimes in stub folders.

use std::borrow::Cow;

use nyash_format::{
    Engine as Settings, HashOf, Header, MetadataWriter, Preopen, Record, Region, RegionKind, Slot, capability, section,
};
use sha2::{Digest, Sha256};
use wasmtime_environ::{EntityIndex, Initializer};

use crate::compile;
use crate::cwasm::{Image, Layout};
use crate::error::{Error, Result};
use crate::executable::{Access, Executable, Part};
use crate::input::Input;
use crate::module::Module;
use crate::options::Options;
use crate::stub::{self, Kind};
use crate::{compat, names, wasi};

/// A stage of packing, for progress and timings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading and checking the module.
    Check,
    /// Compiling it.
    Compile,
    /// Laying out and hashing the executable.
    Link,
}

impl Stage {
    /// Name for users.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Check => "check",
            Stage::Compile => "compile",
            Stage::Link => "link",
        }
    }
}

/// An executable in memory.
#[derive(Debug)]
pub struct Packed {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// What the user should know although nothing is wrong.
    pub notes: Vec<Note>,
    /// The runtime that was chosen.
    pub kind: Kind,
}

/// Something the user should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The module imports these file functions and no directory is granted.
    NoDirectory(Vec<String>),
    /// The module calls the system but exports no memory that the calls could use.
    NoMemory,
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Note::NoDirectory(functions) => {
                let shown = functions.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
                let more = if functions.len() > 3 { ", ..." } else { "" };
                write!(
                    f,
                    "the module imports file functions ({shown}{more}) and no directory is granted, so the program \
                     cannot open files; grant one with --dir DIR, or everything with --allow-all"
                )
            }
            Note::NoMemory => f.write_str(
                "the module exports no memory named `memory`, so calls to the system that need one will fail",
            ),
        }
    }
}

/// What is left of a module once it is compiled.
struct Program<'a> {
    image: Cow<'a, [u8]>,
    settings: Settings,
    names: Vec<u8>,
    module_name: Option<String>,
    producers: String,
    wasi_imports: Vec<String>,
    exports_memory: bool,
}

/// Packs a module: binary, text, or compiled.
///
/// The same module and options give the same bytes.
///
/// # Errors
/// Every reason why the module or an option is refused; see [`Error`].
pub fn pack(module: &[u8], options: &Options) -> Result<Packed> {
    pack_with(module, options, &mut |_| ())
}

/// [`pack`], with a call at the start of each stage.
///
/// # Errors
/// As [`pack`].
pub fn pack_with(module: &[u8], options: &Options, at: &mut dyn FnMut(Stage)) -> Result<Packed> {
    at(Stage::Check);
    options.check()?;
    let program = match Input::detect(module)? {
        Input::Wasm(wasm) => compile_module(&wasm, options, at)?,
        Input::Cwasm(image) => take_compiled(image, options)?,
    };
    at(Stage::Link);
    link(&program, module, options)
}

fn compile_module(wasm: &[u8], options: &Options, at: &mut dyn FnMut(Stage)) -> Result<Program<'static>> {
    let module = Module::parse(wasm)?;
    module.check_command()?;
    check_memory(options, module.least_memory)?;
    at(Stage::Compile);
    let compiled = compile::compile(wasm, &module, options)?;
    let functions = Image::parse(&compiled.image)?.functions();
    let names = names::table(&functions, |function| module.function_name(function.index))?;
    Ok(Program {
        image: Cow::Owned(compiled.image),
        settings: compiled.settings,
        names,
        module_name: module.name.map(str::to_owned),
        producers: module.producers,
        wasi_imports: module.wasi_imports.iter().map(|&name| name.to_owned()).collect(),
        exports_memory: module.exports_memory,
    })
}

fn take_compiled<'a>(bytes: &'a [u8], options: &Options) -> Result<Program<'a>> {
    let image = Image::parse(bytes)?;
    let settings = compat::check(&image, options.target, options.small_address_space)?;
    let info = image.info()?;
    let module = &info.module;
    let text = |atom| module.strings.get(atom).unwrap_or_default();
    let mut wasi_imports = Vec::new();
    let mut bad = Vec::new();
    for Initializer::Import { name, field, index } in module.initializers.iter() {
        let (name, field) = (text(*name), text(*field));
        if !matches!(index, EntityIndex::Function(_)) {
            bad.push(wasi::BadImport {
                module: name.to_owned(),
                name: field.to_owned(),
                why: wasi::WhyBad::NotFunction("not a function"),
            });
        } else if let Some(import) = wasi::check_function(name, field, None) {
            bad.push(import);
        } else {
            wasi_imports.push(field.to_owned());
        }
    }
    if !bad.is_empty() {
        return Err(Error::Imports(bad));
    }
    let exports = |wanted: &str| {
        module
            .exports
            .iter()
            .find(|(name, _)| text(**name) == wanted)
            .map(|(_, what)| *what)
    };
    if !matches!(exports("_start"), Some(EntityIndex::Function(_))) {
        return Err(if exports("_initialize").is_some() {
            Error::Reactor
        } else {
            Error::NoStart
        });
    }
    let least = |sum: u64, memory: &wasmtime_environ::Memory| {
        sum.saturating_add(memory.minimum_byte_size().unwrap_or(u64::MAX))
    };
    check_memory(options, module.memories.values().fold(0, least))?;
    let functions = image.functions();
    Ok(Program {
        image: Cow::Borrowed(bytes),
        settings,
        names: names::table(&functions, |function| function.name)?,
        module_name: module.name.and_then(|name| module.strings.get(name)).map(str::to_owned),
        producers: String::new(),
        wasi_imports,
        exports_memory: matches!(exports("memory"), Some(EntityIndex::Memory(_))),
    })
}

/// Refuses a limit with which the program could not start.
fn check_memory(options: &Options, least: u64) -> Result<()> {
    match options.memory_limit {
        Some(limit) if limit < least => Err(Error::Option {
            option: "--memory-limit",
            message: format!("the module starts with {least} bytes of memory, and the limit is {limit}"),
        }),
        _ => Ok(()),
    }
}

/// Puts runtime and program together.
fn link(program: &Program<'_>, input: &[u8], options: &Options) -> Result<Packed> {
    let target = options.target;
    let page = target.page();
    let kind = if program.settings.gc { Kind::LeanGc } else { Kind::Lean };
    let (stub, _) = stub::find(target, kind, &options.stub_folders)?;
    let runtime = Executable::parse(&stub).map_err(|error| Error::Runtime(error.to_string()))?;
    stub::check(&runtime, target, kind)?;
    let slot = runtime
        .section(section::SLOT)
        .ok_or_else(|| Error::Runtime("it has no slot".to_owned()))?;
    let image = Image::parse(&program.image)?;
    let layout = Layout::new(&image, page)?;

    // Hashes have a fixed length, so the place of everything is known before they are.
    let count = if layout.image().is_empty() { 3 } else { 4 };
    let header_len = Header::len_for(count);
    let key = compile::key(program.settings, target);
    let metadata_len = metadata(program, options, &key.text(), &Hashes::default())?.len();
    let names_at = (header_len + metadata_len).next_multiple_of(8);
    let module_at = (names_at + program.names.len()).next_multiple_of(page);
    let payload_len = module_at + layout.len();

    let (mut out, address) = runtime.start_packing(target)?;
    let payload_at = out.len();
    out.resize(payload_at + payload_len.next_multiple_of(page), 0);
    let payload = &mut out[payload_at..];
    payload[names_at..names_at + program.names.len()].copy_from_slice(&program.names);
    layout.write(&mut payload[module_at..]);

    let region = |kind, range: std::ops::Range<usize>, key| Region {
        kind,
        cpu: nyash_format::CpuLevel::Baseline,
        offset: (module_at + range.start) as u64,
        len: range.len() as u64,
        key,
    };
    let mut regions = vec![
        region(RegionKind::Module, 0..layout.len(), key.hash()),
        region(RegionKind::Text, layout.text(), 0),
    ];
    if !layout.image().is_empty() {
        regions.push(region(RegionKind::Image, layout.image(), 0));
    }
    regions.push(Region {
        kind: RegionKind::Names,
        cpu: nyash_format::CpuLevel::Baseline,
        offset: names_at as u64,
        len: program.names.len() as u64,
        key: 0,
    });
    let header = Header::write(&regions)?;

    let parts = parts(module_at, &layout, payload.len());
    let hashes = Hashes {
        input: sha256(input),
        module: sha256(&payload[module_at..payload_len]),
        names: sha256(&program.names),
        runtime: [0; 32],
    };
    runtime.finish_packing(&mut out, payload_at..payload_at + payload_len, address, &parts, target)?;
    let hashes = Hashes {
        runtime: runtime_hash(&out, address, slot.address)?,
        ..hashes
    };
    let metadata = metadata(program, options, &key.text(), &hashes)?;
    let payload = &mut out[payload_at..];
    payload[..header_len].copy_from_slice(&header);
    payload[header_len..header_len + metadata.len()].copy_from_slice(&metadata);
    let filled = Slot {
        payload_offset: address.wrapping_sub(slot.address) as i64,
        payload_len: payload_len as u64,
        header_len: too_large(header_len, "the header")?,
        metadata_len: too_large(metadata.len(), "the metadata")?,
        digest: nyash_format::digest(&payload[..header_len + metadata.len()]),
    };
    let slot_at = slot.offset as usize;
    let place = out.get_mut(slot_at..slot_at + nyash_format::SLOT_LEN);
    place
        .ok_or_else(|| Error::Runtime("its slot lies outside".to_owned()))?
        .copy_from_slice(&filled.to_bytes());
    runtime.seal(&mut out)?;
    Ok(Packed {
        bytes: out,
        notes: notes(program, options),
        kind,
    })
}

/// The payload's parts by access right, in order, together all of it.
fn parts(module_at: usize, layout: &Layout<'_>, payload_len: usize) -> Vec<Part> {
    let inside = |range: std::ops::Range<usize>| module_at + range.start..module_at + range.end;
    let (text, image) = (inside(layout.text()), inside(layout.image()));
    let part = |section, range, access| Part { section, range, access };
    let mut parts = vec![
        part(section::PAYLOAD, 0..text.start, Access::Read),
        part(section::TEXT, text.clone(), Access::Execute),
    ];
    if image.is_empty() {
        parts.push(part(section::TAIL, text.end..payload_len, Access::Read));
    } else {
        parts.push(part(section::TAIL, text.end..image.start, Access::Read));
        parts.push(part(section::IMAGE, image.clone(), Access::Write));
        parts.push(part(section::END, image.end..payload_len, Access::Read));
    }
    parts.retain(|part| !part.range.is_empty());
    parts
}

#[derive(Default)]
struct Hashes {
    input: [u8; 32],
    module: [u8; 32],
    runtime: [u8; 32],
    names: [u8; 32],
}

fn metadata(program: &Program<'_>, options: &Options, key: &str, hashes: &Hashes) -> Result<Vec<u8>> {
    let mut out = MetadataWriter::new();
    out.push(Record::Engine(program.settings))?;
    let mut flags = 0;
    if options.inherit_env {
        flags |= capability::INHERIT_ENV;
    }
    if options.all_files {
        flags |= capability::ALL_FILES;
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
    if let Some(name) = &program.module_name {
        out.push(Record::Name(name))?;
    }
    out.push(Record::KeyText(key))?;
    out.push(Record::Sha256(HashOf::Input, &hashes.input))?;
    out.push(Record::Sha256(HashOf::Module, &hashes.module))?;
    out.push(Record::Sha256(HashOf::Runtime, &hashes.runtime))?;
    out.push(Record::Sha256(HashOf::Names, &hashes.names))?;
    if !program.producers.is_empty() {
        out.push(Record::Producers(&program.producers))?;
    }
    Ok(out.finish())
}

/// The hash of the runtime's loaded bytes in a packed file, with an empty slot.
pub(crate) fn runtime_hash(file: &[u8], payload: u64, slot: u64) -> Result<[u8; 32]> {
    let executable = Executable::parse(file)?;
    let mut hash = Sha256::new();
    for (address, bytes) in executable.loaded_below(payload) {
        let within = slot.checked_sub(address).and_then(|at| usize::try_from(at).ok());
        match within.and_then(|at| Some((bytes.get(..at)?, bytes.get(at + nyash_format::SLOT_LEN..)?))) {
            Some((before, after)) => {
                hash.update(before);
                hash.update(Slot::EMPTY);
                hash.update(after);
            }
            None => hash.update(bytes),
        }
    }
    Ok(hash.finalize().into())
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

fn notes(program: &Program<'_>, options: &Options) -> Vec<Note> {
    let mut notes = Vec::new();
    if options.directories.is_empty() && !options.all_files {
        let functions: Vec<String> = program
            .wasi_imports
            .iter()
            .filter(|name| wasi::needs_directory(name))
            .cloned()
            .collect();
        if !functions.is_empty() {
            notes.push(Note::NoDirectory(functions));
        }
    }
    let without_memory = |name: &String| matches!(name.as_str(), "proc_exit" | "sched_yield" | "proc_raise");
    if !program.exports_memory && !program.wasi_imports.iter().all(without_memory) {
        notes.push(Note::NoMemory);
    }
    notes
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
