//! `nyash-pack MODULE`: packs a module.

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nyash_pack::files::Bytes;
use nyash_pack::stub::Folders;
use nyash_pack::{Directory, Error, Note, Options, Packed, Preinit, Stage, Target, pack_with};

use super::args::PackArgs;
use super::file::{about, open};
use super::interrupt::Watch;
use super::progress::Progress;
use super::style;

/// What stands for standard input.
pub const STDIN: &str = "-";

/// Packs a module.
pub fn run(args: &PackArgs) -> anyhow::Result<()> {
    let target = match args.target.as_slice() {
        [] => Target::default(),
        [target] => *target,
        _ => {
            let message = "an executable is for one system; --oci IMAGE makes an image for several".to_owned();
            let option = "--target";
            return Err(Error::Option { option, message }.into());
        }
    };
    let mut work = Work::start(args);
    let options = options(args, target)?;
    let output = output(args, work.module, options.target)?;
    // Known before minutes go into compiling.
    nyash_pack::output::check_output(&output)?;
    if work.module != Path::new(STDIN) && nyash_pack::output::same_file(work.module, &output) {
        return Err(Error::Output {
            path: output,
            message: "it is the input",
        }
        .into());
    }
    let input = work.read()?;
    let packed = work.pack(&input, &options)?;
    work.timings.enter("write");
    let watch = Watch::start();
    nyash_pack::output::write_file(&output, &packed.bytes, 0o777, &|| watch.asked())?;
    work.end(args, &packed.notes, input.bytes().len(), packed.bytes.len());
    Ok(())
}

/// The way from a module to an executable, with what is told about it meanwhile.
pub struct Work<'a> {
    /// As it was given.
    pub module: &'a Path,
    /// What messages call it.
    name: &'a Path,
    pub timings: Timings,
}

impl<'a> Work<'a> {
    pub fn start(args: &'a PackArgs) -> Self {
        let module = args.module.as_deref().unwrap_or(Path::new(STDIN));
        let name = if module == Path::new(STDIN) {
            Path::new("standard input")
        } else {
            module
        };
        Work {
            module,
            name,
            timings: Timings::new(),
        }
    }

    pub fn read(&mut self) -> anyhow::Result<Bytes> {
        self.timings.enter("read");
        if self.module == Path::new(STDIN) {
            Ok(read_stdin()?)
        } else {
            open(self.module)
        }
    }

    pub fn pack(&mut self, input: &Bytes, options: &Options) -> anyhow::Result<Packed> {
        let bytes = input.bytes();
        let mut progress = None;
        let result = pack_with(bytes, options, &mut |stage| {
            self.timings.enter(stage.name());
            let name = self.name.to_string_lossy();
            progress = (stage == Stage::Compile).then(|| Progress::start(&name, bytes.len()));
        });
        drop(progress);
        about(self.name, result)
    }

    /// Says what there is to know, and how long it took if that was asked for.
    pub fn end(mut self, args: &PackArgs, notes: &[Note], input: usize, output: usize) {
        self.timings.leave();
        for note in notes {
            eprintln!("{} {}: {note}", style::hint("note:"), self.name.display());
        }
        if args.timings {
            self.timings.print(input, output);
        }
    }
}

/// What was asked for, for one target.
pub fn options(args: &PackArgs, target: Target) -> Result<Options, Error> {
    let bytes = |text: &OsStr| text.as_bytes().to_vec();
    let mut options = Options {
        args: args.arg.iter().map(|arg| bytes(arg)).collect(),
        argv0: args.argv0.as_deref().map(bytes),
        inherit_env: args.inherit_env,
        inherit_fds: args.inherit_fd.clone(),
        memory_limit: args.memory_limit,
        unknown_imports: args.unknown_imports.into(),
        small_address_space: args.small_address_space,
        opt_level: args.opt_level.into(),
        target,
        cpu: nyash_pack::cpu::parse(&args.cpu, target)?,
        fallback: args.fallback.map(Into::into),
        stubs: Folders::usual(&args.stub_dir),
        ..Options::default()
    };
    for directory in &args.dir {
        options.directories.push(Directory::parse(directory.as_bytes())?);
    }
    for variable in &args.env {
        options.add_env(variable.as_bytes())?;
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
fn preinit(args: &PackArgs) -> Result<Option<Preinit>, Error> {
    if args.preinit.is_none() && !args.preinit_until_input {
        let world = [&args.preinit_arg, &args.preinit_env, &args.preinit_dir];
        if world.iter().all(|words| words.is_empty()) {
            return Ok(None);
        }
        return Err(Error::Option {
            option: "--preinit",
            message: "--preinit-arg, --preinit-env and --preinit-dir are for it, and it is not given".to_owned(),
        });
    }
    let mut preinit = Preinit {
        function: args.preinit.clone().filter(|function| !function.is_empty()),
        until_input: args.preinit_until_input,
        args: args.preinit_arg.iter().map(|arg| arg.as_bytes().to_vec()).collect(),
        ..Preinit::default()
    };
    for directory in &args.preinit_dir {
        preinit.directories.push(Directory::parse(directory.as_bytes())?);
    }
    for variable in &args.preinit_env {
        preinit.add_env(variable.as_bytes(), |name| {
            std::env::var_os(OsStr::from_bytes(name)).map(|value| value.as_bytes().to_vec())
        })?;
    }
    Ok(Some(preinit))
}

/// Where the executable goes: what was asked for, or the module's name without its ending.
fn output(args: &PackArgs, module: &Path, target: Target) -> Result<PathBuf, Error> {
    if let Some(output) = &args.output {
        return Ok(output.clone());
    }
    let refuse = |message: &str| Error::Option {
        option: "--output",
        message: message.to_owned(),
    };
    if module == Path::new(STDIN) {
        return Err(refuse("give a name with -o, because standard input has none"));
    }
    let ending = module.extension().and_then(OsStr::to_str);
    match (ending, module.file_stem()) {
        // In the working directory, as compilers do.
        (Some("wasm" | "wat" | "cwasm"), Some(name)) => {
            let mut name = name.to_owned();
            name.push(target.executable_suffix());
            Ok(PathBuf::from(name))
        }
        _ => Err(refuse(
            "give a name with -o, because the module's name has no ending to leave out",
        )),
    }
}

fn read_stdin() -> Result<Bytes, Error> {
    let mut bytes = Vec::new();
    // One byte more than is accepted, so that an endless stream ends with the right message.
    let limit = nyash_pack::MAX_MODULE + 1;
    let read = std::io::stdin().lock().take(limit).read_to_end(&mut bytes);
    read.map_err(|source| Error::Io {
        action: "read",
        path: PathBuf::from("standard input"),
        source,
    })?;
    Ok(Bytes::Read(bytes))
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
