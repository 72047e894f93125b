//! `nyash-pack completions SHELL`.

use std::io::Write;

use clap::CommandFactory;

use super::args::{Cli, CompletionsArgs};

/// Prints completions.
pub fn run(args: &CompletionsArgs) -> anyhow::Result<()> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "nyash-pack", &mut text);
    Ok(std::io::stdout().lock().write_all(&text)?)
}
