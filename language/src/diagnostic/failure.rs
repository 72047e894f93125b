//! A program that cannot be compiled, with what is wrong.

use super::Diagnostic;
use crate::source::SourceMap;

/// A program that cannot be compiled.
#[derive(Debug)]
pub struct Failure {
    pub sources: SourceMap,
    /// At least one error; warnings too.
    pub diagnostics: Vec<Diagnostic>,
}
