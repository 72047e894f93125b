//! What a package installs: files by their path below a prefix.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Files in the order of their paths.
#[derive(Debug, Clone, Default)]
pub struct Tree(pub BTreeMap<String, File>);

/// A file.
#[derive(Debug, Clone)]
pub struct File {
    /// Rights.
    pub mode: u32,
    /// Content.
    pub bytes: Vec<u8>,
}

impl Tree {
    /// Adds a file.
    pub fn add(&mut self, path: String, mode: u32, bytes: Vec<u8>) {
        self.0.insert(path, File { mode, bytes });
    }
}

/// Adds a command's completions and manual page, which the command itself prints.
///
/// # Errors
/// When the command does not run.
pub fn documents(tree: &mut Tree, command: &Path, name: &str) -> Result<()> {
    let shells = [
        ("bash", format!("share/bash-completion/completions/{name}")),
        ("zsh", format!("share/zsh/site-functions/_{name}")),
        ("fish", format!("share/fish/vendor_completions.d/{name}.fish")),
        ("powershell", format!("share/powershell/{name}.ps1")),
        ("elvish", format!("share/elvish/lib/{name}.elv")),
    ];
    // One has subcommands, the other options.
    let subcommands = name == "nyash-pack";
    for (shell, path) in shells {
        let asked: &[&str] = if subcommands {
            &["completions", shell]
        } else {
            &["--completions", shell]
        };
        tree.add(path, 0o644, printed(command, asked)?);
    }
    let asked: &[&str] = if subcommands { &["man"] } else { &["--man"] };
    tree.add(format!("share/man/man1/{name}.1"), 0o644, printed(command, asked)?);
    Ok(())
}

fn printed(command: &Path, arguments: &[&str]) -> Result<Vec<u8>> {
    let done = Command::new(command).args(arguments).output();
    let done = done.with_context(|| format!("cannot run {}", command.display()))?;
    if !done.status.success() || done.stdout.is_empty() {
        let said = String::from_utf8_lossy(&done.stderr);
        bail!("{} {} printed nothing: {said}", command.display(), arguments.join(" "));
    }
    Ok(done.stdout)
}
