//! What can go wrong, as data: a short text, and a hint that names the next step.

use std::borrow::Cow;
use std::path::PathBuf;

use nyash_format::{COMPILER, FormatError, Target, UnknownTarget};
use thiserror::Error;

use crate::module::wasi::BadImport;
use crate::preinit::error::Failure;

/// Why a module could not be packed, or a packed program not be read.
///
/// The text names neither the program nor the input file: the caller knows what it passed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The input holds no bytes.
    #[error("the file is empty")]
    Empty,
    /// The input is none of the formats that the packer reads.
    #[error("not a WebAssembly module: it starts with {start}")]
    NotWasm {
        /// The first bytes in readable form.
        start: String,
    },
    /// The input is a component.
    #[error("this is a WebAssembly component, and only core modules can be packed yet")]
    Component,
    /// The input is an executable, not a module.
    #[error("this is an executable{}, not a WebAssembly module", if *packed { " made by nyash-pack" } else { "" })]
    Executable {
        /// It carries the packer's slot.
        packed: bool,
    },
    /// The text form does not parse. The text comes with file, line and column.
    #[error("{0}")]
    Text(String),
    /// The module is not valid.
    #[error("invalid WebAssembly at offset {offset:#x}: {message}")]
    Invalid {
        /// What is wrong.
        message: String,
        /// Where, in bytes from the start of the module.
        offset: u64,
    },
    /// The module uses a feature that the runtime does not offer.
    #[error("the module uses {feature}, which nyash-pack does not support (offset {offset:#x})")]
    Feature {
        /// The feature's name.
        feature: &'static str,
        /// The way out.
        way_out: &'static str,
        /// Where it was met, in bytes from the start of the module.
        offset: u64,
    },
    /// The module is what a compiler leaves to a linker.
    #[error("this is an object file that has not been linked yet")]
    Object,
    /// The module exports `_initialize` and no `_start`.
    #[error("this is a reactor (a library with `_initialize`), not a command: it exports no function `_start`")]
    Reactor {
        /// The functions that it exports, with their types.
        there: Vec<String>,
    },
    /// The module exports neither `_start` nor `_initialize`.
    #[error("the module exports no function `_start`, so there is nothing to run")]
    NoStart {
        /// The functions that it exports, with their types.
        there: Vec<String>,
    },
    /// The export that `--invoke` names is not there.
    #[error("the module exports no function `{wanted}`")]
    NoExport {
        /// The name that was asked for.
        wanted: String,
        /// The functions that it exports, with their types.
        there: Vec<String>,
    },
    /// The export that `--invoke` names takes a reference.
    #[error("parameter {number} of `{function}` is of type {ty}, and references cannot be given on a command line")]
    Reference {
        /// The name that was asked for.
        function: String,
        /// Which parameter, from 1.
        number: usize,
        /// Its type.
        ty: String,
    },
    /// `_start` takes parameters or returns results.
    #[error("`_start` must take no parameters and return nothing, and here it is {0}")]
    StartSignature(String),
    /// Imports that no runtime of the packer offers.
    #[error("{}", crate::module::wasi::describe(.0))]
    Imports(Vec<BadImport>),
    /// The module exceeds a limit of the format or of the compiler.
    #[error("{what} is too large: {size} bytes, and the limit is {limit}")]
    TooLarge {
        /// What exceeds the limit.
        what: &'static str,
        /// Its size in bytes.
        size: u64,
        /// The largest accepted size in bytes.
        limit: u64,
    },
    /// A compiled module that was made for another runtime.
    #[error("this compiled module does not fit the runtime:{}", list(.0))]
    Incompatible(Vec<Difference>),
    /// A compiled module whose structure is damaged.
    #[error("damaged compiled module: {0}")]
    DamagedImage(String),
    /// The compiler refused the module although it is valid.
    #[error("the module cannot be compiled: {0}")]
    Compile(String),
    /// An option has a value that cannot be packed.
    #[error("{option}: {message}")]
    Option {
        /// The option as the command spells it.
        option: &'static str,
        /// What is wrong with its value.
        message: String,
    },
    /// The file is not an executable that the packer made.
    #[error("not a program made by nyash-pack: {0}")]
    NotPacked(String),
    /// A packed program is damaged.
    #[error("damaged program: {0}")]
    Damaged(String),
    /// A packed program's structures cannot be read.
    #[error("damaged program: {0}")]
    Format(#[from] FormatError),
    /// The runtime inside the packer cannot be used.
    #[error("the runtime inside nyash-pack is unusable: {0}")]
    Runtime(String),
    /// No target has this name.
    #[error(transparent)]
    UnknownTarget(#[from] UnknownTarget),
    /// The packer has no runtime for a target.
    #[error("there is no {} for {target} in this nyash-pack{}", described(.kind), searched(.folders))]
    StubMissing {
        /// The target.
        target: Target,
        /// The kind of runtime, or [`COMPILER`].
        kind: &'static str,
        /// Where else it was looked for.
        folders: Vec<PathBuf>,
    },
    /// A runtime in a stub folder cannot be used.
    #[error("{}: {message}", .path.display())]
    Stub {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// A file that is to go along cannot.
    #[error("cannot embed {}: {message}", .path.display())]
    Embed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// A file cannot be read or written.
    #[error("cannot {action} {}: {source}", .path.display())]
    Io {
        /// What was tried, for example `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The output path cannot be used.
    #[error("cannot write {}: {message}", .path.display())]
    Output {
        /// The path.
        path: PathBuf,
        /// What is wrong with it.
        message: &'static str,
    },
    /// The module cannot be packed as it is after its initialisation.
    #[error("{0}")]
    Preinit(#[from] Failure),
    /// A signal asked to stop.
    #[error("interrupted; nothing was written")]
    Interrupted,
}

/// Functions that are listed.
const SHOWN: usize = 12;

impl Error {
    /// What to do about it, when there is something to say.
    pub fn hint(&self) -> Option<Cow<'_, str>> {
        match self {
            Error::UnknownTarget(UnknownTarget { near, .. }) if !near.is_empty() => Some(Cow::Owned(format!(
                "did you mean `{near}`? `nyash-pack targets` lists all"
            ))),
            Error::StubMissing { target, kind, .. } if *kind == COMPILER && !target.has_compiler() => {
                Some(Cow::Borrowed(
                    "--fallback jit is there for x86_64-linux only; --fallback pulley is there for every target",
                ))
            }
            Error::StubMissing { target, kind, .. } if *kind == COMPILER => Some(Cow::Owned(format!(
                "`cargo xtask stubs --only {target}-{kind}` builds it; name the folder with --stub-dir, or take \
                 --fallback pulley, which needs none"
            ))),
            Error::StubMissing { target, kind, .. } => Some(Cow::Owned(format!(
                "`cargo xtask stubs --target {target}` builds it; name the folder with --stub-dir, \
                     or take another target: `nyash-pack targets` ({target}-{kind} is the file's name)"
            ))),
            Error::Reactor { there } | Error::NoStart { there } | Error::NoExport { there, .. }
                if !there.is_empty() =>
            {
                let shown = there.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
                let more = if there.len() > SHOWN {
                    format!(" and {} more", there.len() - SHOWN)
                } else {
                    String::new()
                };
                Some(Cow::Owned(format!(
                    "--invoke NAME runs one of its functions: {shown}{more}"
                )))
            }
            _ => self.fixed_hint().map(Cow::Borrowed),
        }
    }

    fn fixed_hint(&self) -> Option<&str> {
        Some(match self {
            Error::UnknownTarget(_) => "`nyash-pack targets` lists all",
            Error::Stub { .. } => "build the stubs again with this version: `cargo xtask stubs`",
            Error::Empty | Error::NotWasm { .. } => {
                "give a WASI command module (.wasm or .wat), or a .cwasm from `nyash-pack extract`"
            }
            Error::Component => {
                "build for WASI preview 1 instead: `--target wasm32-wasip1` (Rust), `--target=wasm32-wasi` (clang)"
            }
            Error::Executable { packed: true } => {
                "`nyash-pack extract APP -o app.cwasm` gets the module out of it again"
            }
            Error::Executable { packed: false } => "give the .wasm file that it was made from",
            Error::Feature { way_out, .. } => way_out,
            Error::Object => "link it: clang does without -c, or give it to wasm-ld with the libraries that it needs",
            Error::Reactor { .. } => {
                "build a program with `main` (clang: without -mexec-model=reactor; Rust: a binary, not a cdylib)"
            }
            Error::NoStart { .. } => "build a program with `main`; the toolchain then exports `_start`",
            Error::Imports(imports) => crate::module::wasi::hint(imports),
            Error::Incompatible(differences) if differences.iter().all(Difference::is_address_space) => {
                "it was compiled for the other choice of --small-address-space: pack it with the same"
            }
            Error::Incompatible(differences) if differences.iter().all(Difference::is_cpu_feature) => {
                "it is compiled for newer CPUs: give their level with --cpu, or --cpu native for exactly these features"
            }
            Error::Incompatible(_) => "pack the .wasm file instead, or extract the .cwasm with this version",
            Error::DamagedImage(_) => "extract or compile it again",
            Error::Invalid { .. } => {
                "the file may be cut short or damaged; `wasm-tools validate` of the tool that made it shows more"
            }
            Error::NotPacked(_) => "give a file that `nyash-pack app.wasm -o app` wrote",
            Error::Damaged(_) | Error::Format(_) => "pack the module again",
            Error::Preinit(failure) => return failure.hint(),
            Error::Output { .. } => "choose another path with -o",
            Error::Embed { .. } => "files, folders, and links between them can be embedded; take it out of the folder",
            _ => return None,
        })
    }
}

/// One setting in which a compiled module differs from what the runtime needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Name of the setting.
    pub setting: String,
    /// Its value in the module.
    pub found: String,
    /// The value the runtime needs.
    pub needed: String,
}

impl Difference {
    /// Whether `--cpu` decides about the setting.
    fn is_cpu_feature(&self) -> bool {
        self.setting.starts_with("CPU feature ")
    }

    /// Whether `--small-address-space` decides about the setting.
    fn is_address_space(&self) -> bool {
        self.setting.ends_with("_reservation") || self.setting.ends_with("_guard_size")
    }
}

fn described(kind: &str) -> String {
    if kind == COMPILER {
        "compiler".to_owned()
    } else {
        format!("runtime `{kind}`")
    }
}

fn searched(folders: &[PathBuf]) -> String {
    let folders: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
    match folders.as_slice() {
        [] => String::new(),
        folders => format!(", nor in {}", folders.join(", ")),
    }
}

fn list(differences: &[Difference]) -> String {
    differences
        .iter()
        .map(|d| format!("\n  {} is {}, and must be {}", d.setting, d.found, d.needed))
        .collect()
}

/// Short form of results in this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_targets_are_offered() {
        let hint = |text: &str| {
            Error::from(Target::parse(text).unwrap_err())
                .hint()
                .unwrap_or_default()
                .into_owned()
        };
        assert!(hint("linux-amr64").contains("`linux-arm64`"), "{}", hint("linux-amr64"));
        assert!(hint("sparc").contains("nyash-pack targets"));
    }
}
