//! Where the code of a compiled program comes from, for debuggers: DWARF and source maps, from the same table.

pub mod dwarf;
pub mod source_map;

use nyash_language::source::{FileId, SourceMap, Span};
use nyash_pack::path_prefix::remapped;

/// The program's files, by the names that debuggers shall know.
pub struct Sources<'a> {
    /// The files.
    pub map: &'a SourceMap,
    /// What their names begin with, and what shall stand there instead.
    pub prefixes: &'a [(String, String)],
}

impl Sources<'_> {
    /// The name of a file.
    fn name(&self, file: FileId) -> String {
        remapped(self.map.file(file).name(), self.prefixes)
    }
}

/// The files that places lie in, in the order in which they first come up.
#[derive(Default)]
struct Used(Vec<FileId>);

impl Used {
    /// The number of a file.
    fn number(&mut self, span: Span) -> usize {
        self.0.iter().position(|file| *file == span.file).unwrap_or_else(|| {
            self.0.push(span.file);
            self.0.len() - 1
        })
    }
}
