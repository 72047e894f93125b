//! The functions of WASI preview 1, and what to say about imports that are not among them.

use nyash_format::preview1::{self, Type};
use wasmparser::ValType;

/// Parameters and results of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Types of the parameters.
    pub params: Vec<ValType>,
    /// Types of the results.
    pub results: Vec<ValType>,
}

impl Signature {
    /// It takes nothing and returns nothing.
    pub fn is_plain(&self) -> bool {
        self.params.is_empty() && self.results.is_empty()
    }
}

impl std::fmt::Display for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let list = |types: &[ValType]| types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        write!(f, "({})", list(&self.params))?;
        match self.results.as_slice() {
            [] => Ok(()),
            [one] => write!(f, " -> {one}"),
            many => write!(f, " -> ({})", list(many)),
        }
    }
}

/// The signature of a preview 1 function.
pub fn signature(name: &str) -> Option<Signature> {
    let function = preview1::function(name)?;
    let value = |ty: &Type| match ty {
        Type::I32 => ValType::I32,
        Type::I64 => ValType::I64,
    };
    Some(Signature {
        params: function.parameters.types().iter().map(value).collect(),
        results: if function.returns() { vec![ValType::I32] } else { vec![] },
    })
}

fn provided(module: &str, name: &str) -> Option<Signature> {
    match module {
        preview1::MODULE => signature(name),
        // It came with preview 1.
        preview1::OLD_MODULE if name != "sock_accept" => signature(name),
        _ => None,
    }
}

/// Whether a preview 1 function works only below a granted directory.
pub fn needs_directory(name: &str) -> bool {
    name.starts_with("path_") || name == "fd_readdir"
}

/// What is wrong with an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadImport {
    /// Module part of the import.
    pub module: String,
    /// Name part of the import.
    pub name: String,
    /// Why it cannot be provided.
    pub why: WhyBad,
}

impl BadImport {
    /// Whether it starts a thread, which a program that is packed with unknown imports is told cannot be done.
    pub(crate) fn starts_threads(&self) -> bool {
        self.why == WhyBad::Unknown && self.module == preview1::THREADS_MODULE && self.name == preview1::THREAD_SPAWN
    }
}

/// Why an import cannot be provided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyBad {
    /// Nobody provides it.
    Unknown,
    /// It is not a function but this.
    NotFunction(&'static str),
    /// It is a preview 1 function of another type.
    Signature {
        /// The type in the module.
        found: Signature,
        /// The type of preview 1.
        needed: Signature,
    },
}

/// Checks one imported function against preview 1. `found` is `None` when its type is not known.
pub fn check_function(module: &str, name: &str, found: Option<Signature>) -> Option<BadImport> {
    let why = match provided(module, name) {
        None => WhyBad::Unknown,
        Some(needed) => match found {
            None => return None,
            Some(found) if found == needed => return None,
            Some(found) => WhyBad::Signature { found, needed },
        },
    };
    Some(BadImport {
        module: module.to_owned(),
        name: name.to_owned(),
        why,
    })
}

/// All bad imports, grouped by module in order of first appearance.
pub(crate) fn describe(imports: &[BadImport]) -> String {
    let mut modules: Vec<&str> = Vec::new();
    for import in imports {
        if !modules.contains(&import.module.as_str()) {
            modules.push(&import.module);
        }
    }
    let mut text = match imports.len() {
        1 => "the module imports something that nobody provides:".to_owned(),
        n => format!("the module imports {n} things that nobody provides:"),
    };
    for module in modules {
        text += &format!("\n  from {module:?}:");
        for import in imports.iter().filter(|import| import.module == module) {
            text += &format!("\n    {}", import.name);
            match &import.why {
                WhyBad::Unknown => {}
                WhyBad::NotFunction(kind) => text += &format!(" ({kind})"),
                WhyBad::Signature { found, needed } => text += &format!(": is {found}, and should be {needed}"),
            }
        }
    }
    text
}

pub(crate) fn hint(imports: &[BadImport]) -> &'static str {
    let any = |test: &dyn Fn(&BadImport) -> bool| imports.iter().any(test);
    let all_callable = imports.iter().all(|import| import.why == WhyBad::Unknown);
    if any(&|i| i.module == "wasi" || i.name == "thread-spawn") {
        "threads are not supported: build without -pthread and for wasm32-wasip1, not wasm32-wasip1-threads; a program that \
         can do without is packed with --unknown-imports trap, and told that a thread cannot be started"
    } else if any(&|i| i.module.starts_with("wasi:")) {
        "these are interfaces of components (WASI 0.2): build for WASI preview 1, `--target wasm32-wasip1`"
    } else if any(&|i| i.module.starts_with("__wbindgen") || i.module == "wbg") {
        "this module was made for JavaScript by wasm-bindgen: build the program for wasm32-wasip1"
    } else if any(&|i| i.module == "go" || i.module == "gojs") {
        "this Go program was built for JavaScript: build with GOOS=wasip1 GOARCH=wasm"
    } else if any(&|i| i.module == "env" && i.name.starts_with("emscripten_") || i.module == "a") {
        "this module was made for JavaScript by Emscripten: link with -sSTANDALONE_WASM -sPURE_WASI"
    } else if any(&|i| i.module == "env") && all_callable {
        "imports from `env` are often functions missing at link time: link the library that defines them, or, if the \
         program never calls them, pack with --unknown-imports trap"
    } else if any(&|i| i.module == "env") {
        "imports from `env` are often functions missing at link time: link the library that defines them"
    } else if any(&|i| matches!(i.why, WhyBad::Signature { .. })) {
        "declare these functions with the types of WASI preview 1"
    } else if all_callable {
        "only functions of WASI preview 1 (module `wasi_snapshot_preview1`) are provided; if the program never calls the \
         others, pack with --unknown-imports trap"
    } else {
        "only functions of WASI preview 1 (module `wasi_snapshot_preview1`) are provided"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_the_table() {
        assert_eq!(signature("proc_exit").unwrap().to_string(), "(i32)");
        assert_eq!(
            signature("clock_time_get").unwrap().to_string(),
            "(i32, i64, i32) -> i32"
        );
        assert_eq!(signature("fork"), None);
    }

    #[test]
    fn bad_imports_are_grouped_by_module() {
        let bad: Vec<_> = [
            ("env", "puts"),
            ("js", "log"),
            ("env", "system"),
            (preview1::MODULE, "fd_write"),
        ]
        .into_iter()
        .filter_map(|(module, name)| {
            let found = Signature {
                params: vec![ValType::I32],
                results: vec![],
            };
            check_function(module, name, Some(found))
        })
        .collect();
        assert_eq!(
            describe(&bad),
            "the module imports 4 things that nobody provides:\n  from \"env\":\n    puts\n    system\n  from \"js\":\n    \
             log\n  from \"wasi_snapshot_preview1\":\n    fd_write: is (i32), and should be (i32, i32, i32, i32) -> i32"
        );
    }
}
