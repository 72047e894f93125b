//! Damaged, cut and stripped programs: one clear message and a status other than 0, or correct work. Never a signal.

mod common;

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{HELLO, Outcome, folder, module_with_holes, pack, run, run_bytes};
use nyash_format::RegionKind;
use nyash_pack::inspect::Program;
use nyash_pack::{Error, Options};

/// What a refused program must look like.
fn assert_refused(outcome: &Outcome, what: &str) {
    match outcome {
        // The system refused it.
        Outcome::NotStarted(error) => assert_eq!(error.raw_os_error(), Some(8), "{what}: {error}"),
        Outcome::Ended { status, out, err } => {
            assert_ne!(*status, Some(0), "{what}: {out}");
            assert!(status.is_some(), "{what}: ended by a signal: {err}");
            assert!(!err.trim().is_empty(), "{what}: says nothing");
            assert!(out.is_empty(), "{what}: {out}");
        }
    }
}

#[test]
fn every_changed_byte_of_slot_header_and_metadata_is_noticed() {
    let file = pack(&module_with_holes(), &Options::default());
    let program = Program::parse(&file).unwrap();
    assert!(!program.metadata.image_runs.is_empty());
    let slot = program.executable.offset_of(program.slot_address).unwrap() as usize;
    let payload = program.payload.as_ptr() as usize - file.as_ptr() as usize;
    let covered = (program.slot.header_len + program.slot.metadata_len) as usize;
    let places = (slot..slot + nyash_format::SLOT_LEN).chain(payload..payload + covered);
    let path = folder("changed").join("app");
    let mut random = 1u32;
    for at in places {
        random = random.wrapping_mul(1664525).wrapping_add(1013904223);
        let mut bytes = file.clone();
        bytes[at] ^= (random >> 24) as u8 | 1;
        assert!(Program::parse(&bytes).is_err(), "byte {at}");
        assert_refused(&run_bytes(&path, &bytes), &format!("byte {at}"));
    }
}

#[test]
fn a_file_cut_at_any_length_is_refused() {
    let file = pack(HELLO, &Options::default());
    let path = folder("cut").join("app");
    let step = 4093;
    let edges = (0..file.len())
        .step_by(4096)
        .flat_map(|at| [at.saturating_sub(1), at, at + 1]);
    let ends = file.len() - 600..file.len();
    let lengths: std::collections::BTreeSet<usize> = (0..file.len())
        .step_by(step)
        .chain(edges)
        .chain(ends)
        .chain(0..130)
        .filter(|len| *len < file.len())
        .collect();
    for len in lengths {
        let cut = &file[..len];
        assert!(Program::parse(cut).is_err(), "length {len}");
        assert_refused(&run_bytes(&path, cut), &format!("length {len}"));
    }
}

#[test]
fn changed_bytes_elsewhere_are_found_by_verify() {
    let file = pack(HELLO, &Options::default());
    let program = Program::parse(&file).unwrap();
    assert!(program.verify().is_ok());
    let within = |kind| {
        let (region, bytes) = program.region(kind).unwrap();
        let start = program.file_offset(region).unwrap() as usize;
        start..start + bytes.len()
    };
    let text = program.executable.section(".text").unwrap();
    let places: [Range<usize>; 3] = [
        within(RegionKind::Module),
        within(RegionKind::Names),
        text.offset as usize..(text.offset + text.len) as usize,
    ];
    for place in places {
        for at in place.step_by(997) {
            let mut bytes = file.clone();
            bytes[at] ^= 0x10;
            let verified = Program::parse(&bytes).and_then(|program| program.verify());
            assert!(matches!(verified, Err(Error::Damaged(_))), "byte {at}");
        }
    }
}

#[test]
fn any_change_to_a_file_is_an_answer_of_inspect() {
    let file = pack(HELLO, &Options::default());
    let mut random = 7u64;
    let mut next = || {
        random = random
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (random >> 33) as usize
    };
    let tail = file.len() - 2000;
    for _ in 0..4000 {
        let mut bytes = file.clone();
        for _ in 0..1 + next() % 4 {
            // Headers and tables are where lengths and offsets stand.
            let at = if next() % 2 == 0 {
                next() % 1024
            } else {
                tail + next() % 2000
            };
            bytes[at] = next() as u8;
        }
        if let Ok(program) = Program::parse(&bytes) {
            let _ = program.verify();
            let _ = program.extract(None);
        }
    }
}

#[test]
fn changed_compiled_modules_are_answered() {
    let file = pack(HELLO, &Options::default());
    let image = Program::parse(&file).unwrap().extract(None).unwrap();
    assert!(nyash_pack::pack(&image, &Options::default()).is_ok());
    let mut random = 3u64;
    let mut next = || {
        random = random
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (random >> 33) as usize
    };
    for round in 0..600 {
        let mut bytes = image.clone();
        for _ in 0..1 + next() % 3 {
            let at = if round % 2 == 0 {
                next() % 3000
            } else {
                bytes.len() - 1 - next() % 1500
            };
            bytes[at] = next() as u8;
        }
        let _ = nyash_pack::pack(&bytes, &Options::default());
    }
    for len in (0..image.len()).step_by(61) {
        assert!(
            nyash_pack::pack(&image[..len], &Options::default()).is_err(),
            "length {len}"
        );
    }
}

/// The runtime itself does not hash the compiled module, so damage there reaches wasmtime, which panics about some of it.
/// Neither message nor source line is in a runtime: it says where as addresses, for `cargo xtask locate`.
#[test]
fn an_internal_error_says_where() {
    let file = pack(HELLO, &Options::default());
    let program = Program::parse(&file).unwrap();
    let (module, bytes) = program.region(RegionKind::Module).unwrap();
    let start = program.file_offset(module).unwrap() as usize;
    let path = folder("internal").join("app");
    let mut lines = (start..start + bytes.len()).map(|at| {
        let mut bytes = file.clone();
        bytes[at] ^= 16;
        match run_bytes(&path, &bytes) {
            Outcome::Ended { status, err, .. } if err.contains("internal error in the runtime x") => (status, err),
            _ => (None, String::new()),
        }
    });
    let (status, line) = lines
        .find(|(_, line)| !line.is_empty())
        .expect("wasmtime takes everything");
    assert_eq!(status, Some(134), "{line}");
    let (head, places) = line.split_once(", at ").expect(&line);
    let runtime = concat!(
        ": internal error in the runtime x86_64-linux-lean ",
        env!("CARGO_PKG_VERSION")
    );
    assert!(head.ends_with(runtime), "{line}");
    let places: Vec<usize> = places
        .split_whitespace()
        .map(|place| usize::from_str_radix(place.strip_prefix("0x").unwrap(), 16).unwrap())
        .collect();
    assert!(
        places.len() >= 4 && places.iter().all(|place| *place < file.len()),
        "{line}"
    );
}

#[test]
fn stripped_programs_work() {
    let folder = folder("stripped");
    let image = common::module_with_image();
    for (name, module) in [("hello", HELLO.as_bytes()), ("image", image.as_bytes())] {
        let path = folder.join(name);
        let packed = nyash_pack::pack(module, &Options::default()).unwrap();
        nyash_pack::write_executable(&path, &packed).unwrap();
        let right = run(&path);
        assert!(matches!(&right, Outcome::Ended { status: Some(0), .. }), "{right:?}");
        for tool in [
            "strip",
            "strip --strip-unneeded",
            "strip --strip-debug",
            "objcopy",
            "objcopy --strip-all",
            "objcopy --remove-section=.comment",
            "llvm-strip",
            "llvm-strip --strip-all",
            "llvm-objcopy",
            "llvm-objcopy --strip-all",
            "llvm-objcopy --strip-sections",
            "eu-strip",
            "eu-strip --strip-sections",
        ] {
            let out = folder.join("out");
            let _ = fs::remove_file(&out);
            match treat(tool, &path, &out) {
                Treated::Missing => println!("skipped: {tool} is not installed"),
                Treated::Refused(message) => panic!("{tool} on {name}: {message}"),
                Treated::Done => {
                    let outcome = run(&out);
                    assert_eq!(outcome, right, "{tool} on {name}");
                    let bytes = fs::read(&out).unwrap();
                    let program = Program::parse(&bytes).unwrap_or_else(|error| panic!("{tool}: {error}"));
                    program
                        .verify()
                        .unwrap_or_else(|error| panic!("{tool} on {name}: {error}"));
                }
            }
        }
    }
}

#[test]
fn tools_read_programs_without_complaint() {
    let path = folder("read").join("app");
    let packed = nyash_pack::pack(common::module_with_image().as_bytes(), &Options::default()).unwrap();
    nyash_pack::write_executable(&path, &packed).unwrap();
    for tool in ["readelf -aW", "llvm-readelf -a", "eu-readelf -a"] {
        let mut words = tool.split(' ');
        match Command::new(words.next().unwrap()).args(words).arg(&path).output() {
            Err(_) => println!("skipped: {tool} is not installed"),
            Ok(output) => assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{tool}"),
        }
    }
}

enum Treated {
    Missing,
    Refused(String),
    Done,
}

fn treat(tool: &str, from: &Path, to: &PathBuf) -> Treated {
    let mut words = tool.split(' ');
    let program = words.next().unwrap();
    let mut command = Command::new(program);
    command.args(words).arg(from);
    if program.ends_with("strip") {
        command.arg("-o");
    }
    match command.arg(to).stdin(Stdio::null()).output() {
        Err(_) => Treated::Missing,
        Ok(output) if output.status.success() => Treated::Done,
        Ok(output) => Treated::Refused(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}
