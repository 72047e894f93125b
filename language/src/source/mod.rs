//! The files of one program, and places in them.

pub mod files;

use std::rc::Rc;

/// Names one file of a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A range of bytes in one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// The bytes `start..end` of `file`.
    pub fn new(file: FileId, start: u32, end: u32) -> Span {
        Span { file, start, end }
    }

    /// The smallest span that covers both; `self` where they lie in different files.
    pub fn to(self, other: Span) -> Span {
        if self.file != other.file {
            return self;
        }
        Span {
            file: self.file,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// The empty span at the start of this one.
    pub fn at_start(self) -> Span {
        Span {
            end: self.start,
            ..self
        }
    }

    /// The empty span at the end of this one.
    pub fn at_end(self) -> Span {
        Span {
            start: self.end,
            ..self
        }
    }
}

/// A place as people count it: both numbers start at 1, columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub line: u32,
    pub column: u32,
}

/// One source text with its name and the starts of its lines.
#[derive(Debug)]
pub struct SourceFile {
    name: Rc<str>,
    text: Rc<str>,
    line_starts: Vec<u32>,
}

impl SourceFile {
    fn new(name: &str, text: String) -> SourceFile {
        let mut line_starts = vec![0];
        line_starts.extend(
            text.bytes()
                .enumerate()
                .filter(|(_, b)| *b == b'\n')
                .map(|(at, _)| at as u32 + 1),
        );
        SourceFile {
            name: name.into(),
            text: text.into(),
            line_starts,
        }
    }

    /// The name as given by the user or by the file that includes it.
    pub fn name(&self) -> &Rc<str> {
        &self.name
    }

    pub fn text(&self) -> &Rc<str> {
        &self.text
    }

    /// Number of lines; a text that ends with a newline has an empty last one.
    pub fn line_count(&self) -> u32 {
        self.line_starts.len() as u32
    }

    /// Zero-based index of the line that holds `offset`.
    pub fn line_index(&self, offset: u32) -> u32 {
        self.line_starts
            .partition_point(|start| *start <= offset)
            .saturating_sub(1) as u32
    }

    /// The bytes of line `index` without its line end.
    pub fn line_range(&self, index: u32) -> std::ops::Range<usize> {
        let start = self.line_starts[index as usize] as usize;
        let end = match self.line_starts.get(index as usize + 1) {
            Some(next) => *next as usize - 1,
            None => self.text.len(),
        };
        let end = if end > start && self.text.as_bytes()[end - 1] == b'\r' {
            end - 1
        } else {
            end
        };
        start..end
    }

    /// The text of line `index` without its line end.
    pub fn line(&self, index: u32) -> &str {
        &self.text[self.line_range(index)]
    }

    /// The largest offset not beyond `offset` that lies between two characters.
    pub fn floor_char(&self, offset: u32) -> usize {
        let mut at = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    /// Line and column of a byte offset.
    pub fn place(&self, offset: u32) -> Place {
        let index = self.line_index(offset);
        let start = self.line_starts[index as usize] as usize;
        let at = self.floor_char(offset).max(start);
        Place {
            line: index + 1,
            column: self.text[start..at].chars().count() as u32 + 1,
        }
    }
}

/// Every file of a program, in the order they were opened.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    pub fn new() -> SourceMap {
        SourceMap::default()
    }

    /// Takes in a file and gives it its id.
    pub fn add(&mut self, name: &str, text: String) -> FileId {
        let id = FileId(self.files.len() as u32);
        self.files.push(SourceFile::new(name, text));
        id
    }

    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// All files with their ids.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files
            .iter()
            .enumerate()
            .map(|(index, file)| (FileId(index as u32), file))
    }

    /// Line and column where a span starts.
    pub fn place(&self, span: Span) -> Place {
        self.file(span.file).place(span.start)
    }

    /// The text a span covers.
    pub fn text(&self, span: Span) -> &str {
        let file = self.file(span.file);
        let (start, end) = (file.floor_char(span.start), file.floor_char(span.end));
        &file.text[start..end.max(start)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_end_at_lf_or_crlf() {
        let mut map = SourceMap::new();
        let id = map.add("a.hako", "ab\r\nか x\n".into());
        let file = map.file(id);
        assert_eq!(file.line(0), "ab");
        assert_eq!(file.line(1), "か x");
        assert_eq!(file.place(8), Place { line: 2, column: 3 });
        assert_eq!(file.place(999), Place { line: 3, column: 1 });
    }
}
