//! The structures that the tests of this crate work on.
#![allow(dead_code, reason = "each test uses its part")]

use nyash_format::{
    CompatKey, CpuLevel, EmbedFile, EmbedFolder, EmbedTree, Engine, FormatError, Header, MetadataWriter,
    NameTableBuilder, Position, Preopen, Record, Region, RegionKind, Scope, Slot, capability, digest,
    write_embed_index,
};

pub const PAYLOAD_LEN: u64 = 8192;

pub fn engine() -> Engine {
    Engine {
        memory_reservation: 4 << 30,
        memory_guard_size: 32 << 20,
        memory_reservation_for_growth: 2 << 30,
        max_wasm_stack: 7 << 20,
        signals_based_traps: true,
        memory_init_cow: true,
        gc: false,
    }
}

pub fn key() -> CompatKey<'static> {
    CompatKey {
        wasmtime: "48.0.8",
        target: "x86_64-linux",
        cpu: CpuLevel::Baseline,
        engine: engine(),
    }
}

pub fn metadata() -> Vec<u8> {
    let mut metadata = MetadataWriter::new();
    for record in [
        Record::Engine(engine()),
        Record::Capabilities(capability::INHERIT_ENV),
        Record::Preopen(Preopen {
            host: b"/srv",
            guest: b"/data",
            read_only: true,
        }),
        Record::EnvSet(b"A=b"),
        Record::Name("hello"),
    ] {
        metadata.push(record).unwrap();
    }
    metadata.finish()
}

pub fn names() -> Vec<u8> {
    let mut names = NameTableBuilder::new();
    let main = names.string("main").unwrap();
    let file = names.string("a.c").unwrap();
    names.function(16, 32, 7, main);
    let call = Position {
        file,
        line: 3,
        column: 5,
        scope: 0,
    };
    let name = names.string("half").unwrap();
    let scope = names.scope(Scope { name, call }).unwrap();
    names.position(16, call);
    let (line, column) = (9, 0);
    names.position(
        24,
        Position {
            file,
            line,
            column,
            scope,
        },
    );
    names.finish().unwrap()
}

pub fn header() -> Vec<u8> {
    let region = |kind, offset, len, key| Region {
        kind,
        cpu: CpuLevel::Baseline,
        offset,
        len,
        key,
    };
    Header::write(&[
        region(RegionKind::Module, 4096, 4096, key().hash()),
        region(RegionKind::Text, 4096, 4096, 0),
        region(RegionKind::Names, 256, names().len() as u64, 0),
    ])
    .unwrap()
}

pub fn slot() -> Slot {
    let (header, metadata) = (header(), metadata());
    Slot {
        payload_offset: 65536,
        payload_len: PAYLOAD_LEN,
        header_len: header.len() as u32,
        metadata_len: metadata.len() as u32,
        digest: digest(&[header, metadata].concat()),
    }
}

/// The folder `/data` with the files `a/b` (`hello\n`, twice: `f` is the same) and `e` (nothing), and links; 12 bytes of files.
pub fn embedded() -> Vec<u8> {
    let folder = |entries: Vec<(&str, EmbedTree<&'static str>)>| {
        let entries = entries.into_iter().map(|(name, tree)| (name.into(), tree));
        EmbedTree::Directory(entries.collect::<EmbedFolder<_>>())
    };
    let roots = EmbedFolder::from([(
        b"/data".to_vec(),
        folder(vec![
            ("a", folder(vec![("b", EmbedTree::File("hello\n"))])),
            ("e", EmbedTree::File("")),
            ("f", EmbedTree::File("hello\n")),
            ("l", EmbedTree::Link(b"a/b".to_vec())),
            ("loop", EmbedTree::Link(b"loop".to_vec())),
            ("other", EmbedTree::File("world\n")),
        ]),
    )]);
    let mut data = String::new();
    let index = write_embed_index(&roots, |text| {
        let offset = data.find(text).unwrap_or(data.len());
        if offset == data.len() {
            data.push_str(text);
        }
        Ok::<_, FormatError>(EmbedFile {
            offset: offset as u64,
            len: text.len() as u64,
            sha256: [text.len() as u8; 32],
        })
    });
    assert_eq!(data.len(), 12);
    index.unwrap()
}

/// A generator with a fixed start (xorshift64*), so that a failure happens again.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }
}
