//! Tasks of this repository that cargo alone cannot do: `cargo xtask stubs` builds the runtimes of every target,
//! `cargo xtask dist` everything that a release has.

mod build;
mod dist;
mod folder;
mod locate;
mod order;
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
    /// Makes everything that a release has: archives, wheels, npm and Debian packages, sums
    Dist(dist::Arguments),
    /// Names the functions behind the addresses that an internal error of a program's runtime prints
    Locate(locate::Arguments),
    /// Writes down which functions of the runtimes a start executes, for the linker to put together
    Order(order::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Task::parse() {
        Task::Stubs(arguments) => stubs::run(&arguments),
        Task::Dist(arguments) => dist::run(&arguments),
        Task::Locate(arguments) => locate::run(&arguments),
        Task::Order(arguments) => order::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
