//! `nyash-pack MODULE`: packs a module.

use std::ffi::OsStr;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use nyash_format::capability;
use nyash_pack::inspect::Program;
use nyash_pack::{Error, Note, Source, Target};

use super::args::PackArgs;
use super::interrupt::Watch;
use super::work::{STDIN, Work, one_target, options};
use super::wrong;

const STDOUT_NAME: &str = "standard output";

/// Packs a module.
pub fn run(args: &PackArgs) -> anyhow::Result<()> {
    let module = wrong::one(&args.modules, &super::args::commands())?;
    if !args.program_arguments.is_empty() {
        return Err(Error::Option {
            option: "--",
            message: "only `nyash-pack run` starts the program; arguments that it always gets are given with --arg"
                .to_owned(),
        }
        .into());
    }
    let mut work = Work::start(module, &args.options)?;
    if let Some(image) = &args.oci {
        return super::oci::run(args, work, image);
    }
    let mut options = options(&args.options, one_target(&args.options)?)?;
    let output = output(args, module, options.target)?;
    match &output {
        Some(output) => {
            // Known before minutes go into compiling.
            nyash_pack::output::check_output(output)?;
            if module != Path::new(STDIN) && nyash_pack::output::same_file(module, output) {
                return Err(refused(output, "it is the input").into());
            }
        }
        None if std::io::stdout().is_terminal() => {
            return Err(refused(Path::new(STDOUT_NAME), "it is a terminal").into());
        }
        None => {}
    }
    options.embedded = work.embedded()?;
    let input = work.read()?;
    let len = input.bytes().len();
    let packed = work.pack(&mut Source::new(input.bytes()), len, &options)?;
    work.timings.enter("write");
    // The same program, packed before without more, has been told so.
    let told = output.as_deref().is_some_and(grants_nothing);
    match &output {
        Some(output) => {
            let watch = Watch::start();
            nyash_pack::output::write_file(output, &packed.bytes, 0o777, &|| watch.asked())?;
        }
        None => write_stdout(&packed.bytes)?,
    }
    if args.options.verbose {
        let place = output.as_deref().unwrap_or(Path::new(STDOUT_NAME)).display();
        let (target, kind, len) = (options.target, packed.kind, packed.bytes.len());
        eprintln!("{place}: {target}, runtime {kind}, {len} bytes");
    }
    let notes: Vec<Note> = packed
        .notes
        .into_iter()
        .filter(|note| !(told && matches!(note, Note::NoDirectory(_))))
        .collect();
    work.end(&notes, len, packed.bytes.len());
    Ok(())
}

fn refused(path: &Path, message: &'static str) -> Error {
    Error::Output {
        path: path.to_owned(),
        message,
    }
}

/// Whether an executable is there that was packed without any directory.
fn grants_nothing(path: &Path) -> bool {
    let Ok(file) = nyash_pack::files::map(path) else {
        return false;
    };
    Program::parse(file.bytes()).is_ok_and(|program| {
        let capabilities = &program.metadata.capabilities;
        capabilities.preopens.is_empty() && capabilities.flags & capability::ALL_FILES == 0
    })
}

fn write_stdout(bytes: &[u8]) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(bytes).and_then(|()| out.flush());
    written.map_err(|source| Error::Io {
        action: "write",
        path: PathBuf::from(STDOUT_NAME),
        source,
    })
}

/// Where the executable goes: what was asked for, or the module's name without its ending; `None` is standard output.
fn output(args: &PackArgs, module: &Path, target: Target) -> Result<Option<PathBuf>, Error> {
    if let Some(output) = &args.output {
        return Ok((output != Path::new(STDIN)).then(|| output.clone()));
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
            Ok(Some(PathBuf::from(name)))
        }
        _ => Err(refuse(
            "give a name with -o, because the module's name has no ending to leave out",
        )),
    }
}
