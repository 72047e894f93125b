//! The runtimes that commands carry: all there and as they were built before they go in, and found again in the commands.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use memchr::memmem;
use nyash_format::{MANIFEST, parse_manifest};
use sha2::{Digest, Sha256};

use super::hex;
use crate::table;

/// Name and bytes of each.
pub struct Runtimes(Vec<(String, Vec<u8>)>);

impl Runtimes {
    /// Those of a stub folder.
    ///
    /// # Errors
    /// When one is not what the folder's manifest says, and when some are missing, unless that is `allowed`.
    pub fn of(folder: &Path, allowed: bool) -> Result<Self> {
        let manifest = folder.join(MANIFEST);
        let again = "build the runtimes again with `cargo xtask stubs`";
        let text = fs::read_to_string(&manifest).with_context(|| format!("{}; {again}", manifest.display()))?;
        let listed = parse_manifest(&text).with_context(|| format!("{}; {again}", manifest.display()))?;
        let mut all = Vec::new();
        for stub in listed {
            let path = folder.join(&stub.name);
            let bytes = fs::read(&path).with_context(|| format!("{}; {again}", path.display()))?;
            let (found, must) = (bytes.len() as u64, stub.len);
            ensure!(
                found == must,
                "{}: the runtime has {found} bytes, and must have {must}; {again}",
                path.display()
            );
            ensure!(
                hex(&Sha256::digest(&bytes)) == stub.sha256,
                "{}: the runtime is not the one that {MANIFEST} lists; {again}",
                path.display()
            );
            all.push((stub.name, bytes));
        }
        let there = |name: &String| all.iter().any(|(other, _)| other == name);
        let missing: Vec<String> = table::names().filter(|name| !there(name)).collect();
        if !missing.is_empty() {
            let said = format!("{} lacks runtimes: {}", folder.display(), missing.join(", "));
            ensure!(
                allowed,
                "{said}; build them with `cargo xtask stubs`, or give --incomplete"
            );
            println!("{said}");
        }
        Ok(Runtimes(all))
    }

    /// Whether a command has all of them in it.
    ///
    /// # Errors
    /// With the first that is missing or altered.
    pub fn are_in(&self, command: &[u8], path: &Path) -> Result<()> {
        for (name, bytes) in &self.0 {
            if memmem::find(command, bytes).is_none() {
                bail!(
                    "{} does not carry the runtime {name} as it was built; build the commands again",
                    path.display()
                );
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_has_what_was_put_in() {
        let runtimes = Runtimes(vec![
            ("one".to_owned(), b"first".to_vec()),
            ("two".to_owned(), b"second".to_vec()),
        ]);
        let said = |command: &[u8]| match runtimes.are_in(command, Path::new("tool")) {
            Ok(()) => String::new(),
            Err(error) => error.to_string(),
        };
        assert_eq!(said(b"..first..second.."), "");
        assert!(said(b"..first..secund..").starts_with("tool does not carry the runtime two"));
    }
}
