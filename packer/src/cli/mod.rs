//! The command line: what can be asked for, and how answers and errors are shown.

mod args;
mod bench;
mod completions;
mod exit;
mod extract;
mod file;
mod inspect;
mod interrupt;
mod man;
mod oci;
mod pack;
mod progress;
mod run;
mod style;
mod system;
mod targets;
mod verify;
mod work;
mod wrong;

use std::borrow::Cow;
use std::io::{self, ErrorKind};
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind as ErrorKindOfClap;
use nyash_pack::Error;

use args::{Cli, Command};

/// Runs the command.
pub fn run() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        eprintln!(
            "{} this is a bug, please report it with the module: {panic}",
            style::error("nyash-pack:")
        );
        std::process::exit(exit::BUG.into());
    }));
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            return usage(&error);
        }
    };
    let outcome = match cli.command {
        None => pack::run(&cli.pack),
        Some(Command::Run(args)) => run::run(&args),
        Some(Command::Inspect(args)) => inspect::run(&args),
        Some(Command::Verify(args)) => verify::run(&args),
        Some(Command::Extract(args)) => extract::run(&args),
        Some(Command::Bench(args)) => bench::run(&args),
        Some(Command::Targets(args)) => targets::run(&args),
        Some(Command::Completions(args)) => completions::run(&args),
        Some(Command::Man) => man::run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::from(status(&error))
        }
    }
}

/// Help and version, or what is wrong with the command line, in the form of all messages.
fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // Help that is piped into a program which has read enough is a success.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    if error.kind() == ErrorKindOfClap::DisplayHelpOnMissingArgumentOrSubcommand {
        eprint!("{}", error.render());
        return ExitCode::from(exit::USAGE);
    }
    let text = error.render().to_string();
    let text = text.strip_prefix("error:").unwrap_or(&text);
    // The parser would have a misspelt option given as a file.
    let is_never_right = |line: &&str| line.trim_start().starts_with("tip: to pass '");
    let text = match text.lines().find(is_never_right) {
        Some(tip) => text.replacen(&format!("{tip}\n\n"), "", 1),
        None => text.to_owned(),
    };
    eprint!("{}{text}", style::error("nyash-pack:"));
    ExitCode::from(exit::USAGE)
}

/// One message: what was worked on, what is wrong with it, what to do.
fn report(error: &anyhow::Error) {
    // Our own errors say all they know; behind them the chain only repeats it.
    let own = error
        .chain()
        .position(|cause| cause.is::<Error>())
        .unwrap_or(usize::MAX);
    let causes: Vec<String> = error
        .chain()
        .take(own.saturating_add(1))
        .map(ToString::to_string)
        .collect();
    eprintln!("{} {}", style::error("nyash-pack:"), causes.join(": "));
    if let Some(hint) = error.chain().find_map(hint) {
        eprintln!("{} {hint}", style::hint("hint:"));
    }
}

/// The next step that an error of ours knows.
fn hint<'a>(cause: &'a (dyn std::error::Error + 'static)) -> Option<Cow<'a, str>> {
    let bench = |cause: &'a bench::error::Error| cause.hint().map(Cow::Borrowed);
    let pack = cause.downcast_ref::<Error>().and_then(Error::hint);
    let wrong = |cause: &'a wrong::Wrong| cause.hint.as_deref().map(Cow::Borrowed);
    pack.or_else(|| cause.downcast_ref().and_then(bench))
        .or_else(|| cause.downcast_ref().and_then(wrong))
}

fn status(error: &anyhow::Error) -> u8 {
    match error.downcast_ref::<bench::error::Error>() {
        Some(bench::error::Error::Command { .. }) => return exit::USAGE,
        Some(_) => return exit::REFUSED,
        None => {}
    }
    if let Some(wrong) = error.downcast_ref::<wrong::Wrong>() {
        return wrong.status;
    }
    match error.chain().find_map(|cause| cause.downcast_ref::<Error>()) {
        Some(Error::Interrupted) => exit::INTERRUPTED,
        Some(Error::Option { .. }) => exit::USAGE,
        Some(Error::Io { .. } | Error::Output { .. }) => exit::FILES,
        Some(_) => exit::REFUSED,
        None => exit::FILES,
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |cause: &(dyn std::error::Error + 'static)| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
    };
    error.chain().any(broken)
}
