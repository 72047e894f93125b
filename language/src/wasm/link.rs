//! Joins the program's functions and data with what they reach of the runtime, and writes the module.
//!
//! Memory, from address 0: the stack of the runtime's own code (so that running out of it traps), the program's
//! data, the runtime's data, its zeroed data, the heap.

use super::code::{Callee, Code, Ins};
use super::object::{Object, Reloc, Symbol};
use crate::source::Span;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::rc::Rc;
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, Elements, EntityType, ExportKind, ExportSection,
    FunctionSection, GlobalSection, GlobalType, ImportSection, Instruction, MemorySection, MemoryType, Module, NameMap,
    NameSection, RefType, TableSection, TableType, TypeSection, ValType,
};
use wasmparser::RelocationType;

/// Bytes of stack for the runtime; also the first address of data.
pub const STACK: u32 = 64 * 1024;

/// What makes all static boxes ready: the name that tools look for which run a module and keep it as it then is.
const PREINIT: &str = "wizer.initialize";

/// What the back end made of the program.
pub struct Input {
    pub functions: Vec<Code>,
    /// Lies at [`STACK`].
    pub data: Vec<u8>,
    /// Exported as `_start`.
    pub start: u32,
    /// Exported as [`PREINIT`].
    pub preinit: Option<u32>,
    /// It is told of each object that is freed.
    pub tracked: bool,
}

/// A module, and what is known of its code.
#[derive(Debug)]
pub struct Compiled {
    /// An ordinary WASI preview 1 command module.
    pub wasm: Vec<u8>,
    /// The program's own functions, in the order of their code.
    pub functions: Vec<FunctionCode>,
    /// Where the content of the code section starts in the module, in bytes.
    pub code_start: u32,
}

/// The code of one function. Addresses are bytes from the start of the code section's content, as in the debugging
/// information of modules (the tool conventions' Dwarf.md).
#[derive(Debug)]
pub struct FunctionCode {
    /// As messages name it.
    pub name: Rc<str>,
    /// Its locals and instructions.
    pub code: Range<u32>,
    /// Where they come from, by rising address: each place holds up to the next, none before the first.
    pub places: Vec<(u32, Span)>,
}

/// What a program reaches of the runtime, in a fixed order.
#[derive(Default)]
struct Reached {
    imports: Vec<u32>,
    functions: Vec<u32>,
    segments: Vec<u32>,
    table: Vec<u32>,
    /// Function of the object -> its place.
    place: HashMap<u32, u32>,
    segment_at: HashMap<u32, u32>,
    table_at: HashMap<u32, u32>,
    work: Vec<Work>,
}

enum Work {
    Function(u32),
    Segment(u32),
}

impl Reached {
    fn function(&mut self, object: &Object<'_>, f: u32) {
        if self.place.insert(f, 0).is_some() {
            return;
        }
        if (f as usize) < object.imports.len() {
            self.imports.push(f);
        } else {
            self.functions.push(f);
            self.work.push(Work::Function(f - object.imports.len() as u32));
        }
    }

    fn segment(&mut self, s: u32) {
        if self.segment_at.insert(s, 0).is_none() {
            self.segments.push(s);
            self.work.push(Work::Segment(s));
        }
    }

    fn relocs(&mut self, object: &Object<'_>, relocs: &[Reloc]) {
        for r in relocs {
            if r.kind == RelocationType::TypeIndexLeb {
                continue;
            }
            match object.symbols[r.index as usize] {
                Symbol::Function(f) => {
                    self.function(object, f);
                    if matches!(r.kind, RelocationType::TableIndexSleb | RelocationType::TableIndexI32)
                        && !self.table_at.contains_key(&f)
                    {
                        // Index 0 of the table stays empty: a null function pointer.
                        self.table_at.insert(f, self.table.len() as u32 + 1);
                        self.table.push(f);
                    }
                }
                Symbol::Data(s, _) => self.segment(s),
                Symbol::Global | Symbol::HeapBase | Symbol::Other => {}
            }
        }
    }

    fn close(&mut self, object: &Object<'_>) {
        while let Some(work) = self.work.pop() {
            match work {
                Work::Function(f) => self.relocs(object, &object.functions[f as usize].relocs),
                Work::Segment(s) => self.relocs(object, &object.segments[s as usize].relocs),
            }
        }
    }
}

/// Function types, each once.
#[derive(Default)]
struct Types {
    section: TypeSection,
    known: HashMap<(Vec<ValType>, Vec<ValType>), u32>,
}

impl Types {
    fn get(&mut self, params: Vec<ValType>, results: Vec<ValType>) -> u32 {
        let next = self.known.len() as u32;
        *self.known.entry((params, results)).or_insert_with_key(|(p, r)| {
            self.section.ty().function(p.iter().copied(), r.iter().copied());
            next
        })
    }
}

fn val_type(ty: wasmparser::ValType) -> ValType {
    match ty {
        wasmparser::ValType::I64 => ValType::I64,
        wasmparser::ValType::F32 => ValType::F32,
        wasmparser::ValType::F64 => ValType::F64,
        wasmparser::ValType::I32 | wasmparser::ValType::V128 | wasmparser::ValType::Ref(_) => ValType::I32,
    }
}

fn leb(mut n: u32, out: &mut Vec<u8>) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// Bytes of a number in a module.
fn leb_len(n: usize) -> u32 {
    (usize::BITS - n.leading_zeros()).div_ceil(7).max(1)
}

fn sleb(mut n: i32, out: &mut Vec<u8>) {
    loop {
        let byte = n as u8 & 0x7f;
        n >>= 7;
        if (n == 0 && byte & 0x40 == 0) || (n == -1 && byte & 0x40 != 0) {
            out.push(byte);
            return;
        }
        out.push(byte | 0x80);
    }
}

/// Whether an object has every function of the runtime that the program calls.
pub fn has_all(object: &Object<'_>, input: &Input) -> bool {
    let mut calls = input.functions.iter().flat_map(|code| &code.body);
    calls.all(|ins| match ins {
        Ins::Call(Callee::Runtime(name)) => object.function(name).is_some(),
        Ins::Call(Callee::Program(_)) | Ins::Wasm(_) | Ins::Address(_) => true,
    })
}

/// Writes the module, with the names of its functions on demand.
pub fn link(object: &Object<'_>, input: Input, names: bool) -> Compiled {
    let mut reached = Reached::default();
    for code in &input.functions {
        for ins in &code.body {
            match ins {
                Ins::Call(Callee::Runtime(name)) => {
                    let f = object
                        .function(name)
                        .unwrap_or_else(|| panic!("the runtime has no function {name}"));
                    reached.function(object, f);
                }
                Ins::Address(name) => match object.names.get(name).map(|s| object.symbols[*s as usize]) {
                    Some(Symbol::Data(s, _)) => reached.segment(s),
                    _ => panic!("the runtime has no data {name}"),
                },
                Ins::Wasm(_) | Ins::Call(Callee::Program(_)) => {}
            }
        }
    }
    reached.close(object);

    // Order of the object, so that the output does not depend on the order of discovery.
    reached.imports.sort_unstable();
    reached.functions.sort_unstable();
    reached.segments.sort_unstable();
    let program_base = reached.imports.len() as u32;
    let runtime_base = program_base + input.functions.len() as u32;
    for (n, f) in reached.imports.iter().enumerate() {
        reached.place.insert(*f, n as u32);
    }
    for (n, f) in reached.functions.iter().enumerate() {
        reached.place.insert(*f, runtime_base + n as u32);
    }

    let mut at = STACK + input.data.len() as u32;
    let mut image_end = at;
    for zero in [false, true] {
        for s in &reached.segments {
            let segment = &object.segments[*s as usize];
            if segment.zero != zero {
                continue;
            }
            let align = (1u32 << segment.align.min(8)) - 1;
            at = (at + align) & !align;
            reached.segment_at.insert(*s, at);
            at += segment.bytes.len() as u32;
            if !zero {
                image_end = at;
            }
        }
    }
    let heap = (at + 15) & !15;

    let resolve = |r: &Reloc| -> u32 {
        match object.symbols[r.index as usize] {
            Symbol::Function(f) if matches!(r.kind, RelocationType::TableIndexSleb | RelocationType::TableIndexI32) => {
                reached.table_at[&f]
            }
            Symbol::Function(f) => reached.place[&f],
            Symbol::Data(s, offset) => (reached.segment_at[&s] + offset).wrapping_add(r.addend as u32),
            Symbol::HeapBase => heap,
            Symbol::Global | Symbol::Other => 0,
        }
    };

    let mut image = vec![0; (image_end - STACK) as usize];
    image[..input.data.len()].copy_from_slice(&input.data);
    for s in &reached.segments {
        let segment = &object.segments[*s as usize];
        if segment.zero {
            continue;
        }
        let start = (reached.segment_at[s] - STACK) as usize;
        image[start..start + segment.bytes.len()].copy_from_slice(segment.bytes);
        for r in &segment.relocs {
            let to = start + r.offset as usize;
            image[to..to + 4].copy_from_slice(&resolve(r).to_le_bytes());
        }
    }

    let mut types = Types::default();
    let type_of = |types: &mut Types, n: u32| {
        let f = &object.types[n as usize];
        types.get(
            f.params().iter().map(|t| val_type(*t)).collect(),
            f.results().iter().map(|t| val_type(*t)).collect(),
        )
    };

    let mut imports = ImportSection::new();
    for f in &reached.imports {
        let import = &object.imports[*f as usize];
        imports.import(
            import.module,
            import.name,
            EntityType::Function(type_of(&mut types, import.ty)),
        );
    }

    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    for program in &input.functions {
        functions.function(types.get(program.params.clone(), program.results.clone()));
    }
    for f in &reached.functions {
        functions.function(type_of(&mut types, object.type_of(*f)));
    }
    let mut described = Vec::with_capacity(input.functions.len());
    let mut next = leb_len(input.functions.len() + reached.functions.len());
    for program in &input.functions {
        let mut bytes = Vec::with_capacity(program.body.len() * 3 + 16);
        program.encode_locals(&mut bytes);
        let mut places = Vec::with_capacity(program.marks.len());
        let mut marks = program.marks.iter().peekable();
        for (n, ins) in program.body.iter().enumerate() {
            use wasm_encoder::Encode;
            if let Some((_, span)) = marks.next_if(|(from, _)| *from == n) {
                places.push((bytes.len() as u32, *span));
            }
            match ins {
                Ins::Wasm(i) => i.encode(&mut bytes),
                Ins::Call(Callee::Program(f)) => Instruction::Call(program_base + f).encode(&mut bytes),
                Ins::Call(Callee::Runtime(name)) => {
                    let f = object.function(name).unwrap_or(0);
                    Instruction::Call(reached.place[&f]).encode(&mut bytes);
                }
                Ins::Address(name) => {
                    let mut address = 0;
                    if let Symbol::Data(s, offset) = object.symbols[object.names[name] as usize] {
                        address = reached.segment_at[&s] + offset;
                    }
                    Instruction::I32Const(address as i32).encode(&mut bytes);
                }
            }
        }
        bytes.push(0x0b);
        code.raw(&bytes);
        let start = next + leb_len(bytes.len());
        next = start + bytes.len() as u32;
        for (at, _) in &mut places {
            *at += start;
        }
        described.push(FunctionCode {
            name: program.name.clone(),
            code: start..next,
            places,
        });
    }
    for f in &reached.functions {
        let body = &object.functions[*f as usize - object.imports.len()];
        let mut bytes = Vec::with_capacity(body.bytes.len());
        let mut from = 0;
        for r in &body.relocs {
            let to = r.offset as usize;
            bytes.extend_from_slice(&body.bytes[from..to]);
            // Relocated numbers take five bytes in an object; here they take what they need.
            from = to + 5;
            #[expect(
                clippy::wildcard_enum_match_arm,
                reason = "wasmparser names every relocation there is; the runtime has few"
            )]
            match r.kind {
                RelocationType::TypeIndexLeb => leb(type_of(&mut types, r.index), &mut bytes),
                RelocationType::TableIndexSleb | RelocationType::MemoryAddrSleb => {
                    sleb(resolve(r) as i32, &mut bytes);
                }
                _ => leb(resolve(r), &mut bytes),
            }
        }
        bytes.extend_from_slice(&body.bytes[from..]);
        code.raw(&bytes);
    }

    let mut module = Module::new();
    module.section(&types.section);
    module.section(&imports);
    module.section(&functions);
    if !reached.table.is_empty() {
        let size = reached.table.len() as u64 + 1;
        let mut tables = TableSection::new();
        tables.table(TableType {
            element_type: RefType::FUNCREF,
            minimum: size,
            maximum: Some(size),
            table64: false,
            shared: false,
        });
        module.section(&tables);
    }
    let mut memories = MemorySection::new();
    let pages = u64::from(heap.div_ceil(0x1_0000)) + 1;
    memories.memory(MemoryType {
        minimum: pages,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    module.section(&memories);
    let mut globals = GlobalSection::new();
    globals.global(
        GlobalType {
            val_type: ValType::I32,
            mutable: true,
            shared: false,
        },
        &ConstExpr::i32_const(STACK as i32),
    );
    module.section(&globals);
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    exports.export("_start", ExportKind::Func, program_base + input.start);
    if let Some(preinit) = input.preinit {
        exports.export(PREINIT, ExportKind::Func, program_base + preinit);
    }
    module.section(&exports);
    if !reached.table.is_empty() {
        let places: Vec<u32> = reached.table.iter().map(|f| reached.place[f]).collect();
        let mut elements = ElementSection::new();
        elements.active(None, &ConstExpr::i32_const(1), Elements::Functions(places.into()));
        module.section(&elements);
    }
    let size = code.byte_len() + leb_len(code.len() as usize) as usize;
    let code_start = module.len() as u32 + 1 + leb_len(size);
    module.section(&code);
    if !image.is_empty() {
        let mut data = DataSection::new();
        data.active(0, &ConstExpr::i32_const(STACK as i32), image);
        module.section(&data);
    }
    if names {
        let mut names = NameMap::new();
        for (n, f) in input.functions.iter().enumerate() {
            names.append(program_base + n as u32, &f.name);
        }
        let mut known = BTreeMap::new();
        for (name, symbol) in &object.names {
            if let Symbol::Function(f) = object.symbols[*symbol as usize] {
                // The same whatever the order of the map.
                known
                    .entry(f)
                    .and_modify(|n: &mut &str| *n = (*n).min(name))
                    .or_insert(*name);
            }
        }
        for (n, f) in reached.functions.iter().enumerate() {
            if let Some(name) = known.get(f) {
                names.append(runtime_base + n as u32, name);
            }
        }
        let mut section = NameSection::new();
        section.functions(&names);
        module.section(&section);
    }
    Compiled {
        wasm: module.finish(),
        functions: described,
        code_start,
    }
}
