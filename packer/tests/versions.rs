//! Programs with several code versions and with a fallback: what is in them, what runs, and what is said.

mod common;

use std::process::{Command, Stdio};

use common::{HELLO, Outcome, folder, module_with_image, pack, run_bytes};
use nyash_format::{CpuLevel, HashOf, RegionKind};
use nyash_pack::inspect::Program;
use nyash_pack::{Error, Fallback, Options, cpu};

fn options(levels: &str) -> Options {
    let options = Options::default();
    Options {
        cpu: cpu::parse(levels, options.target).unwrap(),
        ..options
    }
}

fn with_fallback(levels: &str, fallback: Fallback) -> Options {
    Options {
        fallback: Some(fallback),
        ..options(levels)
    }
}

/// The program as if a runtime of another version met it.
fn unfit(file: &[u8]) -> Vec<u8> {
    nyash_tests::unfit(file).unwrap()
}

fn ended(outcome: Outcome) -> (Option<i32>, String, String) {
    match outcome {
        Outcome::Ended { status, out, err } => (status, out, err),
        Outcome::NotStarted(error) => panic!("{error}"),
    }
}

#[test]
fn versions_share_their_initial_memory() {
    let module = module_with_image();
    let (one, two) = (
        pack(&module, &options("baseline")),
        pack(&module, &options("baseline+v3")),
    );
    assert!(two.len() < one.len() + 32 * 1024, "{} and {}", one.len(), two.len());
    let program = Program::parse(&two).unwrap();
    let modules: Vec<_> = program.all(RegionKind::Module).collect();
    let texts: Vec<_> = program.all(RegionKind::Text).collect();
    let (image, _) = program.region(RegionKind::Image).unwrap();
    let levels: Vec<CpuLevel> = modules.iter().map(|region| region.cpu).collect();
    assert_eq!(levels, [CpuLevel::X86V3, CpuLevel::Baseline]);
    for (module, text) in modules.iter().zip(&texts) {
        assert!(module.offset <= text.offset && text.offset + text.len <= image.offset);
        assert!(image.offset + image.len <= module.offset + module.len);
        assert_eq!(module.cpu, text.cpu);
    }
    assert!(texts[0].offset + texts[0].len <= modules[1].offset);
    assert_ne!(modules[0].key, modules[1].key);
    program.verify().unwrap();

    let path = folder("versions").join("app");
    let (status, out, err) = ended(run_bytes(&path, &two));
    assert_eq!((status, out.as_str(), err.as_str()), (Some(0), "end\npassive\n", ""));
}

#[test]
fn every_version_runs_where_the_better_ones_do_not_fit() {
    let file = pack(HELLO, &options("baseline+v2+v3+v4"));
    let program = Program::parse(&file).unwrap();
    assert_eq!(program.all(RegionKind::Module).count(), 4);
    assert_eq!(program.all(RegionKind::Names).count(), 4);
    assert!(program.metadata.hashes.iter().any(|(of, _)| *of == HashOf::Module(3)));
    let path = folder("every-version").join("app");
    assert_eq!(
        ended(run_bytes(&path, &file)),
        (Some(0), "Hello, world!\n".to_owned(), String::new())
    );
    // What each holds comes out again, and can be packed for that level only.
    for level in ["baseline", "v2", "v3", "v4"] {
        let image = program.extract(Some(level)).unwrap();
        let again = nyash_pack::pack(&image, &options(level)).unwrap().bytes;
        assert_eq!(
            Program::parse(&again)
                .unwrap()
                .all(RegionKind::Module)
                .next()
                .unwrap()
                .cpu
                .name(),
            level
        );
    }
    assert!(program.extract(None).unwrap() == program.extract(Some("v4")).unwrap());
    let error = program.extract(Some("native")).unwrap_err().to_string();
    assert_eq!(
        error,
        "--cpu: the program has no code for \"native\"; it has v4, v3, v2, baseline"
    );
}

#[test]
fn native_is_recorded_and_runs_here() {
    let file = pack(HELLO, &options("native"));
    let program = Program::parse(&file).unwrap();
    let features = program.metadata.native_features;
    assert!(!features.is_empty());
    let path = folder("native").join("app");
    assert_eq!(
        ended(run_bytes(&path, &file)),
        (Some(0), "Hello, world!\n".to_owned(), String::new())
    );
    let image = program.extract(None).unwrap();
    let again = nyash_pack::pack(&image, &options("native")).unwrap().bytes;
    assert_eq!(Program::parse(&again).unwrap().metadata.native_features, features);
}

#[test]
fn code_for_a_better_cpu_is_not_packed_for_less() {
    let file = pack(HELLO, &options("v3"));
    let image = Program::parse(&file).unwrap().extract(None).unwrap();
    match nyash_pack::pack(&image, &options("v2")) {
        Err(error @ Error::Incompatible(_)) => {
            assert!(
                error
                    .to_string()
                    .contains("CPU feature has_avx2 is true, and must be false")
            );
            assert!(error.hint().unwrap().contains("--cpu"), "{:?}", error.hint());
        }
        other => panic!("{other:?}"),
    }
    nyash_pack::pack(&image, &options("v4")).unwrap();
    for options in [options("baseline+v3"), with_fallback("v3", Fallback::Pulley)] {
        let error = nyash_pack::pack(&image, &options).unwrap_err().to_string();
        assert!(error.contains("compiled already; give the .wasm file"), "{error}");
    }
}

#[test]
fn a_module_that_does_not_fit_is_refused_with_both_keys() {
    let path = folder("unfit").join("app");
    let (status, out, err) = ended(run_bytes(&path, &unfit(&pack(HELLO, &Options::default()))));
    assert_eq!((status, out.as_str()), (Some(1), ""));
    assert!(
        err.contains("does not fit this runtime; pack the program again"),
        "{err}"
    );
    assert_eq!(err.matches("wasmtime=48.0.8").count(), 2, "{err}");
}

#[test]
fn bytecode_runs_where_no_module_fits() {
    let folder = folder("bytecode");
    for module in [HELLO.to_owned(), module_with_image()] {
        let file = pack(&module, &with_fallback("v3", Fallback::Pulley));
        Program::parse(&file).unwrap().verify().unwrap();
        let path = folder.join("app");
        let unfit = unfit(&file);
        let (status, out, err) = ended(run_bytes(&path, &unfit));
        let wanted = if module == HELLO {
            "Hello, world!\n"
        } else {
            "end\npassive\n"
        };
        assert_eq!((status, out.as_str()), (Some(0), wanted), "{err}");
        assert_eq!(err.lines().count(), 1, "{err}");
        assert!(err.contains("note: the compiled module does not fit this runtime; it goes on with the interpreter"));
        let quiet = Command::new(&path)
            .env("NYASH_QUIET", "1")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert_eq!((quiet.stderr.len(), quiet.stdout), (0, wanted.as_bytes().to_vec()));
    }
}

#[test]
fn call_stacks_of_bytecode_name_functions() {
    const TRAP: &str = r#"(module
      (memory (export "memory") 1)
      (func $inner (drop (i32.load (i32.const -4))))
      (func $outer (call $inner))
      (func $main (export "_start") (call $outer)))"#;
    let path = folder("bytecode-trap").join("app");
    let (status, _, err) = ended(run_bytes(
        &path,
        &unfit(&pack(TRAP, &with_fallback("baseline", Fallback::Pulley))),
    ));
    assert_eq!(status, Some(134), "{err}");
    let lines: Vec<&str> = err.lines().skip(1).collect();
    assert!(lines[0].ends_with("wasm trap: out of bounds memory access"), "{err}");
    assert_eq!(
        lines[1..],
        [
            "wasm call stack, innermost first:",
            "   0: inner",
            "   1: outer",
            "   2: main"
        ]
    );
}

#[test]
fn exceptions_work_in_bytecode() {
    const THROW: &str = r#"(module
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1)
      (tag $tag (param i32))
      (func $throw (throw $tag (i32.const 7)))
      (func (export "_start")
        (block $caught (result i32)
          (try_table (catch $tag $caught) (call $throw))
          (i32.const 1))
        (call $exit)))"#;
    let path = folder("bytecode-exceptions").join("app");
    let (status, _, err) = ended(run_bytes(
        &path,
        &unfit(&pack(THROW, &with_fallback("baseline", Fallback::Pulley))),
    ));
    assert_eq!(status, Some(7), "{err}");
}

#[test]
fn damage_in_any_version_is_found() {
    let file = pack(&module_with_image(), &with_fallback("baseline+v3", Fallback::Pulley));
    let program = Program::parse(&file).unwrap();
    for region in &program.regions {
        let mut bytes = file.clone();
        let at = program.file_offset(*region).unwrap() + region.len / 2;
        bytes[at as usize] ^= 0x20;
        let found = Program::parse(&bytes).unwrap().verify();
        assert!(found.is_err(), "{region:?}");
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let options = with_fallback("baseline+v3", Fallback::Pulley);
    assert!(pack(HELLO, &options) == pack(HELLO, &options));
    // A host's features never leak into levels.
    assert!(pack(HELLO, &Options::default()) == pack(HELLO, &self::options("baseline")));
}
