//! Finding what a path names, as a system does.

use super::index::{EmbedIndex, EmbedNode, invalid};
use crate::error::FormatError;

/// Links followed in one path, as many as Linux follows.
const MOST_LINKS: usize = 40;
/// Bytes of the longest name that Linux takes.
pub(super) const LONGEST_NAME: usize = 255;
/// Bytes of the longest path that it takes.
const LONGEST_PATH: usize = 4095;

/// Why a path names nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathError {
    /// A folder on the way is not there, or the path is empty.
    NoEntry,
    /// All folders on the way are there, and the last name is not in the last one.
    Absent,
    /// Something on the way is no folder.
    NotDirectory,
    /// Too many links.
    Loop,
    /// The path leads out of the folder that it starts from.
    Outside,
    /// A name or the path is longer than systems take.
    NameTooLong,
    /// The index is damaged.
    Damaged(FormatError),
}

impl From<FormatError> for PathError {
    fn from(error: FormatError) -> Self {
        PathError::Damaged(error)
    }
}

impl EmbedIndex<'_> {
    /// Finds what a path names, from the folder `base` on and never above it, as a system does: links are followed, the
    /// one at the end only with `follow` or if a slash stands behind it.
    ///
    /// # Errors
    /// Whatever keeps the path from naming something.
    pub fn find(&self, base: u32, path: &[u8], follow: bool) -> Result<u32, PathError> {
        self.walk(base, base, path, follow)
    }

    /// Whether a link leads out of the root that it is below.
    ///
    /// # Errors
    /// When the index is damaged.
    pub fn leads_out(&self, link: u32) -> Result<bool, FormatError> {
        let entry = self.entry(link)?;
        let EmbedNode::Link { target } = entry.node else {
            return Ok(false);
        };
        let mut root = entry.parent;
        // As many steps as there are entries end at a root, or the index is damaged.
        for _ in 0..self.len() {
            if root < self.roots {
                return Ok(self.walk(root, entry.parent, target, true) == Err(PathError::Outside));
            }
            root = self.entry(root)?.parent;
        }
        Err(invalid("parent"))
    }

    /// As [`find`](Self::find), from the folder `at` on, which is below `base`.
    #[inline(never)]
    fn walk(&self, base: u32, mut at: u32, path: &[u8], follow: bool) -> Result<u32, PathError> {
        if path.len() > LONGEST_PATH {
            return Err(PathError::NameTooLong);
        }
        // What stands behind the links that are being followed, each behind a slash; may be empty.
        let mut pending: [&[u8]; MOST_LINKS] = [&[]; MOST_LINKS];
        let (mut depth, mut links) = (0, 0);
        let mut rest = path;
        loop {
            if rest.is_empty() {
                return Err(PathError::NoEntry);
            }
            if rest[0] == b'/' {
                return Err(PathError::Outside);
            }
            let (name, behind) = split(rest);
            let (first, count) = self.directory(at)?;
            let last = behind.is_none() && depth == 0;
            match name {
                b"." => {}
                b".." if at == base => return Err(PathError::Outside),
                b".." => at = self.entry(at)?.parent,
                _ if name.len() > LONGEST_NAME => return Err(PathError::NameTooLong),
                _ => {
                    let Some(found) = self.child(first, count, name)? else {
                        return Err(if last { PathError::Absent } else { PathError::NoEntry });
                    };
                    match self.entry(found)?.node {
                        EmbedNode::Link { target } if follow || !last => {
                            if links == MOST_LINKS {
                                return Err(PathError::Loop);
                            }
                            if target.len() > LONGEST_PATH {
                                return Err(PathError::NameTooLong);
                            }
                            links += 1;
                            if let Some(behind) = behind {
                                pending[depth] = behind;
                                depth += 1;
                            }
                            rest = target;
                            continue;
                        }
                        EmbedNode::Link { .. } | EmbedNode::File { .. } | EmbedNode::Directory { .. } => at = found,
                    }
                }
            }
            let mut next = behind;
            rest = loop {
                match next {
                    // A slash stands at the end.
                    Some(b"") => {
                        self.directory(at)?;
                        next = None;
                    }
                    Some(more) => break more,
                    None if depth == 0 => return Ok(at),
                    None => {
                        depth -= 1;
                        next = Some(pending[depth]);
                    }
                }
            };
        }
    }

    /// First entry of a folder, and their number.
    fn directory(&self, number: u32) -> Result<(u32, u32), PathError> {
        match self.entry(number)?.node {
            EmbedNode::Directory { first, count } => Ok((first, count)),
            EmbedNode::File { .. } | EmbedNode::Link { .. } => Err(PathError::NotDirectory),
        }
    }

    /// The entry of a name in a folder of which the entries are `count` from `first`.
    fn child(&self, first: u32, count: u32, name: &[u8]) -> Result<Option<u32>, FormatError> {
        let (mut low, mut high) = (first, first + count);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.name(middle)?.cmp(name) {
                core::cmp::Ordering::Equal => return Ok(Some(middle)),
                core::cmp::Ordering::Less => low = middle + 1,
                core::cmp::Ordering::Greater => high = middle,
            }
        }
        Ok(None)
    }
}

/// The first name of a path, and what stands behind it if that is at least a slash.
fn split(path: &[u8]) -> (&[u8], Option<&[u8]>) {
    let Some(slash) = path.iter().position(|byte| *byte == b'/') else {
        return (path, None);
    };
    let behind = &path[slash..];
    let names = behind.iter().position(|byte| *byte != b'/').unwrap_or(behind.len());
    (&path[..slash], Some(&behind[names..]))
}
