//! CPU levels: what users ask for, and what the compiler is told.

use nyash_format::{CpuArch, CpuFeatures, CpuLevel, Target};

use crate::error::{Error, Result};

/// The compiler's name of each feature, in the order of `CpuArch::feature_names`.
fn flags(arch: CpuArch) -> &'static [&'static str] {
    match arch {
        CpuArch::X86_64 => &[
            "has_sse3",
            "has_ssse3",
            "has_sse41",
            "has_sse42",
            "has_popcnt",
            "has_cmpxchg16b",
            "has_avx",
            "has_avx2",
            "has_fma",
            "has_bmi1",
            "has_bmi2",
            "has_lzcnt",
            "has_avx512f",
            "has_avx512dq",
            "has_avx512vl",
            "has_avx512bitalg",
            "has_avx512vbmi",
            "has_avx512vnni",
            "has_avx_vnni",
        ],
        CpuArch::Aarch64 => &["has_lse", "has_pauth", "has_fp16", "has_dotprod", "has_i8mm"],
        CpuArch::Other => &[],
    }
}

/// The architecture of a target.
pub(crate) fn arch(target: Target) -> CpuArch {
    CpuArch::of_target(target.name())
}

/// The compiler flags that allow these features.
pub(crate) fn enabled(target: Target, features: CpuFeatures) -> impl Iterator<Item = &'static str> {
    let flags = flags(arch(target)).iter().enumerate();
    flags.filter_map(move |(bit, flag)| (features.bits() >> bit & 1 != 0).then_some(*flag))
}

/// The feature that a compiler flag allows.
pub(crate) fn feature(target: Target, flag: &str) -> Option<CpuFeatures> {
    let bit = flags(arch(target)).iter().position(|known| *known == flag)?;
    Some(CpuFeatures::from_bits(1 << bit))
}

/// Reads `LEVEL[+LEVEL...]`: the versions that a program shall have, the best first.
///
/// # Errors
/// [`Error::Option`] with the levels that the target has.
pub fn parse(text: &str, target: Target) -> Result<Vec<CpuLevel>> {
    let known = arch(target).levels();
    let mut levels = Vec::new();
    for name in text.split('+') {
        let name = name.trim().to_ascii_lowercase();
        let short = match name.strip_prefix("x86-64") {
            Some("") => "baseline",
            Some(rest) => rest.trim_start_matches('-'),
            None => &name,
        };
        let Some(level) = known.iter().find(|level| level.name() == short) else {
            let names: Vec<&str> = known.iter().map(|level| level.name()).collect();
            return Err(refused(format!(
                "{target} has no CPU level {name:?}; it has {}, and several can be joined, as in {}",
                names.join(", "),
                names[..names.len().min(2)].join("+")
            )));
        };
        levels.push(*level);
    }
    levels.sort_unstable();
    levels.dedup();
    levels.reverse();
    Ok(levels)
}

/// Checks that a target has these levels.
pub(crate) fn check(levels: &[CpuLevel], target: Target) -> Result<()> {
    for level in levels {
        parse(level.name(), target)?;
    }
    Ok(())
}

/// The features of the machine that this runs on, as far as the compiler knows them.
///
/// # Errors
/// [`Error::Option`] when the target is of another architecture.
pub(crate) fn native(target: Target) -> Result<CpuFeatures> {
    let host = CpuArch::of_target(std::env::consts::ARCH);
    let arch = arch(target);
    if host != arch {
        return Err(refused(format!(
            "`native` is this machine's CPU, {}, and cannot be asked for {target}",
            std::env::consts::ARCH
        )));
    }
    let mut features = CpuFeatures::NONE;
    for (name, present) in arch.feature_names().iter().zip(present()) {
        if let Some(feature) = arch.feature(name).filter(|_| present) {
            features = features.with(feature);
        }
    }
    Ok(features)
}

/// Which of the features this machine has, in the order of `CpuArch::feature_names`.
#[cfg(target_arch = "x86_64")]
fn present() -> Vec<bool> {
    use std::is_x86_feature_detected as has;
    vec![
        has!("sse3"),
        has!("ssse3"),
        has!("sse4.1"),
        has!("sse4.2"),
        has!("popcnt"),
        has!("cmpxchg16b"),
        has!("avx"),
        has!("avx2"),
        has!("fma"),
        has!("bmi1"),
        has!("bmi2"),
        has!("lzcnt"),
        has!("avx512f"),
        has!("avx512dq"),
        has!("avx512vl"),
        has!("avx512bitalg"),
        has!("avx512vbmi"),
        has!("avx512vnni"),
        has!("avxvnni"),
    ]
}

#[cfg(target_arch = "aarch64")]
fn present() -> Vec<bool> {
    use std::arch::is_aarch64_feature_detected as has;
    vec![has!("lse"), has!("paca"), has!("fp16"), has!("dotprod"), has!("i8mm")]
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn present() -> Vec<bool> {
    Vec::new()
}

fn refused(message: String) -> Error {
    Error::Option {
        option: "--cpu",
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str, target: Target) -> std::result::Result<Vec<&'static str>, String> {
        let levels = parse(text, target).map_err(|error| error.to_string())?;
        Ok(levels.into_iter().map(CpuLevel::name).collect())
    }

    #[test]
    fn levels_are_sorted_best_first() {
        let linux = Target::X86_64Linux;
        assert_eq!(names("baseline", linux).unwrap(), ["baseline"]);
        assert_eq!(names("baseline+v3+v2", linux).unwrap(), ["v3", "v2", "baseline"]);
        assert_eq!(names("V3+x86-64-v3+x86-64", linux).unwrap(), ["v3", "baseline"]);
        assert_eq!(names("v4+native", linux).unwrap(), ["native", "v4"]);
        assert_eq!(
            names("baseline+lse", Target::Aarch64Linux).unwrap(),
            ["lse", "baseline"]
        );
    }

    #[test]
    fn unknown_levels_are_refused_with_the_list() {
        for (text, target, wanted) in [
            ("v5", Target::X86_64Linux, "baseline, v2, v3, v4, native"),
            ("", Target::X86_64Linux, "no CPU level \"\""),
            ("v3+", Target::X86_64Linux, "no CPU level \"\""),
            ("v3", Target::Aarch64Linux, "it has baseline, lse, native"),
            ("lse", Target::X86_64Windows, "x86_64-windows has no CPU level \"lse\""),
            ("native", Target::Riscv64Linux, "it has baseline,"),
        ] {
            let error = names(text, target).unwrap_err();
            assert!(error.contains(wanted), "{error}");
        }
    }

    #[test]
    fn the_compiler_knows_every_feature() {
        for target in [Target::X86_64Linux, Target::Aarch64Linux] {
            let all = CpuFeatures::from_bits((1 << arch(target).feature_names().len()) - 1);
            assert_eq!(flags(arch(target)).len(), arch(target).feature_names().len());
            let settings = crate::compile::key::settings(false, &crate::Options::default());
            let engine = crate::compile::engine(
                settings,
                target.triple(),
                enabled(target, all),
                Default::default(),
                false,
                Default::default(),
            );
            engine.unwrap();
        }
    }

    #[test]
    fn native_is_this_machine() {
        let host = Target::host().unwrap();
        let features = native(host).unwrap();
        let count = arch(host).feature_names().len();
        assert!(features.bits() < 1 << count);
        let other = if arch(host) == CpuArch::X86_64 {
            Target::Aarch64Linux
        } else {
            Target::X86_64Linux
        };
        assert!(native(other).is_err());
    }
}
