//! What compiled code may ask of a CPU: single features, and the levels that name sets of them.

use core::fmt;

/// The CPU level that compiled code needs. Levels of one architecture are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
pub enum CpuLevel {
    /// What every CPU of the architecture has: x86-64 with SSE2, aarch64 with NEON, rv64gc.
    Baseline = 0,
    /// x86-64-v2 of the psABI.
    X86V2 = 2,
    /// x86-64-v3 of the psABI.
    X86V3 = 3,
    /// x86-64-v4 of the psABI.
    X86V4 = 4,
    /// aarch64 with the atomic instructions of Armv8.1 (FEAT_LSE).
    ArmLse = 16,
    /// The features that the metadata record `cpu_features` lists: those of the machine that packed.
    Native = 255,
}

/// Every level. For each architecture, those that it has stand in rising order.
const ALL: [CpuLevel; 6] = [
    CpuLevel::Baseline,
    CpuLevel::X86V2,
    CpuLevel::X86V3,
    CpuLevel::X86V4,
    CpuLevel::ArmLse,
    CpuLevel::Native,
];

impl CpuLevel {
    /// Number in the file.
    pub fn number(self) -> u32 {
        self as u32
    }

    /// The level with this number.
    pub fn from_number(number: u32) -> Option<Self> {
        ALL.into_iter().find(|level| level.number() == number)
    }

    /// Name as users write and read it.
    pub fn name(self) -> &'static str {
        match self {
            CpuLevel::Baseline => "baseline",
            CpuLevel::X86V2 => "v2",
            CpuLevel::X86V3 => "v3",
            CpuLevel::X86V4 => "v4",
            CpuLevel::ArmLse => "lse",
            CpuLevel::Native => "native",
        }
    }

    /// The features that code of this level may use. `native` is what the metadata says of it.
    pub fn features(self, native: CpuFeatures) -> CpuFeatures {
        const V2: u64 = (1 << 6) - 1;
        const V3: u64 = (1 << 12) - 1;
        const V4: u64 = (1 << 15) - 1;
        match self {
            CpuLevel::Baseline => CpuFeatures::NONE,
            CpuLevel::X86V2 => CpuFeatures(V2),
            CpuLevel::X86V3 => CpuFeatures(V3),
            CpuLevel::X86V4 => CpuFeatures(V4),
            CpuLevel::ArmLse => CpuFeatures(1),
            CpuLevel::Native => native,
        }
    }
}

/// An architecture whose CPUs differ in features that compiled code may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CpuArch {
    /// x86-64.
    X86_64,
    /// 64-bit Arm.
    Aarch64,
    /// Everything else: baseline only.
    Other,
}

impl CpuArch {
    /// The architecture of a target in the spelling of compatibility keys, for example `x86_64-linux`.
    pub fn of_target(target: &str) -> Self {
        match target.split('-').next() {
            Some("x86_64") => CpuArch::X86_64,
            Some("aarch64") => CpuArch::Aarch64,
            _ => CpuArch::Other,
        }
    }

    /// The levels of this architecture, in rising order, `native` last.
    pub fn levels(self) -> &'static [CpuLevel] {
        use CpuLevel::*;
        match self {
            CpuArch::X86_64 => &[Baseline, X86V2, X86V3, X86V4, Native],
            CpuArch::Aarch64 => &[Baseline, ArmLse, Native],
            CpuArch::Other => &[Baseline],
        }
    }

    /// Names of the features by bit number; the order is that of `SPEC.md`.
    pub fn feature_names(self) -> &'static [&'static str] {
        match self {
            CpuArch::X86_64 => &[
                "sse3",
                "ssse3",
                "sse4.1",
                "sse4.2",
                "popcnt",
                "cmpxchg16b",
                "avx",
                "avx2",
                "fma",
                "bmi1",
                "bmi2",
                "lzcnt",
                "avx512f",
                "avx512dq",
                "avx512vl",
                "avx512bitalg",
                "avx512vbmi",
                "avx512vnni",
                "avxvnni",
            ],
            CpuArch::Aarch64 => &["lse", "pauth", "fp16", "dotprod", "i8mm"],
            CpuArch::Other => &[],
        }
    }

    /// The feature with this name.
    pub fn feature(self, name: &str) -> Option<CpuFeatures> {
        let bit = self.feature_names().iter().position(|known| *known == name)?;
        Some(CpuFeatures(1 << bit))
    }
}

/// A set of features of one architecture, as a mask; the bits are those of `SPEC.md`, "CPU features".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CpuFeatures(u64);

impl CpuFeatures {
    /// The features of every CPU: no bit.
    pub const NONE: Self = CpuFeatures(0);

    /// The set with this mask.
    pub const fn from_bits(bits: u64) -> Self {
        CpuFeatures(bits)
    }

    /// The mask.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Whether it holds nothing beyond the baseline.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What is in either.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        CpuFeatures(self.0 | other.0)
    }

    /// What is here and not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        CpuFeatures(self.0 & !other.0)
    }

    /// What is in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        CpuFeatures(self.0 & other.0)
    }

    /// The features by name, separated by commas. Bits without a name are shown by number.
    pub fn names(self, arch: CpuArch) -> impl fmt::Display {
        Names(self, arch)
    }
}

struct Names(CpuFeatures, CpuArch);

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.1.feature_names();
        let mut separator = "";
        for bit in (0..64).filter(|bit| self.0.0 >> bit & 1 != 0) {
            f.write_str(separator)?;
            match names.get(bit) {
                Some(name) => f.write_str(name)?,
                None => write!(f, "feature {bit}")?,
            }
            separator = ", ";
        }
        Ok(())
    }
}
