//! The two editions of the language.

use std::fmt;

/// Which of the two bodies of existing programs a program belongs to.
///
/// The grammar is one; an edition decides scope rules and what some operations mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Edition {
    /// Programs in `.nyash` files: function scope, undeclared assignment makes a global.
    E2025,
    /// Programs in `.hako` files: block scope, every name is declared.
    E2026,
}

impl Edition {
    /// The edition that a file name stands for: 2025 for `.nyash`, 2026 for everything else.
    pub fn of_file_name(name: &str) -> Edition {
        if name.to_ascii_lowercase().ends_with(".nyash") {
            Edition::E2025
        } else {
            Edition::E2026
        }
    }

    /// The edition with this year as its name.
    pub fn parse(text: &str) -> Option<Edition> {
        match text {
            "2025" => Some(Edition::E2025),
            "2026" => Some(Edition::E2026),
            _ => None,
        }
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Edition::E2025 => "2025",
            Edition::E2026 => "2026",
        })
    }
}
