//! What the packer needs to know of a WebAssembly module before it is compiled.
//!
//! One walk over the sections, without the function bodies: those are validated by the compiler.

pub(crate) mod features;
pub(crate) mod input;
pub(crate) mod invoke;
pub(crate) mod memory;
pub(crate) mod prepare;
pub(crate) mod scan;
pub(crate) mod sections;
mod text;
pub(crate) mod wasi;

use std::borrow::Cow;
use std::ops::Range;
use wasmparser::{
    CompositeInnerType, ExternalKind, Imports, MemoryType, Name, NameSectionReader, Parser, Payload,
    ProducersSectionReader, TypeRef, ValType, WasmFeatures,
};

use self::invoke::{Exported, Invocation};
use self::scan::is_collected;
use self::wasi::{BadImport, Signature, WhyBad};
use crate::error::{Error, Result};

/// The largest module accepted, in bytes. Offsets into code and data have 32 bits in the format and in the compiler.
pub const MAX_MODULE: u64 = 1 << 30;

/// A module in binary form, and what one walk over it found.
#[derive(Debug)]
pub struct Module<'a> {
    bytes: &'a [u8],
    /// Imported functions of preview 1 by name.
    pub wasi_imports: Vec<&'a str>,
    /// Imports that nobody provides.
    pub bad_imports: Vec<BadImport>,
    /// The module exports a memory named `memory`.
    pub exports_memory: bool,
    /// Smallest size of all its memories together, in bytes.
    pub least_memory: u64,
    /// Types outside function bodies show that a collector is needed (exceptions, `externref`, structs, ...).
    pub needs_gc: bool,
    /// A memory is shared between threads.
    pub shared_memory: bool,
    /// Imports are written in the compact form.
    pub compact_imports: bool,
    /// Bytes of the code section.
    pub code_len: u64,
    /// Length of the data section in bytes.
    pub data_len: u64,
    /// Name from the name section.
    pub name: Option<&'a str>,
    /// `field: name version` lines of the producers section.
    pub producers: String,
    start: Start,
    custom: Vec<Range<usize>>,
    name_section: Option<Range<usize>>,
    function_names: Vec<(u32, &'a str)>,
    function_exports: Vec<(u32, &'a str)>,
    /// The same with their types, in the order of the module.
    exported: Vec<Exported>,
}

#[derive(Debug, PartialEq, Eq)]
enum Start {
    Missing,
    Reactor,
    Command,
    Wrong(String),
}

impl<'a> Module<'a> {
    /// Walks over a module.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Component`], [`Error::Object`], or [`Error::Invalid`] where the sections themselves are damaged.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        if bytes.len() as u64 > MAX_MODULE {
            return Err(Error::TooLarge {
                what: "the module",
                size: bytes.len() as u64,
                limit: MAX_MODULE,
            });
        }
        let mut walk = Walk::default();
        let mut module = Module {
            bytes,
            wasi_imports: Vec::new(),
            bad_imports: Vec::new(),
            exports_memory: false,
            least_memory: 0,
            needs_gc: false,
            shared_memory: false,
            compact_imports: false,
            code_len: 0,
            data_len: 0,
            name: None,
            producers: String::new(),
            start: Start::Missing,
            custom: Vec::new(),
            name_section: None,
            function_names: Vec::new(),
            function_exports: Vec::new(),
            exported: Vec::new(),
        };
        let mut parser = Parser::new(0);
        // What is not supported is refused by name later, not here as unreadable.
        parser.set_features(WasmFeatures::all());
        let mut rest = bytes;
        let mut at = 0;
        loop {
            let (consumed, payload) = match parser.parse(rest, true).map_err(invalid)? {
                wasmparser::Chunk::Parsed { consumed, payload } => (consumed, payload),
                // Cannot be asked for at the end of the input.
                wasmparser::Chunk::NeedMoreData(_) => return Err(invalid_at("unexpected end", bytes.len())),
            };
            let section = at..at + consumed;
            match payload {
                Payload::CodeSectionStart { range, size, .. } => {
                    module.code_len = size.into();
                    let end = range.end;
                    parser.skip_section();
                    rest = bytes
                        .get(end..)
                        .ok_or_else(|| invalid_at("unexpected end in the code section", bytes.len()))?;
                    at = end;
                    continue;
                }
                Payload::End(_) => break,
                payload => module.section(payload, section.clone(), &mut walk)?,
            }
            rest = &rest[consumed..];
            at = section.end;
        }
        module.start = walk.start();
        for (index, name) in &module.function_exports {
            if let Some(signature) = walk.signature(*index) {
                let (name, signature) = ((*name).to_owned(), signature.clone());
                module.exported.push(Exported { name, signature });
            }
        }
        // Linkers can be told to leave their section in what they have linked.
        if walk.linking && module.start == Start::Missing {
            return Err(Error::Object);
        }
        // Stable: of several names the first stays first.
        module.function_exports.sort_by_key(|(index, _)| *index);
        Ok(module)
    }

    fn section(&mut self, payload: Payload<'a>, whole: Range<usize>, walk: &mut Walk) -> Result<()> {
        match payload {
            Payload::Version {
                encoding: wasmparser::Encoding::Component,
                ..
            } => {
                return Err(Error::Component);
            }
            Payload::TypeSection(types) => {
                for group in types {
                    for ty in group.map_err(invalid)?.into_types() {
                        walk.types.push(match ty.composite_type.inner {
                            CompositeInnerType::Func(ty) => {
                                self.needs_gc |= ty.params().iter().chain(ty.results()).any(|ty| is_collected(*ty));
                                Some(Signature {
                                    params: ty.params().to_vec(),
                                    results: ty.results().to_vec(),
                                })
                            }
                            _ => {
                                self.needs_gc = true;
                                None
                            }
                        });
                    }
                }
            }
            Payload::ImportSection(imports) => {
                for group in imports.clone() {
                    self.compact_imports |= !matches!(group.map_err(invalid)?, Imports::Single(..));
                }
                for import in imports.into_imports() {
                    let import = import.map_err(invalid)?;
                    let kind = match import.ty {
                        TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                            walk.functions.push(ty);
                            let found = walk.types.get(ty as usize).cloned().flatten();
                            match wasi::check_function(import.module, import.name, found) {
                                Some(bad) => self.bad_imports.push(bad),
                                None => self.wasi_imports.push(import.name),
                            }
                            continue;
                        }
                        TypeRef::Table(_) => "a table",
                        // There is one thread, so it can as well be the program's own.
                        TypeRef::Memory(memory) if memory.shared => {
                            self.meet_memory(&memory);
                            continue;
                        }
                        TypeRef::Memory(_) => "a memory",
                        TypeRef::Global(_) => "a global",
                        TypeRef::Tag(_) => "an exception tag",
                    };
                    self.bad_imports.push(BadImport {
                        module: import.module.to_owned(),
                        name: import.name.to_owned(),
                        why: WhyBad::NotFunction(kind),
                    });
                }
            }
            Payload::FunctionSection(functions) => {
                for ty in functions {
                    walk.functions.push(ty.map_err(invalid)?);
                }
            }
            Payload::TableSection(tables) => {
                for table in tables {
                    self.needs_gc |= is_collected(ValType::Ref(table.map_err(invalid)?.ty.element_type));
                }
            }
            Payload::MemorySection(memories) => {
                for memory in memories {
                    self.meet_memory(&memory.map_err(invalid)?);
                }
            }
            Payload::GlobalSection(globals) => {
                for global in globals {
                    self.needs_gc |= is_collected(global.map_err(invalid)?.ty.content_type);
                }
            }
            Payload::TagSection(_) => self.needs_gc = true,
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export.map_err(invalid)?;
                    if export.kind == ExternalKind::Func {
                        self.function_exports.push((export.index, export.name));
                    }
                    match (export.name, export.kind) {
                        ("memory", ExternalKind::Memory) => self.exports_memory = true,
                        ("_start", ExternalKind::Func) => walk.start = Some(export.index),
                        ("_initialize", ExternalKind::Func) => walk.reactor = true,
                        _ => {}
                    }
                }
            }
            Payload::DataSection(_) => self.data_len = whole.len() as u64,
            Payload::CustomSection(custom) => {
                self.custom.push(whole.clone());
                walk.linking |= custom.name() == "linking";
                // Damage in what only helps people to read is no reason to refuse the module.
                match custom.as_known() {
                    wasmparser::KnownCustom::Name(names) => {
                        self.name_section = Some(whole);
                        self.read_names(names);
                    }
                    wasmparser::KnownCustom::Producers(producers) => self.producers = read_producers(producers),
                    _ => {}
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn meet_memory(&mut self, memory: &MemoryType) {
        let size = memory
            .initial
            .saturating_mul(1 << memory.page_size_log2.unwrap_or(16).min(16));
        self.least_memory = self.least_memory.saturating_add(size);
        self.shared_memory |= memory.shared;
    }

    fn read_names(&mut self, names: NameSectionReader<'a>) {
        for part in names {
            match part {
                Ok(Name::Module { name, .. }) => self.name = Some(name),
                Ok(Name::Function(map)) => {
                    self.function_names = map
                        .into_iter()
                        .map_while(Result::ok)
                        .map(|n| (n.index, n.name))
                        .collect();
                    self.function_names.sort_by_key(|(index, _)| *index);
                }
                Ok(_) => {}
                Err(_) => break,
            }
        }
    }

    /// The name of a function as the module spells it, or the name under which it is exported.
    pub fn function_name(&self, index: u32) -> Option<&'a str> {
        let find = |names: &[(u32, &'a str)]| {
            let at = names.partition_point(|(other, _)| *other < index);
            names
                .get(at)
                .filter(|(other, _)| *other == index)
                .map(|(_, name)| *name)
        };
        find(&self.function_names).or_else(|| find(&self.function_exports))
    }

    /// What the program runs: the export that was named, or `_start`, which is none.
    ///
    /// # Errors
    /// [`Error::Reactor`], [`Error::NoStart`] or [`Error::StartSignature`] for a module that is no command, and as
    /// [`Invocation::find`].
    pub fn entry(&self, invoke: Option<&str>) -> Result<Option<Invocation>> {
        if let Some(name) = invoke {
            return Invocation::find(name, &self.exported, self.exports_memory).map(Some);
        }
        let there = || invoke::meant(&self.exported);
        // An export without a name is what a module wants to be run that is no command, for wasmtime as well (itk-wasm).
        let unnamed = |function: &Exported| function.name.is_empty() && function.signature.is_plain();
        match &self.start {
            Start::Command => Ok(None),
            Start::Missing | Start::Reactor if self.exported.iter().any(unnamed) => {
                Invocation::find("", &self.exported, self.exports_memory).map(Some)
            }
            Start::Missing => Err(Error::NoStart { there: there() }),
            Start::Reactor => Err(Error::Reactor { there: there() }),
            Start::Wrong(signature) => Err(Error::StartSignature(signature.clone())),
        }
    }

    /// The module without its custom sections.
    ///
    /// The compiler would otherwise copy names and debugging information into the image, where nothing reads them, and
    /// the list of names would have to be decoded at every start.
    pub fn without_custom_sections(&self) -> Cow<'a, [u8]> {
        self.without(self.custom.iter())
    }

    /// The module with no custom section but the names of its functions: all that compiling it another time takes.
    pub fn with_names_only(&self) -> Cow<'a, [u8]> {
        self.without(
            self.custom
                .iter()
                .filter(|custom| Some(*custom) != self.name_section.as_ref()),
        )
    }

    fn without<'s>(&self, sections: impl Iterator<Item = &'s Range<usize>> + Clone) -> Cow<'a, [u8]> {
        let dropped: usize = sections.clone().map(Range::len).sum();
        if dropped == 0 {
            return Cow::Borrowed(self.bytes);
        }
        let mut out = Vec::with_capacity(self.bytes.len() - dropped);
        let mut at = 0;
        for section in sections {
            out.extend_from_slice(&self.bytes[at..section.start]);
            at = section.end;
        }
        out.extend_from_slice(&self.bytes[at..]);
        Cow::Owned(out)
    }
}

#[derive(Default)]
struct Walk {
    types: Vec<Option<Signature>>,
    functions: Vec<u32>,
    start: Option<u32>,
    reactor: bool,
    /// There is a section for linkers.
    linking: bool,
}

impl Walk {
    fn start(&self) -> Start {
        let Some(index) = self.start else {
            return if self.reactor { Start::Reactor } else { Start::Missing };
        };
        match self.signature(index) {
            Some(s) if !s.params.is_empty() || !s.results.is_empty() => Start::Wrong(s.to_string()),
            // An index out of range is the validator's to refuse.
            _ => Start::Command,
        }
    }

    fn signature(&self, function: u32) -> Option<&Signature> {
        let ty = self.functions.get(function as usize)?;
        self.types.get(*ty as usize)?.as_ref()
    }
}

fn read_producers(fields: ProducersSectionReader<'_>) -> String {
    let mut text = String::new();
    for field in fields.into_iter().map_while(Result::ok) {
        for value in field.values.into_iter().map_while(Result::ok) {
            // One line each, whatever the module says.
            let line = format!("{}: {} {}", field.name, value.name, value.version);
            text.extend(line.trim_end().chars().map(|c| if c.is_control() { ' ' } else { c }));
            text.push('\n');
        }
    }
    text
}

fn invalid(error: wasmparser::BinaryReaderError) -> Error {
    Error::Invalid {
        message: error.message().to_owned(),
        offset: error.offset() as u64,
    }
}

fn invalid_at(message: &str, offset: usize) -> Error {
    Error::Invalid {
        message: message.to_owned(),
        offset: offset as u64,
    }
}
