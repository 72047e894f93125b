//! What this machine's CPU offers beyond the baseline of its architecture.
//!
//! Nothing is asked before a module needs a feature: on cloud machines each question (CPUID) is an exit to the
//! hypervisor, 1 to 70 µs. The answers are kept, so that several modules cost no more than one.

use nyash_format::{CpuArch, CpuFeatures};

#[cfg(all(target_arch = "aarch64", target_os = "linux"))]
#[path = "aarch64_linux.rs"]
mod machine;
#[cfg(all(target_arch = "aarch64", target_os = "macos"))]
#[path = "aarch64_macos.rs"]
mod machine;
#[cfg(not(any(
    target_arch = "x86_64",
    all(target_arch = "aarch64", any(target_os = "linux", target_os = "macos"))
)))]
#[path = "baseline.rs"]
mod machine;
#[cfg(target_arch = "x86_64")]
#[path = "x86_64.rs"]
mod machine;

pub use machine::Machine;

impl Machine {
    /// The features among `wanted` that this machine lacks.
    pub fn missing(&mut self, wanted: CpuFeatures) -> CpuFeatures {
        if wanted.is_empty() {
            return CpuFeatures::NONE;
        }
        wanted.without(self.offered(wanted))
    }
}

/// The architecture of this build.
pub const ARCH: CpuArch = if cfg!(target_arch = "x86_64") {
    CpuArch::X86_64
} else if cfg!(target_arch = "aarch64") {
    CpuArch::Aarch64
} else {
    CpuArch::Other
};
