//! Which features of WebAssembly are offered, and what to say of a module that uses another.

use wasmparser::{BinaryReaderError, FuncValidatorAllocations, Parser, ValidPayload, Validator, WasmFeatures};

use crate::error::Error;

/// Features that modules may use. Which of them the compiler and the runtime are told of depends on what a module uses;
/// exceptions in the legacy encoding and compact import sections are translated before.
pub fn accepted() -> WasmFeatures {
    WasmFeatures::WASM3
        | WasmFeatures::LEGACY_EXCEPTIONS
        | WasmFeatures::COMPACT_IMPORTS
        | WasmFeatures::CUSTOM_PAGE_SIZES
        | WasmFeatures::WIDE_ARITHMETIC
}

struct Refused {
    features: WasmFeatures,
    name: &'static str,
    way_out: &'static str,
}

const REFUSED: &[Refused] = &[
    Refused {
        features: WasmFeatures::STACK_SWITCHING,
        name: "stack switching (cont types)",
        way_out: "build without the stack switching proposal",
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
];

/// What is wrong with a module whose first fault is this: the feature with which validation gets past it, if there is one.
pub fn explain(module: &[u8], fault: &BinaryReaderError) -> Error {
    let at = fault.offset();
    for refused in REFUSED {
        let features = accepted().union(refused.features);
        if fault_at(module, features, at).is_none_or(|next| next > at) {
            return Error::Feature {
                feature: refused.name,
                way_out: refused.way_out,
                offset: at as u64,
            };
        }
    }
    Error::Invalid {
        message: fault.message().to_owned(),
        offset: at as u64,
    }
}

/// Where the first fault is with these features, up to the end of what stands at `at`. Of functions only that one is looked
/// at: to read all of them again for each feature would take four times as long as to find the fault.
fn fault_at(module: &[u8], features: WasmFeatures, at: usize) -> Option<usize> {
    let mut validator = Validator::new_with_features(features);
    let mut parser = Parser::new(0);
    parser.set_features(features);
    let mut look = || {
        for payload in parser.clone().parse_all(module) {
            if let ValidPayload::Func(function, body) = validator.payload(&payload?)?
                && body.range().contains(&at)
            {
                return function
                    .into_validator(FuncValidatorAllocations::default())
                    .validate(&body);
            }
        }
        Ok(())
    };
    look().err().map(|fault| fault.offset())
}

#[cfg(test)]
mod tests {
    use crate::module::scan::scan;

    fn fault(text: &str) -> Option<String> {
        scan(&wat::parse_str(text).unwrap())
            .err()
            .map(|error| error.to_string())
    }

    #[test]
    fn accepted_features_are_no_fault() {
        let module = "(module (memory i64 1) (memory 1 (pagesize 1)) (memory 1 1 shared) (tag $t)
            (func (param v128) (result i32 i64) i32.const 0 i64.const 1)
            (func (result i64 i64) (i64.mul_wide_s (i64.const 1) (i64.const 2)))
            (func (block $b (try_table (catch $t $b) (throw $t))))
            (func try throw $t catch $t rethrow 0 catch_all end))";
        assert_eq!(fault(module), None);
    }

    #[test]
    fn a_refused_feature_is_named() {
        for (module, name) in [
            ("(module (type $f (func)) (type (cont $f)))", "stack switching"),
            (
                "(module (memory 1) (func (memory.discard (i32.const 0) (i32.const 0))))",
                "memory control",
            ),
            ("(module (type (shared (struct))))", "shared-everything threads"),
            (
                "(module (memory 1) (func i32.const 0 drop)
                    (func (memory.discard (i32.const 0) (i32.const 0))) (func i32.const 0))",
                "memory control",
            ),
        ] {
            let text = fault(module).unwrap_or_default();
            assert!(text.contains(name), "{module}: {text}");
        }
    }

    #[test]
    fn other_faults_keep_their_text() {
        assert!(fault("(module (func (result i32)))").unwrap().contains("type mismatch"));
    }
}
