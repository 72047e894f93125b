//! x86-64: two reads of CPUID at most for the levels v2 to v4.
//!
//! Leaf 1 comes first. It tells whether the system saves vector registers (OSXSAVE), without which leaf 7 need not be
//! read for v3 and v4 at all; and a CPU that has XSAVE has leaf 7, so the highest leaf need not be asked for. The usual
//! third read, leaf 0x80000001 for LZCNT, is replaced by executing one: a CPU without it executes BSR instead, with
//! another result. Emulators that hide the feature do the same (`tests/extended/cpu.py`).

use core::arch::asm;
use core::arch::x86_64::__cpuid_count;

use nyash_format::CpuFeatures;

use crate::platform::start::Arguments;

/// Bits of `SPEC.md`, "CPU features", with the bit of ECX in leaf 1.
const LEAF_1: [(u32, u32); 8] = [(0, 0), (1, 9), (2, 19), (3, 20), (4, 23), (5, 13), (6, 28), (8, 12)];
/// The same in leaf 7: register (0 EBX, 1 ECX) and bit.
const LEAF_7: [(u32, usize, u32); 9] = [
    (7, 0, 5),
    (9, 0, 3),
    (10, 0, 8),
    (12, 0, 16),
    (13, 0, 17),
    (14, 0, 31),
    (15, 1, 12),
    (16, 1, 1),
    (17, 1, 11),
];
const LZCNT: u64 = 1 << 11;
const AVX_VNNI: u64 = 1 << 18;
/// Features whose registers the system must save: 256 bits wide, 512 bits wide.
const NEEDS_AVX: u64 = 1 << 6 | 1 << 7 | 1 << 8 | AVX_VNNI;
const NEEDS_AVX512: u64 = 0b11_1111 << 12;
const FROM_LEAF_1: u64 = 0b1_0111_1111;

const OSXSAVE: u32 = 1 << 27;
/// State components in XCR0: SSE and AVX; these with opmask, upper halves, and registers 16 to 31.
const XCR0_AVX: u32 = 0b110;
const XCR0_AVX512: u32 = 0b1110_0110;

/// This machine, and what has been asked of it.
pub struct Machine {
    leaf_1: Option<u32>,
    leaf_7: Option<u64>,
}

impl Machine {
    /// Asks nothing yet.
    pub fn new(_: &Arguments) -> Self {
        Machine {
            leaf_1: None,
            leaf_7: None,
        }
    }

    /// What is there of `wanted`, as far as it matters: once one part is missing, features that cost a further question
    /// are asked for all the same, so that a message can name all; a module that fits pays for two.
    pub(super) fn offered(&mut self, wanted: CpuFeatures) -> CpuFeatures {
        let wanted = wanted.bits();
        let leaf_1 = *self.leaf_1.get_or_insert_with(|| __cpuid_count(1, 0).ecx);
        let mut offered = 0;
        for (feature, bit) in LEAF_1 {
            offered |= u64::from(leaf_1 >> bit & 1) << feature;
        }
        let saves = leaf_1 & OSXSAVE != 0;
        if wanted & LZCNT != 0 && counts_leading_zeros() {
            offered |= LZCNT;
        }
        if wanted & !(FROM_LEAF_1 | LZCNT) != 0 {
            offered |= *self
                .leaf_7
                .get_or_insert_with(|| read_leaf_7(saves, wanted & AVX_VNNI != 0));
        }
        if wanted & (NEEDS_AVX | NEEDS_AVX512) != 0 {
            let saved = if saves { saved_registers() } else { 0 };
            if saved & XCR0_AVX != XCR0_AVX {
                offered &= !(NEEDS_AVX | NEEDS_AVX512);
            }
            if saved & XCR0_AVX512 != XCR0_AVX512 {
                offered &= !NEEDS_AVX512;
            }
        }
        CpuFeatures::from_bits(offered)
    }
}

/// Features of leaf 7. Without it Intel's CPUs answer with another leaf, so it is read only if it is known to exist.
fn read_leaf_7(has_xsave: bool, with_vnni: bool) -> u64 {
    if !has_xsave && __cpuid_count(0, 0).eax < 7 {
        return 0;
    }
    let leaf = __cpuid_count(7, 0);
    let registers = [leaf.ebx, leaf.ecx];
    let mut features = 0;
    for (feature, register, bit) in LEAF_7 {
        features |= u64::from(registers[register] >> bit & 1) << feature;
    }
    if with_vnni && leaf.eax >= 1 && __cpuid_count(7, 1).eax >> 4 & 1 != 0 {
        features |= AVX_VNNI;
    }
    features
}

/// Whether LZCNT is LZCNT: 31 zeros stand before a 1. As BSR it gives the place of the highest bit, 0.
fn counts_leading_zeros() -> bool {
    let count: u32;
    // SAFETY: LZCNT or BSR, which every x86-64 CPU has; writes one register and the flags.
    unsafe { asm!("lzcnt {0:e}, {1:e}", out(reg) count, in(reg) 1_u32, options(nomem, nostack)) };
    count == 31
}

/// The low half of XCR0.
///
/// Only if OSXSAVE is set.
fn saved_registers() -> u32 {
    let low: u32;
    // SAFETY: the system has enabled the instruction, as OSXSAVE says.
    unsafe { asm!("xgetbv", in("ecx") 0, out("eax") low, out("edx") _, options(nomem, nostack)) };
    low
}
