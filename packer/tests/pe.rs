//! Executables of Windows, read by goblin. The runtime is a made-up one, so that this needs no toolchain for Windows:
//! real ones run in `tests/all windows`.

use std::path::{Path, PathBuf};

use goblin::pe::PE;
use nyash_format::{MANIFEST, Slot, StubEntry, manifest_head};
use nyash_pack::inspect::Program;
use nyash_pack::{Error, Options, Subsystem, Target};
use sha2::{Digest, Sha256};

const HELLO: &str = r#"(module (memory (export "memory") 1) (func (export "_start")))"#;
/// With so much initial memory that it is a part of its own.
const LARGE: &str = r#"(module (memory (export "memory") 4) (data (i32.const 0) "a") (data (i32.const 131072) "b") (func (export "_start")))"#;

const INFO: &str = "format=1\nruntime=0.1.0\nwasmtime=48.0.8\ntarget=x86_64-windows\nkind=lean\ngc=no\n";

/// A runtime with a signature behind it, and room for headers up to `headers_len`.
fn runtime(headers_len: u32) -> Vec<u8> {
    let sections: [(&str, &[u8], u32); 3] = [
        (".text", &[0xc3; 100], 0x6000_0020),
        (".nyslot", &Slot::EMPTY, 0x4000_0040),
        (".nyinfo", INFO.as_bytes(), 0x4000_0040),
    ];
    let mut out = vec![0; headers_len as usize];
    let mut put = |at: usize, bytes: &[u8]| out[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, b"MZ");
    put(0x3c, &0x40_u32.to_le_bytes());
    put(0x40, b"PE\0\0");
    put(0x44, &0x8664_u16.to_le_bytes());
    put(0x46, &(sections.len() as u16).to_le_bytes());
    put(0x54, &240_u16.to_le_bytes());
    put(0x56, &0x22_u16.to_le_bytes());
    let optional = 0x58;
    put(optional, &0x20b_u16.to_le_bytes());
    put(optional + 16, &0x1000_u32.to_le_bytes());
    put(optional + 24, &0x1_4000_0000_u64.to_le_bytes());
    put(optional + 32, &4096_u32.to_le_bytes());
    put(optional + 36, &512_u32.to_le_bytes());
    put(optional + 48, &6_u16.to_le_bytes());
    put(optional + 56, &0x4000_u32.to_le_bytes());
    put(optional + 60, &headers_len.to_le_bytes());
    put(optional + 68, &3_u16.to_le_bytes());
    put(optional + 70, &0x8160_u16.to_le_bytes());
    put(optional + 108, &16_u32.to_le_bytes());
    // A certificate behind everything.
    put(optional + 112 + 4 * 8, &2560_u32.to_le_bytes());
    put(optional + 112 + 4 * 8 + 4, &8_u32.to_le_bytes());
    let table = optional + 240;
    for (number, (name, data, flags)) in sections.iter().enumerate() {
        let at = table + 40 * number;
        let offset = headers_len + 512 * number as u32;
        put(at, name.as_bytes());
        put(at + 8, &(data.len() as u32).to_le_bytes());
        put(at + 12, &(0x1000 * (number as u32 + 1)).to_le_bytes());
        put(at + 16, &512_u32.to_le_bytes());
        put(at + 20, &offset.to_le_bytes());
        put(at + 36, &flags.to_le_bytes());
    }
    for (_, data, _) in sections {
        let start = out.len();
        out.extend_from_slice(data);
        out.resize(start + 512, 0);
    }
    out.extend_from_slice(b"SIGNATUR");
    out
}

fn stub_folder(name: &str, runtime: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("pe-{name}"));
    std::fs::create_dir_all(&folder).unwrap();
    let hash: String = Sha256::digest(runtime)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let stub = StubEntry {
        sha256: hash,
        len: runtime.len() as u64,
        name: "x86_64-windows-lean".to_owned(),
    };
    std::fs::write(folder.join(MANIFEST), format!("{}\n{stub}\n", manifest_head())).unwrap();
    std::fs::write(folder.join(&stub.name), runtime).unwrap();
    folder
}

fn options(name: &str, runtime: &[u8]) -> Options {
    Options {
        target: Target::X86_64Windows,
        stubs: nyash_pack::stub::Folders {
            named: vec![stub_folder(name, runtime)],
            ..Default::default()
        },
        ..Options::default()
    }
}

fn sections(pe: &PE<'_>) -> Vec<(String, u32, u32, u32, u32)> {
    let section = |section: &goblin::pe::section_table::SectionTable| {
        (
            section.name().unwrap().to_owned(),
            section.virtual_address,
            section.virtual_size,
            section.pointer_to_raw_data,
            section.characteristics >> 28,
        )
    };
    pe.sections.iter().map(section).collect()
}

#[test]
fn parts_are_sections() {
    let packed = nyash_pack::pack(LARGE.as_bytes(), &options("parts", &runtime(1024))).unwrap();
    let pe = PE::parse(&packed.bytes).unwrap();
    let all = sections(&pe);
    let payload = &all[3..];
    let names: Vec<(&str, u32)> = payload
        .iter()
        .map(|(name, .., rights)| (name.as_str(), *rights))
        .collect();
    // Read is 4, execute 2, write 8.
    assert_eq!(names[..2], [(".nyash", 4), (".nytext", 6)]);
    assert!(names.contains(&(".nyimage", 0xc)), "{names:?}");
    let distance = payload[0].1 - payload[0].3;
    for (name, address, len, offset, _) in payload {
        assert_eq!(address - offset, distance, "{name}");
        assert_eq!((address % 4096, offset % 4096, len % 4096), (0, 0, 0), "{name}");
    }
    for pair in payload.windows(2) {
        assert_eq!(pair[0].1 + pair[0].2, pair[1].1, "no gap");
    }
    let optional = pe.header.optional_header.unwrap();
    let last = payload.last().unwrap();
    assert_eq!(optional.windows_fields.size_of_image, last.1 + last.2);
    assert_eq!(optional.windows_fields.dll_characteristics, 0x8160, "ASLR and NX stay");
    let certificates = optional.data_directories.get_certificate_table();
    assert!(certificates.is_none_or(|entry| entry.size == 0), "the signature went");
    assert!(!packed.bytes.windows(8).any(|bytes| bytes == b"SIGNATUR"));
    Program::parse(&packed.bytes).unwrap().verify().unwrap();
}

/// Windows reserves what the header says: the program's 64 MiB, and what the linker asks for beyond the usual 7.
#[test]
fn the_header_asks_for_the_stack() {
    let reserve = |stack_size| {
        let options = Options {
            stack_size,
            ..options("stack", &runtime(1024))
        };
        let packed = nyash_pack::pack(HELLO.as_bytes(), &options).unwrap();
        let header = PE::parse(&packed.bytes).unwrap().header.optional_header.unwrap();
        header.windows_fields.size_of_stack_reserve
    };
    assert_eq!(reserve(Some(64 << 20)), 73 << 20);
    assert_eq!(reserve(None), 0, "the runtime's own");
}

#[test]
fn checksum_is_that_of_the_file() {
    let packed = nyash_pack::pack(HELLO.as_bytes(), &options("checksum", &runtime(1024))).unwrap();
    let at = 0x58 + 64;
    let sum = packed.bytes.chunks(2).enumerate().fold(0_u64, |sum, (index, word)| {
        let skipped = (at / 2..at / 2 + 2).contains(&index);
        sum + if skipped {
            0
        } else {
            u64::from(word[0]) + (u64::from(word[1]) << 8)
        }
    });
    let mut folded = sum;
    while folded >> 16 != 0 {
        folded = (folded & 0xffff) + (folded >> 16);
    }
    let stored = PE::parse(&packed.bytes).unwrap().header.optional_header.unwrap();
    assert_eq!(
        u64::from(stored.windows_fields.check_sum),
        folded + packed.bytes.len() as u64
    );
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let options = options("same", &runtime(1024));
    let pack = || nyash_pack::pack(HELLO.as_bytes(), &options).unwrap().bytes;
    assert_eq!(pack(), pack());
}

#[test]
fn a_runtime_without_room_for_headers_is_refused() {
    // Its own three headers end at 448.
    let error = nyash_pack::pack(HELLO.as_bytes(), &options("room", &runtime(512))).unwrap_err();
    let Error::Runtime(message) = error else {
        panic!("{error}")
    };
    assert!(message.contains("no room for the headers of"), "{message}");
}

#[test]
fn resources_come_before_the_payload() {
    let mut options = options("resources", &runtime(1024));
    options.resources.subsystem = Some(Subsystem::Windows);
    options.resources.add_version_info("ProductName=Example").unwrap();
    options.resources.add_version_info("FileVersion=1.2.3.4").unwrap();
    let packed = nyash_pack::pack(HELLO.as_bytes(), &options).unwrap();
    let pe = PE::parse(&packed.bytes).unwrap();
    let names: Vec<String> = sections(&pe).into_iter().map(|(name, ..)| name).collect();
    assert_eq!(names[3..5], [".pedata", ".nyash"]);
    let optional = pe.header.optional_header.unwrap();
    assert_eq!(optional.windows_fields.subsystem, 2);
    assert!(optional.data_directories.get_resource_table().unwrap().size > 0);
    let name: Vec<u8> = "Example".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(packed.bytes.windows(name.len()).any(|bytes| bytes == name));
    Program::parse(&packed.bytes).unwrap().verify().unwrap();
}

#[test]
fn functions_are_coff_symbols() {
    let module = r#"(module (memory (export "memory") 1)
      (func $work_with_a_long_name (param i32) (result i32) (i32.add (local.get 0) (local.get 0)))
      (func $main (export "_start") (drop (call $work_with_a_long_name (i32.const 3)))))"#;
    let mut options = options("symbols", &runtime(1024));
    let packed = nyash_pack::pack(module.as_bytes(), &options).unwrap();
    let pe = PE::parse(&packed.bytes).unwrap();
    let header = pe.header.coff_header;
    let table = header.symbols(&packed.bytes).unwrap().unwrap();
    let names = header.strings(&packed.bytes).unwrap().unwrap();
    let mut found = Vec::new();
    for (_, _, symbol) in table.iter() {
        let section = &pe.sections[symbol.section_number as usize - 1];
        assert_eq!(section.name().unwrap(), ".nytext");
        assert!(symbol.value < section.virtual_size);
        assert_eq!((symbol.typ, symbol.storage_class), (0x20, 3));
        found.push(symbol.name(&names).unwrap().to_owned());
    }
    for wanted in ["main", "work_with_a_long_name"] {
        assert!(found.iter().any(|name| name == wanted), "{wanted}: {found:?}");
    }
    let program = Program::parse(&packed.bytes).unwrap();
    assert_eq!(program.executable.symbols(), found.len());
    program.verify().unwrap();

    options.strip = true;
    let stripped = nyash_pack::pack(module.as_bytes(), &options).unwrap();
    assert_eq!(Program::parse(&stripped.bytes).unwrap().executable.symbols(), 0);
    assert!(stripped.bytes.len() < packed.bytes.len());
}

#[test]
fn cut_files_are_damaged_or_none() {
    let packed = nyash_pack::pack(HELLO.as_bytes(), &options("cut", &runtime(1024))).unwrap();
    for len in (0..packed.bytes.len()).step_by(61) {
        let cut = &packed.bytes[..len];
        let parsed = Program::parse(cut).and_then(|program| program.verify());
        assert!(parsed.is_err(), "{len} bytes");
    }
}
