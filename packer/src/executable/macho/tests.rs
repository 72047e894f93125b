//! Packing into small made-up runtimes, read back by goblin.

use goblin::mach::MachO;
use goblin::mach::load_command::{CommandVariant, DysymtabCommand, SymtabCommand};
use nyash_format::{SLOT_LEN, Slot, Target, section};
use sha2::{Digest, Sha256};

use crate::executable::Executable;
use crate::executable::parts::{Access, Contents, Part};
use crate::image::labels::Symbol;

const PAGE: usize = 16 << 10;
const BASE: u64 = 0x1_0000_0000;
/// In its middle a local and an external symbol, two references to symbols (to the second, and to one that is local), and
/// the names.
const LINKEDIT: &[u8] = b"rebase..bind....exports.starts..\
    \x01\0\0\0\x0e\x01\0\0LOCALPOS\x08\0\0\0\x0f\x01\0\0EXTERNAL\x01\0\0\0\0\0\0\x80\0_local\0_main\0..";
/// Length of what comes before the symbols.
const BEFORE_SYMBOLS: usize = 32;

/// What a made-up runtime looks like.
#[derive(Clone, Copy)]
struct Shape {
    /// Bytes between the load commands and the first section.
    room: usize,
    /// A load command that is added.
    extra: Option<u32>,
    signed: bool,
    linkedit_last: bool,
}

const GOOD: Shape = Shape {
    room: 1024,
    extra: None,
    signed: true,
    linkedit_last: true,
};

#[derive(Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn u32(&mut self, values: &[u32]) {
        values.iter().for_each(|value| self.0.extend(value.to_le_bytes()));
    }

    fn u64(&mut self, values: &[u64]) {
        values.iter().for_each(|value| self.0.extend(value.to_le_bytes()));
    }

    fn name(&mut self, name: &str) {
        let mut place = [0; 16];
        place[..name.len()].copy_from_slice(name.as_bytes());
        self.0.extend(place);
    }

    /// A segment: name, address, file offset, length, rights, and its sections by name, offset in it and length.
    fn segment(&mut self, name: &str, (at, offset, len): (u64, u64, u64), rights: u32, sections: &[(&str, u64, u64)]) {
        self.u32(&[0x19, 72 + 80 * sections.len() as u32]);
        self.name(name);
        let memory = if name == "__PAGEZERO" {
            BASE
        } else {
            len.next_multiple_of(PAGE as u64)
        };
        self.u64(&[at, memory, offset, len]);
        self.u32(&[rights, rights, sections.len() as u32, 0]);
        for (section, start, len) in sections {
            self.name(section);
            self.name(name);
            self.u64(&[at + start, *len]);
            self.u32(&[(offset + start) as u32, 3, 0, 0, 0, 0, 0, 0]);
        }
    }
}

/// A runtime of two pages: one of code and constants, one of variables, and `__LINKEDIT` behind them.
fn runtime(shape: Shape) -> Vec<u8> {
    let (text_len, data_at) = (PAGE as u64, PAGE as u64);
    let linkedit_at = 2 * PAGE as u64;
    let signature_at = (linkedit_at as usize + LINKEDIT.len()).next_multiple_of(16);
    let signature_len = if shape.signed { 24 } else { 0 };
    let linkedit_len = signature_at as u64 + signature_len - linkedit_at;
    // The first pass only tells how long the commands are.
    let mut first_section = 0;
    let mut commands = Bytes::default();
    let mut count = 0;
    for _ in 0..2 {
        commands = Bytes::default();
        let at = first_section as u64;
        commands.segment("__PAGEZERO", (0, 0, 0), 0, &[]);
        commands.segment(
            "__TEXT",
            (BASE, 0, text_len),
            5,
            &[
                ("__text", at, 64),
                ("__nyash_slot", at + 64, 56),
                ("__nyash_info", at + 120, 8),
            ],
        );
        let data = (BASE + data_at, data_at, PAGE as u64);
        let linkedit = (BASE + linkedit_at, linkedit_at, linkedit_len);
        if shape.linkedit_last {
            commands.segment("__DATA", data, 3, &[("__data", 0, 32)]);
            commands.segment("__LINKEDIT", linkedit, 1, &[]);
        } else {
            commands.segment("__LINKEDIT", linkedit, 1, &[]);
            commands.segment("__DATA", data, 3, &[("__data", 0, 32)]);
        }
        let at = linkedit_at as u32;
        commands.u32(&[0x8000_0022, 48, at, 8, at + 8, 8, 0, 0, 0, 0, at + 16, 8]);
        commands.u32(&[2, 24, at + 32, 2, at + 72, 16]);
        commands.u32(&[0xb, 80, 0, 1, 1, 1, 2, 0]);
        commands.u32(&[0, 0, 0, 0, 0, 0, at + 64, 2, 0, 0, 0, 0]);
        commands.u32(&[0x1b, 24, 1, 2, 3, 4]);
        commands.u32(&[0x26, 16, at + 24, 8]);
        commands.u32(&[0x8000_0028, 24, first_section as u32, 0, 0, 0]);
        count = 10;
        if let Some(kind) = shape.extra {
            commands.u32(&[kind, 16, at, 8]);
            count += 1;
        }
        if shape.signed {
            commands.u32(&[0x1d, 16, signature_at as u32, signature_len as u32]);
            count += 1;
        }
        first_section = (32 + commands.0.len() + shape.room).next_multiple_of(8);
    }
    let mut file = Bytes::default();
    file.u32(&[
        0xfeed_facf,
        0x0100_000c,
        0,
        2,
        count,
        commands.0.len() as u32,
        0x20_0085,
        0,
    ]);
    file.0.extend(&commands.0);
    file.0.resize(first_section, 0);
    file.0.extend([0xd4; 64]);
    file.0.extend(Slot::EMPTY);
    file.0.extend(b"a=b\nc=d\n");
    file.0.resize(data_at as usize, 0);
    file.0.resize(linkedit_at as usize, 7);
    file.0.extend(LINKEDIT);
    file.0.resize(signature_at, 0);
    file.0.resize(signature_at + signature_len as usize, 0xee);
    file.0
}

fn parts() -> [Part; 4] {
    let part = |section, page: usize, access| Part {
        section,
        range: page * PAGE..(page + 1) * PAGE,
        access,
    };
    [
        part(section::PAYLOAD, 0, Access::Read),
        part(section::TEXT, 1, Access::Execute),
        part(section::TAIL, 2, Access::Read),
        part(section::IMAGE, 3, Access::Write),
    ]
}

/// Packs a payload of four pages, each filled with its number, and returns the file and the payload's address.
fn pack(runtime: &[u8]) -> crate::Result<(Vec<u8>, u64)> {
    pack_with(runtime, &[])
}

fn pack_with(runtime: &[u8], symbols: &[Vec<Symbol>]) -> crate::Result<(Vec<u8>, u64)> {
    let target = Target::Aarch64Macos;
    let runtime = Executable::parse(runtime)?;
    let parts = parts();
    let contents = Contents {
        debug: &[],
        parts: &parts,
        to_text: 0,
        symbols,
        page: PAGE,
    };
    let (mut out, address) = runtime.start_packing(target, &contents)?;
    let start = out.len();
    for page in 1..=4 {
        out.resize(start + page * PAGE, page as u8);
    }
    let payload = start..out.len();
    runtime.finish_packing(&mut out, payload, address, &contents, target)?;
    runtime.seal(&mut out)?;
    Ok((out, address))
}

fn refusal(shape: Shape) -> String {
    pack(&runtime(shape)).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn the_payload_lies_before_linkedit() {
    let (file, address) = pack(&runtime(GOOD)).unwrap();
    assert_eq!(address, BASE + 2 * PAGE as u64);
    let mach = MachO::parse(&file, 0).unwrap();
    let names: Vec<&str> = mach.segments.iter().map(|segment| segment.name().unwrap()).collect();
    let expected = [
        "__PAGEZERO",
        "__TEXT",
        "__DATA",
        "__NYASH",
        "__NYASH_TEXT",
        "__NYASH_TAIL",
        "__NYASH_IMAGE",
        "__LINKEDIT",
    ];
    assert_eq!(names, expected);
    let rights: Vec<u32> = mach.segments.iter().map(|segment| segment.initprot).collect();
    assert_eq!(rights, [0, 5, 3, 1, 5, 1, 3, 1]);
    // Everything follows without a gap or an overlap, in memory and in the file, at whole pages.
    for pair in mach.segments[1..].windows(2) {
        assert_eq!(pair[0].fileoff + pair[0].filesize, pair[1].fileoff);
        assert_eq!(pair[0].vmaddr + pair[0].vmsize, pair[1].vmaddr);
        assert_eq!(pair[1].vmaddr % PAGE as u64, 0);
    }
    let linkedit = mach.segments.iter().next_back().unwrap();
    assert_eq!(linkedit.fileoff + linkedit.filesize, file.len() as u64);
    assert_eq!(
        &file[linkedit.fileoff as usize..][..BEFORE_SYMBOLS],
        &LINKEDIT[..BEFORE_SYMBOLS]
    );
    let own = Executable::parse(&file).unwrap();
    for (page, part) in parts().iter().enumerate() {
        let found = own.section(part.section).unwrap();
        assert_eq!(own.at(found.address, found.len).unwrap(), [page as u8 + 1; PAGE]);
    }
    assert_eq!(own.at(address, 4 * PAGE as u64).unwrap().len(), 4 * PAGE);
    assert_eq!(own.section(section::SLOT).unwrap().len, SLOT_LEN as u64);
}

#[test]
fn what_points_into_linkedit_moves_along() {
    let before = runtime(GOOD);
    let (after, _) = pack(&before).unwrap();
    let contents = |file: &[u8]| {
        let mut found = Vec::new();
        let at = |offset: u32, len: u32| file[offset as usize..(offset + len) as usize].to_vec();
        for command in MachO::parse(file, 0).unwrap().load_commands {
            match command.command {
                CommandVariant::DyldInfoOnly(info) => {
                    found.push(at(info.rebase_off, info.rebase_size));
                    found.push(at(info.bind_off, info.bind_size));
                    found.push(at(info.export_off, info.export_size));
                    // What is not there stays so.
                    assert_eq!((info.weak_bind_off, info.lazy_bind_off), (0, 0));
                }
                CommandVariant::FunctionStarts(starts) => found.push(at(starts.dataoff, starts.datasize)),
                _ => {}
            }
        }
        found
    };
    assert_eq!(contents(&before).len(), 4);
    assert_eq!(contents(&before), contents(&after));
}

/// Name, address, type and section.
type Named = (String, u64, u8, u8);

/// The symbols of a file, and its commands about them.
fn symbols(file: &[u8]) -> (Vec<Named>, SymtabCommand, DysymtabCommand) {
    let mach = MachO::parse(file, 0).unwrap();
    let found = mach.symbols().map(|symbol| {
        let (name, entry) = symbol.unwrap();
        (name.to_owned(), entry.n_value, entry.n_type, entry.n_sect as u8)
    });
    let found = found.collect();
    let mut commands = mach.load_commands.iter();
    let symtab = commands.find_map(|command| match &command.command {
        CommandVariant::Symtab(table) => Some(*table),
        _ => None,
    });
    let dysymtab = commands.find_map(|command| match &command.command {
        CommandVariant::Dysymtab(table) => Some(*table),
        _ => None,
    });
    (found, symtab.unwrap(), dysymtab.unwrap())
}

#[test]
fn packed_functions_stand_for_the_runtimes() {
    let symbol = |start, name: &str| Symbol {
        start,
        len: 16,
        name: name.to_owned(),
    };
    let functions = [vec![
        symbol(0, "_ZN3app4workE"),
        symbol(48, "function[7]"),
        symbol(64, "main"),
    ]];
    let (file, address) = pack_with(&runtime(GOOD), &functions).unwrap();
    let (found, symtab, dysymtab) = symbols(&file);
    let text = address + PAGE as u64;
    let external = u64::from_le_bytes(*b"EXTERNAL");
    // The code is section 6, counted from 1: three are in __TEXT, one is in __DATA, and one is __nyash.
    let expected = [
        ("__ZN3app4workE", text, 0x0e, 6),
        ("_function[7]", text + 48, 0x0e, 6),
        ("_main", text + 64, 0x0e, 6),
        ("_main", external, 0x0f, 1),
    ];
    assert_eq!(
        found,
        expected.map(|(name, at, kind, section)| (name.to_owned(), at, kind, section))
    );
    let mach = MachO::parse(&file, 0).unwrap();
    let section = mach.segments.sections().flatten().nth(5).unwrap().unwrap().0;
    assert_eq!(section.name().unwrap(), "__nyash_text");
    assert_eq!(Executable::parse(&file).unwrap().symbols(), 3);
    assert_eq!((dysymtab.ilocalsym, dysymtab.nlocalsym), (0, 3));
    assert_eq!((dysymtab.iextdefsym, dysymtab.nextdefsym), (3, 1));
    assert_eq!((dysymtab.iundefsym, dysymtab.nundefsym), (4, 0));
    assert_eq!(
        &file[dysymtab.indirectsymoff as usize..][..8],
        [3, 0, 0, 0, 0, 0, 0, 0x80]
    );

    // In the order of linkers and without gaps, names last: Apple's strip takes nothing else.
    assert_eq!(dysymtab.indirectsymoff, symtab.symoff + 4 * 16);
    assert_eq!(symtab.stroff, dysymtab.indirectsymoff + 8);
    let signature = mach.load_commands.iter().find_map(|command| match command.command {
        CommandVariant::CodeSignature(signature) => Some(signature.dataoff),
        _ => None,
    });
    assert_eq!(
        (symtab.stroff + symtab.strsize).next_multiple_of(16),
        signature.unwrap()
    );
}

#[test]
fn without_symbols_only_those_stay_that_are_bound() {
    let (file, _) = pack(&runtime(GOOD)).unwrap();
    let (found, symtab, dysymtab) = symbols(&file);
    assert_eq!(found, [("_main".to_owned(), u64::from_le_bytes(*b"EXTERNAL"), 0x0f, 1)]);
    assert_eq!((symtab.nsyms, dysymtab.nlocalsym, dysymtab.iextdefsym), (1, 0, 0));
    assert_eq!(Executable::parse(&file).unwrap().symbols(), 0);
}

#[test]
fn the_entry_point_asks_for_the_stack() {
    let mut file = runtime(GOOD);
    crate::executable::macho::set_stack(&mut file, 73 << 20).unwrap();
    let sizes: Vec<u64> = MachO::parse(&file, 0)
        .unwrap()
        .load_commands
        .iter()
        .filter_map(|command| match command.command {
            CommandVariant::Main(main) => Some(main.stacksize),
            _ => None,
        })
        .collect();
    assert_eq!(sizes, [73 << 20]);
}

#[test]
fn every_page_is_hashed() {
    for signed in [true, false] {
        let (file, _) = pack(&runtime(Shape { signed, ..GOOD })).unwrap();
        let commands = MachO::parse(&file, 0).unwrap().load_commands;
        let signature = commands.iter().find_map(|command| match command.command {
            CommandVariant::CodeSignature(signature) => Some(signature),
            _ => None,
        });
        let signature = signature.unwrap();
        let start = signature.dataoff as usize;
        assert_eq!(start + signature.datasize as usize, file.len());
        let field = |at: usize| u32::from_be_bytes(file[start + at..start + at + 4].try_into().unwrap());
        let long = |at: usize| u64::from(field(at)) << 32 | u64::from(field(at + 4));
        assert_eq!((field(0), field(8), field(16)), (0xfade_0cc0, 1, 20));
        assert_eq!((field(20), field(28), field(32)), (0xfade_0c02, 0x2_0400, 0x2_0002));
        let (hashes, pages) = (20 + field(36) as usize, field(48) as usize);
        assert_eq!(field(52) as usize, start, "the limit is where the signature starts");
        // Executable segment: from 0, as long as __TEXT, main binary.
        assert_eq!((long(84), long(92), long(100)), (0, PAGE as u64, 1));
        assert_eq!(&file[start + 108..start + hashes], b"nyash-program\0");
        assert_eq!(pages, start.div_ceil(4096));
        for (number, page) in file[..start].chunks(4096).enumerate() {
            let stored = &file[start + hashes + 32 * number..][..32];
            assert_eq!(stored, Sha256::digest(page).as_slice(), "page {number}");
        }
        assert!(!start.is_multiple_of(4096), "the last page is shorter than the others");
    }
}

#[test]
fn programs_have_uuids_of_their_own() {
    let mut other = runtime(GOOD);
    let slot = other.windows(8).position(|bytes| bytes == &Slot::EMPTY[..8]).unwrap();
    other[slot + 40] ^= 1;
    let uuid = |runtime: &[u8]| {
        let (file, _) = pack(runtime).unwrap();
        let commands = MachO::parse(&file, 0).unwrap().load_commands;
        commands.iter().find_map(|command| match command.command {
            CommandVariant::Uuid(uuid) => Some(uuid.uuid),
            _ => None,
        })
    };
    assert_eq!(uuid(&runtime(GOOD)), uuid(&runtime(GOOD)));
    assert_ne!(uuid(&runtime(GOOD)), uuid(&other));
    assert_ne!(uuid(&runtime(GOOD)), None);
}

#[test]
fn what_cannot_be_carried_over_is_refused() {
    let with = |extra| {
        refusal(Shape {
            extra: Some(extra),
            ..GOOD
        })
    };
    assert!(with(0x7e).contains("a load command that nyash-pack does not know (0x7e)"));
    assert!(with(0x8000_0034).contains("-no_fixup_chains"));
    // A second signature.
    assert!(with(0x1d).contains("not the end of __LINKEDIT"));
    assert!(refusal(Shape { room: 0, ..GOOD }).contains("-headerpad"));
    let four = 4 * (72 + 80);
    assert!(refusal(Shape { room: four - 8, ..GOOD }).contains("has room for"));
    assert!(pack(&runtime(Shape { room: four, ..GOOD })).is_ok());
    let inside_out = Shape {
        linkedit_last: false,
        ..GOOD
    };
    assert!(refusal(inside_out).contains("not __LINKEDIT"));
    // Adding the command for a signature needs room as well.
    let unsigned = Shape {
        room: four,
        signed: false,
        ..GOOD
    };
    assert!(refusal(unsigned).contains("has room for"));
}

/// Files of other kinds have answers of their own.
#[test]
fn other_files_are_told_apart() {
    let answer = |bytes: &[u8]| match Executable::parse(bytes) {
        Ok(_) => "good".to_owned(),
        Err(error) => error.to_string(),
    };
    let good = runtime(GOOD);
    assert_eq!(answer(&good), "good");
    let mut library = good.clone();
    library[12] = 6;
    assert!(answer(&library).contains("no executable"));
    let mut powerpc = good.clone();
    powerpc[4] = 18;
    assert!(answer(&powerpc).contains("another processor"));
    assert!(answer(b"\xca\xfe\xba\xbe\0\0\0\x02").contains("several processors"));
    for len in [4, 31, 40, 300, PAGE, good.len() - 1] {
        assert!(answer(&good[..len]).contains("cut short"), "{len}");
    }
}

/// Damage anywhere in the tables, alone or in heaps, is an answer: a refusal, or a file that is made all the same.
#[test]
fn damaged_runtimes_do_not_crash() {
    let good = runtime(GOOD);
    let commands = good.windows(8).position(|bytes| bytes == [0xd4; 8]).unwrap();
    let mut refused = 0;
    for at in 4..commands {
        for value in [0, 1, 0x7f, 0xff] {
            let mut bad = good.clone();
            bad[at] = value;
            refused += u32::from(pack(&bad).is_err());
        }
    }
    assert!(refused > 500, "{refused}");
    // xorshift64: any sequence will do, and this one is the same every time.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for _ in 0..5000 {
        let mut bad = good.clone();
        for _ in 0..=random(6) {
            let at = random(commands);
            let value: u64 = [0, 1, u64::MAX, u64::MAX - 0x3fff, 1 << 31, 1 << 63, BASE][random(7)];
            let len = [1, 4, 8][random(3)];
            bad[at..at + len].copy_from_slice(&value.to_le_bytes()[..len]);
        }
        if random(4) == 0 {
            bad.truncate(random(good.len()));
        }
        if let Ok((file, _)) = pack(&bad) {
            assert!(Executable::parse(&file).is_ok());
        }
    }
}
