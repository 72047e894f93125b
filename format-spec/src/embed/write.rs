//! Writing an index.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::index::{DIRECTORY, FILE, HASH_LEN, LINK, MAGIC};
use crate::error::FormatError;

/// The entries of a folder by their names.
pub type EmbedFolder<F> = BTreeMap<Vec<u8>, EmbedTree<F>>;

/// A tree of files to be written. `F` says where the bytes of a file come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmbedTree<F> {
    /// A folder.
    Directory(EmbedFolder<F>),
    /// A file.
    File(F),
    /// A symbolic link with its text.
    Link(Vec<u8>),
}

/// Where the bytes of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmbedFile {
    /// From the start of the data region.
    pub offset: u64,
    /// Its length in bytes.
    pub len: u64,
    /// The SHA-256 of its bytes.
    pub sha256: [u8; HASH_LEN],
}

/// Writes the index of folders by the paths at which the program sees them. `place` is asked for each file, in the order of
/// the entries: bytes that no file before has are appended to the data region.
///
/// # Errors
/// [`FormatError::TooLarge`] for more entries or longer names than the fields can say, and those of `place`.
pub fn write_embed_index<F, E: From<FormatError>>(
    roots: &EmbedFolder<F>,
    mut place: impl FnMut(&F) -> Result<EmbedFile, E>,
) -> Result<Vec<u8>, E> {
    let short = |len: usize| u32::try_from(len).map_err(|_| FormatError::TooLarge("the index of embedded files"));
    let mut list: Vec<(&[u8], u32, &EmbedTree<F>)> = Vec::new();
    for (name, folder) in roots {
        list.push((name, short(list.len())?, folder));
    }
    let (mut entries, mut hashes, mut names) = (Vec::new(), Vec::new(), Vec::new());
    let mut number = 0;
    while let Some(&(name, parent, tree)) = list.get(number) {
        let name_at = short(names.len())?;
        names.extend_from_slice(name);
        let own = short(number)?;
        let (kind, start, len) = match tree {
            EmbedTree::Directory(folder) => {
                let first = list.len() as u64;
                list.extend(folder.iter().map(|(name, tree)| (name.as_slice(), own, tree)));
                (DIRECTORY, first, folder.len() as u64)
            }
            EmbedTree::File(file) => {
                let file = place(file)?;
                hashes.extend_from_slice(&file.sha256);
                (FILE, file.offset, file.len)
            }
            EmbedTree::Link(target) => {
                let at = names.len() as u64;
                names.extend_from_slice(target);
                (LINK, at, target.len() as u64)
            }
        };
        for field in [kind, name_at, short(name.len())?, parent] {
            entries.extend_from_slice(&field.to_le_bytes());
        }
        for field in [start, len] {
            entries.extend_from_slice(&field.to_le_bytes());
        }
        number += 1;
    }
    let mut out = Vec::with_capacity(32 + entries.len() + hashes.len() + names.len());
    out.extend_from_slice(MAGIC);
    let counts = [roots.len(), list.len(), hashes.len() / HASH_LEN, names.len()];
    out.extend_from_slice(&crate::FORMAT_VERSION.to_le_bytes());
    for count in counts {
        out.extend_from_slice(&short(count)?.to_le_bytes());
    }
    out.extend_from_slice(&0u32.to_le_bytes());
    for part in [entries, hashes, names] {
        out.extend_from_slice(&part);
    }
    Ok(out)
}
