//! The way from a module to an executable, which packing, running and making images share.

use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nyash_pack::embed::{Embed, Embedded, Sources};
use nyash_pack::files::Bytes;
use nyash_pack::stub::Folders;
use nyash_pack::{Directory, Error, Note, Options, Packed, Preinit, Source, Stage, Target};

use super::args::OptionArgs;
use super::file::about;
use super::progress::Progress;
use super::{style, wrong};

/// What stands for standard input as a module, and for standard output as an executable.
pub const STDIN: &str = "-";
const STDIN_NAME: &str = "standard input";

/// The way from a module to an executable, with what is told about it meanwhile.
pub struct Work<'a> {
    /// As it was given.
    pub module: &'a Path,
    /// What messages call it.
    name: &'a Path,
    /// It has been read, unless it is standard input.
    file: Option<Bytes>,
    args: &'a OptionArgs,
    pub timings: Timings,
}

impl<'a> Work<'a> {
    /// Reads a module that is a file: whatever else is wrong, with a file that is not there nothing else matters.
    pub fn start(module: &'a Path, args: &'a OptionArgs) -> anyhow::Result<Self> {
        let mut timings = Timings::new();
        timings.enter("read");
        let from_stdin = module == Path::new(STDIN);
        let file = if from_stdin { None } else { Some(read(module)?) };
        Ok(Work {
            module,
            name: if from_stdin { Path::new(STDIN_NAME) } else { module },
            file,
            args,
            timings,
        })
    }

    /// The module's bytes.
    pub fn read(&mut self) -> anyhow::Result<Bytes> {
        match self.file.take() {
            Some(file) => Ok(file),
            None => Ok(read_stdin()?),
        }
    }

    /// Reads what goes along, with progress on a terminal.
    pub fn embedded(&mut self) -> Result<Option<Arc<Embedded>>, Error> {
        if self.args.embed.is_empty() {
            return Ok(None);
        }
        self.timings.enter("embed");
        let embeds = self
            .args
            .embed
            .iter()
            .map(|embed| Embed::parse(embed.as_encoded_bytes()));
        let sources = Sources::find(&embeds.collect::<Result<Vec<_>, _>>()?)?;
        let progress = (!self.args.quiet).then(|| Progress::start("embedding files", sources.bytes()));
        let embedded = sources.read();
        drop(progress);
        Ok(Some(Arc::new(embedded?)))
    }

    /// Packs a module of `len` bytes, with progress on a terminal.
    pub fn pack(&mut self, source: &mut Source<'_>, len: usize, options: &Options) -> anyhow::Result<Packed> {
        let mut progress = None;
        let result = source.pack(options, &mut |stage| {
            self.timings.enter(stage.name());
            let name = self.name.to_string_lossy();
            let shown = stage == Stage::Compile && !self.args.quiet;
            progress = shown.then(|| Progress::start(&format!("compiling {name}"), len as u64));
        });
        drop(progress);
        about(self.name, result)
    }

    /// Says what there is to know, and how long it took if that was asked for.
    pub fn end(mut self, notes: &[Note], input: usize, output: usize) {
        self.timings.leave();
        for note in notes.iter().filter(|_| !self.args.quiet) {
            eprintln!("{} {}: {note}", style::hint("note:"), self.name.display());
        }
        if self.args.timings || self.args.verbose {
            self.timings.print(input, output);
        }
    }
}

fn read(module: &Path) -> anyhow::Result<Bytes> {
    nyash_pack::files::map(module).map_err(|source| {
        if let Some(wrong) = wrong::missing(module, &source, &super::args::commands()) {
            return wrong.into();
        }
        let (action, path) = ("read", module.to_owned());
        Error::Io { action, path, source }.into()
    })
}

fn read_stdin() -> Result<Bytes, Error> {
    let mut bytes = Vec::new();
    // One byte more than is accepted, so that an endless stream ends with the right message.
    let limit = nyash_pack::MAX_MODULE + 1;
    let read = std::io::stdin().lock().take(limit).read_to_end(&mut bytes);
    read.map_err(|source| Error::Io {
        action: "read",
        path: PathBuf::from(STDIN_NAME),
        source,
    })?;
    Ok(Bytes::Read(bytes))
}

/// The one system that an executable is for.
///
/// # Errors
/// [`Error::Option`] for several.
pub fn one_target(args: &OptionArgs) -> Result<Target, Error> {
    match args.target.as_slice() {
        [] => Ok(Target::default()),
        [target] => Ok(*target),
        _ => {
            let message = "an executable is for one system; --oci IMAGE makes an image for several".to_owned();
            let option = "--target";
            Err(Error::Option { option, message })
        }
    }
}

/// The packer's options of a command line, for one target.
///
/// # Errors
/// [`Error::Option`] for values that cannot be.
pub fn options(args: &OptionArgs, target: Target) -> Result<Options, Error> {
    let bytes = |text: &OsStr| text.as_encoded_bytes().to_vec();
    let mut options = Options {
        args: args.arg.iter().map(|arg| bytes(arg)).collect(),
        argv0: args.argv0.as_deref().map(bytes),
        inherit_env: args.inherit_env,
        inherit_fds: args.inherit_fd.clone(),
        memory_limit: args.memory_limit,
        unknown_imports: args.unknown_imports.into(),
        small_address_space: args.small_address_space,
        stack_size: args.stack_size,
        opt_level: args.opt_level.into(),
        strip: args.strip,
        debug_info: args.debug_info,
        core_on_trap: args.core_on_trap,
        no_line_tables: args.no_line_tables,
        path_prefixes: args.remap_path_prefix.clone(),
        target,
        cpu: nyash_pack::cpu::parse(&args.cpu, target)?,
        fallback: args.fallback.map(Into::into),
        invoke: args.invoke.clone(),
        stubs: Folders::usual(&args.stub_dir),
        ..Options::default()
    };
    for directory in &args.dir {
        options
            .directories
            .push(Directory::parse(directory.as_encoded_bytes())?);
    }
    for variable in &args.env {
        options.add_env(variable.as_encoded_bytes())?;
    }
    options.preinit = preinit(args)?;
    if let Some(icon) = &args.icon {
        let read = std::fs::read(icon).map_err(|error| Error::Option {
            option: "--icon",
            message: format!("{} cannot be read: {error}", icon.display()),
        })?;
        options.resources.icon = Some(read);
    }
    for entry in &args.version_info {
        options.resources.add_version_info(entry)?;
    }
    options.resources.subsystem = args.subsystem.map(Into::into);
    if args.allow_all {
        options.allow_all();
    }
    Ok(options)
}

/// What the module does and sees when it is packed.
fn preinit(args: &OptionArgs) -> Result<Option<Preinit>, Error> {
    if args.preinit.is_none() && !args.preinit_until_input {
        let world = [&args.preinit_arg, &args.preinit_env, &args.preinit_dir];
        if world.iter().all(|words| words.is_empty()) && args.preinit_timeout.is_none() {
            return Ok(None);
        }
        return Err(Error::Option {
            option: "--preinit",
            message:
                "--preinit-arg, --preinit-env, --preinit-dir and --preinit-timeout are for it, and it is not given"
                    .to_owned(),
        });
    }
    let mut preinit = Preinit {
        function: args.preinit.clone().filter(|function| !function.is_empty()),
        until_input: args.preinit_until_input,
        seconds: args.preinit_timeout.unwrap_or(Preinit::SECONDS),
        args: args
            .preinit_arg
            .iter()
            .map(|arg| arg.as_encoded_bytes().to_vec())
            .collect(),
        ..Preinit::default()
    };
    for directory in &args.preinit_dir {
        preinit
            .directories
            .push(Directory::parse(directory.as_encoded_bytes())?);
    }
    for variable in &args.preinit_env {
        preinit.add_env(variable.as_encoded_bytes(), variable_here)?;
    }
    Ok(Some(preinit))
}

/// A variable of this process.
fn variable_here(name: &[u8]) -> Option<Vec<u8>> {
    let (_, value) = std::env::vars_os().find(|(other, _)| other.as_encoded_bytes() == name)?;
    Some(value.into_encoded_bytes())
}

/// How long each stage took.
pub struct Timings {
    start: Instant,
    stages: Vec<(&'static str, Duration)>,
    current: Option<(&'static str, Instant)>,
}

impl Timings {
    fn new() -> Self {
        Timings {
            start: Instant::now(),
            stages: Vec::new(),
            current: None,
        }
    }

    /// A stage begins.
    pub fn enter(&mut self, stage: &'static str) {
        self.leave();
        self.current = Some((stage, Instant::now()));
    }

    fn leave(&mut self) {
        if let Some((stage, since)) = self.current.take() {
            self.stages.push((stage, since.elapsed()));
        }
    }

    fn print(&self, input: usize, output: usize) {
        for (stage, took) in &self.stages {
            eprintln!("{stage:>8} {:>9.2} ms", took.as_secs_f64() * 1e3);
        }
        let total = self.start.elapsed().as_secs_f64() * 1e3;
        eprintln!("{:>8} {total:>9.2} ms   {input} bytes in, {output} bytes out", "total");
    }
}
