//! `nyash-pack man`.

use std::io::Write;

use clap::CommandFactory;

use super::args::Cli;

/// Prints the manual page.
pub fn run() -> anyhow::Result<()> {
    let mut text = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut text)?;
    Ok(std::io::stdout().lock().write_all(&text)?)
}
