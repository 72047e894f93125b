//! The front end as one call: source text in, a program whose names are known out.
//!
//! The core reads no files. Whoever calls [`analyze`] passes the root file and a [`FileProvider`] that answers
//! for `include` and `using`.

use crate::diagnostic::Diagnostic;
use crate::edition::Edition;
use crate::source::SourceMap;
use crate::syntax::ast::Unit;

pub use crate::resolve::program::Program;

/// Finds the files that a program names.
pub trait FileProvider {
    /// The file that `request`, written in the file called `from`, means.
    fn load(&self, request: &Request<'_>) -> Result<LoadedFile, LoadError>;
}

/// What a program asks for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Name of the file that asks.
    pub from: &'a str,
    pub target: Target<'a>,
}

#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// `include "path"`
    Include(&'a str),
    /// `using "path"`, `import "path"`
    Path(&'a str),
    /// `using a.b.c`
    Module(&'a str),
}

/// A file's bytes and names.
#[derive(Clone, Debug)]
pub struct LoadedFile {
    /// For messages and for requests made by this file.
    pub name: String,
    /// The same for every way of naming the file, so that it is loaded once.
    pub identity: String,
    pub bytes: Vec<u8>,
}

/// Why a file could not be had.
#[derive(Clone, Debug)]
pub struct LoadError {
    /// One sentence, e.g. `cannot read 'lib/a.hako': no such file`.
    pub message: String,
    /// What was looked at, for a note.
    pub tried: Vec<String>,
}

/// A provider without files, for programs that stand alone.
pub struct NoFiles;

impl FileProvider for NoFiles {
    fn load(&self, request: &Request<'_>) -> Result<LoadedFile, LoadError> {
        let (Target::Include(name) | Target::Path(name) | Target::Module(name)) = request.target;
        Err(LoadError {
            message: format!("cannot load '{name}': this program has no other files"),
            tried: Vec::new(),
        })
    }
}

/// A program that cannot be compiled.
#[derive(Debug)]
pub struct Failure {
    pub sources: SourceMap,
    /// At least one error; warnings too.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the root file and all it names, and says what every name means.
///
/// `edition` overrides what the name of the root file says. The edition of the root file holds for all files.
/// Trees are at most [`crate::syntax::parser::MAX_HEIGHT`] high, so recursion over them is bounded; run the
/// compiler with [`with_deep_stack`] to have room for that.
pub fn analyze(root: LoadedFile, edition: Option<Edition>, files: &dyn FileProvider) -> Result<Program, Failure> {
    crate::resolve::load::program(root, edition, files)
}

/// One file parsed alone.
#[derive(Debug)]
pub struct Parsed {
    pub sources: SourceMap,
    pub unit: Unit,
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses the root file and nothing it names. Where there are errors the tree is what could be understood.
pub fn parse_one(root: LoadedFile, edition: Option<Edition>) -> Parsed {
    crate::resolve::load::one(root, edition)
}

/// Runs `work` on a thread whose stack has room for the deepest trees the parser accepts.
pub fn with_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    const STACK: usize = 512 << 20;
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        match thread {
            Ok(thread) => match thread.join() {
                Ok(value) => value,
                Err(panic) => std::panic::resume_unwind(panic),
            },
            // Only where address space is short; a smaller stack serves ordinary programs.
            Err(error) => panic!("cannot start the compiler's thread: {error}"),
        }
    })
}
