//! The licences of everything that is linked in, as one text.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::crates::Crate;

/// What is linked in and is no crate.
const OTHERS: &str = "\
The commands and runtimes also hold parts of:

- the Rust standard library (MIT OR Apache-2.0)
- on Linux, the commands: the GNU C library, linked statically (LGPL-2.1-or-later). Its source is Debian's package glibc;
  the complete source of this program, with which it can be linked again to another version, is published with it
- on Linux and Windows, the commands: the support library of GCC (GPL-3.0-or-later WITH GCC-exception-3.1)
- on Windows, the commands: the start-up code and import libraries of mingw-w64 (ZPL-2.1, and in the public domain)
";
const RULE: &str = "\n================================================================================\n";

/// A list of the crates with their licences, and each licence's text once.
///
/// # Errors
/// When a crate's folder cannot be read.
pub fn text(crates: &[Crate]) -> Result<String> {
    let mut out = String::from("Licences of what is linked into nyash-pack and nyash\n\n");
    out.push_str(OTHERS);
    out.push_str("\nand of these crates:\n\n");
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for found in crates {
        let title = format!("{} {}", found.name, found.version);
        out.push_str(&format!("- {title} ({})\n", found.licence));
        for text in files(&found.folder)? {
            texts.entry(text).or_default().push(title.clone());
        }
    }
    // In the order of the first crate of each.
    let mut texts: Vec<(Vec<String>, String)> = texts.into_iter().map(|(text, crates)| (crates, text)).collect();
    texts.sort();
    for (crates, text) in texts {
        out.push_str(RULE);
        out.push_str(&format!("{}\n\n{}\n", crates.join(", "), text.trim_end()));
    }
    Ok(out)
}

/// The texts of licences in a folder, in the order of their names.
fn files(folder: &Path) -> Result<Vec<String>> {
    const NAMES: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"];
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        if path.is_file() && NAMES.iter().any(|start| name.starts_with(start)) {
            paths.push(path);
        }
    }
    paths.sort_unstable();
    let read = |path: &std::path::PathBuf| {
        let bytes = fs::read(path).with_context(|| path.display().to_string())?;
        Ok(String::from_utf8_lossy(&bytes).replace("\r\n", "\n"))
    };
    paths.iter().map(read).collect()
}
