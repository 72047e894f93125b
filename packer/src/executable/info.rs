//! What a runtime says of itself.

use nyash_format::section;

use crate::executable::Executable;

/// The value of a line in the runtime's own description, section `.nyash.info`.
pub(crate) fn info<'a>(executable: &Executable<'a>, name: &str) -> Option<&'a str> {
    let section = executable.section(section::INFO)?;
    let text = executable.at(section.address, section.len)?;
    let text = std::str::from_utf8(text).ok()?.trim_end_matches('\0');
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
}
