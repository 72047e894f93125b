//! The systems that programs can be packed for.

use std::fmt;

/// A processor and an operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// Linux on x86-64, any distribution.
    X86_64Linux,
    /// Linux on 64-bit ARM.
    Aarch64Linux,
    /// Linux on 64-bit RISC-V.
    Riscv64Linux,
    /// Linux on IBM Z: the big-endian one.
    S390xLinux,
    /// Windows on x86-64.
    X86_64Windows,
    /// macOS on Apple silicon.
    Aarch64Macos,
    /// macOS on Intel.
    X86_64Macos,
}

/// No target has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown target `{name}`")]
pub struct UnknownTarget {
    /// What was asked for.
    pub name: String,
    /// The nearest names, separated as in a sentence.
    pub near: String,
}

/// The file format of a target's executables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Linux.
    Elf,
    /// Windows.
    Pe,
    /// macOS.
    MachO,
}

/// What there is to know about a target.
struct Facts {
    /// As compatibility keys spell it: architecture and system.
    name: &'static str,
    /// For Cranelift and for people: the usual triple.
    triple: &'static str,
    /// Other triples and short names that mean the same.
    aliases: &'static [&'static str],
    format: Format,
    page: usize,
}

impl Target {
    /// Every target.
    pub const ALL: [Target; 7] = [
        Target::X86_64Linux,
        Target::Aarch64Linux,
        Target::Riscv64Linux,
        Target::S390xLinux,
        Target::X86_64Windows,
        Target::Aarch64Macos,
        Target::X86_64Macos,
    ];

    fn facts(self) -> Facts {
        match self {
            Target::X86_64Linux => Facts {
                name: "x86_64-linux",
                triple: "x86_64-unknown-linux-gnu",
                aliases: &[
                    "x86_64-unknown-linux-musl",
                    "linux",
                    "linux-x64",
                    "linux-x86_64",
                    "linux-amd64",
                ],
                format: Format::Elf,
                page: 4 << 10,
            },
            Target::Aarch64Linux => Facts {
                name: "aarch64-linux",
                triple: "aarch64-unknown-linux-gnu",
                aliases: &["aarch64-unknown-linux-musl", "linux-arm64", "linux-aarch64"],
                format: Format::Elf,
                // Kernels for this architecture have pages of 4, 16 or 64 KiB.
                page: 64 << 10,
            },
            Target::Riscv64Linux => Facts {
                name: "riscv64-linux",
                triple: "riscv64gc-unknown-linux-gnu",
                aliases: &["riscv64gc-unknown-linux-musl", "linux-riscv64"],
                format: Format::Elf,
                page: 4 << 10,
            },
            Target::S390xLinux => Facts {
                name: "s390x-linux",
                triple: "s390x-unknown-linux-gnu",
                aliases: &["s390x-unknown-linux-musl", "linux-s390x"],
                format: Format::Elf,
                page: 4 << 10,
            },
            Target::X86_64Windows => Facts {
                name: "x86_64-windows",
                triple: "x86_64-pc-windows-msvc",
                aliases: &[
                    "x86_64-pc-windows-gnu",
                    "windows",
                    "windows-x64",
                    "windows-x86_64",
                    "windows-amd64",
                ],
                format: Format::Pe,
                page: 4 << 10,
            },
            Target::Aarch64Macos => Facts {
                name: "aarch64-macos",
                triple: "aarch64-apple-darwin",
                aliases: &["macos", "macos-arm64", "macos-aarch64"],
                format: Format::MachO,
                page: 16 << 10,
            },
            Target::X86_64Macos => Facts {
                name: "x86_64-macos",
                triple: "x86_64-apple-darwin",
                aliases: &["macos-x64", "macos-x86_64"],
                format: Format::MachO,
                page: 4 << 10,
            },
        }
    }

    /// Architecture and system, as compatibility keys spell it, for example `x86_64-linux`.
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// The usual triple.
    pub fn triple(self) -> &'static str {
        self.facts().triple
    }

    /// Short names and other triples.
    pub fn aliases(self) -> &'static [&'static str] {
        self.facts().aliases
    }

    /// The file format of its executables.
    pub fn format(self) -> Format {
        self.facts().format
    }

    /// Whether programs can carry a compiler (`--fallback jit`): that wants the target's libc.
    pub fn has_compiler(self) -> bool {
        self == Target::X86_64Linux
    }

    /// The largest page that its executables are laid out for, in bytes.
    pub fn page(self) -> usize {
        self.facts().page
    }

    /// The smallest page that a kernel for the target has, in bytes.
    pub fn smallest_page(self) -> usize {
        match self {
            Target::Aarch64Linux => 4 << 10,
            other => other.page(),
        }
    }

    /// The ending of executables with its dot, empty where they have none.
    pub fn executable_suffix(self) -> &'static str {
        match self.format() {
            Format::Pe => ".exe",
            Format::Elf | Format::MachO => "",
        }
    }

    /// The target that this packer itself runs on, if it is one.
    pub fn host() -> Option<Target> {
        let name = format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS);
        Target::ALL.into_iter().find(|target| target.name() == name)
    }

    /// The target of a triple or short name.
    ///
    /// # Errors
    /// [`UnknownTarget`] with the nearest names.
    pub fn parse(text: &str) -> Result<Target, UnknownTarget> {
        let wanted = text.to_ascii_lowercase();
        let found = Target::ALL
            .into_iter()
            .find(|target| target.names().any(|name| name == wanted));
        found.ok_or_else(|| {
            // A slip of a few letters, not another word.
            let limit = (wanted.chars().count() / 3).max(2);
            let mut near: Vec<(usize, &'static str)> = Target::ALL
                .into_iter()
                .flat_map(Target::names)
                .map(|name| (edit_distance(&wanted, name), name))
                .filter(|(distance, name)| *distance <= limit || name.starts_with(&wanted))
                .collect();
            near.sort_unstable();
            let near: Vec<&str> = near.into_iter().take(3).map(|(_, name)| name).collect();
            UnknownTarget {
                name: text.to_owned(),
                near: near.join("`, `"),
            }
        })
    }

    fn names(self) -> impl Iterator<Item = &'static str> {
        [self.name(), self.triple()]
            .into_iter()
            .chain(self.aliases().iter().copied())
    }
}

impl Default for Target {
    /// The target that the packer runs on, so that what it makes runs here.
    fn default() -> Self {
        Target::host().unwrap_or(Target::X86_64Linux)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Insertions, deletions and replacements between two short texts (Levenshtein).
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_means_one_target() {
        let mut names: Vec<&str> = Target::ALL.into_iter().flat_map(Target::names).collect();
        for name in &names {
            assert!(Target::parse(name).is_ok(), "{name}");
        }
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
        assert_eq!(Target::parse("Linux-ARM64").unwrap(), Target::Aarch64Linux);
    }

    #[test]
    fn near_names_are_offered() {
        let near = |text: &str| {
            crate::error::Error::from(Target::parse(text).unwrap_err())
                .hint()
                .unwrap_or_default()
                .into_owned()
        };
        assert!(near("linux-amr64").contains("`linux-arm64`"), "{}", near("linux-amr64"));
        assert!(near("window").contains("`windows`"));
        assert!(near("x86_64-windows-gnu").contains("`x86_64-windows`"));
        assert!(near("sparc").contains("nyash-pack targets"));
    }

    #[test]
    fn distances() {
        assert_eq!(edit_distance("", "abc"), 3);
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("same", "same"), 0);
    }
}
