//! Runtimes as files ("stubs"): their kinds and names, and the list of them in a stub folder.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::{Target, VERSION, WASMTIME};

/// What a runtime offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// For compiled code without exceptions and collected types: smallest and fastest to start.
    Lean,
    /// With a collector for those, an interpreter and, on Linux, what starts the compiler that a program may carry.
    Full,
}

/// The compiler that a program carries, which is a stub too: its kind as in the name of the file.
pub const COMPILER: &str = "compiler";

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 2] = [Kind::Lean, Kind::Full];

    /// Its name, as in the name of the stub's file.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Lean => "lean",
            Kind::Full => "full",
        }
    }

    /// The cargo features of the runtime's crate that make it.
    pub const fn features(self) -> &'static [&'static str] {
        match self {
            Kind::Lean => &[],
            Kind::Full => &["full"],
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name of a stub's file. `kind` is that of a runtime, or [`COMPILER`].
pub fn stub_name(target: Target, kind: &str) -> String {
    format!("{target}-{kind}")
}

/// The file in a stub folder that lists the others.
pub const MANIFEST: &str = "MANIFEST";

/// How the first line of every manifest begins.
const START: &str = "nyash-stubs 1 ";

/// The first line of a manifest of this version, without its end.
pub fn manifest_head() -> String {
    format!("{START}wasmtime={WASMTIME} runtime={VERSION}")
}

/// A stub as the manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StubEntry {
    /// SHA-256 of the file in lower case hexadecimal.
    pub sha256: String,
    /// Its length in bytes.
    pub len: u64,
    /// Its name.
    pub name: String,
}

impl fmt::Display for StubEntry {
    /// As a line of the manifest, without its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.sha256, self.len, self.name)
    }
}

/// Why a manifest cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// It does not begin like one.
    #[error("this is no list of stubs")]
    NotAList,
    /// The stubs are of another version.
    #[error("these stubs are for another nyash-pack: {name} is {theirs}, and must be {own}")]
    Version {
        /// Of what.
        name: &'static str,
        /// What the manifest says.
        theirs: String,
        /// What it should say.
        own: &'static str,
    },
    /// A line lists nothing.
    #[error("damaged: `{0}` is no entry")]
    Entry(String),
}

/// Reads a manifest of this version.
///
/// # Errors
/// [`ManifestError`] for any other text.
pub fn parse_manifest(text: &str) -> Result<Vec<StubEntry>, ManifestError> {
    let mut lines = text.lines();
    let head = lines.next().unwrap_or_default();
    let fields = head.strip_prefix(START).ok_or(ManifestError::NotAList)?;
    for (name, own) in [("wasmtime", WASMTIME), ("runtime", VERSION)] {
        let field = fields
            .split(' ')
            .find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        let theirs = field.unwrap_or("missing");
        if theirs != own {
            return Err(ManifestError::Version {
                name,
                theirs: theirs.to_string(),
                own,
            });
        }
    }
    lines
        .map(|line| entry(line).ok_or_else(|| ManifestError::Entry(line.to_string())))
        .collect()
}

fn entry(line: &str) -> Option<StubEntry> {
    let mut words = line.split(' ');
    let entry = StubEntry {
        sha256: words.next()?.to_string(),
        len: words.next()?.parse().ok()?,
        name: words.next()?.to_string(),
    };
    words.next().is_none().then_some(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let stub = StubEntry {
            sha256: "ab".repeat(32),
            len: 4,
            name: stub_name(Target::S390xLinux, Kind::Lean.name()),
        };
        let text = format!("{}\n{stub}\n", manifest_head());
        assert_eq!(parse_manifest(&text), Ok(alloc::vec![stub]));
        assert_eq!(parse_manifest(""), Err(ManifestError::NotAList));
        let old = text.replace(WASMTIME, "47.0.0");
        let said = parse_manifest(&old).unwrap_err().to_string();
        assert!(said.contains("wasmtime is 47.0.0, and must be"), "{said}");
        assert_eq!(
            parse_manifest(&(manifest_head() + "\nwhat is this\n")),
            Err(ManifestError::Entry("what is this".to_string()))
        );
    }
}
