//! Architectures for which nothing but the baseline is compiled.

use nyash_format::CpuFeatures;

use crate::platform::start::Arguments;

/// This machine.
pub struct Machine;

impl Machine {
    /// Asks nothing.
    pub fn new(_: &Arguments) -> Self {
        Machine
    }

    pub(super) fn offered(&mut self, _: CpuFeatures) -> CpuFeatures {
        CpuFeatures::NONE
    }
}
