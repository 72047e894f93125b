//! The structures that the tests of this crate work on.

use nyash_format::{
    CompatKey, CpuLevel, Engine, Header, MetadataWriter, NameTableBuilder, Preopen, Record, Region, RegionKind, Slot,
    capability, digest,
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
    names.position(16, file, 3, 5);
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
