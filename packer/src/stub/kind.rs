//! The kinds of stubs.

use std::fmt;

/// What a runtime offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// For compiled code without exceptions and collected types: smallest and fastest to start.
    Lean,
    /// With a collector for those, an interpreter and, on Linux, what starts the compiler that a program may carry.
    Full,
}

/// The compiler that a program carries, which is a stub too: its kind as in the name of the file.
pub const COMPILER: &str = "compiler";

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 2] = [Kind::Lean, Kind::Full];

    /// Its name, as in the name of the stub's file.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Lean => "lean",
            Kind::Full => "full",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
