//! What `mappings.rs` has to know of the system: pages and access rights.

use super::syscall::{PROT_READ, PROT_WRITE};

/// The page of the architecture.
pub const PAGE: usize = 4096;
/// The smallest page, in bytes.
pub const SMALLEST_PAGE: usize = PAGE;

/// The executable bit is never granted: code is mapped executable from the file and nothing becomes executable later.
pub fn protection(flags: u32) -> usize {
    flags as usize & (PROT_READ | PROT_WRITE)
}

/// The page size of this kernel in bytes, as far as the runtime is concerned.
pub fn page_size() -> usize {
    PAGE
}
