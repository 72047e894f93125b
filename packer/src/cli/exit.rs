//! Exit status of the command; `--help` lists them.

/// The input was refused or found damaged.
pub const REFUSED: u8 = 1;
/// The command line is wrong.
pub const USAGE: u8 = 2;
/// A file could not be read or written.
pub const FILES: u8 = 3;
/// A bug in this program.
pub const BUG: u8 = 70;
/// A signal asked to stop.
pub const INTERRUPTED: u8 = 130;
