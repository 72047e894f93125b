//! Programs in the legacy encoding of exceptions: they mean the same translated, and do the same packed.
//!
//! The files in `cases/` are the fields of a module, behind a function `$print` for numbers, and below them what
//! `_start` prints and how it ends; each is a test. Random programs follow from a seed.
//!
//! ```console
//! $ cargo test --workspace --test legacy_exceptions
//! $ BLESS=1 cargo test legacy_exceptions/cases/rethrow.wat   # writes what was printed into the case
//! ```
//!
//! | variable | |
//! |---|---|
//! | `NYASH_SEED`, `NYASH_ROUNDS` | the first seed, and how many: for hours of it |
//! | `NYASH_EXPORT` | run nothing, and write random programs and what they print into this folder, for other engines |

#[path = "../common/mod.rs"]
mod common;
mod generate;
mod model;

use std::fmt::Write as _;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::process::ExitCode;

use common::{Outcome, folder, run_bytes};
use model::End;
use nyash_pack::Options;
use nyash_pack::legacy_exceptions::{Translated, translate};
use nyash_tests::expectation::expect;
use nyash_tests::harness::{Case, files, run};
use wasmparser::{FunctionBody, Parser, Payload, Validator, WasmFeatures};

const PRELUDE: &str = include_str!("prelude.wat");

fn module(fields: &str) -> String {
    format!("(module $case\n{PRELUDE}\n{fields})\n")
}

fn main() -> ExitCode {
    if let Some(folder) = std::env::var_os("NYASH_EXPORT") {
        return on_a_large_stack(move || export(Path::new(&folder))).map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
    }
    let mut cases = files("packer/tests/legacy_exceptions/cases", &["wat"], case);
    let tests: [(&str, fn()); 6] = [
        ("random programs mean the same", random_programs_mean_the_same),
        ("random programs run", random_programs_run),
        (
            "damaged modules are refused or stay valid",
            damaged_modules_are_refused_or_stay_valid,
        ),
        ("only types and code change", only_types_and_code_change),
        ("deep nesting takes linear time", deep_nesting_takes_linear_time),
        ("nothing to translate", nothing_to_translate),
    ];
    cases.extend(tests.map(|(name, test)| Case::new(name, move || on_a_large_stack(test))));
    run(cases)
}

/// Runs something on a stack that holds the calls of the programs, and the recursion of the text parser.
fn on_a_large_stack<T: Send + 'static>(test: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(test);
    // The panic has said what is wrong.
    thread
        .map_err(|error| error.to_string())?
        .join()
        .map_err(|_| "see above".to_owned())
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |value| value.parse().expect("a number"))
}

fn seeds(rounds: u64) -> Range<u64> {
    let first = number("NYASH_SEED", 1);
    first..first + number("NYASH_ROUNDS", rounds)
}

fn validate(module: &[u8], features: WasmFeatures) -> Result<(), wasmparser::BinaryReaderError> {
    Validator::new_with_features(features).validate_all(module).map(drop)
}

/// A valid module in, a valid module of the standard encoding out.
fn translated(wasm: &[u8], context: &str) -> Translated {
    let valid = |module: &[u8], features| {
        validate(module, features).unwrap_or_else(|error| panic!("{context}: {error}"));
    };
    valid(wasm, WasmFeatures::WASM3 | WasmFeatures::LEGACY_EXCEPTIONS);
    let translated = translate(wasm).unwrap_or_else(|error| panic!("{context}: {error}"));
    let translated = translated.expect("something to translate");
    valid(&translated.module, WasmFeatures::WASM3);
    translated
}

/// What an executable prints, and how it ends.
fn run_packed(name: &str, wasm: &[u8]) -> (Vec<i32>, End) {
    let packed = nyash_pack::pack(wasm, &Options::default()).expect("it packs");
    let Outcome::Ended { status, out, err } = run_bytes(&folder(&format!("legacy-{name}")).join("app"), &packed.bytes)
    else {
        panic!("not started")
    };
    let printed = out.lines().map(|line| line.parse().expect("a number")).collect();
    let end = match status {
        Some(0) => End::Normal,
        _ if err.contains("uncaught exception") => End::Uncaught,
        _ => End::Trap,
    };
    (printed, end)
}

fn expectation((printed, end): &(Vec<i32>, End)) -> String {
    let mut out = ";; =>".to_owned();
    for number in printed {
        write!(out, " {number}").unwrap();
    }
    match end {
        End::Normal => {}
        End::Trap => out.push_str(" trap"),
        End::Uncaught => out.push_str(" uncaught"),
    }
    out + "\n"
}

fn case(path: &Path) -> Result<(), String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let fields = text.split(";; =>").next().unwrap_or_default().to_owned();
    let wasm = wat::parse_str(module(&fields)).map_err(|error| error.to_string())?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let printed = run_packed(&name, &wasm);
    let model = on_a_large_stack(move || model::run(&wasm))?;
    if printed != model {
        return Err(format!("the model says {model:?}, and the program {printed:?}"));
    }
    let found = fields + &expectation(&printed);
    expect("the case", &text, &found, || fs::write(path, &found))
}

/// Writes programs in the legacy encoding, as `SEED.wasm`, and what the model says of them, as `SEED.expected`.
fn export(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    for seed in seeds(300) {
        let wasm = wat::parse_str(module(&generate::program(seed, false))).unwrap();
        fs::write(folder.join(format!("{seed}.wasm")), &wasm).unwrap();
        fs::write(folder.join(format!("{seed}.expected")), expectation(&model::run(&wasm))).unwrap();
    }
}

fn random_programs_mean_the_same() {
    for seed in seeds(300) {
        for mixed in [false, true] {
            let context = format!("seed {seed}, mixed {mixed}");
            let wasm = wat::parse_str(module(&generate::program(seed, mixed))).unwrap();
            let translated = translated(&wasm, &context);
            check_offsets(&wasm, &translated);
            assert_eq!(model::run(&wasm), model::run(&translated.module), "{context}");
            // Nothing is left to do.
            assert!(translate(&translated.module).unwrap().is_none(), "{context}");
        }
    }
}

fn random_programs_run() {
    for seed in seeds(300).step_by(50) {
        for mixed in [false, true] {
            let wasm = wat::parse_str(module(&generate::program(seed, mixed))).unwrap();
            assert_eq!(
                run_packed("random", &wasm),
                model::run(&wasm),
                "seed {seed}, mixed {mixed}"
            );
        }
    }
}

fn bodies(module: &[u8]) -> (usize, Vec<FunctionBody<'_>>) {
    let mut start = 0;
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload.unwrap() {
            Payload::CodeSectionStart { range, .. } => start = range.start,
            Payload::CodeSectionEntry(body) => bodies.push(body),
            _ => {}
        }
    }
    (start, bodies)
}

/// Calls stay calls of the same functions, in their order: the map must lead from each to its new place and back.
fn check_offsets(wasm: &[u8], translated: &Translated) {
    let (start, old) = bodies(wasm);
    let (new_start, new) = bodies(&translated.module);
    assert_eq!(old.len(), new.len());
    let calls = |start: usize, body: &FunctionBody<'_>| -> Vec<(u32, u32)> {
        let mut reader = body.get_operators_reader().unwrap();
        let mut calls = Vec::new();
        while !reader.eof() {
            if let (wasmparser::Operator::Call { function_index }, offset) = reader.read_with_offset().unwrap() {
                calls.push((function_index, (offset - start) as u32));
            }
        }
        calls
    };
    for (old, new) in old.iter().zip(&new) {
        let (old, new) = (calls(start, old), calls(new_start, new));
        assert_eq!(old.len(), new.len());
        for ((function, old), (same, new)) in old.into_iter().zip(new) {
            assert_eq!(function, same);
            assert_eq!(translated.offsets.new_offset(old), new);
            assert_eq!(translated.offsets.old_offset(new), old);
        }
    }
}

/// Once an index one too high was that of an added local or type, and values that nobody wanted were dropped by a branch.
fn damaged_modules_are_refused_or_stay_valid() {
    for seed in seeds(100) {
        let wasm = wat::parse_str(module(&generate::program(seed, false))).unwrap();
        let mut random = generate::Random::new(seed);
        for _ in 0..20 {
            let mut damaged = wasm.clone();
            for _ in 0..1 + random.below(3) {
                // The prelude's sections are not what is tested.
                let at = damaged.len() - 1 - random.below(damaged.len() / 2);
                damaged[at] = match random.below(3) {
                    0 => random.below(256) as u8,
                    // Instructions of both encodings.
                    1 => [0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x18, 0x19, 0x1f][random.below(9)],
                    _ => random.below(8) as u8,
                };
            }
            let valid = validate(&damaged, WasmFeatures::WASM3 | WasmFeatures::LEGACY_EXCEPTIONS).is_ok();
            match translate(&damaged) {
                _ if !valid => assert!(nyash_pack::pack(&damaged, &Options::default()).is_err(), "seed {seed}"),
                Ok(Some(translated)) => {
                    let still = validate(&translated.module, WasmFeatures::WASM3);
                    assert!(still.is_ok(), "seed {seed}: {still:?}");
                }
                Ok(None) => {}
                Err(error) => panic!("seed {seed}: {error}"),
            }
        }
    }
}

/// Names, other sections and functions without exceptions stay, byte for byte.
fn only_types_and_code_change() {
    let text = module(
        r#"(tag $t (param i64)) (global $g (mut i32) (i32.const 7)) (data (i32.const 512) "kept") (@custom "mine" "kept")
           (func $plain (param $p i32) (result i32) (block (br 0)) (local.get $p))
           (func (export "_start") (local $mine f32)
             try i64.const 1 throw $t catch $t drop rethrow 0 catch_all end)"#,
    );
    let wasm = wat::parse_str(text).unwrap();
    let translated = translated(&wasm, "");
    assert_eq!(translated.functions, 1);
    let sections = |module: &[u8]| -> Vec<(u8, Vec<u8>)> {
        let sections = Parser::new(0)
            .parse_all(module)
            .filter_map(|payload| payload.unwrap().as_section());
        sections.map(|(id, range)| (id, module[range].to_vec())).collect()
    };
    let (old, new) = (sections(&wasm), sections(&translated.module));
    assert_eq!(old.len(), new.len());
    for (old, new) in old.iter().zip(&new) {
        assert_eq!(old.0, new.0);
        assert_eq!(old.1 == new.1, !matches!(old.0, 1 | 10), "section {}", old.0);
    }
    let (old, new) = (bodies(&wasm).1, bodies(&translated.module).1);
    for at in 0..old.len() - 1 {
        assert_eq!(old[at].as_bytes(), new[at].as_bytes());
    }
}

/// Time and memory follow the size of a function, however deep its blocks are nested.
fn deep_nesting_takes_linear_time() {
    let deep = |n: usize| {
        let text = module(&format!(
            "(tag $t) (func (export \"_start\") {} nop {} {})",
            "try try ".repeat(n),
            (0..n)
                .map(|depth| format!("delegate {} ", 2 * n - 1 - depth))
                .collect::<String>(),
            "catch $t rethrow 0 catch_all end ".repeat(n)
        ));
        wat::parse_str(text).unwrap()
    };
    // A quadratic algorithm takes minutes for this.
    assert_eq!(translated(&deep(60_000), "").functions, 1);
}

/// A module without `try` passes untouched, also where immediates look like it.
fn nothing_to_translate() {
    let text = module(
        r#"(tag $t) (func (export "_start") (drop (i32.const 6)) (drop (i32.const 7)) (call $print (i32.const 25))
             (block $b (try_table (catch $t $b) (throw $t))))"#,
    );
    assert!(translate(&wat::parse_str(text).unwrap()).unwrap().is_none());
}
