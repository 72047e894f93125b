//! The front end, stage by stage: files -> trees -> declarations -> bodies.

use crate::diagnostic::Diagnostic;
use crate::edition::Edition;
use crate::resolve::{bodies, declare, load, sink::Sink};
use crate::source::{FileId, SourceMap};
use crate::syntax::ast::Unit;

pub use crate::diagnostic::failure::Failure;
pub use crate::resolve::program::Program;
pub use crate::source::files::{FileProvider, LoadError, LoadedFile, NoFiles, Request, Target};

/// Reads the root file and all it names, and says what every name means.
///
/// `edition` overrides what the name of the root file says. The edition of the root file holds for all files.
/// Trees are at most [`crate::syntax::parser::MAX_HEIGHT`] high, so recursion over them is bounded; run the
/// compiler with [`with_deep_stack`] to have room for that.
///
/// # Errors
/// All that is wrong with the program.
pub fn analyze(root: LoadedFile, edition: Option<Edition>, files: &dyn FileProvider) -> Result<Program, Failure> {
    let mut sink = Sink::default();
    let (loaded, sources, diagnostics) = load::units(root, edition, Some(files));
    let damaged = diagnostics.iter().any(Diagnostic::is_error);
    diagnostics.into_iter().for_each(|diagnostic| sink.push(diagnostic));
    // Names cannot be judged where half of a file is missing.
    if damaged {
        return Err(Failure {
            sources,
            diagnostics: sink.finish(),
        });
    }
    let declared = declare::declarations(loaded, &mut sink);
    let mut program = bodies::resolve(declared, &mut sink);
    let diagnostics = sink.finish();
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(Failure { sources, diagnostics });
    }
    program.sources = sources;
    program.warnings = diagnostics;
    Ok(program)
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
    let (loaded, sources, diagnostics) = load::units(root, edition, None);
    let nothing = || Unit {
        file: FileId(0),
        statements: Vec::new(),
        requests: Vec::new(),
        declarations: Vec::new(),
    };
    let unit = loaded.units.into_iter().next().unwrap_or_else(nothing);
    Parsed {
        sources,
        unit,
        diagnostics,
    }
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
