//! The symbol table of a compiled module, restored from the name table of a program.

use nyash_format::{ImageRuns, NameTable};
use object::elf::{self, FileHeader64, SectionHeader64, Sym64};
use object::pod::bytes_of;
use object::{Endianness, U16, U32, U64};

use super::reading::{Image, RUNS, TEXT, damaged, zeroed};
use crate::error::Result;

/// The image with its symbol table restored from the name table, so that disassemblers and the packer know the
/// functions again, and with the runs of its initial memory.
///
/// # Errors
/// [`Error::DamagedImage`].
pub fn with_symbols(image: &[u8], names: Option<&NameTable<'_>>, runs: ImageRuns<'_>) -> Result<Vec<u8>> {
    let parsed = Image::parse(image)?;
    let e = parsed.endian;
    let mut out = image.to_vec();
    let names = names.filter(|names| !names.is_empty());
    if names.is_none() && runs.is_empty() {
        return Ok(out);
    }
    let text_index = 1 + parsed.sections.iter().position(|s| s.name == TEXT).unwrap_or(0);
    let mut symbols = bytes_of(&zeroed::<Sym64<Endianness>>()).to_vec();
    let mut strings = vec![0];
    for (start, len, frame) in names.iter().flat_map(|names| names.functions()) {
        let mut symbol = zeroed::<Sym64<Endianness>>();
        symbol.st_name = U32::new(e, u32::try_from(strings.len()).map_err(damaged)?);
        symbol.st_info = elf::STT_FUNC;
        symbol.st_shndx = U16::new(e, text_index as u16);
        symbol.st_value = U64::new(e, start.into());
        symbol.st_size = U64::new(e, len.into());
        symbols.extend_from_slice(bytes_of(&symbol));
        strings.extend_from_slice(format!("wasm[0]::function[{}]", frame.index).as_bytes());
        if let Some(name) = frame.name {
            strings.extend_from_slice(b"::");
            strings.extend(name.bytes().filter(|byte| *byte != 0));
        }
        strings.push(0);
    }

    let mut headers = vec![zeroed::<SectionHeader64<Endianness>>()];
    let mut section_names = vec![0];
    let mut add = |name: &str, mut header: SectionHeader64<Endianness>| {
        header.sh_name = U32::new(e, section_names.len() as u32);
        section_names.extend_from_slice(name.as_bytes());
        section_names.push(0);
        headers.push(header);
    };
    for section in parsed.sections.iter().filter(|s| s.name != ".shstrtab") {
        add(section.name, *section.header);
    }
    let string_index = parsed.sections.iter().filter(|s| s.name != ".shstrtab").count() + 2;
    let mut append = |data: &[u8], kind: u32, align: usize| {
        out.resize(out.len().next_multiple_of(align), 0);
        let mut header = zeroed::<SectionHeader64<Endianness>>();
        header.sh_type = U32::new(e, kind);
        header.sh_offset = U64::new(e, out.len() as u64);
        header.sh_size = U64::new(e, data.len() as u64);
        header.sh_addralign = U64::new(e, align as u64);
        out.extend_from_slice(data);
        header
    };
    let mut table = append(&symbols, elf::SHT_SYMTAB, 8);
    table.sh_link = U32::new(e, string_index as u32);
    table.sh_info = U32::new(e, (symbols.len() / size_of::<Sym64<Endianness>>()) as u32);
    table.sh_entsize = U64::new(e, size_of::<Sym64<Endianness>>() as u64);
    add(".symtab", table);
    add(".strtab", append(&strings, elf::SHT_STRTAB, 1));
    if !runs.is_empty() {
        add(RUNS, append(runs.as_bytes(), elf::SHT_PROGBITS, 8));
    }
    add(".shstrtab", zeroed::<SectionHeader64<Endianness>>());
    let mut names_header = append(&section_names, elf::SHT_STRTAB, 1);
    if let Some(last) = headers.last_mut() {
        names_header.sh_name = last.sh_name;
        *last = names_header;
    }
    out.resize(out.len().next_multiple_of(8), 0);
    let mut header = *parsed.header;
    header.e_shoff = U64::new(e, out.len() as u64);
    header.e_shnum = U16::new(e, headers.len() as u16);
    header.e_shstrndx = U16::new(e, (headers.len() - 1) as u16);
    for header in &headers {
        out.extend_from_slice(bytes_of(header));
    }
    out[..size_of::<FileHeader64<Endianness>>()].copy_from_slice(bytes_of(&header));
    Ok(out)
}
