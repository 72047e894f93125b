//! aarch64 on Linux: the kernel has left what the CPU offers in the auxiliary vector, where reading it costs nothing.

use nyash_format::CpuFeatures;

use crate::platform::start::Arguments;

const AT_HWCAP: usize = 16;
const AT_HWCAP2: usize = 26;

/// This machine.
pub struct Machine {
    envp: &'static [*const u8],
}

impl Machine {
    /// Asks nothing yet.
    pub fn new(arguments: &Arguments) -> Self {
        Machine { envp: arguments.envp() }
    }

    pub(super) fn offered(&mut self, _: CpuFeatures) -> CpuFeatures {
        let (mut first, mut second) = (0, 0);
        // SAFETY: behind the environment and its null stands the auxiliary vector, pairs up to a zero tag.
        unsafe {
            let mut entry = self.envp.as_ptr().add(self.envp.len() + 1).cast::<[usize; 2]>();
            loop {
                match *entry {
                    [0, _] => break,
                    [AT_HWCAP, bits] => first = bits,
                    [AT_HWCAP2, bits] => second = bits,
                    _ => {}
                }
                entry = entry.add(1);
            }
        }
        let bit = |word: usize, bit: u32, feature: u32| ((word >> bit & 1) as u64) << feature;
        // The kernel's names are ATOMICS, PACA, FPHP and ASIMDHP, ASIMDDP, I8MM.
        let half_precision = bit(first, 9, 2) & bit(first, 10, 2);
        CpuFeatures::from_bits(
            bit(first, 8, 0) | bit(first, 30, 1) | half_precision | bit(first, 20, 3) | bit(second, 13, 4),
        )
    }
}
