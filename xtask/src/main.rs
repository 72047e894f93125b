//! Tasks of this repository that cargo alone cannot do: `cargo xtask stubs` builds the runtimes of every target.

mod build;
mod folder;
mod packages;
mod stubs;
mod table;

use std::process::ExitCode;

use clap::Parser;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Tasks of this repository")]
enum Task {
    /// Builds the runtimes that programs are packed into, for every target
    Stubs(stubs::Arguments),
}

fn main() -> ExitCode {
    let Task::Stubs(arguments) = Task::parse();
    match stubs::run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
