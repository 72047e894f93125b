//! Reading files without copying them.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use memmap2::Mmap;

/// The bytes of a file, mapped where that is possible.
pub enum Bytes {
    /// A mapped file.
    Mapped(Mmap),
    /// What cannot be mapped: pipes, empty files.
    Read(Vec<u8>),
}

impl Bytes {
    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Bytes::Mapped(map) => map,
            Bytes::Read(bytes) => bytes,
        }
    }

    /// What an open file holds.
    ///
    /// # Errors
    /// The system's.
    pub fn of(mut file: &File) -> io::Result<Self> {
        let meta = file.metadata()?;
        if !meta.is_file() || meta.len() == 0 {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            return Ok(Bytes::Read(bytes));
        }
        // SAFETY: whoever changes the file while it is mapped changes our input; what is read of it is checked like any
        // bytes, and a file that shrinks ends this process by SIGBUS as it would end any reader of mapped files.
        let map = unsafe { Mmap::map(file)? };
        Ok(Bytes::Mapped(map))
    }
}

/// Opens a file for reading.
///
/// # Errors
/// The system's.
pub fn map(path: &Path) -> io::Result<Bytes> {
    let file = File::open(path)?;
    let meta = file.metadata()?;
    if meta.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory));
    }
    Bytes::of(&file)
}
