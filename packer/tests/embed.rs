//! Files inside the executable: what they cost, that damage to them is found and harms nobody, and that the initialisation of
//! a module sees them as the program does.

mod common;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::{HELLO, Outcome, folder, run_bytes};
use nyash_format::RegionKind;
use nyash_pack::embed::{Embed, Embedded, Sources, What};
use nyash_pack::inspect::Program;
use nyash_pack::{Directory, Options, Preinit};

/// Opens `hello.txt` in the directory 3 and prints what it holds, and `prepare` does so when the module is packed.
const READER: &str = r#"(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "hello.txt")
  (data (i32.const 16) "\00\01\00\00\00\01\00\00")
  (func $read (export "prepare")
    (if (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 9) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 32)) (then (unreachable)))
    (i32.store (i32.const 16) (i32.add (i32.load (i32.const 16)) (i32.const 256)))
    (drop (call $fd_read (i32.load (i32.const 32)) (i32.const 16) (i32.const 1) (i32.const 36)))
    (drop (call $fd_close (i32.load (i32.const 32)))))
  (func $write (param $at i32)
    (i32.store (i32.const 24) (local.get $at))
    (i32.store (i32.const 28) (i32.load (i32.const 36)))
    (drop (call $fd_write (i32.const 1) (i32.const 24) (i32.const 1) (i32.const 40))))
  (func (export "_start")
    (call $read)
    (call $write (i32.load (i32.const 16)))
    (call $write (i32.const 512))))"#;

fn embed(host: &Path, guest: &str) -> Embed {
    Embed {
        host: host.to_owned(),
        guest: guest.as_bytes().to_vec(),
    }
}

fn embedded(host: &Path, guest: &str) -> Arc<Embedded> {
    Arc::new(Sources::find(&[embed(host, guest)]).unwrap().read().unwrap())
}

/// A folder with a few files.
fn some_files(test: &str) -> PathBuf {
    let path = folder(&format!("embed-{test}"));
    fs::create_dir_all(path.join("sub/empty")).unwrap();
    fs::write(path.join("hello.txt"), "hello from inside\n").unwrap();
    fs::write(path.join("sub").join(OsStr::from_bytes(b"\xff\xfe")), "odd").unwrap();
    std::os::unix::fs::symlink("../hello.txt", path.join("sub/link")).unwrap();
    path
}

fn output(test: &str, bytes: &[u8]) -> (Option<i32>, String) {
    match run_bytes(&folder(&format!("embed-run-{test}")).join("app"), bytes) {
        Outcome::Ended { status, out, .. } => (status, out),
        Outcome::NotStarted(error) => panic!("{error}"),
    }
}

#[test]
fn the_initialisation_sees_them_under_the_same_number() {
    let options = Options {
        embedded: Some(embedded(&some_files("preinit"), "/data")),
        // It would be 3 otherwise.
        directories: vec![Directory::parse(b".").unwrap()],
        preinit: Some(Preinit {
            function: Some("prepare".to_owned()),
            ..Preinit::default()
        }),
        ..Options::default()
    };
    let packed = common::pack(READER, &options);
    let twice = "hello from inside\n".repeat(2);
    assert_eq!(output("preinit", &packed), (Some(0), twice));
}

#[test]
fn a_start_maps_no_more_for_them() {
    let path = folder("embed-many");
    for number in 0..2000 {
        fs::write(path.join(format!("{number}")), number.to_string()).unwrap();
    }
    let options = Options {
        embedded: Some(embedded(&path, "/many")),
        ..Options::default()
    };
    for module in [HELLO.to_owned(), common::module_with_image()] {
        let (without, with) = (
            common::pack(&module, &Options::default()),
            common::pack(&module, &options),
        );
        let mapped = |file: &[u8]| {
            let elf = goblin::elf::Elf::parse(file).unwrap();
            let loads = elf.program_headers.iter().filter(|header| header.p_type == 1);
            loads.count()
        };
        assert_eq!(mapped(&with), mapped(&without));
        assert_eq!(output("many", &with), output("many", &without));
    }
}

#[test]
fn the_order_of_options_makes_no_difference() {
    let path = some_files("order");
    let [folder, file] = [embed(&path, "/a"), embed(&path.join("hello.txt"), "/a/b/c")];
    let read = |embeds: &[Embed]| Sources::find(embeds).unwrap().read().unwrap();
    assert_eq!(read(&[folder.clone(), file.clone()]), read(&[file, folder]));
}

#[test]
fn names_are_bytes() {
    let options = Options {
        embedded: Some(embedded(&some_files("names"), "/data")),
        ..Options::default()
    };
    let file = common::pack(HELLO, &options);
    let contents = Program::parse(&file).unwrap().embedded().unwrap().unwrap();
    let items = contents.items().unwrap();
    let paths: Vec<&[u8]> = items.iter().map(|item| item.path.as_slice()).collect();
    assert_eq!(
        paths,
        [
            b"/data".as_slice(),
            b"/data/hello.txt",
            b"/data/sub",
            b"/data/sub/empty",
            b"/data/sub/link",
            b"/data/sub/\xff\xfe",
        ]
    );
    let out = folder("embed-names-out");
    contents.write_below(&out, false).unwrap();
    let name = out.join("data/sub").join(OsStr::from_bytes(b"\xff\xfe"));
    assert_eq!(fs::read(name).unwrap(), b"odd");
    assert!(matches!(
        items[4].what,
        What::Link {
            target: b"../hello.txt"
        }
    ));
}

#[test]
fn damage_is_found_and_harms_nobody() {
    let options = Options {
        embedded: Some(embedded(&some_files("damage"), "/data")),
        ..Options::default()
    };
    let file = common::pack(READER, &options);
    assert_eq!(output("damage", &file), (Some(0), "hello from inside\n".repeat(2)));
    let program = Program::parse(&file).unwrap();
    program.verify().unwrap();
    let ranges = [RegionKind::EmbedIndex, RegionKind::EmbedData].map(|kind| {
        let (region, _) = program.region(kind).unwrap();
        let start = program.file_offset(region).unwrap() as usize;
        start..start + region.len as usize
    });
    for range in ranges {
        let step = (range.len() / 60).max(1);
        for at in range.step_by(step) {
            for bits in [0xff, 1] {
                let mut damaged = file.clone();
                damaged[at] ^= bits;
                let program = Program::parse(&damaged).unwrap();
                assert!(program.verify().is_err(), "{at}");
                // It prints what is there, ends by its own `unreachable`, or is refused at the start.
                let (status, _) = output("damage", &damaged);
                assert!(matches!(status, Some(0 | 1 | 134)), "{at}: {status:?}");
            }
        }
    }
}
