//! The functions of a runtime, from the map that its linker leaves.

use std::collections::HashSet;

/// Where each function of a runtime is, and what a list for the linker calls it.
pub struct Map {
    /// Start, end and line of the list, in order.
    functions: Vec<(u64, u64, String)>,
}

impl Map {
    /// Reads the map that lld leaves for an ELF file.
    pub fn parse(text: &str) -> Self {
        let mut functions: Vec<_> = text.lines().filter_map(section).collect();
        functions.sort_by_key(|(start, _, _)| *start);
        Map { functions }
    }

    /// The lines of the list that name a function of this runtime.
    pub fn lines(&self) -> HashSet<&str> {
        self.functions.iter().map(|(_, _, line)| line.as_str()).collect()
    }

    /// The lines of the functions at these addresses, each where it comes first.
    pub fn first_executed(&self, addresses: &[u64]) -> Vec<&str> {
        let mut seen = HashSet::new();
        let mut lines = Vec::new();
        for address in addresses {
            let at = self.functions.partition_point(|(start, _, _)| start <= address);
            let Some((_, end, line)) = at.checked_sub(1).map(|at| &self.functions[at]) else {
                continue;
            };
            if address < end && seen.insert(line.as_str()) {
                lines.push(line.as_str());
            }
        }
        lines
    }
}

/// A line of the map that tells of an input section: `VMA LMA Size Align FILE:(.text.NAME)`.
fn section(line: &str) -> Option<(u64, u64, String)> {
    let (numbers, name) = line.trim_end().strip_suffix(')')?.rsplit_once(":(.text.")?;
    let mut words = numbers.split_whitespace();
    let mut number = || u64::from_str_radix(words.next()?, 16).ok();
    let (start, _, size) = (number()?, number()?, number()?);
    Some((
        start,
        start + size,
        pattern(name.strip_prefix("unlikely.").unwrap_or(name)),
    ))
}

/// The line of the list for a function. Cold ones are in sections of another name; which ones are cold may change.
fn pattern(name: &str) -> String {
    let name = without_hashes(name);
    format!("*(.text.{name} .text.unlikely.{name})")
}

/// The mangled name with wildcards for what depends on versions, compilers and settings: the hash that ends legacy names, and
/// those of crates in newer ones (`Cs` number `_`).
fn without_hashes(name: &str) -> String {
    const LEGACY: &str = "17h";
    if let Some((path, hash)) = name
        .strip_suffix('E')
        .and_then(|name| name.split_at_checked(name.len().checked_sub(16)?))
        && path.ends_with(LEGACY)
        && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        return format!("{path}*E");
    }
    if !name.starts_with("_R") {
        return name.to_owned();
    }
    let mut out = String::new();
    let mut rest = name;
    while let Some((before, after)) = rest.split_once("Cs") {
        out.push_str(before);
        out.push_str("Cs");
        let number = after.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(0);
        // It ends with an underscore.
        if number > 0 && after[number..].starts_with('_') {
            out.push('*');
            rest = &after[number..];
        } else {
            rest = after;
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = "\
             VMA              LMA     Size Align Out     In      Symbol
             230              230    52a00    64 .text
             230              230       10     4         /x/y.o:(.text)
             240              240       20    16         /x/y.o:(.text._ZN1a1b17h0123456789abcdefE)
             240              240       20     1                 a::b::h0123456789abcdef
             260              260       10    16         /x/y.o:(.text.unlikely._RNvNtNtCs9ltgdHTiPiY_4core3str4from)
             270              270       10    16         /x/y.o:(.text.memcpy)
";

    #[test]
    fn functions_are_listed_by_first_call_and_without_hashes() {
        let map = Map::parse(MAP);
        let b = "*(.text._ZN1a1b17h*E .text.unlikely._ZN1a1b17h*E)";
        let from = "*(.text._RNvNtNtCs*_4core3str4from .text.unlikely._RNvNtNtCs*_4core3str4from)";
        assert_eq!(
            map.first_executed(&[0x268, 0x230, 0x240, 0x25f, 0x264, 0x9999]),
            [from, b]
        );
        assert_eq!(map.lines().len(), 3);
        assert!(map.lines().contains("*(.text.memcpy .text.unlikely.memcpy)"));
    }
}
