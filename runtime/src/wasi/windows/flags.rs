//! Sets of flags with the names that the shared code knows.

use core::ops::{BitAnd, BitOr, BitOrAssign};

macro_rules! flags {
    ($(#[$doc:meta])* $name:ident { $($flag:ident = $value:expr,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name(u32);

        #[allow(dead_code, reason = "all flags of the specification are listed")]
        impl $name {
            $(pub const $flag: $name = $name($value);)*

            /// No flag.
            pub const fn empty() -> Self {
                $name(0)
            }

            /// Whether no flag is set.
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// Whether all of `flags` are set.
            pub const fn contains(self, flags: $name) -> bool {
                self.0 & flags.0 == flags.0
            }

            /// Sets or clears `flags`.
            pub fn set(&mut self, flags: $name, on: bool) {
                if on {
                    self.0 |= flags.0;
                } else {
                    self.0 &= !flags.0;
                }
            }
        }

        impl BitOr for $name {
            type Output = $name;

            fn bitor(self, other: $name) -> $name {
                $name(self.0 | other.0)
            }
        }

        impl BitOrAssign for $name {
            fn bitor_assign(&mut self, other: $name) {
                self.0 |= other.0;
            }
        }

        impl BitAnd for $name {
            type Output = $name;

            fn bitand(self, other: $name) -> $name {
                $name(self.0 & other.0)
            }
        }
    };
}

flags! {
    /// How something is opened. The numbers are this host's own.
    OpenFlags {
        RDONLY = 0,
        WRONLY = 1,
        RDWR = 2,
        ACCMODE = 3,
        CREATE = 1 << 2,
        EXCL = 1 << 3,
        TRUNC = 1 << 4,
        APPEND = 1 << 5,
        NONBLOCK = 1 << 6,
        DIRECTORY = 1 << 7,
        NOFOLLOW = 1 << 8,
        DSYNC = 1 << 9,
        SYNC = 1 << 10,
        // For attributes and for looking things up from it only.
        PATH = 1 << 11,
        // Windows has no controlling terminals.
        NOCTTY = 0,
    }
}

flags! {
    /// What a descriptor is ready for.
    PollFlags {
        IN = 1,
        OUT = 2,
        HUP = 4,
        // It is not open.
        NVAL = 8,
    }
}

/// How a file will be used. Windows takes such advice only when a file is opened.
#[derive(Clone, Copy)]
pub enum Advice {
    Normal,
    Sequential,
    Random,
    WillNeed,
    DontNeed,
    NoReuse,
}
