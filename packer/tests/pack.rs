//! The library: what `pack` returns, and how files are written.

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use common::{HELLO, Outcome, folder, pack, run, run_bytes};
use nyash_format::{HashOf, NameTable, RegionKind};
use nyash_pack::inspect::Program;
use nyash_pack::{Error, Note, OptLevel, Options, output};

#[test]
fn the_same_input_gives_the_same_bytes() {
    let options = Options {
        env_set: vec![(b"A".to_vec(), b"b".to_vec())],
        ..Options::default()
    };
    assert_eq!(pack(HELLO, &options), pack(HELLO, &options));
    let binary = wat::parse_str(HELLO).unwrap();
    let from_binary = nyash_pack::pack(&binary, &options).unwrap().bytes;
    let hash_of = |file: &[u8], wanted| {
        let program = Program::parse(file).unwrap();
        program
            .metadata
            .hashes
            .iter()
            .find(|(of, _)| *of == wanted)
            .map(|(_, hash)| **hash)
    };
    let from_text = pack(HELLO, &options);
    assert_eq!(
        hash_of(&from_text, HashOf::Module(0)),
        hash_of(&from_binary, HashOf::Module(0))
    );
    assert_ne!(hash_of(&from_text, HashOf::Input), hash_of(&from_binary, HashOf::Input));
}

/// Enough code that it is compiled by several threads.
fn large_module() -> String {
    let body = "(local.set 0 (i32.add (i32.mul (local.get 0) (i32.const 31)) (i32.load (i32.const 8))))".repeat(60);
    let functions: String = (0..200)
        .map(|n| format!("(func $f{n} (param i32) (result i32) {body} (local.get 0))"))
        .collect();
    format!(
        r#"(module (memory (export "memory") 1) {functions} (func (export "_start") (drop (call $f7 (i32.const 1)))))"#
    )
}

#[test]
fn threads_do_not_change_the_bytes() {
    let module = large_module();
    let one = pack(&module, &Options::default());
    for _ in 0..3 {
        assert!(one == pack(&module, &Options::default()));
    }
    let path = folder("large").join("app");
    assert!(matches!(run_bytes(&path, &one), Outcome::Ended { status: Some(0), .. }));
}

#[test]
fn every_level_of_optimisation_runs() {
    let path = folder("levels").join("app");
    for opt_level in [OptLevel::None, OptLevel::Speed, OptLevel::Size] {
        let options = Options {
            opt_level,
            ..Options::default()
        };
        let Outcome::Ended { status, out, .. } = run_bytes(&path, &pack(HELLO, &options)) else {
            panic!("not started");
        };
        assert_eq!((status, out.as_str()), (Some(0), "Hello, world!\n"));
    }
}

#[test]
fn large_initial_memory_is_a_region_of_its_own() {
    let file = nyash_pack::pack(common::module_with_image().as_bytes(), &Options::default())
        .unwrap()
        .bytes;
    let program = Program::parse(&file).unwrap();
    let (region, bytes) = program.region(RegionKind::Image).unwrap();
    assert_eq!((region.offset % 4096, region.len % 4096), (0, 0));
    assert!(bytes.len() > 100_000 && bytes[1024..].starts_with(b"start---"));
    let section = program.executable.section(".nyash.image").unwrap();
    assert_eq!((section.rights().as_str(), section.len), ("rw-", region.len));
    assert!(program.executable.section(".nyash.end").is_some());
    let Outcome::Ended { status, out, err } = run_bytes(&folder("image").join("app"), &file) else {
        panic!("not started");
    };
    assert_eq!((status, out.as_str()), (Some(0), "end\npassive\n"), "{err}");
}

#[test]
fn functions_are_named_and_names_are_readable() {
    let module = r#"(module
        (func $_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE)
        (func $_ZN5clang4Sema12ActOnCXXThisEv)
        (func (export "_start") (call 0) (call 1)))"#;
    let file = pack(module, &Options::default());
    let program = Program::parse(&file).unwrap();
    let (_, names) = program.region(RegionKind::Names).unwrap();
    let names = NameTable::parse(names).unwrap();
    let mut functions: Vec<_> = names
        .functions()
        .map(|(_, _, frame)| (frame.index, frame.name))
        .collect();
    functions.sort_unstable();
    assert_eq!(
        functions,
        [
            (0, Some("core::fmt::Write::write_fmt")),
            (1, Some("clang::Sema::ActOnCXXThis")),
            (2, Some("_start"))
        ]
    );
    let text = program.region(RegionKind::Text).unwrap().1.len() as u32;
    assert!(names.functions().all(|(start, len, _)| len > 0 && start + len <= text));

    // They survive the way through a compiled module.
    let image = program.extract(None).unwrap();
    let again = nyash_pack::pack(&image, &Options::default()).unwrap().bytes;
    let again = Program::parse(&again).unwrap();
    assert_eq!(
        again.region(RegionKind::Names).unwrap().1,
        program.region(RegionKind::Names).unwrap().1
    );
    assert_eq!(
        again.region(RegionKind::Module).unwrap().1,
        program.region(RegionKind::Module).unwrap().1
    );
}

#[test]
fn names_do_not_reach_the_module() {
    let long = "x".repeat(5000);
    let module = format!("(module (func ${long} (export \"_start\")))");
    let file = pack(&module, &Options::default());
    let program = Program::parse(&file).unwrap();
    let (_, module) = program.region(RegionKind::Module).unwrap();
    assert!(!module.windows(100).any(|window| window == &long.as_bytes()[..100]));
}

#[test]
fn notes_say_what_will_not_work() {
    let note = |text: &str, options: &Options| nyash_pack::pack(text.as_bytes(), options).unwrap().notes;
    let opens = r#"(module
        (import "wasi_snapshot_preview1" "path_unlink_file" (func (param i32 i32 i32) (result i32)))
        (memory (export "memory") 1) (func (export "_start")))"#;
    assert_eq!(
        note(opens, &Options::default()),
        [Note::NoDirectory(vec!["path_unlink_file".to_owned()])]
    );
    let mut all = Options::default();
    all.allow_all();
    assert_eq!(note(opens, &all), []);
    let blind = r#"(module
        (import "wasi_snapshot_preview1" "random_get" (func (param i32 i32) (result i32)))
        (func (export "_start")))"#;
    assert_eq!(note(blind, &all), [Note::NoMemory]);
}

#[test]
fn a_zero_byte_cannot_be_stored() {
    let options = Options {
        args: vec![b"a\0b".to_vec()],
        ..Options::default()
    };
    let error = nyash_pack::pack(HELLO.as_bytes(), &options).unwrap_err();
    assert!(matches!(error, Error::Option { option: "--arg", .. }), "{error}");
}

#[test]
fn damaged_modules_are_answers() {
    let binary = wat::parse_str(common::module_with_image()).unwrap();
    let options = Options {
        opt_level: OptLevel::None,
        ..Options::default()
    };
    for len in (0..binary.len().min(400)).chain([binary.len() - 1]) {
        assert!(nyash_pack::pack(&binary[..len], &options).is_err(), "length {len}");
    }
    let binary = wat::parse_str(HELLO).unwrap();
    for at in 0..binary.len() {
        for flip in [1, 0x40, 0x80, 0xff] {
            let mut bytes = binary.clone();
            bytes[at] ^= flip;
            let _ = nyash_pack::pack(&bytes, &options);
        }
    }
}

#[test]
fn files_are_replaced_as_a_whole() {
    let folder = folder("atomic");
    let path = folder.join("app");
    fs::write(&path, "old").unwrap();
    let packed = nyash_pack::pack(HELLO.as_bytes(), &Options::default()).unwrap();

    // Whoever has the old file open keeps it.
    let old = fs::File::open(&path).unwrap();
    nyash_pack::write_executable(&path, &packed).unwrap();
    assert_eq!(std::io::read_to_string(old).unwrap(), "old");
    assert_eq!(fs::read(&path).unwrap(), packed.bytes);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o700, 0o700);
    assert!(matches!(run(&path), Outcome::Ended { status: Some(0), .. }));

    // A running program can be replaced.
    nyash_pack::write_executable(&path, &packed).unwrap();

    // Asked to stop.
    fs::write(&path, "old").unwrap();
    let stopped = output::write_file(&path, &packed.bytes, 0o777, &|| true);
    assert!(matches!(stopped, Err(Error::Interrupted)));
    assert_eq!(fs::read(&path).unwrap(), b"old");

    // What is written must be a program.
    let garbage = output::write_file(&path, b"no program", 0o777, &|| false);
    assert!(garbage.is_err());
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}

#[test]
fn a_module_of_another_wasmtime_is_refused() {
    let file = pack(HELLO, &Options::default());
    let mut image = Program::parse(&file).unwrap().extract(None).unwrap();
    let version = b"\x0648.0.8";
    let at = image
        .windows(version.len())
        .position(|window| window == version)
        .unwrap();
    image[at + version.len() - 1] = b'9';
    let error = nyash_pack::pack(&image, &Options::default()).unwrap_err();
    let Error::Incompatible(differences) = &error else {
        panic!("{error}");
    };
    assert_eq!(differences.len(), 1);
    assert!(
        error
            .to_string()
            .ends_with("the version of wasmtime is 48.0.9, and must be 48.0.8"),
        "{error}"
    );
}
