//! Why a module's exceptions could not be translated.

use thiserror::Error;

/// What stands in the way of a translation. A valid module meets only [`Error::Limit`] and [`Error::Unsupported`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are no instructions, or blocks do not end as they must.
    #[error("{message}")]
    Malformed {
        /// The reader's message.
        message: String,
        /// Where, in bytes from the start of the module.
        offset: u64,
    },
    /// A branch, `delegate` or `rethrow` to more blocks outwards than there are.
    #[error("label {depth} is outside the function")]
    Label {
        /// The label, in blocks outwards.
        depth: u32,
        /// Where, in bytes from the start of the module.
        offset: u64,
    },
    /// A `rethrow` whose label is not that of a `try` in one of whose handlers it stands.
    #[error("rethrow {depth} does not stand in a handler of that label")]
    Rethrow {
        /// The label, in blocks outwards.
        depth: u32,
        /// Where, in bytes from the start of the module.
        offset: u64,
    },
    /// An index of a type, tag or function that does not exist or is of another kind.
    #[error("there is no {what} {index}")]
    Index {
        /// What is missing.
        what: &'static str,
        /// Its index.
        index: u32,
        /// Where, in bytes from the start of the module.
        offset: u64,
    },
    /// The translated module would exceed a limit of WebAssembly engines.
    #[error("with translated exceptions there would be more than {limit} {what}")]
    Limit {
        /// What there would be too many of.
        what: &'static str,
        /// The largest accepted number.
        limit: usize,
        /// Where, in bytes from the start of the module.
        offset: u64,
    },
    /// An instruction that nobody mixes with exceptions in the legacy encoding.
    #[error("{what} and legacy exceptions in one function")]
    Unsupported {
        /// The instruction.
        what: &'static str,
        /// Where, in bytes from the start of the module.
        offset: u64,
    },
}

impl Error {
    /// Where, in bytes from the start of the module.
    pub fn offset(&self) -> u64 {
        match self {
            Error::Malformed { offset, .. }
            | Error::Label { offset, .. }
            | Error::Rethrow { offset, .. }
            | Error::Index { offset, .. }
            | Error::Limit { offset, .. }
            | Error::Unsupported { offset, .. } => *offset,
        }
    }
}

impl From<wasmparser::BinaryReaderError> for Error {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Error::Malformed {
            message: error.message().to_owned(),
            offset: error.offset() as u64,
        }
    }
}

/// Short form of results in this folder.
pub(super) type Result<T, E = Error> = std::result::Result<T, E>;
