//! Snapshots: what a program that the packer runs tells it of its state. See "Snapshots" in `SPEC.md`.
//!
//! The packer lets such a program export everything that can change under reserved names, the runtime writes what it
//! finds there.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::bytes::Reader;
use crate::error::{FormatError, Part};

const MAGIC: &[u8; 8] = b"NYSNAPS\n";
const PART: Part = Part::Snapshot;
/// What every reserved export starts with.
const PREFIX: &str = "nyash:";

/// What a reserved export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exported {
    /// A function to call, in the order of the numbers.
    Init,
    /// The memory of this index.
    Memory,
    /// The global of this index.
    Global,
    /// The table of this index.
    Table,
    /// The function of this index, which a global or table may refer to.
    Function,
    /// A global: with it, the snapshot is taken when standard input is first read.
    Input,
}

impl Exported {
    const ALL: [(Exported, &'static str); 6] = [
        (Exported::Init, "init/"),
        (Exported::Memory, "memory/"),
        (Exported::Global, "global/"),
        (Exported::Table, "table/"),
        (Exported::Function, "function/"),
        (Exported::Input, "input/"),
    ];

    /// The reserved name.
    pub fn name(self, index: u32) -> String {
        let kind = Self::ALL
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or("", |(_, name)| name);
        format!("{PREFIX}{kind}{index}")
    }

    /// Reads a reserved name.
    pub fn parse(name: &str) -> Option<(Exported, u32)> {
        let name = name.strip_prefix(PREFIX)?;
        let read = |(kind, prefix): &(Exported, &str)| Some((*kind, name.strip_prefix(*prefix)?.parse().ok()?));
        Self::ALL.iter().find_map(read)
    }

    /// Whether a name could be a reserved one.
    pub fn is_reserved(name: &str) -> bool {
        name.starts_with(PREFIX)
    }
}

/// What a global or an element of a table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// The bits of a number or vector, in the low bytes.
    Bits(u128),
    /// No reference.
    Null,
    /// The function of this index.
    Function(u32),
    /// A reference to something outside of the module, which cannot be kept.
    External,
    /// A reference to what the collector manages, which cannot be kept.
    Collected,
    /// A function that is none of the exported ones.
    Unknown,
}

impl Value {
    const LEN: usize = 17;

    fn to_bytes(self) -> [u8; Self::LEN] {
        let (kind, bits) = match self {
            Value::Bits(bits) => (0, bits),
            Value::Null => (1, 0),
            Value::Function(index) => (2, index.into()),
            Value::External => (3, 0),
            Value::Collected => (4, 0),
            Value::Unknown => (5, 0),
        };
        let mut bytes = [kind; Self::LEN];
        bytes[1..].copy_from_slice(&bits.to_le_bytes());
        bytes
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, FormatError> {
        let kind = r.take(1)?[0];
        let (low, high) = (r.u64()?, r.u64()?);
        Ok(match kind {
            0 => Value::Bits(u128::from(high) << 64 | u128::from(low)),
            1 => Value::Null,
            2 => Value::Function(low as u32),
            3 => Value::External,
            4 => Value::Collected,
            5 => Value::Unknown,
            _ => return Err(invalid("value")),
        })
    }
}

/// A part of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item<'a> {
    /// The size of a memory in bytes.
    Memory {
        /// Its index.
        memory: u32,
        /// Its size.
        size: u64,
    },
    /// Contents of a memory. What no such item covers is zero.
    Contents {
        /// Its index.
        memory: u32,
        /// Where they are.
        address: u64,
        /// What is there.
        bytes: &'a [u8],
    },
    /// A global.
    Global {
        /// Its index.
        global: u32,
        /// What it holds.
        value: Value,
    },
    /// A table.
    Table {
        /// Its index.
        table: u32,
        /// All its elements.
        elements: Vec<Value>,
    },
    /// A function of WASI that was called.
    Called(&'a str),
    /// A descriptor that is not as it was at the start, in words.
    Descriptor(&'a str),
}

impl Item<'_> {
    /// The item as bytes, for a file that starts with [`start`] and ends with [`end`].
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Item::Memory { memory, size } => {
                head(&mut out, 1, *memory, 8);
                out.extend_from_slice(&size.to_le_bytes());
            }
            Item::Contents { memory, address, bytes } => {
                head(&mut out, 2, *memory, 8 + bytes.len());
                out.extend_from_slice(&address.to_le_bytes());
                out.extend_from_slice(bytes);
            }
            Item::Global { global, value } => {
                head(&mut out, 3, *global, Value::LEN);
                out.extend_from_slice(&value.to_bytes());
            }
            Item::Table { table, elements } => {
                head(&mut out, 4, *table, elements.len() * Value::LEN);
                for element in elements {
                    out.extend_from_slice(&element.to_bytes());
                }
            }
            Item::Called(text) | Item::Descriptor(text) => {
                let kind = if matches!(self, Item::Called(_)) { 5 } else { 6 };
                head(&mut out, kind, 0, text.len());
                out.extend_from_slice(text.as_bytes());
            }
        }
        out
    }
}

fn head(out: &mut Vec<u8>, kind: u32, index: u32, len: usize) {
    out.extend_from_slice(&kind.to_le_bytes());
    out.extend_from_slice(&index.to_le_bytes());
    out.extend_from_slice(&(len as u64).to_le_bytes());
}

/// The first bytes of a snapshot.
pub fn start() -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.extend_from_slice(&crate::FORMAT_VERSION.to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    out
}

/// The last bytes of a snapshot: without them it is cut short.
pub fn end() -> Vec<u8> {
    let mut out = Vec::new();
    head(&mut out, 0, 0, 0);
    out
}

/// Reads a snapshot.
///
/// # Errors
/// [`FormatError`] for what is not a whole one.
pub fn read(bytes: &[u8]) -> Result<Vec<Item<'_>>, FormatError> {
    let mut r = Reader::new(bytes, PART);
    r.magic(MAGIC)?;
    r.version()?;
    r.u32()?;
    let mut items = Vec::new();
    loop {
        let (kind, index, len) = (r.u32()?, r.u32()?, r.u64()?);
        let len = usize::try_from(len).map_err(|_| FormatError::Truncated(PART))?;
        let value = r.take(len)?;
        let mut v = Reader::new(value, PART);
        items.push(match kind {
            0 if r.is_empty() => return Ok(items),
            1 => Item::Memory {
                memory: index,
                size: v.u64()?,
            },
            2 => Item::Contents {
                memory: index,
                address: v.u64()?,
                bytes: &value[8..],
            },
            3 => Item::Global {
                global: index,
                value: Value::read(&mut v)?,
            },
            4 => {
                let mut elements = Vec::new();
                while !v.is_empty() {
                    elements.push(Value::read(&mut v)?);
                }
                Item::Table { table: index, elements }
            }
            5 | 6 => {
                let text = core::str::from_utf8(value).map_err(|_| invalid("text"))?;
                if kind == 5 {
                    Item::Called(text)
                } else {
                    Item::Descriptor(text)
                }
            }
            _ => return Err(invalid("item")),
        });
    }
}

fn invalid(field: &'static str) -> FormatError {
    FormatError::Field { part: PART, field }
}
