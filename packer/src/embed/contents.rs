//! The embedded files of a packed program: what there is, whether it is undamaged, and getting it out.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use nyash_format::{EmbedIndex, EmbedNode};

use super::guest::GuestPath;
use crate::error::{Error, Result};
use crate::executable::hash::sha256;
use crate::system;

/// Embedded files, as a view of the executable's bytes.
pub struct Contents<'a> {
    index: EmbedIndex<'a>,
    data: &'a [u8],
}

/// Something that is embedded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item<'a> {
    /// Path as the program sees it.
    pub path: Vec<u8>,
    /// What it is.
    pub what: What<'a>,
}

/// What is embedded at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What<'a> {
    /// A folder; one that the program starts with, or one inside.
    Folder {
        /// The program starts with it.
        root: bool,
    },
    /// A file.
    File {
        /// Its bytes.
        bytes: &'a [u8],
        /// The stored hash of them.
        sha256: &'a [u8; 32],
    },
    /// A symbolic link.
    Link {
        /// Its text.
        target: &'a [u8],
    },
}

impl<'a> Contents<'a> {
    /// Reads the two regions.
    ///
    /// # Errors
    /// [`Error::Format`] for an index that breaks a rule of "Embedded files" in `SPEC.md`.
    pub(crate) fn new(index: &'a [u8], data: &'a [u8]) -> Result<Self> {
        let index = EmbedIndex::parse(index)?;
        index.check(data.len() as u64)?;
        Ok(Contents { index, data })
    }

    /// Everything, sorted by path: a folder before what is in it.
    ///
    /// # Errors
    /// [`Error::Format`].
    pub fn items(&self) -> Result<Vec<Item<'a>>> {
        let mut hashes = self.index.files();
        let mut items = Vec::new();
        for number in 0..self.index.len() {
            let damaged = || Error::Damaged("an embedded file lies outside".to_owned());
            let what = match self.index.entry(number)?.node {
                EmbedNode::Directory { .. } => What::Folder {
                    root: number < self.index.roots(),
                },
                EmbedNode::File { offset, len } => {
                    let start = usize::try_from(offset).ok();
                    let bytes = start.and_then(|start| self.data.get(start..)?.get(..usize::try_from(len).ok()?));
                    let (_, sha256) = hashes.next().ok_or_else(damaged)?;
                    What::File {
                        bytes: bytes.ok_or_else(damaged)?,
                        sha256,
                    }
                }
                EmbedNode::Link { target } => What::Link { target },
            };
            let path = self.index.path(number)?;
            items.push(Item { path, what });
        }
        items.sort_by(|a, b| {
            a.path
                .split(|byte| *byte == b'/')
                .cmp(b.path.split(|byte| *byte == b'/'))
        });
        Ok(items)
    }

    /// Computes the hash of every file again.
    ///
    /// # Errors
    /// [`Error::Damaged`] with the first file whose hash differs.
    pub fn check_hashes(&self) -> Result<()> {
        for item in self.items()? {
            if let What::File { bytes, sha256: stored } = item.what
                && sha256(bytes) != *stored
            {
                return Err(Error::Damaged(format!(
                    "the hash of the embedded file {} does not match",
                    String::from_utf8_lossy(&item.path)
                )));
            }
        }
        Ok(())
    }

    /// Writes everything below a folder, at the paths at which the program sees it. Nothing is overwritten unless it is asked
    /// for, and nothing is written through links that are there.
    ///
    /// # Errors
    /// [`Error::Output`] for what is in the way, before anything is written, [`Error::Io`], [`Error::Damaged`].
    pub fn write_below(&self, folder: &Path, overwrite: bool) -> Result<()> {
        self.check_hashes()?;
        let items = self.items()?;
        let mut places = Vec::with_capacity(items.len());
        for item in &items {
            places.push(place(folder, &item.path)?);
        }
        // The folders that lead to the roots are no items.
        let mut folders = vec![folder.to_owned()];
        for (item, place) in items.iter().zip(&places) {
            if matches!(item.what, What::Folder { .. }) {
                let above: Vec<&Path> = place.ancestors().take_while(|above| *above != folder).collect();
                folders.extend(above.into_iter().rev().map(Path::to_owned));
            }
        }
        folders.sort_unstable();
        folders.dedup();
        for path in &folders {
            if !fs::symlink_metadata(path).map_or(true, |meta| meta.is_dir() || path == folder) {
                return Err(in_the_way(path, "it is no folder"));
            }
        }
        for (item, place) in items.iter().zip(&places) {
            match (item.what, fs::symlink_metadata(place)) {
                (What::Folder { .. }, _) | (_, Err(_)) => {}
                (_, Ok(meta)) if meta.is_dir() => return Err(in_the_way(place, "it is a folder")),
                (_, Ok(_)) if overwrite => {}
                (_, Ok(_)) => return Err(in_the_way(place, "it is there already; --force overwrites it")),
            }
        }
        for path in &folders {
            let made = match fs::create_dir_all(path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
                made => made,
            };
            made.map_err(|source| failed(path, source))?;
        }
        for (item, place) in items.iter().zip(&places) {
            let written = match item.what {
                What::Folder { .. } => Ok(()),
                What::File { bytes, .. } => gone(place).and_then(|()| {
                    let mut file = OpenOptions::new().write(true).create_new(true).open(place)?;
                    file.write_all(bytes)
                }),
                What::Link { target } => gone(place).and_then(|()| system::make_link(target, place)),
            };
            written.map_err(|source| failed(place, source))?;
        }
        Ok(())
    }
}

/// Where something goes.
fn place(folder: &Path, path: &[u8]) -> Result<PathBuf> {
    let impossible = || {
        let path = String::from_utf8_lossy(path);
        Error::Damaged(format!("{path} cannot be the path of a file"))
    };
    let names = GuestPath::parse(path).map_err(|_| impossible())?.names;
    let names: Option<Vec<_>> = names.into_iter().map(system::file_name).collect();
    let mut place = folder.to_owned();
    place.extend(names.ok_or_else(impossible)?);
    Ok(place)
}

/// Takes away a file that is to be overwritten.
fn gone(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

fn in_the_way(path: &Path, message: &'static str) -> Error {
    Error::Output {
        path: path.to_owned(),
        message,
    }
}

fn failed(path: &Path, source: io::Error) -> Error {
    Error::Io {
        action: "write",
        path: path.to_owned(),
        source,
    }
}
