//! Debugging information (DWARF 4) of the machine code: functions and lines, for debuggers and profilers.
//!
//! It is written for code at an address that is known only when the executable is laid out; until then there are marks where
//! addresses go.

use gimli::write::{
    Address, AttributeValue, Dwarf, EndianVec, LineProgram, LineString, RelocateWriter, Relocation, RelocationTarget,
    Sections, Unit, Writer,
};
use gimli::{Encoding, Format, LineEncoding, RunTimeEndian, SectionId};

use super::lines::{NativeLines, NativePlace};
use super::names::readable;

/// A section of an executable that is not loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DebugSection {
    /// Its name.
    pub name: &'static str,
    /// Its content, with zeros in the place of addresses.
    pub bytes: Vec<u8>,
    /// Where addresses go, eight bytes each.
    pub addresses: Vec<CodeAddress>,
}

/// A place in a section that holds the address of code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CodeAddress {
    /// Offset in the section.
    pub at: usize,
    /// The code of which version, from 0.
    pub text: usize,
    /// Offset from the start of that code in bytes.
    pub offset: u64,
}

/// What tells of all versions of a program's code.
///
/// # Errors
/// What the library that writes it says.
pub(crate) fn sections(versions: &[NativeLines], big_endian: bool) -> Result<Vec<DebugSection>, gimli::write::Error> {
    let endian = if big_endian {
        RunTimeEndian::Big
    } else {
        RunTimeEndian::Little
    };
    let mut dwarf = Dwarf::new();
    for (text, version) in versions.iter().enumerate() {
        let unit = unit(text, version, &mut dwarf);
        dwarf.units.add(unit);
    }
    let mut written = Sections::new(Marked {
        bytes: EndianVec::new(endian),
        addresses: Vec::new(),
        offsets: Vec::new(),
    });
    dwarf.write(&mut written)?;
    let mut sections = Vec::new();
    written.for_each_mut(|id: SectionId, section| {
        // There is one of each kind, so offsets into others are what they are.
        for Relocation {
            offset, size, addend, ..
        } in std::mem::take(&mut section.offsets)
        {
            section.bytes.write_udata_at(offset, addend as u64, size)?;
        }
        if section.bytes.len() > 0 {
            sections.push(DebugSection {
                name: id.name(),
                bytes: section.bytes.slice().to_vec(),
                addresses: std::mem::take(&mut section.addresses),
            });
        }
        Ok::<(), gimli::write::Error>(())
    })?;
    Ok(sections)
}

/// The unit of one version.
fn unit(text: usize, version: &NativeLines, dwarf: &mut Dwarf) -> Unit {
    let encoding = Encoding {
        format: Format::Dwarf32,
        version: 4,
        address_size: 8,
    };
    let address = |offset: u32| Address::Symbol {
        symbol: text,
        addend: offset.into(),
    };
    let name = version.files.first().map_or("module", String::as_str);
    let string = |text: &str| LineString::String(text.replace('\0', "").into_bytes());
    let mut program = LineProgram::new(encoding, LineEncoding::default(), string("."), None, string(name), None);
    let directory = program.default_directory();
    let files: Vec<_> = version
        .files
        .iter()
        .map(|file| program.add_file(string(if file.is_empty() { "unknown" } else { file }), directory, None))
        .collect();
    for function in &version.functions {
        program.begin_sequence(Some(address(function.start)));
        // gdb takes the second entry of a function for the end of its prologue, and sets breakpoints there: without one of
        // the same line they end up in the next line, which can be in a loop.
        let body = function.places.first().map(|place| NativePlace {
            start: function.body,
            ..*place
        });
        let second = function
            .places
            .get(1)
            .map_or(function.start + function.len, |place| place.start);
        let body = body.filter(|body| body.start > function.start && body.start < second);
        let (first, rest) = function.places.split_at(function.places.len().min(1));
        for place in first.iter().chain(&body).chain(rest) {
            let row = program.row();
            row.address_offset = u64::from(place.start - function.start);
            row.file = files[place.file];
            row.line = place.line.into();
            row.column = place.column.into();
            program.generate_row();
        }
        program.end_sequence(function.len.into());
    }
    let mut unit = Unit::new(encoding, program);
    let root = unit.root();
    let end = version.functions.last().map_or(0, |last| last.start + last.len);
    let language = AttributeValue::Language(gimli::DW_LANG_C99);
    let producer = AttributeValue::StringRef(dwarf.strings.add("nyash-pack"));
    let entry = unit.get_mut(root);
    entry.set(gimli::DW_AT_producer, producer);
    entry.set(gimli::DW_AT_language, language);
    entry.set(
        gimli::DW_AT_name,
        AttributeValue::StringRef(dwarf.strings.add(name.replace('\0', ""))),
    );
    entry.set(gimli::DW_AT_low_pc, AttributeValue::Address(address(0)));
    entry.set(gimli::DW_AT_high_pc, AttributeValue::Udata(end.into()));
    for function in &version.functions {
        let shown = readable(&function.name).replace('\0', "");
        let own = unit.add(root, gimli::DW_TAG_subprogram);
        let entry = unit.get_mut(own);
        if shown != function.name {
            let linkage = dwarf.strings.add(function.name.replace('\0', ""));
            entry.set(gimli::DW_AT_linkage_name, AttributeValue::StringRef(linkage));
        }
        entry.set(gimli::DW_AT_name, AttributeValue::StringRef(dwarf.strings.add(shown)));
        entry.set(gimli::DW_AT_low_pc, AttributeValue::Address(address(function.start)));
        entry.set(gimli::DW_AT_high_pc, AttributeValue::Udata(function.len.into()));
        if let Some(first) = function.places.first() {
            entry.set(
                gimli::DW_AT_decl_file,
                AttributeValue::FileIndex(Some(files[first.file])),
            );
            entry.set(gimli::DW_AT_decl_line, AttributeValue::Udata(first.line.into()));
        }
    }
    unit
}

/// A section that remembers where addresses and offsets go.
#[derive(Clone)]
struct Marked {
    bytes: EndianVec<RunTimeEndian>,
    addresses: Vec<CodeAddress>,
    offsets: Vec<Relocation>,
}

impl RelocateWriter for Marked {
    type Writer = EndianVec<RunTimeEndian>;

    fn writer(&self) -> &Self::Writer {
        &self.bytes
    }

    fn writer_mut(&mut self) -> &mut Self::Writer {
        &mut self.bytes
    }

    fn relocate(&mut self, relocation: Relocation) {
        match relocation.target {
            RelocationTarget::Symbol(text) => self.addresses.push(CodeAddress {
                at: relocation.offset,
                text,
                offset: relocation.addend as u64,
            }),
            RelocationTarget::Section(_) => self.offsets.push(relocation),
        }
    }
}
