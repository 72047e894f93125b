//! Reading files into the two regions that they become.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;

use nyash_format::{EmbedFile, EmbedIndex, write_embed_index};

use super::Embedded;
use super::sources::{Found, Sources};
use crate::error::{Error, Result};
use crate::executable::hash::sha256;

impl Sources {
    /// Reads all files.
    ///
    /// # Errors
    /// [`Error::Io`] for a file that cannot be read, [`Error::Embed`] for one that was changed meanwhile and for a link
    /// that leads out of its folder.
    pub fn read(&self) -> Result<Embedded> {
        let mut data = Vec::new();
        let mut seen = HashMap::new();
        data.try_reserve_exact(usize::try_from(self.bytes()).unwrap_or(usize::MAX))
            .map_err(|_| Error::TooLarge {
                what: "what is embedded",
                size: self.bytes(),
                limit: isize::MAX as u64,
            })?;
        let index = write_embed_index(&self.roots, |found| place(found, &mut data, &mut seen))?;
        check_links(&index)?;
        Ok(Embedded { index, data })
    }
}

/// Appends a file's bytes, unless another file has the same.
fn place(found: &Found, data: &mut Vec<u8>, seen: &mut HashMap<[u8; 32], u64>) -> Result<EmbedFile> {
    let failed = |source| Error::Io {
        action: "embed",
        path: found.path.clone(),
        source,
    };
    let start = data.len();
    let file = File::open(&found.path).map_err(failed)?;
    // One byte more than it had, so that a file that grows is noticed and not followed.
    let limit = found.len.saturating_add(1);
    let read = file.take(limit).read_to_end(data).map_err(failed)? as u64;
    if read != found.len {
        return Err(Error::Embed {
            path: found.path.clone(),
            message: "it was changed while it was read".to_owned(),
        });
    }
    let sha256 = sha256(&data[start..]);
    let offset = *seen.entry(sha256).or_insert(start as u64);
    if offset != start as u64 {
        data.truncate(start);
    }
    Ok(EmbedFile {
        offset,
        len: read,
        sha256,
    })
}

/// Refuses links that lead out of the folder: the program could not follow them, and what they mean is elsewhere.
fn check_links(index: &[u8]) -> Result<()> {
    let index = EmbedIndex::parse(index)?;
    for number in 0..index.len() {
        if index.leads_out(number)? {
            let path = index.path(number)?;
            return Err(Error::Embed {
                path: String::from_utf8_lossy(&path).into_owned().into(),
                message: "it is a link that leads out of the embedded folder".to_owned(),
            });
        }
    }
    Ok(())
}
