//! The structure of packed executables, read by another library than the one that writes them.

mod common;

use common::pack;
use goblin::elf::program_header::{PF_R, PF_W, PF_X, PT_GNU_STACK, PT_LOAD, PT_PHDR, ProgramHeader};
use goblin::elf::section_header::SHF_ALLOC;
use goblin::elf::{Elf, SectionHeader};
use nyash_pack::Options;

const PAGE: u64 = 4096;

#[test]
fn segments_and_sections_agree() {
    for module in [common::HELLO.to_owned(), common::module_with_image()] {
        let file = pack(&module, &Options::default());
        let elf = Elf::parse(&file).unwrap();
        let len = file.len() as u64;
        let loads: Vec<&ProgramHeader> = elf.program_headers.iter().filter(|p| p.p_type == PT_LOAD).collect();
        let sections: Vec<(&str, &SectionHeader)> = elf
            .section_headers
            .iter()
            .map(|section| (elf.shdr_strtab.get_at(section.sh_name).unwrap(), section))
            .collect();

        for load in &loads {
            assert_eq!(load.p_align, PAGE, "one alignment for all segments");
            assert_eq!(load.p_offset % PAGE, load.p_vaddr % PAGE, "{load:?}");
            assert!(
                load.p_filesz <= load.p_memsz && load.p_offset + load.p_filesz <= len,
                "{load:?}"
            );
            assert_ne!(
                load.p_flags & (PF_W | PF_X),
                PF_W | PF_X,
                "nothing is both writable and executable"
            );
        }
        for pair in loads.windows(2) {
            let page_of_end = (pair[0].p_vaddr + pair[0].p_memsz).next_multiple_of(PAGE);
            assert!(
                page_of_end <= pair[1].p_vaddr,
                "segments ascend and share no page: {pair:?}"
            );
            assert!(pair[0].p_offset + pair[0].p_filesz <= pair[1].p_offset, "{pair:?}");
        }

        // Every loaded section lies in one segment, with its rights, where the segment puts it.
        for (name, section) in sections.iter().filter(|(_, s)| s.sh_flags & u64::from(SHF_ALLOC) != 0) {
            let within = |load: &&&ProgramHeader| {
                load.p_vaddr <= section.sh_addr && section.sh_addr + section.sh_size <= load.p_vaddr + load.p_memsz
            };
            let load = loads
                .iter()
                .find(within)
                .unwrap_or_else(|| panic!("{name} is not loaded"));
            assert_eq!(section.is_executable(), load.p_flags & PF_X != 0, "{name}");
            if !section.is_writable() {
                assert_eq!(
                    section.sh_addr - load.p_vaddr,
                    section.sh_offset - load.p_offset,
                    "{name}"
                );
            }
        }

        // The payload: one segment for each section, without gaps in memory and in the file.
        let payload: Vec<&(&str, &SectionHeader)> = sections
            .iter()
            .filter(|(name, _)| [".nyash", ".nyash.text", ".nyash.image", ".nyash.end"].contains(name))
            .collect();
        let first = payload[0].1;
        let mut reached = (first.sh_addr, first.sh_offset);
        for (name, section) in &payload {
            assert_eq!((section.sh_addr, section.sh_offset), reached, "{name}");
            let is_last = section.sh_addr == payload[payload.len() - 1].1.sh_addr;
            let mark = if is_last {
                nyash_format::END_MARK.len() as u64
            } else {
                0
            };
            assert_eq!((section.sh_addr % PAGE, section.sh_size % PAGE), (0, mark), "{name}");
            let load = loads.iter().find(|load| load.p_vaddr == section.sh_addr).unwrap();
            assert_eq!(
                (load.p_filesz, load.p_memsz),
                (section.sh_size, section.sh_size),
                "{name}"
            );
            let rights = match *name {
                ".nyash.text" => PF_R | PF_X,
                ".nyash.image" => PF_R | PF_W,
                _ => PF_R,
            };
            assert_eq!(load.p_flags, rights, "{name}");
            reached = (section.sh_addr + section.sh_size, section.sh_offset + section.sh_size);
        }

        // The table of segments lies in the first segment, where AT_PHDR points, and the file ends with what is loaded.
        let table = elf.header.e_phoff..elf.header.e_phoff + 56 * elf.program_headers.len() as u64;
        assert_eq!(table.start, 64);
        assert!(table.end <= nyash_format::ELF_HEADERS_LEN as u64);
        assert_eq!((loads[0].p_offset, loads[0].p_vaddr), (0, 0));
        let phdr = &elf.program_headers[0];
        assert_eq!(phdr.p_type, PT_PHDR);
        assert_eq!((phdr.p_offset, phdr.p_vaddr, phdr.p_filesz), (64, 64, table.end - 64));
        let last = loads.last().unwrap();
        assert_eq!(last.p_offset + last.p_filesz, len);
        assert!(file.ends_with(&nyash_format::END_MARK));
        let stack = elf.program_headers.iter().find(|p| p.p_type == PT_GNU_STACK).unwrap();
        assert_eq!(stack.p_flags, PF_R | PF_W, "the stack is not executable");
        assert!(
            elf.interpreter.is_none() && elf.libraries.is_empty(),
            "nothing else is needed to run"
        );
        assert!(elf.is_64 && elf.little_endian && elf.entry != 0);
    }
}
