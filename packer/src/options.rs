//! What a packed program may reach and how it is made.

use std::sync::Arc;

use nyash_format::{CpuLevel, Format, Target};

use crate::compile::cpu;
use crate::embed::Embedded;
use crate::error::{Error, Result};
use crate::executable::resources::{self, Resources};
use crate::stub::Folders;

/// Everything that can be chosen when a program is packed. The default grants nothing but arguments, standard streams,
/// clocks and random numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Granted directories, in the order of their descriptors.
    pub directories: Vec<Directory>,
    /// Files that go along.
    pub embedded: Option<Arc<Embedded>>,
    /// Variables set in the program's environment.
    pub env_set: Vec<(Vec<u8>, Vec<u8>)>,
    /// Variables passed on from the environment of the program's start.
    pub env_pass: Vec<Vec<u8>>,
    /// The whole environment is passed on.
    pub inherit_env: bool,
    /// The whole file system with the working directory is granted.
    pub all_files: bool,
    /// Descriptors that are open at the program's start and that it may use under the same numbers.
    pub inherit_fds: Vec<u32>,
    /// Arguments before those of the command line.
    pub args: Vec<Vec<u8>>,
    /// What the program sees as its argument 0.
    pub argv0: Option<Vec<u8>>,
    /// Largest size of all linear memories together, in bytes.
    pub memory_limit: Option<u64>,
    /// What becomes of functions that the module imports and nobody provides.
    pub unknown_imports: UnknownImports,
    /// No reservation of address space: explicit bounds checks, slower by some 10 %.
    pub small_address_space: bool,
    /// Bytes of stack for calls; none means what the system gives (`ulimit -s`).
    pub stack_size: Option<u64>,
    /// How much the compiler optimises.
    pub opt_level: OptLevel,
    /// No symbols for debuggers and profilers.
    pub strip: bool,
    /// Functions and lines for debuggers and profilers, from the module's debugging information.
    pub debug_info: bool,
    /// A trap leaves a core file of the state that it found.
    pub core_on_trap: bool,
    /// Call stacks name no lines, although the module has debugging information.
    pub no_line_tables: bool,
    /// What paths of source files begin with, and what shall stand there instead.
    pub path_prefixes: Vec<(String, String)>,
    /// The system that the program is for.
    pub target: Target,
    /// The CPU levels that the program has code for, the best first; none means the baseline ([`crate::compile::cpu::parse`]).
    pub cpu: Vec<CpuLevel>,
    /// The export that the program runs, after `_initialize` if that is exported too; `_start` if none is named.
    pub invoke: Option<String>,
    /// How the module is initialised before it is packed, if it is.
    pub preinit: Option<Preinit>,
    /// What runs where none of that code can.
    pub fallback: Option<Fallback>,
    /// Folders with runtimes, besides those that the packer carries.
    pub stubs: Folders,
    /// Icon and the like, for Windows only.
    pub resources: Resources,
}

/// What becomes of functions that a module imports and nobody provides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UnknownImports {
    /// The module is refused.
    #[default]
    Refuse,
    /// The program traps when it calls one.
    Trap,
}

/// What a program goes on with on a machine that cannot run its compiled code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fallback {
    /// Bytecode and an interpreter for it: small, and slow to run.
    Pulley,
    /// The module and a compiler, which is run at such a start: large, and as fast as ever afterwards.
    Jit,
}

impl Fallback {
    /// Name as users write it.
    pub fn name(self) -> &'static str {
        match self {
            Fallback::Pulley => "pulley",
            Fallback::Jit => "jit",
        }
    }
}

/// How a module is initialised when it is packed, and the world that it then sees. Nothing of that world is part of the
/// program but what the module remembers of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preinit {
    /// The exported function to call; if none is named, the first of the usual ones that is there.
    pub function: Option<String>,
    /// Arguments behind argument 0.
    pub args: Vec<Vec<u8>>,
    /// Environment.
    pub env: Vec<(Vec<u8>, Vec<u8>)>,
    /// Granted directories, in the order of their descriptors.
    pub directories: Vec<Directory>,
    /// The function is not called to its end but until it first reads standard input. None named, it is `_start`.
    pub until_input: bool,
    /// How many seconds of a processor it may take, and as long it may wait for something.
    pub seconds: u64,
}

impl Default for Preinit {
    fn default() -> Self {
        Preinit {
            function: None,
            args: Vec::new(),
            env: Vec::new(),
            directories: Vec::new(),
            until_input: false,
            seconds: Self::SECONDS,
        }
    }
}

impl Preinit {
    /// What an initialisation may take, unless it is said.
    pub const SECONDS: u64 = 300;

    /// Takes `NAME=VALUE`, or `NAME` with the value that `outer` knows; it is left out if that is none.
    ///
    /// # Errors
    /// [`Error::Option`] for an empty name.
    pub fn add_env(&mut self, text: &[u8], outer: impl Fn(&[u8]) -> Option<Vec<u8>>) -> Result<()> {
        let mut one = Options::default();
        one.add_env(text)?;
        self.env.append(&mut one.env_set);
        for name in one.env_pass {
            self.env.extend(outer(&name).map(|value| (name, value)));
        }
        Ok(())
    }
}

/// A granted directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    /// Path where the program runs.
    pub host: Vec<u8>,
    /// Path as the program sees it.
    pub guest: Vec<u8>,
    /// Nothing below it can be changed.
    pub read_only: bool,
}

impl Directory {
    /// Reads `HOST[::GUEST][:ro]`, or `:rw` for the default.
    ///
    /// # Errors
    /// [`Error::Option`] for an empty path.
    pub fn parse(text: &[u8]) -> Result<Self> {
        // `:rw` is what it is without, and what containers call it.
        let (text, read_only) = match (text.strip_suffix(b":ro"), text.strip_suffix(b":rw")) {
            (Some(rest), _) => (rest, true),
            (None, Some(rest)) => (rest, false),
            (None, None) => (text, false),
        };
        let (host, guest) = match text.windows(2).position(|pair| pair == b"::") {
            Some(at) => (&text[..at], &text[at + 2..]),
            None => (text, text),
        };
        if host.is_empty() || guest.is_empty() {
            return Err(Error::Option {
                option: "--dir",
                message: "expected HOST[::GUEST][:ro], and one of the paths is empty".to_owned(),
            });
        }
        Ok(Directory {
            host: host.to_vec(),
            guest: guest.to_vec(),
            read_only,
        })
    }
}

impl Options {
    /// Takes `NAME` (passed on) or `NAME=VALUE` (set).
    ///
    /// # Errors
    /// [`Error::Option`] for an empty name.
    pub fn add_env(&mut self, text: &[u8]) -> Result<()> {
        let (name, value) = match text.iter().position(|byte| *byte == b'=') {
            Some(at) => (&text[..at], Some(&text[at + 1..])),
            None => (text, None),
        };
        if name.is_empty() {
            return Err(Error::Option {
                option: "--env",
                message: "expected NAME or NAME=VALUE, and the name is empty".to_owned(),
            });
        }
        // The last one counts, as for env(1) and containers.
        self.env_set.retain(|(other, _)| other != name);
        self.env_pass.retain(|other| other != name);
        match value {
            Some(value) => self.env_set.push((name.to_vec(), value.to_vec())),
            None => self.env_pass.push(name.to_vec()),
        }
        Ok(())
    }

    /// Grants what a native program has: the whole file system and the whole environment.
    pub fn allow_all(&mut self) {
        self.all_files = true;
        self.inherit_env = true;
    }

    /// The CPU levels to compile for.
    pub(crate) fn cpu_levels(&self) -> &[CpuLevel] {
        if self.cpu.is_empty() {
            &[CpuLevel::Baseline]
        } else {
            &self.cpu
        }
    }

    /// Less than this has no room for the calls of a library's start.
    const LEAST_STACK: u64 = 64 << 10;

    /// Refuses what cannot work.
    pub(crate) fn check(&self) -> Result<()> {
        resources::check(&self.resources, self.target)?;
        if self.target.format() == Format::Pe && !self.inherit_fds.is_empty() {
            return Err(Error::Option {
                option: "--inherit-fd",
                message: "Windows hands down no descriptors by number".to_owned(),
            });
        }
        if self.debug_info && self.target.format() != Format::Elf {
            return Err(Error::Option {
                option: "-g",
                message: "only executables for Linux have debugging information so far".to_owned(),
            });
        }
        if self.core_on_trap && self.target.format() != Format::Elf {
            return Err(Error::Option {
                option: "--core-on-trap",
                message: "only executables for Linux leave core files so far".to_owned(),
            });
        }
        for (at, directory) in self.directories.iter().enumerate() {
            if self.directories[..at]
                .iter()
                .any(|other| other.guest == directory.guest)
            {
                return Err(Error::Option {
                    option: "--dir",
                    message: format!(
                        "two directories are both seen as {}",
                        String::from_utf8_lossy(&directory.guest)
                    ),
                });
            }
        }
        if let (Some(invoke), Some(preinit)) = (&self.invoke, &self.preinit)
            && preinit.function.as_ref() == Some(invoke)
            && !preinit.until_input
        {
            return Err(Error::Option {
                option: "--invoke",
                message: format!("`{invoke}` is what --preinit calls when the module is packed, and only then"),
            });
        }
        if let Some(embedded) = &self.embedded {
            let granted: Vec<&[u8]> = self
                .directories
                .iter()
                .map(|directory| directory.guest.as_slice())
                .collect();
            embedded.check(&granted, self.all_files)?;
        }
        cpu::check(&self.cpu, self.target)?;
        if self.stack_size.is_some_and(|size| size < Self::LEAST_STACK) {
            return Err(Error::Option {
                option: "--stack-size",
                message: "a program needs 64K at least".to_owned(),
            });
        }
        if self.memory_limit == Some(0) {
            return Err(Error::Option {
                option: "--memory-limit",
                message: "a program cannot run without memory".to_owned(),
            });
        }
        Ok(())
    }
}

/// Reads a size in bytes: a number with `K`, `M`, `G` or `T` behind it for the powers of 1024.
///
/// # Errors
/// A text for the user.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        "t" | "tb" | "tib" => 40,
        _ => return Err("expected a number with K, M, G or T behind it, for example 512M".to_owned()),
    };
    let number: u64 = digits
        .parse()
        .map_err(|_| "expected a number, for example 512M".to_owned())?;
    number
        .checked_mul(1 << shift)
        .ok_or_else(|| "the number is too large".to_owned())
}

/// How much the optimiser does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OptLevel {
    /// Nothing: the fastest packing.
    None,
    /// For speed.
    #[default]
    Speed,
    /// For speed where it does not cost size.
    Size,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories() {
        let directory = |text: &str| {
            let d = Directory::parse(text.as_bytes()).ok()?;
            let text = |bytes| String::from_utf8(bytes).unwrap();
            Some((text(d.host), text(d.guest), d.read_only))
        };
        let some = |host: &str, guest: &str, ro| Some((host.to_owned(), guest.to_owned(), ro));
        assert_eq!(directory("."), some(".", ".", false));
        assert_eq!(directory("/data:ro"), some("/data", "/data", true));
        assert_eq!(directory("/srv/x::/data"), some("/srv/x", "/data", false));
        assert_eq!(directory("/srv/x::/data:ro"), some("/srv/x", "/data", true));
        assert_eq!(directory(".::/data:rw"), some(".", "/data", false));
        assert_eq!(directory(""), None);
        assert_eq!(directory("::/data"), None);
        assert_eq!(directory("/data::"), None);
        assert_eq!(directory(":ro"), None);
    }

    #[test]
    fn variables() {
        let mut options = Options::default();
        options.add_env(b"HOME").unwrap();
        options.add_env(b"MODE=a=b").unwrap();
        options.add_env(b"EMPTY=").unwrap();
        options.add_env(b"MODE=c").unwrap();
        options.add_env(b"EMPTY").unwrap();
        options.add_env(b"EMPTY=").unwrap();
        assert!(options.add_env(b"=x").is_err());
        assert!(options.add_env(b"").is_err());
        assert_eq!(options.env_pass, [b"HOME".to_vec()]);
        assert_eq!(
            options.env_set,
            [(b"MODE".to_vec(), b"c".to_vec()), (b"EMPTY".to_vec(), b"".to_vec())]
        );
    }

    #[test]
    fn sizes() {
        assert_eq!(parse_size("4096"), Ok(4096));
        assert_eq!(parse_size("64k"), Ok(64 << 10));
        assert_eq!(parse_size("512MiB"), Ok(512 << 20));
        assert_eq!(parse_size("2G"), Ok(2 << 30));
        for bad in ["", "M", "1X", "-1", "99999999T", "1.5G"] {
            assert!(parse_size(bad).is_err(), "{bad}");
        }
    }
}
