//! Whatever bytes a reader is given, it answers and does not panic; and no damage goes unnoticed.

mod common;

use common::Random;
use nyash_format::{
    CpuFeatures, CpuLevel, FormatError, HashOf, Header, ImageRuns, Invoke, Metadata, MetadataWriter, NameTable, Part,
    Record, Records, Region, RegionKind, Run, SLOT_LEN, Slot,
};

/// Gives bytes to every parser, and looks at everything that a parser gives back.
fn read_all(bytes: &[u8]) {
    let _ = Slot::parse(bytes).map(|slot| slot.split(bytes).map(|_| ()));
    for payload_len in [0, bytes.len() as u64, u64::MAX] {
        if let Ok(header) = Header::parse(bytes, payload_len) {
            for region in header.regions() {
                assert!(region.offset + region.len <= payload_len);
            }
            assert!(header.nth(RegionKind::Module, 64).is_none());
        }
    }
    let _ = Metadata::parse(bytes);
    if let Ok(runs) = ImageRuns::parse(bytes) {
        assert_eq!(runs.iter().count() * 8, bytes.len());
        assert!(runs.image_len() >= ImageRuns::PAGE);
    }
    assert!(Records::new(bytes).count() <= bytes.len());
    if let Ok(names) = NameTable::parse(bytes) {
        for offset in [0, 1, 15, 16, 20, 47, 48, 1000, u32::MAX - 1, u32::MAX] {
            let _ = names.find(offset);
            let _ = names.function(offset);
        }
        assert!(names.functions().count() <= names.len());
    }
}

/// A program with two versions and everything that can stand in for them.
fn header_of_versions() -> Vec<u8> {
    let region = |kind, cpu, offset| Region {
        kind,
        cpu,
        offset,
        len: 1024,
        key: 7,
    };
    let baseline = CpuLevel::Baseline;
    Header::write(&[
        region(RegionKind::Module, CpuLevel::X86V3, 1024),
        region(RegionKind::Module, baseline, 2048),
        region(RegionKind::Text, CpuLevel::X86V3, 1024),
        region(RegionKind::Text, baseline, 2048),
        region(RegionKind::Bytecode, baseline, 3072),
    ])
    .unwrap()
}

fn samples() -> Vec<Vec<u8>> {
    vec![
        common::slot().to_bytes().to_vec(),
        Slot::EMPTY.to_vec(),
        common::header(),
        common::metadata(),
        common::names(),
        header_of_versions(),
        runs(),
    ]
}

#[test]
fn random_bytes() {
    let mut random = Random(1);
    for round in 0..20_000 {
        let len = random.below(300);
        let mut bytes = random.bytes(len);
        // Half of them get past the magic number and the version.
        if round % 2 == 0 {
            let sample = &samples()[random.below(7)];
            let head = 12.min(bytes.len());
            bytes[..head].copy_from_slice(&sample[..head]);
        }
        read_all(&bytes);
    }
}

#[test]
fn every_truncation_and_extension() {
    for sample in samples() {
        for len in 0..sample.len() {
            read_all(&sample[..len]);
        }
        read_all(&[sample.as_slice(), &[0; 64]].concat());
        read_all(&[sample.as_slice(), &[0xff; 64]].concat());
    }
}

#[test]
fn every_byte_changed() {
    for sample in samples() {
        for at in 0..sample.len() {
            for value in 0..=255 {
                let mut bytes = sample.clone();
                bytes[at] = value;
                read_all(&bytes);
            }
        }
    }
}

#[test]
fn several_bytes_changed() {
    let mut random = Random(2);
    for _ in 0..20_000 {
        let mut bytes = samples().swap_remove(random.below(7));
        for _ in 0..1 + random.below(6) {
            let at = random.below(bytes.len());
            // The ends of the range of lengths are where sums overflow.
            bytes[at] = [0, 1, 0x7f, 0x80, 0xff, random.next() as u8][random.below(6)];
        }
        read_all(&bytes);
    }
}

#[test]
fn no_changed_bit_goes_unnoticed() {
    let slot = common::slot();
    for at in 0..SLOT_LEN * 8 {
        let mut bytes = slot.to_bytes();
        bytes[at / 8] ^= 1 << (at % 8);
        assert!(Slot::parse(&bytes).is_err(), "bit {at}");
    }
    let payload = [common::header(), common::metadata(), vec![0; 8192]].concat();
    let covered = (slot.header_len + slot.metadata_len) as usize;
    assert!(slot.split(&payload).is_ok());
    for at in 0..covered * 8 {
        let mut bytes = payload.clone();
        bytes[at / 8] ^= 1 << (at % 8);
        assert_eq!(slot.split(&bytes), Err(FormatError::Digest(Part::Header)), "bit {at}");
    }
}

#[test]
fn what_is_unknown_is_refused_when_it_is_critical() {
    let record = |tag: u16, flags: u16| {
        let mut bytes = common::metadata();
        bytes.extend_from_slice(&tag.to_le_bytes());
        bytes.extend_from_slice(&flags.to_le_bytes());
        bytes.extend_from_slice(&3u32.to_le_bytes());
        bytes.extend_from_slice(b"xyz\0\0\0\0\0");
        bytes
    };
    assert!(Metadata::parse(&record(999, 0)).is_ok());
    assert!(matches!(
        Metadata::parse(&record(999, 1)),
        Err(FormatError::Unknown { number: 999, .. })
    ));
    // A record that may stand once.
    assert!(Metadata::parse(&record(9, 0)).is_err());

    let mut header = common::header();
    header[24] = 200;
    assert!(matches!(
        Header::parse(&header, 8192),
        Err(FormatError::Unknown { number: 200, .. })
    ));
    header[26] = 0;
    assert_eq!(Header::parse(&header, 8192).unwrap().regions().count(), 2);

    for (sample, at) in [
        (common::header(), 8),
        (common::slot().to_bytes().to_vec(), 8),
        (common::names(), 8),
    ] {
        let mut bytes = sample;
        bytes[at] = 9;
        let errors = [
            Slot::parse(&bytes).err(),
            Header::parse(&bytes, 8192).err(),
            NameTable::parse(&bytes).err(),
        ];
        let refused = |e: &Option<FormatError>| matches!(e, Some(FormatError::Version { found: 9, .. }));
        assert_eq!(errors.iter().filter(|e| refused(e)).count(), 1);
    }
}

#[test]
fn versions_stand_in_order() {
    let bytes = header_of_versions();
    let header = Header::parse(&bytes, common::PAYLOAD_LEN).unwrap();
    let cpu = |index| header.nth(RegionKind::Module, index).map(|region| region.cpu);
    assert_eq!(
        [cpu(0), cpu(1), cpu(2)],
        [Some(CpuLevel::X86V3), Some(CpuLevel::Baseline), None]
    );
    // What a program can do without is not critical.
    for (region, critical) in bytes[24..].chunks(32).zip([1, 1, 1, 1, 0]) {
        assert_eq!(region[2], critical, "kind {}", region[0]);
    }
}

#[test]
fn the_features_of_native_stand_once() {
    let record = Record::CpuFeatures(CpuFeatures::from_bits(0x8000_0000_0000_0fff));
    let mut writer = MetadataWriter::new();
    writer.push(record).unwrap();
    let record = writer.finish();
    let with = |count: usize| [common::metadata(), record.repeat(count)].concat();
    let features = |count| Metadata::parse(&with(count)).map(|metadata| metadata.native_features.bits());
    assert_eq!(features(0), Ok(0));
    assert_eq!(features(1), Ok(0x8000_0000_0000_0fff));
    assert!(features(2).is_err());
    let short = [&record[..4], &[4, 0, 0, 0], &record[8..]].concat();
    assert!(Metadata::parse(&[common::metadata(), short].concat()).is_err());
}

#[test]
fn what_is_invoked_stands_once() {
    for is_main in [false, true] {
        let invoke = Invoke { name: "add", is_main };
        let mut writer = MetadataWriter::new();
        writer.push(Record::Invoke(invoke)).unwrap();
        let record = writer.finish();
        let with = |count: usize| [common::metadata(), record.repeat(count)].concat();
        assert_eq!(Metadata::parse(&with(0)).unwrap().invoke, None);
        assert_eq!(Metadata::parse(&with(1)).unwrap().invoke, Some(invoke));
        assert!(Metadata::parse(&with(2)).is_err());
    }
    for bad in [&[][..], &[0; 3], &[2, 0, 0, 0, b'a'], &[0, 0, 0, 0, 0xff]] {
        assert!(Invoke::parse(bad).is_err(), "{bad:?}");
    }
}

/// Two memories; the first has a hole.
fn runs() -> Vec<u8> {
    let run = |distance, count| Run { distance, count };
    ImageRuns::to_bytes(&[run(0, 2), run(300, 1), run(0, 70_000)])
}

#[test]
fn runs_do_not_overlap_and_stand_once() {
    let bytes = runs();
    let read = ImageRuns::parse(&bytes).unwrap();
    assert_eq!(read.image_len(), (2 + 1 + 70_000) * 4096);
    let mut writer = MetadataWriter::new();
    writer.push(Record::ImageRuns(read)).unwrap();
    let record = writer.finish();
    let with = |count: usize| [common::metadata(), record.repeat(count)].concat();
    assert_eq!(Metadata::parse(&with(1)).unwrap().image_runs, read);
    assert!(Metadata::parse(&with(0)).unwrap().image_runs.is_empty());
    assert!(Metadata::parse(&with(2)).is_err());
    let refused = |runs: &[(u32, u32)]| {
        let runs: Vec<Run> = runs.iter().map(|&(distance, count)| Run { distance, count }).collect();
        ImageRuns::parse(&ImageRuns::to_bytes(&runs)).is_err()
    };
    assert!(!refused(&[(0, 1), (1, 1), (0, 1)]));
    for bad in [
        &[][..],
        &[(1, 1)],
        &[(0, 0)],
        &[(0, 2), (1, 1)],
        &[(0, 1), (u32::MAX, 1)],
        &[(0, 1), (5, 0)],
    ] {
        assert!(refused(bad), "{bad:?}");
    }
    assert!(ImageRuns::parse(&bytes[..bytes.len() - 1]).is_err());
}

#[test]
fn subjects_of_hashes_count() {
    for of in [
        HashOf::Input,
        HashOf::Module(0),
        HashOf::Module(3),
        HashOf::Names(65535),
        HashOf::Bytecode,
    ] {
        let mut writer = MetadataWriter::new();
        writer.push(Record::Sha256(of, &[7; 32])).unwrap();
        let bytes = [common::metadata(), writer.finish()].concat();
        assert_eq!(Metadata::parse(&bytes).unwrap().hashes, [(of, &[7; 32])]);
        let twice = [bytes.clone(), bytes[common::metadata().len()..].to_vec()].concat();
        assert!(Metadata::parse(&twice).is_err());
    }
}

#[test]
fn a_writer_cannot_write_what_a_reader_refuses() {
    for record in [
        Record::EnvSet(b"=x"),
        Record::EnvSet(b"none"),
        Record::EnvPass(b""),
        Record::EnvPass(b"A=b"),
        Record::EnvPass(b"A\0"),
        Record::Arg(b"a\0b"),
        Record::Argv0(b"\0"),
        Record::Capabilities(1 << 31),
        Record::InheritFd(2),
        Record::InheritFd(1024),
    ] {
        assert!(MetadataWriter::new().push(record).is_err(), "{record:?}");
    }
}
