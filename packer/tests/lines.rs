//! Call stacks that name files and lines, from debugging information (DWARF) that the test makes itself: sound, changed at random, and
//! about other code.

mod common;

use common::{Outcome, folder, run_bytes};
use gimli::write::{Address, AttributeValue, DwarfUnit, EndianVec, LineProgram, LineString, Sections};
use gimli::{DwAt, Encoding, Format, LineEncoding, LittleEndian};
use nyash_format::{NameTable, RegionKind, Target};
use nyash_pack::inspect::Program;
use nyash_pack::{Note, Options};
use wasmparser::{Operator, Parser, Payload};

/// `outer` calls `middle`, in which `inner` was inlined, which traps.
const MODULE: &str = r#"(module
  (memory (export "memory") 1)
  (func $middle (param i32) (result i32) (i32.load offset=65536 (local.get 0)))
  (func $outer (result i32) (nop) (call $middle (i32.const 7)) (i32.const 1) (i32.add))
  (func (export "_start") (drop (call $outer))))"#;

/// Offsets in the content of the code section: where each function begins and ends, and its first load or call.
struct Places {
    functions: Vec<(u64, u64)>,
    stops: Vec<u64>,
}

fn places(wasm: &[u8]) -> Places {
    let (mut code, mut functions, mut stops) = (0, Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.unwrap() {
            Payload::CodeSectionStart { range, .. } => code = range.start,
            Payload::CodeSectionEntry(body) => {
                let range = body.range();
                functions.push(((range.start - code) as u64, (range.end - code) as u64));
                let operators = body.get_operators_reader().unwrap().into_iter_with_offsets();
                let stop = operators.map(Result::unwrap).find_map(|(operator, at)| {
                    matches!(operator, Operator::Call { .. } | Operator::I32Load { .. }).then_some(at)
                });
                stops.extend(stop.map(|at| (at - code) as u64));
            }
            _other => {}
        }
    }
    Places { functions, stops }
}

/// The module with debugging information in a version of DWARF.
fn module(version: u16) -> Vec<u8> {
    module_of(MODULE, version)
}

/// The same of another text, with the same functions.
fn module_of(text: &str, version: u16) -> Vec<u8> {
    let mut wasm = wat::parse_str(text).unwrap();
    let Places { functions, stops } = places(&wasm);
    let encoding = Encoding {
        format: Format::Dwarf32,
        version,
        address_size: 4,
    };
    let folder = LineString::String(b"/project".to_vec());
    let file = LineString::String(b"src/app.c".to_vec());
    let mut program = LineProgram::new(
        encoding,
        LineEncoding::default(),
        folder.clone(),
        None,
        file.clone(),
        None,
    );
    let directory = program.default_directory();
    let own = program.add_file(file, directory, None);
    let header = program.add_file(LineString::String(b"src/inline.h".to_vec()), directory, None);
    // What is in between stands one line above.
    for ((begin, end), (stop, (file, line, column))) in
        functions
            .iter()
            .zip(stops.iter().zip([(header, 30, 9), (own, 20, 5), (own, 10, 1)]))
    {
        program.begin_sequence(Some(Address::Constant(*begin)));
        for (at, line, column) in [(*begin, line - 1, 0), (*stop, line, column), (stop + 1, line - 1, 0)] {
            let row = program.row();
            (row.address_offset, row.file, row.line, row.column) = (at - begin, file, line, column);
            program.generate_row();
        }
        program.end_sequence(end - begin);
    }
    let mut dwarf = DwarfUnit::new(encoding);
    dwarf.unit.line_program = program;
    let root = dwarf.unit.root();
    let text = |text: &str| AttributeValue::String(text.as_bytes().to_vec());
    let address = |at: u64| AttributeValue::Address(Address::Constant(at));
    let set = |dwarf: &mut DwarfUnit, entry, attributes: Vec<(DwAt, AttributeValue)>| {
        for (name, value) in attributes {
            dwarf.unit.get_mut(entry).set(name, value);
        }
    };
    let length = |(begin, end): (u64, u64)| AttributeValue::Udata(end - begin);
    let whole = (functions[0].0, functions[functions.len() - 1].1);
    set(
        &mut dwarf,
        root,
        vec![
            (gimli::DW_AT_name, text("src/app.c")),
            (gimli::DW_AT_comp_dir, text("/project")),
            (gimli::DW_AT_low_pc, address(whole.0)),
            (gimli::DW_AT_high_pc, length(whole)),
        ],
    );
    let inner = dwarf.unit.add(root, gimli::DW_TAG_subprogram);
    set(&mut dwarf, inner, vec![(gimli::DW_AT_name, text("inner"))]);
    for (name, range) in ["middle", "outer", "_start"].into_iter().zip(&functions) {
        let entry = dwarf.unit.add(root, gimli::DW_TAG_subprogram);
        let attributes = vec![
            (gimli::DW_AT_name, text(name)),
            (gimli::DW_AT_low_pc, address(range.0)),
            (gimli::DW_AT_high_pc, length(*range)),
        ];
        set(&mut dwarf, entry, attributes);
        if name == "middle" {
            let inlined = dwarf.unit.add(entry, gimli::DW_TAG_inlined_subroutine);
            let attributes = vec![
                (gimli::DW_AT_abstract_origin, AttributeValue::UnitRef(inner)),
                (gimli::DW_AT_low_pc, address(stops[0])),
                (gimli::DW_AT_high_pc, AttributeValue::Udata(1)),
                (gimli::DW_AT_call_file, AttributeValue::FileIndex(Some(own))),
                (gimli::DW_AT_call_line, AttributeValue::Udata(25)),
                (gimli::DW_AT_call_column, AttributeValue::Udata(3)),
            ];
            set(&mut dwarf, inlined, attributes);
        }
    }
    let mut sections = Sections::new(EndianVec::new(LittleEndian));
    dwarf.write(&mut sections).unwrap();
    sections
        .for_each(|id, data| {
            add_section(&mut wasm, id.name(), data.slice());
            Ok::<(), gimli::Error>(())
        })
        .unwrap();
    wasm
}

/// Appends a custom section.
fn add_section(wasm: &mut Vec<u8>, name: &str, data: &[u8]) {
    let leb = |mut n: usize, out: &mut Vec<u8>| {
        while n >= 0x80 {
            out.push(n as u8 | 0x80);
            n >>= 7;
        }
        out.push(n as u8);
    };
    let mut content = Vec::new();
    leb(name.len(), &mut content);
    content.extend_from_slice(name.as_bytes());
    content.extend_from_slice(data);
    wasm.push(0);
    leb(content.len(), wasm);
    wasm.extend_from_slice(&content);
}

/// The lines of the call stack that a program leaves, without the file's own name.
fn call_stack(test: &str, executable: &[u8]) -> Vec<String> {
    let Outcome::Ended { status, err, .. } = run_bytes(&folder(&format!("lines-{test}")).join("app"), executable)
    else {
        panic!("it does not start");
    };
    assert_eq!(status, Some(134), "{err}");
    let mut lines = err.lines();
    let first = lines.next().unwrap();
    assert!(first.ends_with("wasm trap: out of bounds memory access"), "{err}");
    lines.skip(1).map(|line| line.trim_start().to_owned()).collect()
}

fn pack(wasm: &[u8], options: &Options) -> (Vec<u8>, Vec<Note>) {
    let packed = nyash_pack::pack(wasm, options).unwrap();
    (packed.bytes, packed.notes)
}

#[test]
fn call_stacks_name_files_lines_and_inlined_functions() {
    for version in 2..=5 {
        let (executable, notes) = pack(&module(version), &Options::default());
        assert_eq!(notes, []);
        assert_eq!(
            call_stack("call_stacks_name_files_lines_and_inlined_functions", &executable),
            [
                "0: inner [inlined] (/project/src/inline.h:30:9)",
                "1: middle (/project/src/app.c:25:3)",
                "2: outer (/project/src/app.c:20:5)",
                "3: _start (/project/src/app.c:10:1)",
            ],
            "DWARF {version}"
        );
    }
}

/// The code that looks whether there is stack left comes from nowhere: it was said to be from the line before it in memory,
/// the last one of the function. A run would not show it for sure: the stack may also end at a call, which depends on where the
/// system has put it.
#[test]
fn an_exhausted_stack_is_where_a_function_begins() {
    let endless = "(func $middle (param i32) (result i32)
        (i32.add (i32.load (local.get 0)) (i32.add (i32.const 1) (call $middle (local.get 0)))))";
    let load = "(func $middle (param i32) (result i32) (i32.load offset=65536 (local.get 0)))";
    let (executable, _) = pack(&module_of(&MODULE.replace(load, endless), 4), &Options::default());
    let program = Program::parse(&executable).unwrap();
    let text = program.region(RegionKind::Text).unwrap().1;
    let names = NameTable::parse(program.region(RegionKind::Names).unwrap().1).unwrap();
    let (start, len, _) = names
        .functions()
        .find(|(_, _, frame)| frame.name == Some("middle"))
        .unwrap();
    let code = &text[start as usize..(start + len) as usize];
    let trap = code.windows(2).rposition(|bytes| bytes == [0x0f, 0x0b]).unwrap();
    let frame = names.find(start + trap as u32).unwrap();
    let lines: Vec<_> = names.calls(&frame).map(|call| call.position.unwrap().1).collect();
    // The calls behind it are from line 29.
    assert_eq!(lines, [30, 25]);
}

#[test]
fn paths_can_begin_otherwise() {
    let options = Options {
        path_prefixes: vec![("/project".to_owned(), ".".to_owned())],
        ..Options::default()
    };
    let (executable, _) = pack(&module(4), &options);
    assert_eq!(
        call_stack("paths_can_begin_otherwise", &executable)[2],
        "2: outer (./src/app.c:20:5)"
    );
}

#[test]
fn lines_are_left_out_on_request() {
    let options = Options {
        no_line_tables: true,
        ..Options::default()
    };
    let without = pack(&wat::parse_str(MODULE).unwrap(), &Options::default()).0;
    let (executable, notes) = pack(&module(5), &options);
    assert_eq!(notes, []);
    let names = |executable: &[u8]| {
        let program = Program::parse(executable).unwrap();
        program.region(RegionKind::Names).unwrap().1.to_vec()
    };
    assert_eq!(names(&executable), names(&without));
    assert!(!NameTable::parse(&names(&executable)).unwrap().has_positions());
    assert!(call_stack("lines_are_left_out_on_request", &executable)[1].starts_with("1: outer (+0x"));
}

/// The debugging information of [`module`] behind another one.
fn about_another(text: &str) -> Vec<u8> {
    let mut wasm = wat::parse_str(text).unwrap();
    wasm.extend_from_slice(&module(4)[wat::parse_str(MODULE).unwrap().len()..]);
    wasm
}

#[test]
fn information_about_other_code_harms_nobody() {
    let (executable, _) = pack(
        &about_another(&MODULE.replace("(nop)", "(nop) (nop)")),
        &Options::default(),
    );
    assert_eq!(call_stack("other", &executable).len(), 4);
}

#[test]
fn code_that_was_translated_has_no_lines() {
    let legacy = r#"(module (memory (export "memory") 1) (tag $e)
        (func (export "_start") try throw $e catch $e end))"#;
    let (_, notes) = pack(&about_another(legacy), &Options::default());
    let why = "its code was changed before it was compiled".to_owned();
    assert!(notes.contains(&Note::NoLines(why)), "{notes:?}");
}

#[test]
fn damaged_information_harms_nobody() {
    let plain = wat::parse_str(MODULE).unwrap();
    let whole = module(4);
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = |n: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % n as u64) as usize
    };
    let (mut notes, mut lines) = (0, 0);
    for _ in 0..300 {
        let mut wasm = whole.clone();
        for _ in 0..=random(4) {
            let at = plain.len() + random(wasm.len() - plain.len());
            wasm[at] = random(256) as u8;
        }
        // Some are no modules any more.
        let Ok(packed) = nyash_pack::pack(&wasm, &Options::default()) else {
            continue;
        };
        notes += packed.notes.len();
        let stack = call_stack("damaged_information_harms_nobody", &packed.bytes);
        let own = stack.iter().filter(|line| !line.contains("[inlined]"));
        let names: Vec<&str> = own.filter_map(|line| line.split_whitespace().nth(1)).collect();
        assert_eq!(names, ["middle", "outer", "_start"], "{stack:?}");
        lines += usize::from(stack.iter().any(|line| line.contains(".c:")));
    }
    assert!(notes > 5 && lines > 50, "{notes} notes, {lines} with lines");
}

#[test]
fn debuggers_find_functions_and_lines() {
    let options = Options {
        debug_info: true,
        path_prefixes: vec![("/project".to_owned(), ".".to_owned())],
        cpu: nyash_pack::cpu::parse("baseline+v3", Target::X86_64Linux).unwrap(),
        ..Options::default()
    };
    let (executable, notes) = pack(&module(4), &options);
    assert_eq!(notes, []);
    assert_eq!(call_stack("debuggers", &executable).len(), 4);
    let file = goblin::elf::Elf::parse(&executable).unwrap();
    let section = |id: gimli::SectionId| {
        let named = |header: &&goblin::elf::SectionHeader| file.shdr_strtab.get_at(header.sh_name) == Some(id.name());
        let range = file
            .section_headers
            .iter()
            .find(named)
            .and_then(|header| header.file_range());
        let bytes = range.map_or(&[][..], |range| &executable[range]);
        Ok::<_, gimli::Error>(gimli::EndianSlice::new(bytes, LittleEndian))
    };
    let context = addr2line::Context::from_dwarf(gimli::Dwarf::load(section).unwrap()).unwrap();
    let mut found = Vec::new();
    for symbol in file.syms.iter().filter(|symbol| symbol.st_size > 0) {
        let name = file.strtab.get_at(symbol.st_name).unwrap();
        let mut lines = Vec::new();
        for address in symbol.st_value..symbol.st_value + symbol.st_size {
            let mut frames = context.find_frames(address).skip_all_loads().unwrap();
            let Some(frame) = frames.next().unwrap() else { continue };
            assert_eq!(frame.function.unwrap().raw_name().unwrap(), name);
            let place = frame.location.unwrap();
            let place = (place.file.unwrap().to_owned(), place.line.unwrap());
            if lines.last() != Some(&place) {
                lines.push(place);
            }
        }
        if ["middle", "outer", "_start"].contains(&name) {
            let has = |file: &str, line| lines.contains(&(file.to_owned(), line));
            found.push((
                name.to_owned(),
                has("./src/inline.h", 30),
                has("./src/app.c", 20),
                has("./src/app.c", 10),
            ));
        }
    }
    found.sort();
    let once = |name: &str, is: [bool; 3]| (name.to_owned(), is[0], is[1], is[2]);
    let both = |name: &str, is| [once(name, is), once(name, is)];
    let expected = [
        both("_start", [false, false, true]),
        both("middle", [true, false, false]),
        both("outer", [false, true, false]),
    ];
    assert_eq!(found, expected.concat());
}

#[test]
fn debugging_information_is_refused_where_there_is_none() {
    let wasm = wat::parse_str(MODULE).unwrap();
    let options = |target| Options {
        debug_info: true,
        target,
        ..Options::default()
    };
    let (_, notes) = pack(&wasm, &options(Target::X86_64Linux));
    assert_eq!(notes, [Note::NoLines("it has no debugging information".to_owned())]);
    let error = nyash_pack::pack(&wasm, &options(Target::X86_64Windows)).unwrap_err();
    assert!(error.to_string().contains("only executables for Linux"), "{error}");
}
