//! What can be wrong with the bytes of a packed program.

use thiserror::Error;

/// The part of a packed program that an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The executable as a whole.
    File,
    /// The slot in the runtime.
    Slot,
    /// The header at the start of the payload.
    Header,
    /// The metadata records behind the header.
    Metadata,
    /// The table of function names.
    Names,
    /// The state of a program that was run to be packed.
    Snapshot,
    /// The index of embedded files.
    Embedded,
}

impl core::fmt::Display for Part {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Part::File => "executable",
            Part::Slot => "slot",
            Part::Header => "header",
            Part::Metadata => "metadata",
            Part::Names => "name table",
            Part::Snapshot => "snapshot",
            Part::Embedded => "index of embedded files",
        })
    }
}

/// Why bytes were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The slot carries no payload: the file is a bare runtime.
    #[error("this is a bare runtime without a program in it")]
    Empty,
    /// The first bytes of the part are not its magic number.
    #[error("the {0} does not start with its magic number")]
    Magic(Part),
    /// The part is of a format version that this reader does not know.
    #[error("the {part} is of format version {found}, and this reader knows only version {known}")]
    Version {
        /// Where the version was read.
        part: Part,
        /// The version found.
        found: u32,
        /// The version this crate implements.
        known: u32,
    },
    /// The part ends before its last field.
    #[error("the {0} is cut short")]
    Truncated(Part),
    /// The stored digest differs from the digest of the bytes.
    #[error("the {0} is damaged: its digest does not match")]
    Digest(Part),
    /// A field has a value that the format does not allow.
    #[error("the {part} has an invalid {field}")]
    Field {
        /// Where the field lies.
        part: Part,
        /// Its name in `SPEC.md`.
        field: &'static str,
    },
    /// A critical record or region that this reader does not know.
    #[error("the {part} needs a feature (number {number}) that this reader does not have")]
    Unknown {
        /// Where it was met.
        part: Part,
        /// Tag of the record or kind of the region.
        number: u32,
    },
    /// A value does not fit the field that the format has for it.
    #[error("{0} is too large for the format")]
    TooLarge(&'static str),
}
