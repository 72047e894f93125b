//! The test vectors of `SPEC.md`. `BLESS=1` writes them anew.

mod common;

use std::fmt::Write;
use std::path::Path;

use nyash_format::{NameTable, Slot};

#[test]
fn the_vectors_of_the_specification_hold() {
    let vectors = [
        ("engine", common::engine().to_bytes().to_vec()),
        ("key", common::key().hash().to_le_bytes().to_vec()),
        ("empty slot", Slot::EMPTY.to_vec()),
        ("metadata", common::metadata()),
        ("names", common::names()),
        ("embed index", common::embedded()),
        ("header", common::header()),
        ("slot", common::slot().to_bytes().to_vec()),
    ];
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("SPEC.md");
    let mut text = std::fs::read_to_string(&path).unwrap();
    for (name, bytes) in &vectors {
        let fence = format!("```hex {name}\n");
        let start = text.find(&fence).unwrap_or_else(|| panic!("no block `{name}`")) + fence.len();
        let end = start + text[start..].find("```").unwrap();
        if std::env::var_os("BLESS").is_some() {
            text.replace_range(start..end, &hex(bytes));
        } else {
            assert_eq!(&text[start..end], hex(bytes), "block `{name}`");
        }
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
}

#[test]
fn the_key_has_a_text_form() {
    assert_eq!(
        common::key().text(),
        "wasmtime=48.0.8\ntarget=x86_64-linux\ncpu=baseline\nsignals=1\ncow=1\ngc=0\nreservation=4294967296\n\
         guard=33554432\n"
    );
}

#[test]
fn addresses_are_named() {
    let names = common::names();
    let table = NameTable::parse(&names).unwrap();
    let frame = table.find(20).unwrap();
    assert_eq!((frame.index, frame.name, frame.offset), (7, Some("main"), 4));
    assert_eq!(frame.position, Some(("a.c", 3, 5)));
    let calls = |address| -> Vec<_> {
        let frame = table.find(address).unwrap();
        table
            .calls(&frame)
            .map(|call| (call.name, call.inlined, call.position))
            .collect()
    };
    assert_eq!(calls(23), [(Some("main"), false, Some(("a.c", 3, 5)))]);
    assert_eq!(
        calls(24),
        [
            (Some("half"), true, Some(("a.c", 9, 0))),
            (Some("main"), false, Some(("a.c", 3, 5)))
        ]
    );
    assert_eq!(table.find(15), None);
    assert!(table.find(47).is_some());
    assert_eq!(table.find(48), None);
    let all: Vec<_> = table
        .functions()
        .map(|(start, len, frame)| (start, len, frame.index))
        .collect();
    assert_eq!(all, [(16, 32, 7)]);
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for line in bytes.chunks(16) {
        let line: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(text, "{}", line.join(" ")).unwrap();
    }
    text
}
