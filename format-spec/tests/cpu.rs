//! CPU levels and features are those of the table in `SPEC.md`.

use std::path::Path;

use nyash_format::{CpuArch, CpuFeatures, CpuLevel};

/// The cells of the table's rows, one half: bit, feature, levels.
fn rows(half: usize) -> Vec<(usize, String, Vec<String>)> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("SPEC.md")).unwrap();
    let (_, section) = text.split_once("## CPU features").unwrap();
    let table = section.lines().skip_while(|line| !line.starts_with("|---"));
    let rows = table.skip(1).take_while(|line| line.starts_with('|'));
    rows.filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [bit, name, levels] = cells[1 + 4 * half..4 + 4 * half] else {
            panic!("{line}");
        };
        let levels = levels.split_whitespace().map(str::to_owned).collect();
        (!bit.is_empty()).then(|| (bit.parse().unwrap(), name.to_owned(), levels))
    })
    .collect()
}

#[test]
fn the_table_of_the_specification_is_the_code() {
    for (half, arch) in [(0, CpuArch::X86_64), (1, CpuArch::Aarch64)] {
        let rows = rows(half);
        let names: Vec<&str> = rows.iter().map(|(_, name, _)| name.as_str()).collect();
        assert_eq!(names, arch.feature_names());
        let all = CpuFeatures::from_bits((1 << names.len()) - 1);
        for level in arch.levels() {
            let mut wanted = CpuFeatures::NONE;
            for (bit, name, levels) in &rows {
                assert_eq!(arch.feature(name), Some(CpuFeatures::from_bits(1 << bit)));
                if *level == CpuLevel::Native || levels.iter().any(|other| other == level.name()) {
                    wanted = wanted.with(CpuFeatures::from_bits(1 << bit));
                }
            }
            assert_eq!(level.features(all), wanted, "{}", level.name());
        }
    }
}

#[test]
fn levels_rise_and_have_numbers() {
    for arch in [CpuArch::X86_64, CpuArch::Aarch64, CpuArch::Other] {
        let mut before = CpuFeatures::NONE;
        for level in arch.levels() {
            assert_eq!(CpuLevel::from_number(level.number()), Some(*level));
            let features = level.features(CpuFeatures::from_bits(u64::MAX));
            assert!(before.without(features).is_empty(), "{}", level.name());
            before = features;
        }
    }
    assert_eq!(CpuLevel::from_number(1), None);
    assert_eq!(CpuArch::of_target("x86_64-linux"), CpuArch::X86_64);
    assert_eq!(CpuArch::of_target("riscv64-linux"), CpuArch::Other);
}

#[test]
fn sets_are_shown_by_name() {
    let set = CpuFeatures::from_bits(1 << 7 | 1 << 11 | 1 << 40);
    assert_eq!(set.names(CpuArch::X86_64).to_string(), "avx2, lzcnt, feature 40");
    assert_eq!(CpuFeatures::NONE.names(CpuArch::Other).to_string(), "");
}
