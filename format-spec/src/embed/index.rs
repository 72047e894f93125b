//! The index as a view of its bytes: what there is, by number.

use alloc::vec::Vec;

use crate::bytes::Reader;
use crate::error::{FormatError, Part};

pub(super) const MAGIC: &[u8; 8] = b"NYEMBED\n";
pub(super) const ENTRY_LEN: usize = 32;
pub(super) const HASH_LEN: usize = 32;
const PART: Part = Part::Embedded;

pub(super) const DIRECTORY: u32 = 1;
pub(super) const FILE: u32 = 2;
pub(super) const LINK: u32 = 3;

/// Something in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmbedNode<'a> {
    /// A folder: the number of its first entry, and how many there are. They are sorted by name.
    Directory {
        /// Number of the first entry.
        first: u32,
        /// How many entries follow each other.
        count: u32,
    },
    /// A file: where its bytes are in the data region.
    File {
        /// From the start of the region.
        offset: u64,
        /// Its length in bytes.
        len: u64,
    },
    /// A symbolic link.
    Link {
        /// Its text.
        target: &'a [u8],
    },
}

/// An entry of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmbedEntry<'a> {
    /// Its name in its folder; of a root, the path at which the program sees it.
    pub name: &'a [u8],
    /// Number of the folder that holds it; of a root, its own.
    pub parent: u32,
    /// What it is.
    pub node: EmbedNode<'a>,
}

/// The fields of an entry.
pub(super) struct Fields {
    kind: u32,
    /// Where the name is, and its length.
    pub name: (u32, u32),
    parent: u32,
    pub start: u64,
    pub len: u64,
}

/// The index of embedded files, as a view of its bytes. Entries are known by their numbers, roots first.
#[derive(Debug, Clone, Copy)]
pub struct EmbedIndex<'a> {
    pub(super) roots: u32,
    entries: &'a [u8],
    names: &'a [u8],
    pub(super) hashes: &'a [u8],
}

impl<'a> EmbedIndex<'a> {
    /// Reads the head of an index; entries are checked when they are looked at.
    ///
    /// # Errors
    /// When magic, version or lengths do not fit.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FormatError> {
        let mut r = Reader::new(bytes, PART);
        r.magic(MAGIC)?;
        r.version()?;
        let roots = r.u32()?;
        let entries = r.u32()?;
        let files = r.u32()?;
        let names = r.u32()? as usize;
        let reserved = r.u32()?;
        if roots > entries || files > entries {
            return Err(invalid("count"));
        }
        if reserved != 0 {
            return Err(invalid("reserved"));
        }
        let length = |n: u32, each: usize| (n as usize).checked_mul(each).ok_or(FormatError::Truncated(PART));
        let index = EmbedIndex {
            roots,
            entries: r.take(length(entries, ENTRY_LEN)?)?,
            hashes: r.take(length(files, HASH_LEN)?)?,
            names: r.take(names)?,
        };
        if r.is_empty() {
            Ok(index)
        } else {
            Err(invalid("length"))
        }
    }

    /// Number of roots. They are the first entries.
    pub fn roots(&self) -> u32 {
        self.roots
    }

    /// Number of entries, roots among them.
    pub fn len(&self) -> u32 {
        (self.entries.len() / ENTRY_LEN) as u32
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// An entry by its number.
    ///
    /// # Errors
    /// When there is none, and when it is damaged.
    // Looked at from many places: its code is there once.
    #[inline(never)]
    pub fn entry(&self, number: u32) -> Result<EmbedEntry<'a>, FormatError> {
        let Fields {
            kind,
            name,
            parent,
            start,
            len,
        } = self.fields(number)?;
        let name = self.name_at(name.0, name.1)?;
        let short = |value: u64| u32::try_from(value).map_err(|_| invalid("entry"));
        let node = match kind {
            DIRECTORY => {
                let (first, count) = (short(start)?, short(len)?);
                if first.checked_add(count).is_none_or(|end| end > self.len()) {
                    return Err(invalid("folder"));
                }
                EmbedNode::Directory { first, count }
            }
            FILE => EmbedNode::File { offset: start, len },
            LINK => EmbedNode::Link {
                target: self.name_at(short(start)?, short(len)?)?,
            },
            _ => return Err(invalid("kind of entry")),
        };
        Ok(EmbedEntry { name, parent, node })
    }

    /// The fields of an entry as they are.
    pub(super) fn fields(&self, number: u32) -> Result<Fields, FormatError> {
        let mut r = self.reader(number)?;
        Ok(Fields {
            kind: r.u32()?,
            name: (r.u32()?, r.u32()?),
            parent: r.u32()?,
            start: r.u64()?,
            len: r.u64()?,
        })
    }

    fn reader(&self, number: u32) -> Result<Reader<'a>, FormatError> {
        let at = (number as usize).checked_mul(ENTRY_LEN);
        let bytes = at.and_then(|at| self.entries.get(at..)?.get(..ENTRY_LEN));
        Ok(Reader::new(bytes.ok_or(invalid("number of an entry"))?, PART))
    }

    fn name_at(&self, at: u32, len: u32) -> Result<&'a [u8], FormatError> {
        let name = self.names.get(at as usize..).and_then(|rest| rest.get(..len as usize));
        name.ok_or(invalid("name"))
    }

    pub(super) fn names_len(&self) -> u64 {
        self.names.len() as u64
    }

    pub(super) fn name(&self, number: u32) -> Result<&'a [u8], FormatError> {
        let mut r = self.reader(number)?;
        r.u32()?;
        self.name_at(r.u32()?, r.u32()?)
    }

    /// All files in order of their numbers, with the SHA-256 of their bytes.
    pub fn files(&self) -> impl Iterator<Item = (u32, &'a [u8; HASH_LEN])> + use<'a> {
        let index = *self;
        let is_file = move |number: &u32| {
            let entry = index.entry(*number);
            matches!(entry, Ok(entry) if matches!(entry.node, EmbedNode::File { .. }))
        };
        let (hashes, _) = index.hashes.as_chunks::<HASH_LEN>();
        (0..index.len()).filter(is_file).zip(hashes)
    }

    /// The path of an entry from its root on, the root's own among them.
    ///
    /// # Errors
    /// When the index is damaged.
    pub fn path(&self, number: u32) -> Result<Vec<u8>, FormatError> {
        let mut names = Vec::new();
        let mut at = number;
        while at >= self.roots {
            let entry = self.entry(at)?;
            if names.len() > self.len() as usize {
                return Err(invalid("parent"));
            }
            names.push(entry.name);
            at = entry.parent;
        }
        let mut path = self.entry(at)?.name.to_vec();
        for name in names.iter().rev() {
            if !path.ends_with(b"/") {
                path.push(b'/');
            }
            path.extend_from_slice(name);
        }
        Ok(path)
    }
}

pub(super) fn invalid(field: &'static str) -> FormatError {
    FormatError::Field { part: PART, field }
}
