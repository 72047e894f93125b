//! The systems that programs can be packed for: one row each, which packer, runtime and tasks read.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

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

/// Who compiles the runtimes of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toolchain {
    /// The compiler that builds the packer. It has a standard library for its own system only.
    Plain,
    /// Debian's, which comes with the standard library's source, so that a library for the target is built along.
    Debian {
        /// Cargo features of that library, separated by commas.
        std_features: &'static str,
    },
}

/// What there is to know about a target.
struct Facts {
    name: &'static str,
    triple: &'static str,
    aliases: &'static [&'static str],
    format: Format,
    machine: u32,
    big_endian: bool,
    page: usize,
    smallest_page: usize,
    toolchain: Toolchain,
    compiler: bool,
}

const KIB: usize = 1 << 10;

/// Processors without memory routines in `runtime/src/routines` take those of `compiler_builtins`.
const WITH_MEMORY_ROUTINES: Toolchain = Toolchain::Debian {
    std_features: "compiler-builtins-mem",
};

/// Makes the type and its facts of the rows.
macro_rules! targets {
    ($($(#[$doc:meta])+ $target:ident: $arch:tt $os:tt { $($fact:ident: $value:expr,)+ })+) => {
        /// A processor and an operating system.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Target {
            $($(#[$doc])+ $target,)+
        }

        impl Target {
            /// Every target.
            pub const ALL: [Target; [$($arch),+].len()] = [$(Target::$target),+];

            /// The target that this is compiled for, if it is one.
            pub const fn host() -> Option<Target> {
                $(if cfg!(all(target_arch = $arch, target_os = $os)) {
                    return Some(Target::$target);
                })+
                None
            }

            const fn facts(self) -> &'static Facts {
                match self {
                    $(Target::$target => &Facts {
                        name: concat!($arch, "-", $os),
                        $($fact: $value,)+
                    },)+
                }
            }
        }
    };
}

targets! {
    /// Linux on x86-64, any distribution.
    X86_64Linux: "x86_64" "linux" {
        triple: "x86_64-unknown-linux-gnu",
        aliases: &["x86_64-unknown-linux-musl", "linux", "linux-x64", "linux-x86_64", "linux-amd64"],
        format: Format::Elf,
        machine: 62,
        big_endian: false,
        page: 4 * KIB,
        smallest_page: 4 * KIB,
        // So that the stub is the one that every packer carries.
        toolchain: Toolchain::Plain,
        compiler: true,
    }
    /// Linux on 64-bit ARM.
    Aarch64Linux: "aarch64" "linux" {
        triple: "aarch64-unknown-linux-gnu",
        aliases: &["aarch64-unknown-linux-musl", "linux-arm64", "linux-aarch64"],
        format: Format::Elf,
        machine: 183,
        big_endian: false,
        // Kernels for this architecture have pages of 4, 16 or 64 KiB.
        page: 64 * KIB,
        smallest_page: 4 * KIB,
        toolchain: Toolchain::Debian { std_features: "" },
        compiler: false,
    }
    /// Linux on 64-bit RISC-V.
    Riscv64Linux: "riscv64" "linux" {
        triple: "riscv64gc-unknown-linux-gnu",
        aliases: &["riscv64gc-unknown-linux-musl", "linux-riscv64"],
        format: Format::Elf,
        machine: 243,
        big_endian: false,
        page: 4 * KIB,
        smallest_page: 4 * KIB,
        toolchain: WITH_MEMORY_ROUTINES,
        compiler: false,
    }
    /// Linux on IBM Z: the big-endian one.
    S390xLinux: "s390x" "linux" {
        triple: "s390x-unknown-linux-gnu",
        aliases: &["s390x-unknown-linux-musl", "linux-s390x"],
        format: Format::Elf,
        machine: 22,
        big_endian: true,
        page: 4 * KIB,
        smallest_page: 4 * KIB,
        toolchain: WITH_MEMORY_ROUTINES,
        compiler: false,
    }
    /// Windows on x86-64.
    X86_64Windows: "x86_64" "windows" {
        triple: "x86_64-pc-windows-msvc",
        aliases: &["x86_64-pc-windows-gnu", "windows", "windows-x64", "windows-x86_64", "windows-amd64"],
        format: Format::Pe,
        machine: 0x8664,
        big_endian: false,
        page: 4 * KIB,
        smallest_page: 4 * KIB,
        // Without mingw: rust-lld links for Windows as well, and functions of the system are imported by name.
        toolchain: Toolchain::Debian { std_features: "" },
        compiler: false,
    }
    /// macOS on Apple silicon.
    Aarch64Macos: "aarch64" "macos" {
        triple: "aarch64-apple-darwin",
        aliases: &["macos", "macos-arm64", "macos-aarch64"],
        format: Format::MachO,
        machine: 0x0100_000c,
        big_endian: false,
        page: 16 * KIB,
        smallest_page: 16 * KIB,
        toolchain: Toolchain::Debian { std_features: "" },
        compiler: false,
    }
    /// macOS on Intel.
    X86_64Macos: "x86_64" "macos" {
        triple: "x86_64-apple-darwin",
        aliases: &["macos-x64", "macos-x86_64"],
        format: Format::MachO,
        machine: 0x0100_0007,
        big_endian: false,
        page: 4 * KIB,
        smallest_page: 4 * KIB,
        toolchain: Toolchain::Debian { std_features: "" },
        compiler: false,
    }
}

impl Target {
    /// Architecture and system, as compatibility keys spell it, for example `x86_64-linux`.
    pub const fn name(self) -> &'static str {
        self.facts().name
    }

    /// The usual triple, for compilers and for people.
    pub const fn triple(self) -> &'static str {
        self.facts().triple
    }

    /// Short names and other triples that mean the same.
    pub const fn aliases(self) -> &'static [&'static str] {
        self.facts().aliases
    }

    /// The file format of its executables.
    pub const fn format(self) -> Format {
        self.facts().format
    }

    /// The number of its processor in the head of an executable: `e_machine`, `Machine` or `cputype`.
    pub const fn machine(self) -> u32 {
        self.facts().machine
    }

    /// Whether a target has executables of this format for this [`machine`](Self::machine).
    pub fn runs_on(format: Format, machine: u32) -> bool {
        let fits = |target: &Target| target.format() == format && target.machine() == machine;
        Target::ALL.iter().any(fits)
    }

    /// Whether the processor stores the most significant byte first.
    pub const fn is_big_endian(self) -> bool {
        self.facts().big_endian
    }

    /// The largest page that its executables are laid out for, in bytes.
    pub const fn page(self) -> usize {
        self.facts().page
    }

    /// The smallest page that a kernel for the target has, in bytes.
    pub const fn smallest_page(self) -> usize {
        self.facts().smallest_page
    }

    /// Who compiles its runtimes.
    pub const fn toolchain(self) -> Toolchain {
        self.facts().toolchain
    }

    /// Whether programs can carry a compiler (`--fallback jit`): that wants the target's libc.
    pub const fn has_compiler(self) -> bool {
        self.facts().compiler
    }

    /// The ending of executables with its dot, empty where they have none.
    pub const fn executable_suffix(self) -> &'static str {
        match self.format() {
            Format::Pe => ".exe",
            Format::Elf | Format::MachO => "",
        }
    }

    /// The target of a name, triple or short name, in upper or lower case.
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
                name: text.to_string(),
                near: near.join("`, `"),
            }
        })
    }

    /// Every name that means it, its own first.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        [self.name(), self.triple()]
            .into_iter()
            .chain(self.aliases().iter().copied())
    }
}

impl Default for Target {
    /// The target that this is compiled for, so that what a packer makes runs where the packer does.
    fn default() -> Self {
        Target::host().unwrap_or(Target::X86_64Linux)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
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

/// Insertions, deletions and replacements between two short texts (Levenshtein), to find the names that were meant.
pub fn edit_distance(a: &str, b: &str) -> usize {
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
        let near = |text: &str| Target::parse(text).unwrap_err().near;
        assert!(near("linux-amr64").contains("linux-arm64"));
        assert!(near("window").starts_with("windows`"));
        assert!(near("x86_64-windows-gnu").contains("x86_64-windows"));
        assert_eq!(near("sparc"), "");
    }

    #[test]
    fn distances() {
        assert_eq!(edit_distance("", "abc"), 3);
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("same", "same"), 0);
    }
}
