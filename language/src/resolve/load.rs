//! Reads the root file and every file it names, depth first, each once.

use super::program::UnitId;
use crate::diagnostic::Diagnostic;
use crate::edition::Edition;
use crate::prelude;
use crate::source::files::{FileProvider, LoadedFile, Request, Target};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::ast::{FileRequest, Name, NodeId, RequestTarget, Unit};
use crate::syntax::lexer::shorten;
use crate::syntax::parser;
use std::collections::HashMap;
use std::rc::Rc;

/// Larger files are refused.
pub const MAX_FILE_BYTES: usize = 4 << 20;
/// All files of a program together.
const MAX_PROGRAM_BYTES: usize = 64 << 20;
/// Files that ask for files that ask for files.
const MAX_LOAD_DEPTH: usize = 200;

/// Reads and parses the root file and every file it names.
pub(crate) fn units(
    root: LoadedFile,
    edition: Option<Edition>,
    files: Option<&dyn FileProvider>,
) -> (Loaded, SourceMap, Vec<Diagnostic>) {
    let mut loader = Loader::new(edition.unwrap_or_else(|| Edition::of_file_name(&root.name)), files);
    loader.add(root, None, 0);
    let texts = loader.sources.files().map(|(_, file)| &**file.text());
    let prelude = files.and_then(|_| prelude::wanted(texts));
    let has_prelude = prelude.is_some();
    if let Some(text) = prelude {
        let file = LoadedFile {
            name: prelude::FILE.into(),
            identity: prelude::FILE.into(),
            bytes: text.into_bytes(),
        };
        loader.add(file, None, 0);
    }
    let loaded = Loaded {
        edition: loader.edition,
        units: loader.units.into_iter().flatten().collect(),
        node_count: loader.next_node as usize,
        loads: loader.loads,
        aliases: loader.aliases,
        uses_nyashstd: loader.uses_nyashstd,
        prelude: has_prelude,
    };
    (loaded, loader.sources, loader.diagnostics)
}

/// All files of a program, parsed.
pub(crate) struct Loaded {
    pub edition: Edition,
    pub units: Vec<Unit>,
    pub node_count: usize,
    pub loads: HashMap<NodeId, UnitId>,
    pub aliases: Vec<Alias>,
    pub uses_nyashstd: bool,
    /// The last unit is the library's own.
    pub prelude: bool,
}

/// `using .. as name`
pub(crate) struct Alias {
    /// The file it is written in.
    pub file: FileId,
    pub name: Name,
    pub unit: UnitId,
    /// Last part of the module name or path, without extension.
    pub module: Rc<str>,
}

struct Loader<'a> {
    /// `None`: requests are left alone.
    files: Option<&'a dyn FileProvider>,
    edition: Edition,
    sources: SourceMap,
    /// `None` while a unit is being read.
    units: Vec<Option<Unit>>,
    by_identity: HashMap<String, UnitId>,
    next_node: u32,
    bytes: usize,
    loads: HashMap<NodeId, UnitId>,
    aliases: Vec<Alias>,
    uses_nyashstd: bool,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Loader<'a> {
    fn new(edition: Edition, files: Option<&'a dyn FileProvider>) -> Loader<'a> {
        Loader {
            files,
            edition,
            sources: SourceMap::new(),
            units: Vec::new(),
            by_identity: HashMap::new(),
            next_node: 0,
            bytes: 0,
            loads: HashMap::new(),
            aliases: Vec::new(),
            uses_nyashstd: false,
            diagnostics: Vec::new(),
        }
    }

    /// Parses a file and what it asks for. `asked` is the place that names it.
    fn add(&mut self, file: LoadedFile, asked: Option<Span>, depth: usize) -> Option<UnitId> {
        self.bytes = self.bytes.saturating_add(file.bytes.len());
        if file.bytes.len() > MAX_FILE_BYTES || self.bytes > MAX_PROGRAM_BYTES {
            let message = format!("`{}` is too large: {} bytes", shorten(&file.name), file.bytes.len());
            let mut diagnostic = Diagnostic::error("file-too-large", message)
                .note(format!("a source file has at most {} MiB", MAX_FILE_BYTES >> 20))
                .hint("keep large data in a file that the program reads, or divide the source with `using`");
            if let Some(span) = asked {
                diagnostic = diagnostic.at(span, "named here");
            }
            self.diagnostics.push(diagnostic);
            return None;
        }
        let id = UnitId(self.units.len() as u32);
        self.by_identity.insert(file.identity, id);
        self.units.push(None);
        let text = self.text(&file.name, file.bytes)?;
        let source = FileId(self.sources.files().count() as u32 - 1);
        let unit = parser::parse(source, &text, self.edition, &mut self.next_node, &mut self.diagnostics);
        for request in &unit.requests {
            self.request(&file.name, source, request, depth);
        }
        self.units[id.index()] = Some(unit);
        Some(id)
    }

    /// Takes in the text of a file; bytes that are no text are an error.
    fn text(&mut self, name: &str, bytes: Vec<u8>) -> Option<Rc<str>> {
        match String::from_utf8(bytes) {
            Ok(text) => {
                let id = self.sources.add(name, text);
                Some(Rc::clone(self.sources.file(id).text()))
            }
            Err(error) => {
                let at = error.utf8_error().valid_up_to() as u32;
                let id = self
                    .sources
                    .add(name, String::from_utf8_lossy(error.as_bytes()).into_owned());
                let span = Span::new(id, at, at + 1);
                self.diagnostics.push(
                    Diagnostic::error("not-utf-8", "this file is not UTF-8 text")
                        .at(span, "the first byte that is not")
                        .hint("save the file as UTF-8"),
                );
                None
            }
        }
    }

    fn request(&mut self, from: &str, source: FileId, request: &FileRequest, depth: usize) {
        let Some(files) = self.files else { return };
        let target = match &request.target {
            RequestTarget::Module(name) if &**name == "nyashstd" => {
                self.uses_nyashstd = true;
                return;
            }
            RequestTarget::Include(path) => Target::Include(path),
            RequestTarget::Path(path) => Target::Path(path),
            RequestTarget::Module(name) => Target::Module(name),
        };
        if let (Edition::E2026, Target::Include(path)) = (self.edition, target) {
            self.diagnostics.push(
                Diagnostic::warning("old-include", "`include` is the old way to load a file")
                    .at(request.span, "")
                    .hint(format!("write `using \"{path}\"`")),
            );
        }
        if depth >= MAX_LOAD_DEPTH {
            let message = format!("files load each other more than {MAX_LOAD_DEPTH} levels deep");
            self.diagnostics
                .push(Diagnostic::error("too-deep", message).at(request.span, "one level more here"));
            return;
        }
        // A name between quotes that is no path, `using "a.b.c"`, is that of a module where no file is called so.
        let loaded = files.load(&Request { from, target });
        let loaded = match (loaded, target) {
            (Err(error), Target::Path(text)) if is_module_name(text) => {
                let module = Request {
                    from,
                    target: Target::Module(text),
                };
                files.load(&module).map_err(|_| error)
            }
            (loaded, _) => loaded,
        };
        let unit = match loaded {
            Err(error) => {
                // A module that is missing matters only if something of it is reached.
                let mut diagnostic = match target {
                    Target::Module(_) if !error.broken => Diagnostic::warning("cannot-load", error.message)
                        .note("using a box of this module is an error when it is reached"),
                    Target::Include(_) | Target::Path(_) | Target::Module(_) => {
                        Diagnostic::error("cannot-load", error.message)
                    }
                };
                diagnostic = diagnostic.at(request.span, "");
                for tried in error.tried {
                    diagnostic = diagnostic.note(tried);
                }
                self.diagnostics.push(diagnostic);
                return;
            }
            Ok(file) => match self.by_identity.get(&file.identity) {
                Some(unit) => *unit,
                None => {
                    let Some(unit) = self.add(file, Some(request.span), depth + 1) else {
                        return;
                    };
                    self.loads.insert(request.statement, unit);
                    unit
                }
            },
        };
        if let Some(name) = &request.alias {
            let (Target::Include(text) | Target::Path(text) | Target::Module(text)) = target;
            let module = module_name(text).into();
            self.aliases.push(Alias {
                file: source,
                name: name.clone(),
                unit,
                module,
            });
        }
    }
}

/// Whether a text is names with dots between them.
fn is_module_name(text: &str) -> bool {
    let name = |part: &str| !part.is_empty() && part.chars().all(|c| c == '_' || c == '-' || c.is_alphanumeric());
    text.contains('.') && !text.ends_with(".hako") && !text.ends_with(".nyash") && text.split('.').all(name)
}

/// `c` of `a.b.c` and of `a/b/c.hako`.
fn module_name(text: &str) -> &str {
    let path = text
        .strip_suffix(".hako")
        .or_else(|| text.strip_suffix(".nyash"))
        .unwrap_or(text);
    path.rsplit(['/', '.']).next().unwrap_or(path)
}
