//! `nyash-pack inspect APP`: what an executable holds and may do, for people and as JSON.

use std::fmt::Write as _;
use std::io::Write;

use nyash_format::{CpuArch, HashOf, NameTable, RegionKind, capability, stub_info};
use nyash_pack::Error;
use nyash_pack::embed::{Contents, What};
use nyash_pack::inspect::Program;
use serde::Serialize;

use super::args::InspectArgs;
use super::file::{about, open};

/// Shows an executable.
pub fn run(args: &InspectArgs) -> anyhow::Result<()> {
    let file = open(&args.app)?;
    let program = about(&args.app, Program::parse(file.bytes()))?;
    let report = about(&args.app, Report::new(&program))?;
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &report)?;
        writeln!(out)?;
    } else {
        out.write_all(report.text().as_bytes())?;
    }
    Ok(out.flush()?)
}

/// Everything that is shown. The field names are those of the JSON.
#[derive(Debug, Serialize)]
struct Report {
    format: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    file_size: usize,
    target: Option<String>,
    runtime: Runtime,
    versions: Vec<Version>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fallback: Option<Fallback>,
    memory: Memory,
    /// The export that is run in place of `_start`.
    #[serde(skip_serializing_if = "Option::is_none")]
    invoke: Option<Invoke>,
    capabilities: Capabilities,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<Key>,
    regions: Vec<Place>,
    sections: Vec<Place>,
    hashes: Vec<Hash>,
    /// What was changed in the module.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<String>,
    producers: Vec<String>,
    functions: usize,
    /// Names for debuggers and profilers.
    symbols: usize,
    /// Call stacks name files and lines.
    lines: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    embedded: Option<Embedded>,
}

#[derive(Debug, Serialize)]
struct Runtime {
    kind: Option<String>,
    version: Option<String>,
    wasmtime: Option<String>,
    gc: bool,
}

/// The code for a CPU level, in order of preference.
#[derive(Debug, Serialize)]
struct Version {
    cpu: &'static str,
    features: String,
    code_size: u64,
    key: String,
}

/// What runs where no version can.
#[derive(Debug, Serialize)]
struct Fallback {
    kind: &'static str,
    size: u64,
}

fn fallback(program: &Program<'_>) -> Option<Fallback> {
    let size = |kind| program.all(kind).next().map(|region| region.len);
    if let Some(size) = size(RegionKind::Bytecode) {
        return Some(Fallback {
            kind: nyash_pack::Fallback::Pulley.name(),
            size,
        });
    }
    Some(Fallback {
        kind: nyash_pack::Fallback::Jit.name(),
        size: size(RegionKind::Compiler)? + size(RegionKind::Wasm)?,
    })
}

/// What is run in place of `_start`.
#[derive(Debug, Serialize)]
struct Invoke {
    name: String,
    is_main: bool,
}

/// Initial memory in bytes.
#[derive(Debug, Serialize)]
struct Memory {
    mapped: u64,
    mapped_ranges: usize,
    copied: u64,
}

#[derive(Debug, Serialize)]
struct Capabilities {
    all_files: bool,
    inherit_env: bool,
    directories: Vec<Directory>,
    env_set: Vec<String>,
    env_pass: Vec<String>,
    inherit_fds: Vec<u32>,
    args: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    argv0: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory_limit: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stack_size: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Directory {
    host: String,
    guest: String,
    read_only: bool,
}

/// Files that go along.
#[derive(Debug, Default, Serialize)]
struct Embedded {
    /// Those that the program starts with.
    folders: Vec<String>,
    files: Vec<EmbeddedFile>,
    links: Vec<EmbeddedLink>,
}

#[derive(Debug, Serialize)]
struct EmbeddedFile {
    path: String,
    size: usize,
    sha256: String,
}

#[derive(Debug, Serialize)]
struct EmbeddedLink {
    path: String,
    target: String,
}

impl Embedded {
    fn new(contents: &Contents<'_>) -> Result<Self, Error> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut embedded = Embedded::default();
        for item in contents.items()? {
            let path = text(&item.path);
            match item.what {
                What::Folder { root: true } => embedded.folders.push(path),
                What::Folder { root: false } => {}
                What::File { bytes, sha256 } => embedded.files.push(EmbeddedFile {
                    path,
                    size: bytes.len(),
                    sha256: hex(sha256),
                }),
                What::Link { target } => embedded.links.push(EmbeddedLink {
                    path,
                    target: text(target),
                }),
            }
        }
        Ok(embedded)
    }
}

#[derive(Debug, Serialize)]
struct Key {
    hash: String,
    cpu: &'static str,
    lines: Vec<String>,
}

/// A region or section.
#[derive(Debug, Serialize)]
struct Place {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu: Option<&'static str>,
    offset: u64,
    size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    rights: Option<String>,
}

#[derive(Debug, Serialize)]
struct Hash {
    of: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu: Option<&'static str>,
    sha256: String,
}

impl Report {
    fn new(program: &Program<'_>) -> Result<Self, Error> {
        let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let metadata = &program.metadata;
        let capabilities = &metadata.capabilities;
        let module = program.all(RegionKind::Module).next();
        let several = program.all(RegionKind::Module).count() > 1;
        let names = program
            .region(RegionKind::Names)
            .map(|(_, bytes)| NameTable::parse(bytes));
        let lines = |text: Option<&str>| text.unwrap_or_default().lines().map(str::to_owned).collect();
        let from_key = |name: &str| {
            let lines = metadata.key_text.unwrap_or_default().lines();
            lines
                .filter_map(|line| line.strip_prefix(name)?.strip_prefix('='))
                .map(str::to_owned)
                .next()
        };
        let target = owned(program.runtime_info(stub_info::TARGET)).or_else(|| from_key("target"));
        let arch = CpuArch::of_target(target.as_deref().unwrap_or_default());
        let texts = program.all(RegionKind::Text);
        let versions = program
            .all(RegionKind::Module)
            .zip(texts)
            .map(|(module, text)| Version {
                cpu: module.cpu.name(),
                features: module.cpu.features(metadata.native_features).names(arch).to_string(),
                code_size: text.len,
                key: format!("{:016x}", module.key),
            });
        let memory = program.initial_memory()?;
        Ok(Report {
            format: nyash_format::FORMAT_VERSION,
            name: owned(metadata.name),
            file_size: program.file.len(),
            target,
            versions: versions.collect(),
            fallback: fallback(program),
            memory: Memory {
                mapped: memory.mapped,
                mapped_ranges: memory.ranges,
                copied: memory.copied,
            },
            runtime: Runtime {
                kind: owned(program.runtime_info(stub_info::KIND)),
                version: owned(program.runtime_info(stub_info::RUNTIME)),
                wasmtime: owned(program.runtime_info(stub_info::WASMTIME)).or_else(|| from_key("wasmtime")),
                gc: metadata.engine.gc,
            },
            invoke: metadata.invoke.map(|invoke| Invoke {
                name: invoke.name.to_owned(),
                is_main: invoke.is_main,
            }),
            capabilities: Capabilities {
                all_files: capabilities.flags & capability::ALL_FILES != 0,
                inherit_env: capabilities.flags & capability::INHERIT_ENV != 0,
                directories: capabilities
                    .preopens
                    .iter()
                    .map(|preopen| Directory {
                        host: lossy(preopen.host),
                        guest: lossy(preopen.guest),
                        read_only: preopen.read_only,
                    })
                    .collect(),
                env_set: capabilities.env_set.iter().map(|entry| lossy(entry)).collect(),
                env_pass: capabilities.env_pass.iter().map(|name| lossy(name)).collect(),
                inherit_fds: capabilities.inherit_fds.clone(),
                args: capabilities.args.iter().map(|arg| lossy(arg)).collect(),
                argv0: capabilities.argv0.map(lossy),
                memory_limit: capabilities.memory_limit,
                stack_size: Some(metadata.engine.max_wasm_stack).filter(|size| *size > 0),
            },
            key: module.map(|module| Key {
                hash: format!("{:016x}", module.key),
                cpu: module.cpu.name(),
                lines: lines(metadata.key_text),
            }),
            regions: program
                .regions
                .iter()
                .map(|region| Place {
                    name: region.kind.name().to_owned(),
                    cpu: (several && matches!(region.kind, RegionKind::Module | RegionKind::Text))
                        .then(|| region.cpu.name()),
                    offset: program.file_offset(*region).unwrap_or_default(),
                    size: region.len,
                    rights: None,
                })
                .collect(),
            sections: program
                .executable
                .sections()
                .iter()
                .map(|section| Place {
                    name: section.name.to_owned(),
                    cpu: None,
                    offset: section.offset,
                    size: section.len,
                    rights: section.allocated.then(|| section.rights()),
                })
                .collect(),
            hashes: metadata
                .hashes
                .iter()
                .map(|(of, hash)| Hash {
                    of: of.name(),
                    cpu: match of {
                        HashOf::Module(_) | HashOf::Names(_) if several => program
                            .all(RegionKind::Module)
                            .nth(of.index())
                            .map(|region| region.cpu.name()),
                        _ => None,
                    },
                    sha256: hex(hash.as_slice()),
                })
                .collect(),
            changes: lines(metadata.changes),
            producers: lines(metadata.producers),
            symbols: program.executable.symbols(),
            lines: names
                .as_ref()
                .is_some_and(|names| names.as_ref().is_ok_and(NameTable::has_positions)),
            functions: match names {
                Some(names) => names?.len(),
                None => 0,
            },
            embedded: match program.embedded()? {
                Some(contents) => Some(Embedded::new(&contents)?),
                None => None,
            },
        })
    }

    fn text(&self) -> String {
        let mut t = String::new();
        self.write_text(&mut t).unwrap_or(());
        t
    }

    fn write_text(&self, t: &mut String) -> std::fmt::Result {
        let or_unknown = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".to_owned());
        if let Some(name) = &self.name {
            writeln!(t, "module        {}", quoted(name))?;
        }
        writeln!(t, "size          {} bytes", self.file_size)?;
        writeln!(t, "target        {}", or_unknown(&self.target))?;
        let r = &self.runtime;
        let gc = if r.gc { ", with collector" } else { "" };
        writeln!(
            t,
            "runtime       {} {}, wasmtime {}{gc}",
            or_unknown(&r.kind),
            or_unknown(&r.version),
            or_unknown(&r.wasmtime)
        )?;
        writeln!(t, "functions     {}", self.functions)?;
        writeln!(
            t,
            "symbols       {}",
            match self.symbols {
                0 => "none".to_owned(),
                symbols => format!("{symbols}, for debuggers and profilers"),
            }
        )?;
        if self.lines {
            writeln!(t, "lines         named by call stacks")?;
        }
        for v in &self.versions {
            let needs = if v.features.is_empty() { "" } else { ", needs " };
            writeln!(t, "code          {}, {} bytes{needs}{}", v.cpu, v.code_size, v.features)?;
        }
        let m = &self.memory;
        let ranges = match m.mapped_ranges {
            0 | 1 => String::new(),
            n => format!(" in {n} ranges"),
        };
        writeln!(
            t,
            "memory        {} bytes mapped{ranges}, {} bytes copied at the start",
            m.mapped, m.copied
        )?;
        if let Some(fallback) = &self.fallback {
            writeln!(t, "fallback      {}, {} bytes", fallback.kind, fallback.size)?;
        }

        if let Some(invoke) = &self.invoke {
            let how = if invoke.is_main {
                ", the main of a C program"
            } else {
                ""
            };
            writeln!(t, "invokes       {}{how}", quoted(&invoke.name))?;
        }
        for change in &self.changes {
            writeln!(t, "changed       {}", plain(change))?;
        }

        writeln!(t, "\ncapabilities")?;
        let c = &self.capabilities;
        writeln!(t, "  arguments, standard streams, clocks, random numbers")?;
        if c.all_files {
            writeln!(t, "  all files, with the working directory")?;
        }
        for d in &c.directories {
            let rights = if d.read_only { " (read-only)" } else { "" };
            writeln!(t, "  directory {} as {}{rights}", quoted(&d.host), quoted(&d.guest))?;
        }
        for folder in self.embedded.iter().flat_map(|embedded| &embedded.folders) {
            writeln!(t, "  embedded folder {}", quoted(folder))?;
        }
        if c.inherit_env {
            writeln!(t, "  the whole environment")?;
        }
        for name in &c.env_pass {
            writeln!(t, "  variable {} from the environment", quoted(name))?;
        }
        for entry in &c.env_set {
            writeln!(t, "  variable {}", quoted(entry))?;
        }
        for fd in &c.inherit_fds {
            writeln!(t, "  descriptor {fd}, open when it is started")?;
        }
        for arg in &c.args {
            writeln!(t, "  argument {}", quoted(arg))?;
        }
        if let Some(argv0) = &c.argv0 {
            writeln!(t, "  argument 0 is {}", quoted(argv0))?;
        }
        if let Some(limit) = c.memory_limit {
            writeln!(t, "  at most {limit} bytes of memory")?;
        }
        if let Some(size) = c.stack_size {
            writeln!(t, "  {size} bytes of stack")?;
        }

        if let Some(key) = &self.key {
            writeln!(t, "\ncompatibility key {}", key.hash)?;
            for line in &key.lines {
                writeln!(t, "  {}", plain(line))?;
            }
        }
        writeln!(t, "\nregions              offset       size")?;
        for place in &self.regions {
            let name = with_cpu(&place.name, place.cpu);
            writeln!(t, "  {name:15} {:10} {:10}", place.offset, place.size)?;
        }
        writeln!(t, "\nsections             offset       size")?;
        for place in &self.sections {
            let rights = place.rights.as_deref().unwrap_or("");
            let line = format!(
                "  {:15} {:10} {:10}  {rights}",
                plain(&place.name),
                place.offset,
                place.size
            );
            writeln!(t, "{}", line.trim_end())?;
        }
        writeln!(t, "\nSHA-256")?;
        for hash in &self.hashes {
            writeln!(t, "  {:15} {}", with_cpu(hash.of, hash.cpu), hash.sha256)?;
        }
        if !self.producers.is_empty() {
            writeln!(t, "\nproducers")?;
            for line in &self.producers {
                writeln!(t, "  {}", plain(line))?;
            }
        }
        if let Some(embedded) = &self.embedded {
            let count = embedded.files.len();
            let size: usize = embedded.files.iter().map(|file| file.size).sum();
            let plural = if count == 1 { "" } else { "s" };
            writeln!(t, "\nembedded: {count} file{plural}, {size} bytes")?;
            for file in &embedded.files {
                writeln!(t, "  {} {:10} {}", file.sha256, file.size, quoted(&file.path))?;
            }
            for link in &embedded.links {
                writeln!(t, "  {} -> {}", quoted(&link.path), quoted(&link.target))?;
            }
        }
        Ok(())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a region is, and for which CPU level where there are several.
fn with_cpu(name: &str, cpu: Option<&str>) -> String {
    match cpu {
        Some(cpu) => format!("{name} {cpu}"),
        None => name.to_owned(),
    }
}

/// Text from the file as it may stand on a terminal.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

/// Text from the file in quotes where its bounds could be unclear.
fn quoted(text: &str) -> String {
    let simple = |c: char| !c.is_control() && !c.is_whitespace() && c != '"' && c != '\\';
    if !text.is_empty() && text.chars().all(simple) {
        text.to_owned()
    } else {
        format!("{text:?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(plain("a\x1b[31mb"), "a\u{fffd}[31mb");
        assert_eq!(quoted("/data"), "/data");
        assert_eq!(quoted("a b\n"), "\"a b\\n\"");
        assert_eq!(quoted(""), "\"\"");
    }
}
