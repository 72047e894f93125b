//! What a module has that can change while it runs, and how it is reached.

use std::collections::BTreeSet;
use std::ops::Range;

use wasmparser::{
    BinaryReader, BlockType, CodeSectionReader, CompositeInnerType, ConstExpr, Data, Element, ElementItems,
    ElementKind, Export, ExternalKind, FuncType, FunctionBody, Global, MemoryType, Operator, Payload, RefType, Table,
    TableInit, TypeRef, ValType,
};

use super::error::{Failure, Held};
use crate::error::{Error, Result};
use crate::module::sections::{Sections, cut, invalid};

/// A module, read but for its functions.
pub(super) struct Shape<'a> {
    pub sections: Sections<'a>,
    pub memories: Vec<MemoryType>,
    pub tables: Vec<Table<'a>>,
    pub globals: Vec<Global<'a>>,
    pub exports: Vec<Export<'a>>,
    pub elements: Vec<Element<'a>>,
    pub data: Vec<Data<'a>>,
    /// Functions may refer to data segments by number.
    pub counts_data: bool,
    /// The functions' bodies without the section's head.
    pub code: Option<Range<usize>>,
    types: Vec<Option<FuncType>>,
    functions: Vec<u32>,
    /// How many of the functions are imported.
    imported: u32,
    /// The imported functions that can read standard input.
    pub reading: Vec<u32>,
}

impl<'a> Shape<'a> {
    /// Reads a module that imports nothing but functions.
    ///
    /// # Errors
    /// [`Error::Invalid`], and [`Failure::Reserved`] for exports with names that are ours.
    pub fn read(wasm: &'a [u8]) -> Result<Self> {
        let mut memories = Vec::new();
        let mut tables = Vec::new();
        let mut globals = Vec::new();
        let mut exports = Vec::new();
        let mut elements = Vec::new();
        let mut data = Vec::new();
        let mut types = Vec::new();
        let mut functions = Vec::new();
        let (mut imported, mut reading) = (0, Vec::new());
        let mut counts_data = false;
        let mut code = None;
        let sections = Sections::read(wasm, |payload| {
            match payload {
                Payload::TypeSection(section) => {
                    for group in section {
                        for ty in group.map_err(invalid)?.into_types() {
                            types.push(match ty.composite_type.inner {
                                CompositeInnerType::Func(ty) => Some(ty),
                                _ => None,
                            });
                        }
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import.map_err(invalid)?;
                        if let TypeRef::Func(ty) | TypeRef::FuncExact(ty) = import.ty {
                            if import.name == "fd_read" {
                                reading.push(imported);
                            }
                            functions.push(ty);
                            imported += 1;
                        }
                    }
                }
                Payload::FunctionSection(section) => collect(section, &mut functions)?,
                Payload::MemorySection(section) => collect(section, &mut memories)?,
                Payload::TableSection(section) => collect(section, &mut tables)?,
                Payload::GlobalSection(section) => collect(section, &mut globals)?,
                Payload::ExportSection(section) => collect(section, &mut exports)?,
                Payload::ElementSection(section) => collect(section, &mut elements)?,
                Payload::DataSection(section) => collect(section, &mut data)?,
                Payload::DataCountSection { .. } => counts_data = true,
                Payload::CodeSectionStart { range, .. } => code = Some(range),
                _ => {}
            }
            Ok(())
        })?;
        let reserved = |export: &&Export<'_>| nyash_format::snapshot::Exported::is_reserved(export.name);
        if let Some(export) = exports.iter().find(reserved) {
            return Err(Failure::Reserved(export.name.to_owned()).into());
        }
        Ok(Shape {
            sections,
            memories,
            tables,
            globals,
            exports,
            elements,
            data,
            counts_data,
            code,
            types,
            functions,
            imported,
            reading,
        })
    }

    /// The function that is exported under this name.
    pub fn function(&self, name: &str) -> Option<u32> {
        let export = self.exports.iter().find(|export| export.name == name)?;
        (export.kind == ExternalKind::Func).then_some(export.index)
    }

    /// The function under this name, which must take nothing and return nothing.
    ///
    /// # Errors
    /// [`Failure::NoFunction`] and [`Failure::Signature`].
    pub fn init(&self, name: &str) -> Result<u32> {
        let Some(index) = self.function(name) else {
            return Err(Failure::NoFunction {
                wanted: name.to_owned(),
                there: self.callable(),
            }
            .into());
        };
        match self.signature(index) {
            Some(ty) if !is_plain(ty) => Err(Failure::Signature {
                name: name.to_owned(),
                signature: crate::module::wasi::Signature {
                    params: ty.params().to_vec(),
                    results: ty.results().to_vec(),
                }
                .to_string(),
            }
            .into()),
            // An index out of range is the validator's to refuse.
            _ => Ok(index),
        }
    }

    /// The exported functions that take nothing and return nothing.
    pub fn callable(&self) -> Vec<String> {
        let suits = |export: &&Export<'_>| {
            export.kind == ExternalKind::Func && self.signature(export.index).is_some_and(is_plain)
        };
        self.exports.iter().filter(suits).map(|e| e.name.to_owned()).collect()
    }

    /// How many of the functions are imported.
    pub fn imported(&self) -> u32 {
        self.imported
    }

    /// How many functions there are, imported ones included.
    pub fn function_count(&self) -> u32 {
        self.functions.len() as u32
    }

    /// The types; none of other than functions.
    pub fn types(&self) -> &[Option<FuncType>] {
        &self.types
    }

    /// How many operands a construct takes along.
    pub fn parameters(&self, ty: BlockType) -> usize {
        match ty {
            BlockType::FuncType(index) => {
                let ty = self.types.get(index as usize).and_then(Option::as_ref);
                ty.map_or(0, |ty| ty.params().len())
            }
            _ => 0,
        }
    }

    /// The type of a function.
    pub fn signature(&self, function: u32) -> Option<&FuncType> {
        let ty = self.functions.get(function as usize)?;
        self.types.get(*ty as usize)?.as_ref()
    }

    /// The bodies of the functions.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn bodies(&self, wasm: &'a [u8]) -> Result<Vec<FunctionBody<'a>>> {
        let range = self.code.clone().unwrap_or(0..0);
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let code = wasm.get(range.clone()).ok_or_else(|| cut(wasm))?;
        let section = CodeSectionReader::new(BinaryReader::new(code, range.start)).map_err(invalid)?;
        section.into_iter().map(|body| body.map_err(invalid)).collect()
    }

    /// Whether a function calls another one, itself or through those that it calls.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn calls(&self, wasm: &'a [u8], from: u32, to: u32) -> Result<bool> {
        let bodies = self.bodies(wasm)?;
        let mut seen = BTreeSet::from([from]);
        let mut open = vec![from];
        while let Some(function) = open.pop() {
            let body = function
                .checked_sub(self.imported)
                .and_then(|at| bodies.get(at as usize));
            for operator in body
                .map(FunctionBody::get_operators_reader)
                .transpose()
                .map_err(invalid)?
                .into_iter()
                .flatten()
            {
                let (Operator::Call { function_index } | Operator::ReturnCall { function_index }) =
                    operator.map_err(invalid)?
                else {
                    continue;
                };
                if function_index == to {
                    return Ok(true);
                }
                if seen.insert(function_index) {
                    open.push(function_index);
                }
            }
        }
        Ok(false)
    }

    /// The functions that a reference can be to: those that are declared as such.
    pub fn referable(&self) -> Result<BTreeSet<u32>> {
        let mut found = BTreeSet::new();
        let exported = self.exports.iter().filter(|export| export.kind == ExternalKind::Func);
        found.extend(exported.map(|export| export.index));
        for global in &self.globals {
            references(&global.init_expr, &mut found)?;
        }
        for table in &self.tables {
            if let TableInit::Expr(expression) = &table.init {
                references(expression, &mut found)?;
            }
        }
        for element in &self.elements {
            match &element.items {
                ElementItems::Functions(functions) => {
                    for function in functions.clone() {
                        found.insert(function.map_err(invalid)?);
                    }
                }
                ElementItems::Expressions(_, expressions) => {
                    for expression in expressions.clone() {
                        references(&expression.map_err(invalid)?, &mut found)?;
                    }
                }
            }
        }
        Ok(found)
    }

    /// Refuses passive segments that make objects of the collector: they are made once, and could be in use.
    ///
    /// # Errors
    /// [`Failure::Held`].
    pub fn check_segments(&self) -> Result<()> {
        for (number, element) in self.elements.iter().enumerate() {
            if let (ElementKind::Passive, ElementItems::Expressions(ty, _)) = (&element.kind, &element.items)
                && !is_function(*ty)
            {
                return Err(Failure::Held {
                    place: format!("element segment {number}"),
                    held: Held::Collected,
                }
                .into());
            }
        }
        Ok(())
    }
}

/// Whether values of this type refer to functions, or to nothing.
pub(super) fn is_function(ty: RefType) -> bool {
    use wasmparser::{AbstractHeapType, HeapType};
    match ty.heap_type() {
        HeapType::Abstract { ty, .. } => matches!(ty, AbstractHeapType::Func | AbstractHeapType::NoFunc),
        // Of a function or of an object: what is found tells.
        HeapType::Concrete(_) | HeapType::Exact(_) => true,
    }
}

/// Whether a global can hold another value at the snapshot than its initial expression gives, or something that a fresh
/// one would not be equal to.
pub(super) fn can_change(global: &Global<'_>) -> bool {
    let object = match global.ty.content_type {
        ValType::Ref(ty) => !matches!(
            ty.heap_type(),
            wasmparser::HeapType::Abstract {
                ty: wasmparser::AbstractHeapType::Func | wasmparser::AbstractHeapType::NoFunc,
                ..
            }
        ),
        _ => false,
    };
    global.ty.mutable || object
}

fn is_plain(ty: &FuncType) -> bool {
    ty.params().is_empty() && ty.results().is_empty()
}

/// Adds the functions that an expression refers to.
pub(super) fn references(expression: &ConstExpr<'_>, found: &mut BTreeSet<u32>) -> Result<()> {
    for operator in expression.get_operators_reader() {
        if let Operator::RefFunc { function_index } = operator.map_err(invalid)? {
            found.insert(function_index);
        }
    }
    Ok(())
}

fn collect<'a, T: wasmparser::FromReader<'a>>(
    section: wasmparser::SectionLimited<'a, T>,
    into: &mut Vec<T>,
) -> Result<(), Error> {
    for item in section {
        into.push(item.map_err(invalid)?);
    }
    Ok(())
}
