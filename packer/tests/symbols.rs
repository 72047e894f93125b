//! The symbol table of an executable: what debuggers and profilers call the code.

mod common;

use common::{HELLO, pack};
use goblin::elf::Elf;
use goblin::elf::sym::STT_FUNC;
use nyash_pack::Options;
use nyash_pack::inspect::Program;

const NAMED: &str = r#"(module
  (memory (export "memory") 1)
  (func $_ZN3app4work17h0123456789abcdefE (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (call $_ZN3app4work17h0123456789abcdefE (i32.sub (local.get 0) (i32.const 1))))
      (else (i32.const 7))))
  (func (param i32) (result i32) (i32.add (local.get 0) (local.get 0)))
  (func $main (export "_start") (drop (call $_ZN3app4work17h0123456789abcdefE (i32.const 3)))))"#;

/// Names, addresses and lengths of the functions that an executable's symbol table lists, and the bounds of their section.
fn symbols(file: &[u8]) -> Vec<(String, u64, u64)> {
    let elf = Elf::parse(file).unwrap();
    let mut found = Vec::new();
    for symbol in elf.syms.iter().filter(|symbol| symbol.st_type() == STT_FUNC) {
        let section = &elf.section_headers[symbol.st_shndx];
        assert_eq!(elf.shdr_strtab.get_at(section.sh_name), Some(".nyash.text"));
        let bounds = section.sh_addr..section.sh_addr + section.sh_size;
        assert!(bounds.contains(&symbol.st_value) && symbol.st_value + symbol.st_size <= bounds.end);
        let name = elf.strtab.get_at(symbol.st_name).unwrap();
        found.push((name.to_owned(), symbol.st_value, symbol.st_size));
    }
    found
}

#[test]
fn functions_have_the_names_of_the_module() {
    let file = pack(NAMED, &Options::default());
    let found = symbols(&file);
    // The name of a Rust function stays mangled: tools show it as its author wrote it.
    for wanted in ["_ZN3app4work17h0123456789abcdefE", "function[1]", "main"] {
        let (_, _, len) = found
            .iter()
            .find(|(name, ..)| name == wanted)
            .unwrap_or_else(|| panic!("{wanted}: {found:?}"));
        assert!(*len > 0, "{wanted}");
    }
    // They cover the code, one behind the other.
    for pair in found.windows(2) {
        assert!(pair[0].1 + pair[0].2 <= pair[1].1, "{pair:?}");
    }
    assert_eq!(Program::parse(&file).unwrap().executable.symbols(), found.len());
}

#[test]
fn every_version_of_the_code_has_its_symbols() {
    let options = Options {
        cpu: nyash_pack::cpu::parse("baseline+v3", Options::default().target).unwrap(),
        ..Options::default()
    };
    let found = symbols(&pack(HELLO, &options));
    assert_eq!(found.iter().filter(|(name, ..)| name == "main").count(), 2);
}

#[test]
fn a_stripped_program_is_the_same_without_them() {
    let options = Options {
        strip: true,
        ..Options::default()
    };
    let (with, without) = (pack(NAMED, &Options::default()), pack(NAMED, &options));
    assert!(symbols(&without).is_empty());
    let loaded = |file: &[u8]| Program::parse(file).unwrap().payload.to_vec();
    assert!(loaded(&with) == loaded(&without));
}
