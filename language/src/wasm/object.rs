//! Reads the relocatable object that holds the runtime (`language/objects/boxes.o`).

use std::collections::HashMap;
use wasmparser::{
    BinaryReaderError, CompositeInnerType, DataKind, KnownCustom, Linking, Parser, Payload, RelocationType, SymbolInfo,
    TypeRef,
};

/// What a relocation or a caller refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// Index into imports and functions together.
    Function(u32),
    /// Segment and offset.
    Data(u32, u32),
    /// The stack pointer, the only global.
    Global,
    /// First address after everything; the linker defines it.
    HeapBase,
    /// Nothing a program can refer to.
    Other,
}

/// A place to fill in.
#[derive(Clone, Copy, Debug)]
pub struct Reloc {
    pub kind: RelocationType,
    /// From the start of the function body or segment.
    pub offset: u32,
    /// Symbol, or a type for type relocations.
    pub index: u32,
    pub addend: i64,
}

#[derive(Debug)]
pub struct Body<'a> {
    pub ty: u32,
    pub bytes: &'a [u8],
    pub relocs: Vec<Reloc>,
}

#[derive(Debug)]
pub struct Segment<'a> {
    pub bytes: &'a [u8],
    pub align: u32,
    pub relocs: Vec<Reloc>,
    /// All bytes are zero, so it needs no place in the file.
    pub zero: bool,
}

#[derive(Debug)]
pub struct Import<'a> {
    pub module: &'a str,
    pub name: &'a str,
    pub ty: u32,
}

/// The parsed object.
#[derive(Debug, Default)]
pub struct Object<'a> {
    pub types: Vec<wasmparser::FuncType>,
    pub imports: Vec<Import<'a>>,
    pub functions: Vec<Body<'a>>,
    pub segments: Vec<Segment<'a>>,
    pub symbols: Vec<Symbol>,
    pub names: HashMap<&'a str, u32>,
}

impl<'a> Object<'a> {
    /// Reads an object; an error means that the file is not one of ours.
    pub fn parse(bytes: &'a [u8]) -> Result<Object<'a>, BinaryReaderError> {
        let mut object = Object::default();
        let mut function_types = Vec::new();
        // Where each body and segment starts in the file, to find whom a relocation belongs to.
        let (mut code_start, mut data_start) = (0, 0);
        let (mut body_starts, mut segment_starts) = (Vec::new(), Vec::new());
        let (mut code_section, mut data_section) = (u32::MAX, u32::MAX);
        let mut section = 0;
        for payload in Parser::new(0).parse_all(bytes) {
            let payload = payload?;
            #[expect(
                clippy::wildcard_enum_match_arm,
                reason = "wasmparser names every section and part of one; the link needs few"
            )]
            match &payload {
                Payload::TypeSection(types) => {
                    for group in types.clone() {
                        for ty in group?.into_types() {
                            if let CompositeInnerType::Func(f) = ty.composite_type.inner {
                                object.types.push(f);
                            }
                        }
                    }
                }
                Payload::ImportSection(imports) => {
                    for import in imports.clone().into_imports() {
                        let import = import?;
                        if let TypeRef::Func(ty) = import.ty {
                            object.imports.push(Import {
                                module: import.module,
                                name: import.name,
                                ty,
                            });
                        }
                    }
                }
                Payload::FunctionSection(functions) => {
                    for ty in functions.clone() {
                        function_types.push(ty?);
                    }
                }
                Payload::CodeSectionStart { range, .. } => {
                    code_start = range.start;
                    code_section = section;
                }
                Payload::CodeSectionEntry(body) => {
                    let range = body.range();
                    body_starts.push(range.start);
                    object.functions.push(Body {
                        ty: function_types[object.functions.len()],
                        bytes: &bytes[range],
                        relocs: Vec::new(),
                    });
                }
                Payload::DataSection(data) => {
                    data_start = data.range().start;
                    data_section = section;
                    for segment in data.clone() {
                        let segment = segment?;
                        if let DataKind::Active { .. } = segment.kind {
                            segment_starts.push(segment.range.end - segment.data.len());
                            object.segments.push(Segment {
                                bytes: segment.data,
                                align: 0,
                                relocs: Vec::new(),
                                zero: segment.data.iter().all(|b| *b == 0),
                            });
                        }
                    }
                }
                Payload::CustomSection(custom) => match custom.as_known() {
                    KnownCustom::Linking(linking) => {
                        for part in linking.subsections() {
                            match part? {
                                Linking::SegmentInfo(infos) => {
                                    for (segment, info) in object.segments.iter_mut().zip(infos) {
                                        segment.align = info?.alignment;
                                    }
                                }
                                Linking::SymbolTable(symbols) => {
                                    for symbol in symbols {
                                        let (symbol, name) = read_symbol(symbol?);
                                        if let Some(name) = name {
                                            object.names.insert(name, object.symbols.len() as u32);
                                        }
                                        object.symbols.push(symbol);
                                    }
                                }
                                _ => {}
                            }
                        }
                    }
                    KnownCustom::Reloc(relocs) => {
                        let of = relocs.section_index();
                        for entry in relocs.entries() {
                            let entry = entry?;
                            let make = |offset| Reloc {
                                kind: entry.ty,
                                offset,
                                index: entry.index,
                                addend: entry.addend,
                            };
                            if of == code_section {
                                let at = code_start + entry.offset as usize;
                                let n = body_starts.partition_point(|s| *s <= at) - 1;
                                object.functions[n].relocs.push(make((at - body_starts[n]) as u32));
                            } else if of == data_section {
                                let at = data_start + entry.offset as usize;
                                let n = segment_starts.partition_point(|s| *s <= at) - 1;
                                object.segments[n].relocs.push(make((at - segment_starts[n]) as u32));
                            }
                        }
                    }
                    _ => {}
                },
                _ => {}
            }
            // Sections are counted as the file lays them out; entries of the code section are part of it.
            if !matches!(
                payload,
                Payload::Version { .. } | Payload::CodeSectionEntry(_) | Payload::End(_)
            ) {
                section += 1;
            }
        }
        Ok(object)
    }

    /// The type of a function, imports counted first.
    pub fn type_of(&self, function: u32) -> u32 {
        match self.imports.get(function as usize) {
            Some(import) => import.ty,
            None => self.functions[function as usize - self.imports.len()].ty,
        }
    }

    /// Puts a function in the place of another, wherever that is called.
    pub fn replace(&mut self, old: &str, new: &str) {
        if let (Some(&old), Some(&new)) = (self.names.get(old), self.names.get(new)) {
            self.symbols[old as usize] = self.symbols[new as usize];
        }
    }

    /// The function a name stands for.
    pub fn function(&self, name: &str) -> Option<u32> {
        match self.symbols[*self.names.get(name)? as usize] {
            Symbol::Function(f) => Some(f),
            Symbol::Data(..) | Symbol::Global | Symbol::HeapBase | Symbol::Other => None,
        }
    }
}

fn read_symbol(info: SymbolInfo<'_>) -> (Symbol, Option<&str>) {
    match info {
        SymbolInfo::Func { index, name, .. } => (Symbol::Function(index), name),
        SymbolInfo::Data {
            name, symbol: Some(d), ..
        } => (Symbol::Data(d.index, d.offset), Some(name)),
        SymbolInfo::Data {
            name: "__heap_base", ..
        } => (Symbol::HeapBase, None),
        SymbolInfo::Global { .. } => (Symbol::Global, None),
        SymbolInfo::Data { .. } | SymbolInfo::Section { .. } | SymbolInfo::Event { .. } | SymbolInfo::Table { .. } => {
            (Symbol::Other, None)
        }
    }
}
