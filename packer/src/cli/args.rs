//! The command line's grammar and its help.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, ArgAction, Args, CommandFactory, Parser, Subcommand, ValueEnum, ValueHint};
use nyash_format::CpuArch;
use nyash_pack::{Error, Fallback, OptLevel, Subsystem, Target, UnknownImports, oci};

use super::bench::settings::Cold;

const EXAMPLES: &str = "\
Examples:
  nyash-pack hello.wasm                       write the executable `hello`
  nyash-pack app.wasm -o bin/app --dir .      the program may use the folder it is started in
  nyash-pack app.wasm --dir /srv/data::/data:ro --env MODE=fast --env HOME
  nyash-pack app.wasm --embed data::/data     the folder travels inside the executable
  nyash-pack tool.wasm --allow-all            the program behaves like a native one
  nyash-pack app.wasm --target windows        write app.exe
  nyash-pack app.wasm --oci app.tar           write a container image
  nyash-pack app.wasm --cpu baseline+v3       runs everywhere, and faster where the CPU is newer
  nyash-pack add.wasm --invoke add            run an export: `./add 2 3` prints what add(2, 3) returns
  nyash-pack app.wasm --preinit               start from where the module's initialisation ends
  cat app.wat | nyash-pack - -o - > app       read standard input, write standard output
  nyash-pack run app.wasm -- --verbose        pack and start, without a file
  nyash-pack inspect app                      what an executable holds and may do
  nyash-pack extract app --files -o folder    get embedded files out again

A file that is called like a subcommand is given with its folder: nyash-pack ./inspect

Exit status:
  0    done
  1    the module or executable was refused or is damaged
  2    the command line is wrong
  3    a file could not be read or written
  70   a bug in nyash-pack
  130  interrupted; nothing was written";

const BENCH_EXAMPLES: &str = "\
Examples:
  nyash-pack bench ./app                                 how long it takes, and what it does meanwhile
  nyash-pack bench ./app --against 'node app.js'         both in turn, and the ratio
  nyash-pack bench './app --version' --against 'python3 app.py --version' --chart start.svg
  nyash-pack bench ./old ./new --rounds 2000 --json

Programs get no input, and what they print is thrown away. Page faults are those of the runs that are timed; system
calls and memory come from one more run, which is traced. Where something cannot be measured, the reason is printed.";

/// Turns a WASI module into one native executable.
///
/// The program gets its arguments, standard streams, clocks and random numbers, and nothing else unless it is granted
/// here. What is granted is part of the executable and cannot be exceeded when it runs.
#[derive(Debug, Parser)]
#[command(
    name = "nyash-pack",
    version,
    after_help = EXAMPLES,
    after_long_help = EXAMPLES,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    arg_required_else_help = true,
    // The parser takes several modules, to say what is wrong with them.
    override_usage = "nyash-pack [OPTIONS] <MODULE>\n       nyash-pack <COMMAND>",
    max_term_width = 100
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub pack: PackArgs,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Pack a module into memory and start it; what stands behind -- are its arguments
    Run(Box<RunArgs>),
    /// Show what an executable holds and may do
    Inspect(InspectArgs),
    /// Compute every hash of an executable again
    Verify(VerifyArgs),
    /// Get the compiled module out of an executable, or the embedded files
    Extract(ExtractArgs),
    /// Measure how fast programs start and end, packed ones beside others
    Bench(BenchArgs),
    /// List the targets, and where their runtimes are
    Targets(TargetsArgs),
    /// Print completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man,
}

#[derive(Debug, Args)]
pub struct PackArgs {
    /// Module to pack: .wasm, .wat or .cwasm, or - for standard input
    // One, but a second one is told apart from a misspelt command (`wrong.rs`), which the parser cannot do.
    #[arg(value_name = "MODULE", required = true, value_hint = ValueHint::FilePath, num_args = 1.., action = ArgAction::Set)]
    pub modules: Vec<PathBuf>,

    /// Executable to write, or - for standard output [default: the module's name without its ending, in the working
    /// directory]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    #[command(flatten)]
    pub options: OptionArgs,

    /// Write a container image in place of an executable: a folder, or one file if the name ends in .tar; several systems,
    /// as in --target linux,linux-arm64, make one image for all of them
    #[arg(long, value_name = "IMAGE", value_hint = ValueHint::AnyPath, conflicts_with = "output", help_heading = "Container images")]
    pub oci: Option<PathBuf>,

    /// Name and tag of the image, as in example/app:1.0 [default: no name, tag latest]
    #[arg(long, value_name = "NAME", requires = "oci", help_heading = "Container images")]
    pub oci_name: Option<String>,

    /// User and group that the program runs as, by number
    #[arg(long, value_name = "UID[:GID]", requires = "oci", default_value = oci::USER, help_heading = "Container images")]
    pub oci_user: String,

    /// Label of the image; can be repeated
    #[arg(long, value_name = "NAME=VALUE", requires = "oci", help_heading = "Container images")]
    pub oci_label: Vec<String>,

    /// Nothing but `nyash-pack run` takes arguments for the program; kept to say so
    #[arg(last = true, hide = true)]
    pub program_arguments: Vec<OsString>,
}

#[derive(Debug, Args)]
pub struct RunArgs {
    /// Module to run: .wasm, .wat or .cwasm, or - for standard input
    #[arg(value_name = "MODULE", value_hint = ValueHint::FilePath)]
    pub module: PathBuf,

    #[command(flatten)]
    pub options: OptionArgs,

    /// Arguments of the program
    #[arg(last = true, value_name = "ARGS")]
    pub program_arguments: Vec<OsString>,
}

/// What a program is and how it is made, whether it is written or run.
#[derive(Debug, Args)]
pub struct OptionArgs {
    /// System that the executable is for: a triple or a short name such as linux-arm64, windows, macos [default: this one]
    #[arg(short, long, value_name = "TARGET", value_parser = Targets, value_delimiter = ',', hide_possible_values = true)]
    pub target: Vec<Target>,

    /// Folder with runtimes for other targets (see `nyash-pack targets`); can be repeated
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub stub_dir: Vec<PathBuf>,

    /// Grant a directory, under another name or read-only if given; can be repeated
    #[arg(long, value_name = "HOST[::GUEST][:ro]", help_heading = "What the program may reach")]
    pub dir: Vec<OsString>,

    /// Put a file or a folder into the executable, read-only, under another name if given; can be repeated
    #[arg(long, value_name = "HOST[::GUEST]", value_hint = ValueHint::AnyPath, help_heading = "What the program may reach")]
    pub embed: Vec<OsString>,

    /// Set a variable, or pass it on from the program's environment; can be repeated, and the last one of a name counts
    #[arg(long, value_name = "NAME[=VALUE]", help_heading = "What the program may reach")]
    pub env: Vec<OsString>,

    /// Pass on the whole environment
    #[arg(long, help_heading = "What the program may reach")]
    pub inherit_env: bool,

    /// Grant what a native program has: all files, the working directory, the whole environment
    #[arg(long, help_heading = "What the program may reach")]
    pub allow_all: bool,

    /// Let the program use a descriptor (from 3 on) that is open when it is started; can be repeated
    #[arg(long, value_name = "N", help_heading = "What the program may reach")]
    pub inherit_fd: Vec<u32>,

    /// Largest size of the program's memory, for example 512M
    #[arg(long, value_name = "BYTES", value_parser = nyash_pack::parse_size, help_heading = "What the program may reach")]
    pub memory_limit: Option<u64>,

    /// Stack for calls, for example 64M, whatever the system gives; a C program's own stack in its memory is the linker's
    /// matter (-z stack-size) [default: `ulimit -s`]
    #[arg(long, value_name = "BYTES", value_parser = nyash_pack::parse_size, help_heading = "What the program may reach")]
    pub stack_size: Option<u64>,

    /// What becomes of functions that the module imports and nobody provides
    #[arg(long, value_name = "HOW", value_enum, default_value_t = UnknownImportsArg::Refuse, help_heading = "What the program may reach")]
    pub unknown_imports: UnknownImportsArg,

    /// Argument placed before those of the command line; can be repeated
    #[arg(
        long,
        value_name = "ARG",
        allow_hyphen_values = true,
        help_heading = "How the program is started"
    )]
    pub arg: Vec<OsString>,

    /// What the program sees as its own name
    #[arg(
        long,
        value_name = "NAME",
        allow_hyphen_values = true,
        help_heading = "How the program is started"
    )]
    pub argv0: Option<OsString>,

    /// Export to run in place of `_start`, after `_initialize` if there is one: for reactors, which are libraries. Its
    /// parameters are numbers on the program's command line, and its results are printed; `main` of C gets all arguments
    #[arg(long, value_name = "NAME", help_heading = "How the program is started")]
    pub invoke: Option<String>,

    /// Call an export when the module is packed, and pack the module as it then is
    /// [default function: wizer.initialize, or _initialize]
    #[arg(
        long,
        value_name = "FUNC",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "",
        help_heading = "What is done once, when it is packed"
    )]
    pub preinit: Option<String>,

    /// Run the program itself, until it first reads standard input
    #[arg(long, help_heading = "What is done once, when it is packed")]
    pub preinit_until_input: bool,

    /// Argument that the module gets then; can be repeated
    #[arg(
        long,
        value_name = "ARG",
        allow_hyphen_values = true,
        help_heading = "What is done once, when it is packed"
    )]
    pub preinit_arg: Vec<OsString>,

    /// Variable that it sees then, or one of this environment; can be repeated
    #[arg(
        long,
        value_name = "NAME[=VALUE]",
        help_heading = "What is done once, when it is packed"
    )]
    pub preinit_env: Vec<OsString>,

    /// Directory that it may use then; can be repeated
    #[arg(
        long,
        value_name = "HOST[::GUEST][:ro]",
        help_heading = "What is done once, when it is packed"
    )]
    pub preinit_dir: Vec<OsString>,

    /// How many seconds of a processor it may take then, and as long it may wait for something [default: 300]
    #[arg(
        long,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..),
        help_heading = "What is done once, when it is packed"
    )]
    pub preinit_timeout: Option<u64>,

    /// Icon of a Windows executable
    #[arg(long, value_name = "FILE.ico", value_hint = ValueHint::FilePath, help_heading = "How Windows shows it")]
    pub icon: Option<PathBuf>,

    /// Entry of the version information, such as ProductName=Example or FileVersion=1.2.0.0; can be repeated
    #[arg(long, value_name = "KEY=VALUE", help_heading = "How Windows shows it")]
    pub version_info: Vec<String>,

    /// Whether the program runs in a console [default: console]
    #[arg(long, value_name = "KIND", value_enum, help_heading = "How Windows shows it")]
    pub subsystem: Option<SubsystemArg>,

    /// How much to optimise
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = Level::Speed, help_heading = "How it is compiled")]
    pub opt_level: Level,

    /// Leave out the names of the functions, which debuggers and profilers read
    #[arg(long, help_heading = "How it is compiled")]
    pub strip: bool,

    /// Add functions and lines for debuggers and profilers (DWARF), from the module's debugging information
    #[arg(short = 'g', long, help_heading = "How it is compiled")]
    pub debug_info: bool,

    /// Let a trap leave a core file for gdb, which the system writes; the program still ends with its call stack and status
    /// 134
    #[arg(long, help_heading = "How it is compiled")]
    pub core_on_trap: bool,

    /// Leave out files and lines, which call stacks of traps name when the module has debugging information (DWARF)
    #[arg(long, help_heading = "How it is compiled")]
    pub no_line_tables: bool,

    /// Replace what paths of source files begin with in those lines; can be repeated, and the last that fits counts
    #[arg(long, value_name = "FROM=TO", value_parser = nyash_pack::path_prefix::parse, help_heading = "How it is compiled")]
    pub remap_path_prefix: Vec<(String, String)>,

    /// CPU levels that the program has code for, joined by +, for example baseline+v3; the best that a machine has is run.
    /// x86-64: baseline, v2, v3, v4; aarch64: baseline, lse; native: the CPU of this machine
    #[arg(
        long,
        value_name = "LEVEL[+LEVEL]",
        default_value = "baseline",
        value_parser = Levels,
        hide_possible_values = true,
        help_heading = "How it is compiled"
    )]
    pub cpu: String,

    /// What the program goes on with on a machine that cannot run its compiled code
    #[arg(long, value_name = "HOW", value_enum, help_heading = "How it is compiled")]
    pub fallback: Option<FallbackArg>,

    /// Reserve no address space: runs under `ulimit -v`, some 10 % slower
    #[arg(long, help_heading = "How it is compiled")]
    pub small_address_space: bool,

    /// Print how long each stage took
    #[arg(long)]
    pub timings: bool,

    /// Print errors only: no notes, no progress
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Print what is done: the runtime that was taken, sizes, how long each stage took
    #[arg(short, long)]
    pub verbose: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SubsystemArg {
    /// In the console that it is started from
    Console,
    /// Without one
    Windows,
}

impl From<SubsystemArg> for Subsystem {
    fn from(kind: SubsystemArg) -> Self {
        match kind {
            SubsystemArg::Console => Subsystem::Console,
            SubsystemArg::Windows => Subsystem::Windows,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Level {
    /// Nothing: the fastest packing
    None,
    /// For speed
    Speed,
    /// For speed where it costs no size
    Size,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum UnknownImportsArg {
    /// The module is refused
    Refuse,
    /// The program traps when it calls one: for modules made for another host too, which is not needed for what they do here.
    /// Starting a thread (`wasi.thread-spawn`) fails instead, as it may on any system
    Trap,
}

impl From<UnknownImportsArg> for UnknownImports {
    fn from(how: UnknownImportsArg) -> Self {
        match how {
            UnknownImportsArg::Refuse => UnknownImports::Refuse,
            UnknownImportsArg::Trap => UnknownImports::Trap,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FallbackArg {
    /// An interpreter: 140 KB and the bytecode more, slow to run
    Pulley,
    /// A compiler, run at such a start: 9 MB and the module more, fast once it is compiled; for x86-64 Linux
    Jit,
}

impl From<FallbackArg> for Fallback {
    fn from(fallback: FallbackArg) -> Self {
        match fallback {
            FallbackArg::Pulley => Fallback::Pulley,
            FallbackArg::Jit => Fallback::Jit,
        }
    }
}

impl From<Level> for OptLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::None => OptLevel::None,
            Level::Speed => OptLevel::Speed,
            Level::Size => OptLevel::Size,
        }
    }
}

#[derive(Debug, Args)]
pub struct InspectArgs {
    /// Executable that nyash-pack made
    #[arg(value_name = "APP", value_hint = ValueHint::FilePath)]
    pub app: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Executable that nyash-pack made
    #[arg(value_name = "APP", value_hint = ValueHint::FilePath)]
    pub app: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct ExtractArgs {
    /// Executable that nyash-pack made
    #[arg(value_name = "APP", value_hint = ValueHint::FilePath)]
    pub app: PathBuf,
    /// Compiled module to write; with --files, the folder to write below [default: the working directory]
    #[arg(short, long, value_name = "PATH", value_hint = ValueHint::AnyPath, required_unless_present = "files")]
    pub output: Option<PathBuf>,
    /// Get the embedded files out, at the paths at which the program sees them
    #[arg(long, conflicts_with = "cpu")]
    pub files: bool,
    /// Overwrite files that are there
    #[arg(long, requires = "files")]
    pub force: bool,
    /// CPU level whose code is wanted [default: the best that the executable has]
    #[arg(long, value_name = "LEVEL")]
    pub cpu: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = BENCH_EXAMPLES)]
pub struct BenchArgs {
    /// Executables; one with arguments is given in quotes, as in 'app --version'
    #[arg(value_name = "APP", required = true, value_hint = ValueHint::FilePath)]
    pub apps: Vec<String>,
    /// Program that does the same, such as 'node app.js': ratios are to the first of these; can be repeated
    #[arg(long, value_name = "CMD")]
    pub against: Vec<String>,
    /// Runs of each [default: what fits into some seconds, 10 to 1000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: Option<u32>,
    /// A program that runs longer is ended, and the benchmark with it
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    pub time_limit: u32,
    /// What is dropped from the page cache for runs that read from disk
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = ColdArg::Files)]
    pub cold: ColdArg,
    /// Run on all processors: on one, times are steadier, but programs that start with several threads are held up
    #[arg(long)]
    pub all_processors: bool,
    /// Measure programs that end with another status than 0 as well
    #[arg(long)]
    pub ignore_failure: bool,
    /// Draw a chart into this file
    #[arg(long, value_name = "FILE.svg", value_hint = ValueHint::FilePath)]
    pub chart: Option<PathBuf>,
    /// Print JSON, with the time of every run
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColdArg {
    /// There are no such runs
    Off,
    /// The files of the command line: executable, scripts
    Files,
    /// The caches of the whole machine; needs root
    Machine,
}

impl From<ColdArg> for Cold {
    fn from(what: ColdArg) -> Self {
        match what {
            ColdArg::Off => Cold::Off,
            ColdArg::Files => Cold::Files,
            ColdArg::Machine => Cold::Machine,
        }
    }
}

#[derive(Debug, Args)]
pub struct TargetsArgs {
    /// Folder with runtimes; can be repeated
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub stub_dir: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// Shell to print completions for
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Reads targets, and tells shells their names.
#[derive(Debug, Clone)]
struct Targets;

impl TypedValueParser for Targets {
    type Value = Target;

    fn parse_ref(&self, command: &clap::Command, arg: Option<&Arg>, value: &OsStr) -> Result<Target, clap::Error> {
        let parse: fn(&str) -> Result<Target, String> = parse_target;
        parse.parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let names = Target::ALL.into_iter().flat_map(Target::names);
        Some(Box::new(names.map(PossibleValue::new)))
    }
}

/// Reads CPU levels, and tells shells the single ones.
#[derive(Debug, Clone)]
struct Levels;

impl TypedValueParser for Levels {
    type Value = String;

    fn parse_ref(&self, command: &clap::Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let mut names: Vec<&str> = [CpuArch::X86_64, CpuArch::Aarch64]
            .into_iter()
            .flat_map(|arch| arch.levels().iter().map(|level| level.name()))
            .collect();
        names.sort_unstable();
        names.dedup();
        Some(Box::new(names.into_iter().map(PossibleValue::new)))
    }
}

/// A target by any of its names; the nearest names where there is none.
fn parse_target(text: &str) -> Result<Target, String> {
    Target::parse(text).map_err(|error| describe(&error.into()))
}

/// `FROM=TO`; the last `=` divides, as for rustc's option.
fn describe(error: &Error) -> String {
    match error.hint() {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    }
}

/// The names of all commands.
pub fn commands() -> Vec<String> {
    let mut command = Cli::command();
    command.build();
    command
        .get_subcommands()
        .map(|command| command.get_name().to_owned())
        .collect()
}
