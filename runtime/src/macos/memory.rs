//! What `mappings.rs` has to know of the system: pages and access rights.

use core::ffi::c_int;

/// The page of the architecture.
#[cfg(target_arch = "aarch64")]
pub const PAGE: usize = 16 << 10;
/// The page of the architecture.
#[cfg(target_arch = "x86_64")]
pub const PAGE: usize = 4 << 10;

const WASMTIME_PROT_READ: u32 = 1;
const WASMTIME_PROT_WRITE: u32 = 2;

/// The executable bit is never granted: code is mapped executable from the signed file, and macOS would refuse to make
/// other memory executable.
pub fn protection(flags: u32) -> c_int {
    let bit = |wasmtime, own| if flags & wasmtime != 0 { own } else { 0 };
    bit(WASMTIME_PROT_READ, libc::PROT_READ) | bit(WASMTIME_PROT_WRITE, libc::PROT_WRITE)
}

/// The page size of this kernel in bytes, as far as the runtime is concerned.
pub fn page_size() -> usize {
    PAGE
}
