//! The compiler's description of a module (`.wasmtime.info`) without what no start reads.
//!
//! wasmtime decodes the description at each start, function by function: of a large program that was most of its start.
//! But only functions that something outside of the code can get hold of, because they are imported, exported, or in a
//! table, are ever looked up by number. Calls from function to function are addresses. So the other functions are left
//! out, and those that stay are numbered anew.
//!
//! What else would ask about a function is wasmtime's own call stacks, which the runtime has turned off for compiled code
//! (`runtime/src/engine.rs`): stacks are named from our own table, by the module's numbers.

use serde::{Deserialize, Serialize};
use wasmtime_environ::collections::TryPrimaryMap;
use wasmtime_environ::{
    BuiltinFunctionIndex, CompiledModuleInfo, EntityIndex, EntityRef as _, FuncIndex, FuncKeyKind, FunctionLoc,
    packed_option::ReservedValue as _,
};

use crate::error::{Error, Result};

/// wasmtime's `CompiledFunctionsTable` (`wasmtime-environ`, its module `module_artifacts`); the order of the fields is the
/// encoding. Namespaces stand one behind the other in each of the lists: the starts say where.
#[derive(Serialize, Deserialize)]
struct Functions {
    namespaces: Vec<u32>,
    loc_starts: Vec<u32>,
    sparse_starts: Vec<u32>,
    source_starts: Vec<u32>,
    /// Numbers of functions in namespaces that do not list all of them.
    sparse: Vec<u32>,
    locs: Vec<FunctionLoc>,
    /// Where functions began in the module: for wasmtime's call stacks.
    sources: Vec<u32>,
}

/// The description of compiled code without functions that nothing can get hold of, and without what call stacks of
/// wasmtime's own would need. Bytecode needs both: its stacks are wasmtime's.
///
/// # Errors
/// [`Error::DamagedImage`].
pub(crate) fn reduced(section: &[u8]) -> Result<Vec<u8>> {
    let ((mut info, mut functions), types) =
        postcard::take_from_bytes::<(CompiledModuleInfo, Functions)>(section).map_err(damaged)?;
    info.func_names.clear();
    functions.sources.clear();
    functions.source_starts.fill(0);
    if !functions.refer_by_number()? {
        renumber(&mut info, &mut functions)?;
    }
    let mut out = postcard::to_allocvec(&(info, functions)).map_err(damaged)?;
    out.extend_from_slice(types);
    Ok(out)
}

/// Leaves out all functions but those that are imported, exported or in a table.
fn renumber(info: &mut CompiledModuleInfo, functions: &mut Functions) -> Result<()> {
    let module = &mut info.module;
    let imported = module.num_imported_funcs;
    let mut kept = Vec::with_capacity(module.functions.len());
    kept.extend(module.functions.values().map(|function| function.is_escaping()));
    for function in kept.iter_mut().take(imported) {
        *function = true;
    }
    // All of these escape. It is not for us to rely on it.
    let tables = module.table_initialization.values().flat_map(|table| table.iter());
    let exports = module.exports.values().filter_map(|entity| match entity {
        EntityIndex::Function(function) => Some(function),
        _ => None,
    });
    for function in tables.chain(exports).filter(|function| !function.is_reserved_value()) {
        *kept.get_mut(function.index()).ok_or_else(no_function)? = true;
    }
    let mut next = 0;
    let numbers: Vec<Option<u32>> = kept
        .iter()
        .map(|kept| {
            let number = next;
            next += u32::from(*kept);
            kept.then_some(number)
        })
        .collect();

    let anew = |function: &mut FuncIndex| -> Result<()> {
        if !function.is_reserved_value() {
            let number = numbers.get(function.index()).copied().flatten();
            *function = FuncIndex::from_u32(number.ok_or_else(no_function)?);
        }
        Ok(())
    };
    for table in module.table_initialization.values_mut() {
        table.iter_mut().try_for_each(anew)?;
    }
    for entity in module.exports.values_mut() {
        if let EntityIndex::Function(function) = entity {
            anew(function)?;
        }
    }
    let all = std::mem::replace(&mut module.functions, TryPrimaryMap::new());
    for ((_, function), kept) in all.into_iter().zip(&kept) {
        if *kept {
            module.functions.push(function).map_err(damaged)?;
        }
    }
    // Those that are defined have numbers of their own.
    let first = u32::try_from(imported).map_err(damaged)?;
    let defined = numbers.get(imported..).ok_or_else(no_function)?;
    functions.renumber(|defined_before| {
        let number = defined.get(usize::try_from(defined_before).ok()?).copied().flatten()?;
        number.checked_sub(first)
    })
}

impl Functions {
    /// Whether code asks for functions by number (the instruction `ref.func`, other than in a table).
    fn refer_by_number(&self) -> Result<bool> {
        let asks = BuiltinFunctionIndex::ref_func().index();
        for (at, namespace) in self.namespaces.iter().enumerate() {
            let (_, sparse) = self.ranges(at)?;
            let numbers = self.sparse.get(sparse).ok_or_else(no_function)?;
            match kind(*namespace) {
                Some(
                    FuncKeyKind::DefinedWasmFunction
                    | FuncKeyKind::ArrayToWasmTrampoline
                    | FuncKeyKind::WasmToArrayTrampoline
                    | FuncKeyKind::ModuleStartup,
                ) => {}
                Some(FuncKeyKind::WasmToBuiltinTrampoline | FuncKeyKind::PatchableToBuiltinTrampoline) => {
                    if numbers.contains(&asks) {
                        return Ok(true);
                    }
                }
                // Not in compiled modules of today. What it would ask for is not known here.
                _ => return Ok(true),
            }
        }
        Ok(false)
    }

    /// Where a namespace's entries are in `locs` and in `sparse`.
    fn ranges(&self, namespace: usize) -> Result<(std::ops::Range<usize>, std::ops::Range<usize>)> {
        let range = |starts: &[u32], len: usize| {
            let start = *starts.get(namespace)? as usize;
            Some(start..starts.get(namespace + 1).map_or(len, |end| *end as usize))
        };
        let locs = range(&self.loc_starts, self.locs.len());
        let sparse = range(&self.sparse_starts, self.sparse.len());
        locs.zip(sparse).ok_or_else(no_function)
    }

    /// Leaves out defined functions for which `number` has none, with what is there to call them.
    fn renumber(&mut self, number: impl Fn(u32) -> Option<u32>) -> Result<()> {
        let (mut locs, mut sparse) = (Vec::new(), Vec::new());
        let (mut loc_starts, mut sparse_starts) = (Vec::new(), Vec::new());
        for (at, namespace) in self.namespaces.iter().enumerate() {
            let (loc_range, sparse_range) = self.ranges(at)?;
            let own_locs = self.locs.get(loc_range).ok_or_else(no_function)?;
            let own_sparse = self.sparse.get(sparse_range).ok_or_else(no_function)?;
            loc_starts.push(u32::try_from(locs.len()).map_err(damaged)?);
            sparse_starts.push(u32::try_from(sparse.len()).map_err(damaged)?);
            match kind(*namespace) {
                Some(FuncKeyKind::DefinedWasmFunction) => {
                    let kept = (0..).zip(own_locs).filter(|(before, _)| number(*before).is_some());
                    locs.extend(kept.map(|(_, loc)| *loc));
                }
                Some(FuncKeyKind::ArrayToWasmTrampoline) => {
                    for (before, loc) in own_sparse.iter().zip(own_locs) {
                        if let Some(number) = number(*before) {
                            sparse.push(number);
                            locs.push(*loc);
                        }
                    }
                }
                _ => {
                    locs.extend_from_slice(own_locs);
                    sparse.extend_from_slice(own_sparse);
                }
            }
        }
        (self.locs, self.sparse) = (locs, sparse);
        (self.loc_starts, self.sparse_starts) = (loc_starts, sparse_starts);
        Ok(())
    }
}

/// The kind of functions in a namespace. wasmtime's own conversion panics when there is no such kind.
fn kind(namespace: u32) -> Option<FuncKeyKind> {
    const KIND: u32 = 0xf << 28;
    let kinds = [
        FuncKeyKind::DefinedWasmFunction,
        FuncKeyKind::ArrayToWasmTrampoline,
        FuncKeyKind::WasmToArrayTrampoline,
        FuncKeyKind::WasmToBuiltinTrampoline,
        FuncKeyKind::PatchableToBuiltinTrampoline,
        FuncKeyKind::ModuleStartup,
    ];
    kinds.into_iter().find(|kind| kind.into_raw() == namespace & KIND)
}

fn no_function() -> Error {
    damaged("its list of functions does not fit the module")
}

fn damaged(error: impl std::fmt::Display) -> Error {
    Error::DamagedImage(error.to_string())
}

#[cfg(test)]
mod tests {
    use nyash_format::Target;
    use wasmtime_environ::{CompiledFunctionsTable, DefinedFuncIndex, FuncKey, StaticModuleIndex, obj};

    use super::*;
    use crate::compile::{self, key};
    use crate::image::reading::Image;
    use crate::options::OptLevel;

    type Description = (CompiledModuleInfo, CompiledFunctionsTable);

    /// The description of a module before and after.
    fn descriptions(module: &str) -> (Description, Description) {
        let settings = key::settings(true, &crate::Options::default());
        let triple = Target::X86_64Linux.triple();
        let engine = compile::engine(
            settings,
            triple,
            std::iter::empty(),
            OptLevel::None,
            false,
            Default::default(),
        )
        .unwrap();
        let image = engine.precompile_module(&wat::parse_str(module).unwrap()).unwrap();
        let section = Image::parse(&image)
            .unwrap()
            .section(obj::ELF_WASMTIME_INFO)
            .unwrap()
            .to_vec();
        let reduced = reduced(&section).unwrap();
        assert_eq!(super::reduced(&reduced).unwrap(), reduced);
        let read = |bytes: &[u8]| postcard::take_from_bytes(bytes).unwrap().0;
        (read(&section), read(&reduced))
    }

    /// Where the code of a defined function is, and what calls it from outside.
    fn code((_, functions): &Description, number: u32) -> [Option<FunctionLoc>; 2] {
        let (module, function) = (StaticModuleIndex::from_u32(0), DefinedFuncIndex::from_u32(number));
        [
            FuncKey::DefinedWasmFunction(module, function),
            FuncKey::ArrayToWasmTrampoline(module, function),
        ]
        .map(|key| functions.func_loc(key).copied())
    }

    #[test]
    fn only_functions_that_something_can_get_hold_of_stay() {
        let (whole, reduced) = descriptions(
            r#"(module
                (import "a" "b" (func $imported))
                (table 4 funcref)
                (elem (i32.const 1) $second $imported $fourth)
                (global (mut i32) (i32.const 0))
                (func $first (call $imported))
                (func $second (call $first))
                (func $third (call $second))
                (func $fourth (result i32) (i32.const 1))
                (func $fifth (call_indirect (i32.const 1)))
                (func (export "_start") (call $fifth)))"#,
        );
        assert_eq!(
            (whole.0.module.functions.len(), reduced.0.module.functions.len()),
            (7, 4)
        );
        for (before, after) in [(1, 0), (3, 1), (5, 2)] {
            let found = code(&reduced, after);
            assert_eq!(found, code(&whole, before));
            assert!(found.iter().all(Option::is_some));
        }
        assert_eq!(code(&reduced, 3), [None, None]);
        let [table] = reduced.0.module.table_initialization.as_values_slice() else {
            panic!("one table");
        };
        let table: Vec<_> = table.iter().filter(|function| !function.is_reserved_value()).collect();
        assert_eq!(table, [1, 0, 2].map(FuncIndex::from_u32).iter().collect::<Vec<_>>());
        let exports: Vec<_> = reduced.0.module.exports.values().collect();
        assert_eq!(exports, [&EntityIndex::Function(FuncIndex::from_u32(3))]);
        let types = |description: &Description, number| {
            let function = &description.0.module.functions[FuncIndex::from_u32(number)];
            (function.signature, function.func_ref)
        };
        for (before, after) in [(0, 0), (2, 1), (4, 2), (6, 3)] {
            assert_eq!(types(&whole, before), types(&reduced, after));
        }
    }

    #[test]
    fn numbers_stay_where_code_has_them() {
        let (whole, reduced) = descriptions(
            r#"(module
                (func $first)
                (func $second)
                (elem declare func $second)
                (func (export "_start") (drop (ref.func $second)) (call $first)))"#,
        );
        assert_eq!(reduced.0.module.functions.len(), 3);
        for number in 0..3 {
            assert_eq!(code(&reduced, number), code(&whole, number));
        }
    }
}
