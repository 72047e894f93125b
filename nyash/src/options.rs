//! The command line.

use clap::{CommandFactory, Parser, ValueEnum};
use nyash_language::diagnostic::explain;
use std::io::Write;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  nyash hello.hako                           compile and run
  nyash greet.hako -- Alice Bob              run with arguments
  nyash --compile-native app.hako -o app     make an executable
  nyash --compile-wasm app.hako -o app.wasm  make a WASI module (.wat: as text)
  nyash --check src.nyash --json             diagnostics for tools
  nyash --explain unknown-name               what a diagnostic means
  echo 'print(1 + 2)' | nyash -              a program from standard input

Exit status:
  0  done            1  the program has errors     2  wrong command line
                        (with --deny-warnings: or warnings)
  3  a file cannot be read or written              4  the executable cannot be made
  A program that is run gives its own status: 0 or, in the 2026 edition, what `main` returns; 1 after an
  uncaught error; 134 when there is no more memory.";

/// Compiles Nyash programs to native executables and WASI modules.
#[derive(Debug, Parser)]
#[command(name = "nyash", version, after_help = EXAMPLES, max_term_width = 110)]
#[command(group = clap::ArgGroup::new("action").multiple(false))]
pub struct Options {
    /// The program; `-` reads it from standard input
    #[arg(value_name = "FILE", required_unless_present_any = ["completions", "man", "explain"])]
    pub file: Option<PathBuf>,

    /// Arguments for the program that is run
    #[arg(last = true, value_name = "ARGS")]
    pub program_arguments: Vec<String>,

    /// Make a native executable
    #[arg(long, alias = "native", group = "action", help_heading = "What to do")]
    pub compile_native: bool,

    /// The same as --compile-native
    #[arg(long, group = "action", help_heading = "What to do")]
    pub aot: bool,

    /// Make a WebAssembly module for WASI preview 1; text if the output ends in .wat
    #[arg(long, group = "action", help_heading = "What to do")]
    pub compile_wasm: bool,

    /// Report errors and warnings, make nothing
    #[arg(long, group = "action", help_heading = "What to do")]
    pub check: bool,

    /// Print the syntax tree
    #[arg(long, group = "action", help_heading = "What to do")]
    pub dump_ast: bool,

    /// Print the intermediate representation
    #[arg(long, group = "action", help_heading = "What to do")]
    pub dump_mir: bool,

    /// Compile and check the intermediate representation and the module, make nothing
    #[arg(long, group = "action", help_heading = "What to do")]
    pub verify: bool,

    /// Run the program repeatedly and print how long it takes
    #[arg(long, group = "action", help_heading = "What to do")]
    pub benchmark: bool,

    /// Runs of --benchmark
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..), help_heading = "What to do")]
    pub iterations: u32,

    /// Where to write; named after FILE without this
    #[arg(short, long, value_name = "OUT", help_heading = "Compilation")]
    pub output: Option<PathBuf>,

    /// The system that the executable is for: a triple or a short name such as linux-arm64, windows, macos [default: this
    /// one]
    #[arg(long, value_name = "TARGET", value_parser = target, help_heading = "Compilation")]
    pub target: Option<nyash_pack::Target>,

    /// A folder with runtimes for other targets (see `nyash-pack targets`)
    #[arg(long, value_name = "DIR", help_heading = "Compilation")]
    pub stub_dir: Vec<PathBuf>,

    /// CPU levels to have code for, such as v3 or baseline+v3
    #[arg(
        long,
        value_name = "LEVELS",
        default_value = "baseline",
        help_heading = "Compilation"
    )]
    pub cpu: String,

    /// What to go on with on a machine that cannot run the code
    #[arg(long, value_enum, value_name = "WITH", help_heading = "Compilation")]
    pub fallback: Option<Fallback>,

    /// Make the static boxes ready now, and let the program start from where that ends
    #[arg(long, conflicts_with = "compile_wasm", help_heading = "Compilation")]
    pub preinit: bool,

    /// How many seconds --preinit may take
    #[arg(long, value_name = "SECONDS", requires = "preinit", default_value_t = nyash_pack::Preinit::SECONDS, value_parser = clap::value_parser!(u64).range(1..), help_heading = "Compilation")]
    pub preinit_timeout: u64,

    /// The edition of the language: 2025 (default for .nyash) or 2026
    #[arg(long, value_name = "YEAR", value_parser = edition, help_heading = "Compilation")]
    pub edition: Option<nyash_language::edition::Edition>,

    /// How much the native code is optimised
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = OptLevel::Speed, help_heading = "Compilation")]
    pub opt_level: OptLevel,

    /// Reserve no address space: for limits such as `ulimit -v`; some 10 % slower
    #[arg(long, help_heading = "Compilation")]
    pub small_address_space: bool,

    /// Add functions and lines for debuggers and profilers (DWARF), to the executable or the module
    #[arg(short = 'g', long, help_heading = "Compilation")]
    pub debug_info: bool,

    /// Write a source map beside the module, for debuggers of browsers and the stack traces of Node
    #[arg(long, requires = "compile_wasm", help_heading = "Compilation")]
    pub source_map: bool,

    /// Leave out files and lines, which the call stack of a program that ends by a trap names
    #[arg(long, conflicts_with = "compile_wasm", help_heading = "Compilation")]
    pub no_line_tables: bool,

    /// Replace what paths of source files begin with in debugging information; can be repeated, and the last that fits
    /// counts
    #[arg(long, value_name = "FROM=TO", value_parser = nyash_pack::path_prefix::parse, help_heading = "Compilation")]
    pub remap_path_prefix: Vec<(String, String)>,

    /// Leave out the names of the functions, which debuggers and profilers read
    #[arg(long, help_heading = "Compilation")]
    pub strip: bool,

    /// Let a trap leave a core file for gdb, which the system writes
    #[arg(long, conflicts_with = "compile_wasm", help_heading = "Compilation")]
    pub core_on_trap: bool,

    /// Let the program end with a report of the objects that are still alive: those in cycles
    #[arg(long, help_heading = "Compilation")]
    pub leak_report: bool,

    /// Let the program print `Result: ` and its final value at its end
    #[arg(long, help_heading = "Compilation")]
    pub print_result: bool,

    /// Print diagnostics as JSON, one object a line
    #[arg(long, help_heading = "Diagnostics")]
    pub json: bool,

    /// When to use colour
    #[arg(long, value_enum, default_value_t = Colour::Auto, value_name = "WHEN", help_heading = "Diagnostics")]
    pub color: Colour,

    /// Do not print warnings
    #[arg(long, help_heading = "Diagnostics")]
    pub no_warnings: bool,

    /// Print all warnings, and make nothing where there is one
    #[arg(long, conflicts_with = "no_warnings", help_heading = "Diagnostics")]
    pub deny_warnings: bool,

    /// Warnings to leave out, such as unused-variable
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = code, help_heading = "Diagnostics")]
    pub allow: Vec<&'static str>,

    /// Print what a code means, such as the unknown-name of error[unknown-name], with a wrong and a right program
    #[arg(long, value_name = "CODE", value_parser = code, help_heading = "Diagnostics")]
    pub explain: Option<&'static str>,

    /// A directory that the executable may use, HOST[::GUEST][:ro]
    #[arg(long, value_name = "DIR", help_heading = "Capabilities of the executable")]
    pub dir: Vec<String>,

    /// A file or folder that travels inside the executable, HOST[::GUEST]
    #[arg(long, value_name = "PATH", help_heading = "Capabilities of the executable")]
    pub embed: Vec<String>,

    /// An environment variable of the executable: NAME passes it on, NAME=VALUE sets it
    #[arg(long, value_name = "VAR", help_heading = "Capabilities of the executable")]
    pub env: Vec<String>,

    /// Pass the environment of the caller on
    #[arg(long, help_heading = "Capabilities of the executable")]
    pub inherit_env: bool,

    /// An argument that the executable gets before those of its caller
    #[arg(
        long,
        value_name = "ARG",
        allow_hyphen_values = true,
        help_heading = "Capabilities of the executable"
    )]
    pub arg: Vec<String>,

    /// What the executable sees as its own name
    #[arg(long, value_name = "NAME", help_heading = "Capabilities of the executable")]
    pub argv0: Option<String>,

    /// All capabilities of a native program (the default if none is named)
    #[arg(long, help_heading = "Capabilities of the executable")]
    pub allow_all: bool,

    /// Accepted for old command lines: there is one backend
    #[arg(long, value_name = "NAME", hide = true)]
    pub backend: Option<String>,

    /// Accepted for old command lines: the parser needs no fuel
    #[arg(long, value_name = "N", hide = true)]
    pub debug_fuel: Option<String>,

    /// Print a completion script for a shell
    #[arg(long, value_enum, value_name = "SHELL", help_heading = "Other")]
    pub completions: Option<clap_complete::Shell>,

    /// Print the manual page
    #[arg(long, help_heading = "Other")]
    pub man: bool,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

/// What an executable goes on with on a machine that cannot run its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Fallback {
    /// Bytecode and an interpreter
    Pulley,
    /// The module and a compiler, for x86-64 Linux
    Jit,
}

/// How much the native code is optimised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OptLevel {
    /// Not at all: the fastest compilation
    None,
    /// For speed
    Speed,
    /// For speed where it does not cost size
    Size,
}

fn edition(text: &str) -> Result<nyash_language::edition::Edition, String> {
    nyash_language::edition::Edition::parse(text).ok_or_else(|| "the editions are 2025 and 2026".to_string())
}

/// A code of a diagnostic; words may be joined by `_` as well.
fn code(text: &str) -> Result<&'static str, String> {
    let name = text.replace('_', "-").to_lowercase();
    match (explain::find(&name), explain::nearest(&name)) {
        (Some(entry), _) => Ok(entry.code),
        (None, Some(near)) => Err(format!("no diagnostic has this code; did you mean '{near}'?")),
        (None, None) => {
            Err("no diagnostic has this code; a code stands in brackets behind `error` or `warning`".into())
        }
    }
}

fn target(text: &str) -> Result<nyash_pack::Target, String> {
    nyash_pack::Target::parse(text).map_err(|error| crate::pack::explain(&error.into()))
}

/// The completion script for `shell`.
pub fn completions(shell: clap_complete::Shell) -> Vec<u8> {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Options::command(), "nyash", &mut out);
    out
}

/// The manual page.
pub fn manual() -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    clap_mangen::Man::new(Options::command()).render(&mut out)?;
    out.flush()?;
    Ok(out)
}
