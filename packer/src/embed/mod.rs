//! `--embed`: files and folders of this machine become part of the executable.
//!
//! `guest` knows the paths at which a program sees them, `sources` finds what there is and puts it into one tree, `read`
//! reads that into what goes into the executable. `contents` gets it out of one again.

mod contents;
pub(crate) mod guest;
mod read;
mod sources;

use nyash_format::{EmbedIndex, FormatError};

use crate::error::{Error, Result};

pub use contents::{Contents, Item, What};
pub use sources::{Embed, Sources};

/// Files that go into an executable, as it will hold them: the index and the bytes of "Embedded files" in `SPEC.md`.
#[derive(Clone, PartialEq, Eq)]
pub struct Embedded {
    index: Vec<u8>,
    data: Vec<u8>,
}

impl std::fmt::Debug for Embedded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (index, data) = (self.index.len(), self.data.len());
        write!(f, "Embedded {{ index: {index} bytes, data: {data} bytes }}")
    }
}

impl Embedded {
    /// The bytes of the index.
    pub(crate) fn index(&self) -> &[u8] {
        &self.index
    }

    /// The bytes of all files.
    pub(crate) fn data(&self) -> &[u8] {
        &self.data
    }

    /// The paths of the folders that the program starts with.
    fn roots(&self) -> Result<Vec<&[u8]>, FormatError> {
        let index = EmbedIndex::parse(&self.index)?;
        (0..index.roots()).map(|root| Ok(index.entry(root)?.name)).collect()
    }

    /// Refuses to embed what would be seen at the path of something granted: which of the two is meant cannot be known.
    /// `granted` are the paths at which the program sees it.
    pub(crate) fn check(&self, granted: &[&[u8]], all_files: bool) -> Result<()> {
        let refuse = |message: String| {
            Err(Error::Option {
                option: "--embed",
                message,
            })
        };
        for root in self.roots()? {
            let names = guest::names(root);
            let seen = String::from_utf8_lossy(root);
            if granted.iter().any(|granted| guest::names(granted) == names) {
                return refuse(format!(
                    "a granted directory is seen as {seen}, too; give one of them another path with HOST::GUEST"
                ));
            }
            if all_files && names.is_empty() {
                return refuse(format!(
                    "--allow-all grants what is seen as {seen}; give a folder with HOST::GUEST, as in \
                     --embed config.toml::/etc/app/config.toml"
                ));
            }
        }
        Ok(())
    }
}
