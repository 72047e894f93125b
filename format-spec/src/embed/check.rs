//! Checking a whole index, which no start of a program does.

use super::find::LONGEST_NAME;
use super::index::{EmbedIndex, EmbedNode, HASH_LEN, invalid};
use crate::error::FormatError;

impl EmbedIndex<'_> {
    /// Checks all that "Embedded files" in `SPEC.md` asks for but the hashes.
    ///
    /// # Errors
    /// The first fault.
    pub fn check(&self, data_len: u64) -> Result<(), FormatError> {
        if self.roots == 0 {
            return Err(invalid("count"));
        }
        let mut next = self.roots;
        let mut files = 0;
        let mut end = 0;
        let mut names_end = 0;
        self.check_names(0, self.roots, None)?;
        for number in 0..self.len() {
            let entry = self.entry(number)?;
            let root = number < self.roots;
            let fields = self.fields(number)?;
            if u64::from(fields.name.0) != names_end {
                return Err(invalid("name"));
            }
            names_end += u64::from(fields.name.1);
            match entry.node {
                EmbedNode::Directory { first, count } => {
                    if first != next || (root && entry.parent != number) {
                        return Err(invalid("folder"));
                    }
                    next += count;
                    self.check_names(first, count, Some(number))?;
                }
                EmbedNode::File { .. } | EmbedNode::Link { .. } if root => return Err(invalid("root")),
                EmbedNode::File { offset, len } => {
                    files += 1;
                    let file_end = offset.checked_add(len).ok_or(invalid("file"))?;
                    // Bytes that another file has too are there once; nothing stands between those of two files.
                    if offset == end {
                        end = file_end;
                    } else if file_end > end {
                        return Err(invalid("file"));
                    }
                }
                EmbedNode::Link { target } => {
                    if fields.start != names_end {
                        return Err(invalid("link"));
                    }
                    names_end += fields.len;
                    if target.is_empty() || target.contains(&0) || self.leads_out(number)? {
                        return Err(invalid("link"));
                    }
                }
            }
        }
        if names_end != self.names_len()
            || next != self.len()
            || files != self.hashes.len() / HASH_LEN
            || end != data_len
        {
            return Err(invalid("count"));
        }
        Ok(())
    }

    /// Checks names and parent of entries that follow each other: those of a folder, or the roots.
    fn check_names(&self, first: u32, count: u32, parent: Option<u32>) -> Result<(), FormatError> {
        let mut before: &[u8] = b"";
        for number in first..first + count {
            let entry = self.entry(number)?;
            let plain = !matches!(entry.name, b"." | b"..") && !entry.name.contains(&b'/');
            let fits = entry.name.len() <= LONGEST_NAME;
            // The empty name is not above another.
            if entry.name <= before || entry.name.contains(&0) || (parent.is_some() && !(plain && fits)) {
                return Err(invalid("name"));
            }
            if parent.is_some_and(|parent| entry.parent != parent) {
                return Err(invalid("parent"));
            }
            before = entry.name;
        }
        Ok(())
    }
}
