//! Debugging information (DWARF 4) in a module: functions and lines. Addresses are offsets into the content of the code
//! section (the tool conventions' Dwarf.md).

use super::{Sources, Used};
use gimli::write::{Address, AttributeValue, Dwarf, EndianVec, Error, LineProgram, LineString, Sections, Unit};
use gimli::{Encoding, Format, LineEncoding, LittleEndian};
use nyash_language::back::Compiled;
use wasm_encoder::{CustomSection, Section};

/// Adds it to a module.
///
/// # Errors
/// What the library that writes it says.
pub fn add(compiled: &mut Compiled, sources: &Sources<'_>) -> Result<(), Error> {
    let encoding = Encoding {
        format: Format::Dwarf32,
        version: 4,
        address_size: 4,
    };
    let mut dwarf = Dwarf::new();
    let mut used = Used::default();
    for (_, span) in compiled.functions.iter().flat_map(|function| &function.places) {
        used.number(*span);
    }
    let names: Vec<String> = used
        .0
        .iter()
        .map(|file| sources.name(*file).replace('\0', ""))
        .collect();
    let string = |text: &str| LineString::String(text.as_bytes().to_vec());
    let first = names.first().map_or("program", String::as_str);
    let mut lines = LineProgram::new(
        encoding,
        LineEncoding::default(),
        string("."),
        None,
        string(first),
        None,
    );
    let directory = lines.default_directory();
    let files: Vec<_> = names
        .iter()
        .map(|name| lines.add_file(string(name), directory, None))
        .collect();
    let mut subprograms = Vec::new();
    for function in &compiled.functions {
        let start = function.code.start;
        let mut before = None;
        for (at, span) in &function.places {
            let number = used.number(*span);
            let place = sources.map.file(span.file).place(span.start);
            if before == Some((number, place)) {
                continue;
            }
            if before.is_none() {
                lines.begin_sequence(Some(Address::Constant(start.into())));
                subprograms.push((function, files[number], place));
            }
            let row = lines.row();
            // What makes room for the function's variables belongs to its first line.
            row.address_offset = if before.is_none() { 0 } else { (at - start).into() };
            row.file = files[number];
            row.line = place.line.into();
            row.column = place.column.into();
            lines.generate_row();
            before = Some((number, place));
        }
        if before.is_some() {
            lines.end_sequence((function.code.end - start).into());
        }
    }
    let mut unit = Unit::new(encoding, lines);
    let root = unit.root();
    let end = compiled.functions.last().map_or(0, |last| last.code.end);
    let entry = unit.get_mut(root);
    entry.set(
        gimli::DW_AT_producer,
        AttributeValue::StringRef(dwarf.strings.add("nyash")),
    );
    // The language has no number; debuggers read its names and expressions best as those of C.
    entry.set(gimli::DW_AT_language, AttributeValue::Language(gimli::DW_LANG_C99));
    entry.set(gimli::DW_AT_name, AttributeValue::StringRef(dwarf.strings.add(first)));
    entry.set(gimli::DW_AT_low_pc, AttributeValue::Address(Address::Constant(0)));
    entry.set(gimli::DW_AT_high_pc, AttributeValue::Udata(end.into()));
    for (function, file, place) in subprograms {
        let own = unit.add(root, gimli::DW_TAG_subprogram);
        let entry = unit.get_mut(own);
        let name = dwarf.strings.add(function.name.replace('\0', ""));
        let len = function.code.end - function.code.start;
        entry.set(gimli::DW_AT_name, AttributeValue::StringRef(name));
        entry.set(
            gimli::DW_AT_low_pc,
            AttributeValue::Address(Address::Constant(function.code.start.into())),
        );
        entry.set(gimli::DW_AT_high_pc, AttributeValue::Udata(len.into()));
        entry.set(gimli::DW_AT_decl_file, AttributeValue::FileIndex(Some(file)));
        entry.set(gimli::DW_AT_decl_line, AttributeValue::Udata(place.line.into()));
    }
    dwarf.units.add(unit);
    let mut written = Sections::new(EndianVec::new(LittleEndian));
    dwarf.write(&mut written)?;
    written.for_each(|id, section| {
        if !section.slice().is_empty() {
            let custom = CustomSection {
                name: id.name().into(),
                data: section.slice().into(),
            };
            custom.append_to(&mut compiled.wasm);
        }
        Ok(())
    })
}
