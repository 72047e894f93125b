//! aarch64 on macOS: what every Mac with such a CPU has had from the first on. Nothing needs to be asked.

use nyash_format::CpuFeatures;

use crate::platform::start::Arguments;

/// lse, pauth, fp16, dotprod: bits 0 to 3 in `SPEC.md`. i8mm came later, and code that needs it does not run here.
const FIRST_MACS: u64 = 0b1111;

/// This machine.
pub struct Machine;

impl Machine {
    /// Asks nothing.
    pub fn new(_: &Arguments) -> Self {
        Machine
    }

    pub(super) fn offered(&mut self, _: CpuFeatures) -> CpuFeatures {
        CpuFeatures::from_bits(FIRST_MACS)
    }
}
