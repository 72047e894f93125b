//! Where things lie in the heap objects and records that both sides read: offsets and sizes in bytes. The runtime
//! asserts them against its structures.

/// A value in memory.
pub mod value {
    /// The tag, 32 bits.
    pub const TAG: u64 = 0;
    /// The payload, 64 bits.
    pub const PAYLOAD: u64 = 8;
    /// Size of a value.
    pub const SIZE: u32 = 16;
    /// `1 << SHIFT` is the size.
    pub const SHIFT: i32 = 4;
}

/// What every object starts with.
pub mod object {
    /// Number of references, 32 bits.
    pub const COUNT: u64 = 0;
    /// Class number, 16 bits.
    pub const CLASS: u64 = 4;
    /// Flags, 16 bits; see [`crate::value::flag`].
    pub const FLAGS: u64 = 6;
    /// Size of the header; where the value slots of an instance begin.
    pub const HEADER: u32 = 8;

    /// Offset of a value slot.
    pub const fn slot(n: usize) -> u64 {
        HEADER as u64 + super::value::SIZE as u64 * n as u64
    }
}

/// A string.
pub mod string {
    /// Length in bytes, 32 bits.
    pub const LENGTH: u64 = 8;
    /// Length in code points, 32 bits.
    pub const CHARACTERS: u64 = 12;
    /// Bytes there is room for, 32 bits.
    pub const CAPACITY: u64 = 16;
    /// Hash, 32 bits, 0 until somebody needs it.
    pub const HASH: u64 = 20;
    /// The UTF-8 text.
    pub const DATA: u64 = 24;
}

// One load serves `isEmpty` of all three.
const _: () = assert!(string::LENGTH == array::LENGTH);

/// An array; a map has its length at the same place.
pub mod array {
    /// Number of elements, 32 bits.
    pub const LENGTH: u64 = 8;
    /// Elements there is room for, 32 bits.
    pub const CAPACITY: u64 = 12;
    /// Address of the elements, 32 bits.
    pub const DATA: u64 = 16;
}

/// What the compiler tells about a class of the program: an entry of the table behind `ny_classes`.
pub mod class {
    /// Address of the name.
    pub const NAME: u64 = 0;
    /// Number of value slots, and [`VARIANT`].
    pub const SLOTS: u64 = 4;
    /// Size of an entry.
    pub const SIZE: u32 = 8;
    /// Set in [`SLOTS`] of an enum's variant.
    pub const VARIANT: u32 = 0x8000_0000;
}

/// A place in the source.
pub mod site {
    /// Address of the function's name.
    pub const FUNCTION: u64 = 0;
    /// Address of the file's name.
    pub const FILE: u64 = 4;
    /// Address of the text of the line.
    pub const LINE_TEXT: u64 = 8;
    /// Line, from 1.
    pub const LINE: u64 = 12;
    /// Column, from 1.
    pub const COLUMN: u64 = 16;
    /// Address of the names of the operands that an error there can be about, one a line; 0 where they have none.
    pub const SUBJECTS: u64 = 20;
    /// Size of a record.
    pub const SIZE: u32 = 24;
}
