//! The files that the command line names.

use std::path::Path;

use anyhow::Context;
use nyash_pack::Error;
use nyash_pack::files::{self, Bytes};

/// Maps a file that the user named.
pub fn open(path: &Path) -> anyhow::Result<Bytes> {
    files::map(path).map_err(|source| {
        let error = Error::Io {
            action: "read",
            path: path.to_owned(),
            source,
        };
        error.into()
    })
}

/// Names the file that an error is about.
pub fn about<T>(path: &Path, result: Result<T, Error>) -> anyhow::Result<T> {
    match result {
        // These are about the command line.
        Err(error @ Error::Option { .. }) => Err(error.into()),
        result => result.with_context(|| path.display().to_string()),
    }
}
