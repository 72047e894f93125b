//! Which features of WebAssembly are offered, and what to say of a module that uses another.

use wasmparser::{Validator, WasmFeatures};

use crate::error::Error;

/// Features that modules may use, given whether the runtime has a collector.
pub fn offered(gc: bool) -> WasmFeatures {
    let all = WasmFeatures::WASM3.difference(WasmFeatures::THREADS);
    if gc {
        // They are translated before the compiler sees them.
        all.union(WasmFeatures::LEGACY_EXCEPTIONS)
    } else {
        all.difference(WasmFeatures::EXCEPTIONS | WasmFeatures::GC_TYPES)
    }
}

struct Refused {
    features: WasmFeatures,
    name: &'static str,
    way_out: &'static str,
}

const REFUSED: &[Refused] = &[
    Refused {
        features: WasmFeatures::THREADS,
        name: "threads (shared memory and atomic instructions)",
        way_out: "build without threads: no -pthread and no +atomics, and for wasm32-wasip1 instead of \
                  wasm32-wasip1-threads",
    },
    Refused {
        features: WasmFeatures::STACK_SWITCHING,
        name: "stack switching (cont types)",
        way_out: "build without the stack switching proposal",
    },
    Refused {
        features: WasmFeatures::WIDE_ARITHMETIC,
        name: "wide arithmetic (i64.add128 and others)",
        way_out: "build without -mwide-arithmetic (Rust: -C target-feature=-wide-arithmetic)",
    },
    Refused {
        features: WasmFeatures::CUSTOM_PAGE_SIZES,
        name: "custom page sizes",
        way_out: "build with memories of 64 KiB pages (wasm-ld: without --page-size)",
    },
    Refused {
        features: WasmFeatures::MEMORY_CONTROL,
        name: "memory control (memory.discard)",
        way_out: "build without the memory control proposal",
    },
    Refused {
        features: WasmFeatures::SHARED_EVERYTHING_THREADS.union(WasmFeatures::THREADS),
        name: "shared-everything threads",
        way_out: "build without threads",
    },
    Refused {
        features: WasmFeatures::CUSTOM_DESCRIPTORS,
        name: "custom descriptors",
        way_out: "build without the custom descriptors proposal",
    },
    Refused {
        features: WasmFeatures::COMPACT_IMPORTS,
        name: "compact import sections",
        way_out: "write the module with one entry per import (wasm-tools print and parse do)",
    },
];

/// Why a module that the compiler refused is not valid; `None` when it is valid.
///
/// The walk is sequential, so that the answer is the first fault and the same at every run.
pub fn diagnose(module: &[u8], gc: bool) -> Option<Error> {
    let error = first_fault(module, offered(gc))?;
    // The fault belongs to the feature with which validation gets past it.
    for refused in REFUSED {
        let next = first_fault(module, offered(gc).union(refused.features));
        if next.is_none_or(|next| next.1 > error.1) {
            return Some(Error::Feature {
                feature: refused.name,
                way_out: refused.way_out,
                offset: error.1,
            });
        }
    }
    Some(Error::Invalid {
        message: error.0,
        offset: error.1,
    })
}

fn first_fault(module: &[u8], features: WasmFeatures) -> Option<(String, u64)> {
    let error = Validator::new_with_features(features).validate_all(module).err()?;
    Some((error.message().to_owned(), error.offset() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str, gc: bool) -> Option<String> {
        let module = wat::parse_str(text).unwrap();
        diagnose(&module, gc).map(|error| error.to_string())
    }

    #[test]
    fn offered_features_are_accepted() {
        let module = "(module (memory i64 1) (memory 1) (tag $t)
            (func (param v128) (result i32 i64) i32.const 0 i64.const 1)
            (func (block $b (try_table (catch $t $b) (throw $t))))
            (func try throw $t catch $t rethrow 0 catch_all end))";
        assert_eq!(fault(module, true), None);
        assert!(fault(module, false).is_some());
    }

    #[test]
    fn a_refused_feature_is_named() {
        for (module, name) in [
            ("(module (memory 1 1 shared))", "threads"),
            (
                "(module (memory 1) (func (drop (i32.atomic.load (i32.const 0)))))",
                "threads",
            ),
            ("(module (memory 1 (pagesize 1)))", "custom page sizes"),
            (
                "(module (func (param i64 i64 i64 i64) (result i64 i64)
                local.get 0 local.get 1 local.get 2 local.get 3 i64.add128))",
                "wide arithmetic",
            ),
        ] {
            let text = fault(module, true).unwrap();
            assert!(text.contains(name), "{module}: {text}");
        }
    }

    #[test]
    fn other_faults_keep_their_text() {
        assert!(
            fault("(module (func (result i32)))", true)
                .unwrap()
                .contains("type mismatch")
        );
    }
}
