//! Values: a tag and 64 bits, and the numbers that go with them.

/// What a value is. In memory the tag is the first word of 16 bytes.
pub mod tag {
    /// A field that nobody has set, an element that is not there.
    pub const ABSENT: u32 = 0;
    /// Nothing, in the first edition.
    pub const VOID: u32 = 1;
    /// `null`; in the second edition the only nothing there is.
    pub const NULL: u32 = 2;
    /// The payload is 0 or 1.
    pub const BOOL: u32 = 3;
    /// The payload is the integer.
    pub const INT: u32 = 4;
    /// The payload is the bits of the float.
    pub const FLOAT: u32 = 5;
    /// The payload is the address of a string.
    pub const STR: u32 = 6;
    /// The payload is the address of any other object.
    pub const OBJ: u32 = 7;
}

/// Reference count of an object that is never freed, such as a text in the program's data.
pub const IMMORTAL: u32 = 0x4000_0000;

/// Bits of an object's flags.
pub mod flag {
    /// `fini` has run.
    pub const FINALISED: u16 = 1;
    /// A weak reference leads here.
    pub const HAS_WEAK: u16 = 2;
}

/// What `ny_edition` holds.
pub mod edition {
    /// The language of August 2025.
    pub const FIRST: u32 = 2025;
    /// The language of April 2026: null and void are one value, scopes are blocks.
    pub const SECOND: u32 = 2026;
}

/// Kinds of errors that the runtime raises.
pub mod error {
    /// An invalid operation.
    pub const INVALID: u32 = 0;
    /// A value of the wrong type.
    pub const TYPE: u32 = 1;
    /// The message is the name of a function that does not exist.
    pub const FUNCTION: u32 = 2;
    /// The message is the name of a variable that does not exist.
    pub const VARIABLE: u32 = 3;
}
