//! What a program runs: `_start`, or an export that was named (`--invoke`).

use std::collections::BTreeMap;

use nyash_format::invoke::{END, MALLOC, STACK};
use wasm_encoder::Encode;
use wasmparser::{
    CompositeInnerType, ExternalKind, GlobalType, KnownCustom, Name, NameMap, Operator, Payload, TypeRef, ValType,
};

use super::sections::{Kind, Sections, invalid};
use super::wasi::Signature;
use crate::error::{Error, Result};

/// A function that is exported.
#[derive(Debug, Clone)]
pub(crate) struct Exported {
    pub name: String,
    pub signature: Signature,
}

/// The export that a program runs in place of `_start`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invocation {
    pub name: String,
    /// It is the `main` of a C program.
    pub is_main: bool,
    /// It is only called: it takes nothing and returns nothing.
    pub is_plain: bool,
}

/// What compilers for C call the function in which a program begins: always so, and also for functions that somebody may
/// have called like this and that take numbers.
const MAINS: [&str; 3] = ["__main_argc_argv", "__main_void", "__original_main"];
const MAIN: &str = "main";

impl Invocation {
    /// The function of this name.
    ///
    /// # Errors
    /// [`Error::NoExport`] where there is none, [`Error::Reference`] for one that takes what no command line can say,
    /// [`Error::Option`] for a `main` whose arguments have no place.
    pub fn find(name: &str, exported: &[Exported], exports_memory: bool) -> Result<Self> {
        let Some(function) = exported.iter().find(|function| function.name == name) else {
            return Err(Error::NoExport {
                wanted: name.to_owned(),
                there: meant(exported),
            });
        };
        let (params, results) = (&function.signature.params[..], &function.signature.results[..]);
        let takes_arguments = params == [ValType::I32, ValType::I32];
        let is_main = matches!(results, [] | [ValType::I32])
            && (MAINS.contains(&name) && (takes_arguments || params.is_empty()) || name == MAIN && takes_arguments);
        if is_main && takes_arguments && !exports_memory {
            return Err(Error::Option {
                option: "--invoke",
                message: format!(
                    "`{name}` takes argc and argv, and the module exports no memory named `memory` for them"
                ),
            });
        }
        if let Some(at) = params.iter().position(|ty| matches!(ty, ValType::Ref(_))) {
            return Err(Error::Reference {
                function: name.to_owned(),
                number: at + 1,
                ty: params[at].to_string(),
            });
        }
        Ok(Invocation {
            name: name.to_owned(),
            is_main,
            is_plain: function.signature.is_plain(),
        })
    }
}

/// The functions that could have been meant, as they are shown. What serves compilers is left out.
pub(crate) fn meant(exported: &[Exported]) -> Vec<String> {
    const TOOLS: [&str; 8] = [
        "_initialize",
        "malloc",
        "free",
        "calloc",
        "realloc",
        "cabi_realloc",
        "stackAlloc",
        "stackRestore",
    ];
    exported
        .iter()
        .filter(|function| {
            let name = function.name.as_str();
            let callable = !function.signature.params.iter().any(|ty| matches!(ty, ValType::Ref(_)));
            callable && (MAINS.contains(&name) || !(name.starts_with('_') || TOOLS.contains(&name)))
        })
        .map(|function| format!("`{}` {}", function.name, function.signature))
        .collect()
}

/// The module with what a `main` needs exported: a function that gives memory, the pointer of the stack, what a C library
/// wants to be called at the end. It is found by the names of exports and by those for debugging; the pointer of the stack
/// is also the first global of what LLVM links.
///
/// # Errors
/// [`Error::Invalid`].
pub(crate) fn with_exports(wasm: &[u8]) -> Result<Vec<u8>> {
    let (mut types, mut functions, mut globals) = (Vec::new(), Vec::new(), Vec::new());
    let (mut exported, mut named) = (BTreeMap::new(), BTreeMap::new());
    let mut reserved = Vec::new();
    let sections = Sections::read(wasm, |payload| {
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    types.extend(
                        group
                            .map_err(invalid)?
                            .into_types()
                            .map(|ty| match ty.composite_type.inner {
                                CompositeInnerType::Func(ty) => Some(ty),
                                _ => None,
                            }),
                    );
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    if let TypeRef::Func(ty) | TypeRef::FuncExact(ty) = import.map_err(invalid)?.ty {
                        functions.push(ty);
                    }
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    functions.push(ty.map_err(invalid)?);
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    let global = global.map_err(invalid)?;
                    let mut init = global.init_expr.get_operators_reader();
                    globals.push(is_pointer(&global.ty) && matches!(init.read(), Ok(Operator::I32Const { .. })));
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export.map_err(invalid)?;
                    exported.insert((export.kind == ExternalKind::Global, export.name), export.index);
                    reserved.extend([MALLOC, STACK, END].into_iter().filter(|name| *name == export.name));
                }
            }
            Payload::CustomSection(custom) => {
                if let KnownCustom::Name(names) = custom.as_known() {
                    // Damage in what only helps people to read ends it.
                    for part in names.into_iter().map_while(Result::ok) {
                        match part {
                            Name::Function(map) => note(&mut named, false, map),
                            Name::Global(map) => note(&mut named, true, map),
                            _ => {}
                        }
                    }
                }
            }
            _ => {}
        }
        Ok(())
    })?;
    let find = |global: bool, name: &'static str| {
        let key = (global, name);
        exported.get(&key).or_else(|| named.get(&key)).copied()
    };
    let function = |name: &'static str, params: &[ValType], results: &[ValType]| {
        let index = find(false, name)?;
        let ty = types.get(*functions.get(index as usize)? as usize)?.as_ref()?;
        (ty.params() == params && ty.results() == results).then_some(index)
    };
    let pointer = |index: &u32| globals.get(*index as usize) == Some(&true);
    let added = [
        (
            MALLOC,
            ExternalKind::Func,
            function("malloc", &[ValType::I32], &[ValType::I32]),
        ),
        (
            STACK,
            ExternalKind::Global,
            find(true, "__stack_pointer").or(Some(0)).filter(pointer),
        ),
        (END, ExternalKind::Func, function("__wasm_call_dtors", &[], &[])),
    ];
    let (mut count, mut entries) = (0, Vec::new());
    for (name, kind, index) in added {
        let Some(index) = index.filter(|_| !reserved.contains(&name)) else {
            continue;
        };
        name.encode(&mut entries);
        entries.push(if kind == ExternalKind::Global { 3 } else { 0 });
        index.encode(&mut entries);
        count += 1;
    }
    let exports = sections.extended(Kind::Export, count, &entries)?;
    Ok(sections.write(BTreeMap::from([(Kind::Export, exports)])))
}

fn is_pointer(ty: &GlobalType) -> bool {
    ty.mutable && ty.content_type == ValType::I32
}

fn note<'a>(named: &mut BTreeMap<(bool, &'a str), u32>, global: bool, map: NameMap<'a>) {
    for naming in map.into_iter().map_while(Result::ok) {
        named.entry((global, naming.name)).or_insert(naming.index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::Module;

    fn invocation(text: &str, name: &str) -> Result<(bool, bool)> {
        let wasm = wat::parse_str(text).unwrap();
        let found = Module::parse(&wasm).unwrap().entry(Some(name))?.unwrap();
        Ok((found.is_main, found.is_plain))
    }

    #[test]
    fn a_main_of_c_is_told_by_name_and_type() {
        let module = |name: &str, ty: &str| {
            let text = format!(r#"(module (memory (export "memory") 1) (func (export "{name}") {ty} unreachable))"#);
            invocation(&text, name).unwrap()
        };
        assert_eq!(module("main", "(param i32 i32) (result i32)"), (true, false));
        assert_eq!(module("main", "(param i32 i32)"), (true, false));
        assert_eq!(module("main", "(result i32)"), (false, false));
        assert_eq!(module("main", "(param i32) (result i32)"), (false, false));
        assert_eq!(module("main", ""), (false, true));
        assert_eq!(
            module("__main_argc_argv", "(param i32 i32) (result i32)"),
            (true, false)
        );
        assert_eq!(module("__main_void", "(result i32)"), (true, false));
        assert_eq!(module("add", "(param i32 i32) (result i32)"), (false, false));
    }

    #[test]
    fn an_export_without_a_name_is_run_by_itself() {
        let unnamed = |text: &str| {
            let wasm = wat::parse_str(text).unwrap();
            let entry = Module::parse(&wasm).unwrap().entry(None);
            entry.map(|entry| entry.map(|found| found.name))
        };
        let reactor = r#"(module (func (export "_initialize")) (func (export "")))"#;
        assert_eq!(unnamed(reactor).unwrap(), Some(String::new()));
        let command = r#"(module (func (export "_start")) (func (export "")))"#;
        assert_eq!(unnamed(command).unwrap(), None);
        let other = r#"(module (func (export "_initialize")) (func (export "") (param i32)))"#;
        assert!(matches!(unnamed(other), Err(Error::Reactor { .. })));
    }

    #[test]
    fn what_a_main_needs_is_found_by_name_or_place() {
        let added = |fields: &str| {
            let text = format!(r#"(module (import "a" "b" (func)) (memory (export "memory") 1) {fields})"#);
            let wasm = with_exports(&wat::parse_str(&text).unwrap()).unwrap();
            wasmparser::Validator::new().validate_all(&wasm).unwrap();
            let mut found = Vec::new();
            Sections::read(&wasm, |payload| {
                if let Payload::ExportSection(exports) = payload {
                    let exports = exports.into_iter().map(|export| export.unwrap());
                    found.extend(exports.map(|export| (export.name.to_owned(), export.index)));
                }
                Ok(())
            })
            .unwrap();
            found.retain(|(name, _)| name.starts_with("nyash:"));
            found
        };
        let own = |list: &[(&str, u32)]| {
            list.iter()
                .map(|(name, at)| ((*name).to_owned(), *at))
                .collect::<Vec<_>>()
        };
        assert_eq!(added(""), own(&[]));
        // By names for debugging, by exports, and not if they are something else.
        let malloc = "(func $malloc (param i32) (result i32) unreachable)";
        assert_eq!(added(malloc), own(&[(MALLOC, 1)]));
        assert_eq!(
            added(&malloc.replace("$malloc", r#"(export "malloc")"#)),
            own(&[(MALLOC, 1)])
        );
        assert_eq!(added("(func $malloc (param i64) (result i32) unreachable)"), own(&[]));
        assert_eq!(
            added("(global i32 (i32.const 5)) (global $__stack_pointer (mut i32) (i32.const 65536))"),
            own(&[(STACK, 1)])
        );
        assert_eq!(added("(global (mut i32) (i32.const 65536))"), own(&[(STACK, 0)]));
        assert_eq!(added("(global (mut i64) (i64.const 65536))"), own(&[]));
        assert_eq!(added("(func $__wasm_call_dtors)"), own(&[(END, 1)]));
    }

    #[test]
    fn what_a_command_line_cannot_say_is_refused() {
        let text = r#"(module (func (export "f") (param i32 externref)))"#;
        assert!(matches!(invocation(text, "f"), Err(Error::Reference { number: 2, .. })));
        let text = r#"(module (func (export "main") (param i32 i32) (result i32) unreachable))"#;
        assert!(matches!(invocation(text, "main"), Err(Error::Option { .. })));
        let text = r#"(module (func (export "add") (param i32) (result i32) unreachable) (func (export "malloc")))"#;
        let Err(Error::NoExport { there, .. }) = invocation(text, "malloc2") else {
            panic!("found");
        };
        assert_eq!(there, ["`add` (i32) -> i32"]);
    }
}
