//! What a program asks its surroundings for: the core reads no files.

/// Finds the files that a program names.
pub trait FileProvider {
    /// The file that `request`, written in the file called `from`, means.
    fn load(&self, request: &Request<'_>) -> Result<LoadedFile, LoadError>;
}

/// What a program asks for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Name of the file that asks.
    pub from: &'a str,
    pub target: Target<'a>,
}

#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// `include "path"`
    Include(&'a str),
    /// `using "path"`, `import "path"`
    Path(&'a str),
    /// `using a.b.c`
    Module(&'a str),
}

/// A file's bytes and names.
#[derive(Clone, Debug)]
pub struct LoadedFile {
    /// For messages and for requests made by this file.
    pub name: String,
    /// The same for every way of naming the file, so that it is loaded once.
    pub identity: String,
    pub bytes: Vec<u8>,
}

/// Why a file could not be had.
#[derive(Clone, Debug)]
pub struct LoadError {
    /// One sentence, e.g. `cannot read 'lib/a.hako': no such file`.
    pub message: String,
    /// What was looked at, for a note.
    pub tried: Vec<String>,
    /// Nothing can be loaded rightly, as when the project file is broken: an error even where a missing file is a warning.
    pub broken: bool,
}

/// A provider without files, for programs that stand alone.
pub struct NoFiles;

impl FileProvider for NoFiles {
    fn load(&self, request: &Request<'_>) -> Result<LoadedFile, LoadError> {
        let (Target::Include(name) | Target::Path(name) | Target::Module(name)) = request.target;
        Err(LoadError {
            message: format!("cannot load '{name}': this program has no other files"),
            tried: Vec::new(),
            broken: false,
        })
    }
}
