//! Where code went: offsets before and after the translation, as debugging information counts them.

/// A piece of code that was kept as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    old: u32,
    new: u32,
    len: u32,
}

/// Relates offsets in the code section before and after a translation. Both count, as DWARF for WebAssembly does, bytes
/// from the start of the section's contents.
///
/// Instructions keep their order, so one sorted list answers both questions. An offset within something that was
/// replaced, or that replaces it, is that of its start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OffsetMap {
    runs: Vec<Run>,
}

impl OffsetMap {
    /// Notes that `len` bytes at `old` are now at `new`, both behind everything noted before.
    pub(super) fn push(&mut self, old: usize, new: usize, len: usize) {
        if len == 0 {
            return;
        }
        // The format's sizes have 32 bits.
        let (old, new, len) = (old as u32, new as u32, len as u32);
        match self.runs.last_mut() {
            Some(last) if last.old + last.len == old && last.new + last.len == new => last.len += len,
            _ => self.runs.push(Run { old, new, len }),
        }
    }

    /// Takes over a map that counts from `old` and `new`, both behind everything noted before.
    pub(super) fn append(&mut self, map: &OffsetMap, old: usize, new: usize) {
        for run in &map.runs {
            self.push(old + run.old as usize, new + run.new as usize, run.len as usize);
        }
    }

    /// The offset that code at `old` has after the translation.
    pub fn new_offset(&self, old: u32) -> u32 {
        follow(&self.runs, old, |run| (run.old, run.new))
    }

    /// The offset that code at `new` had before the translation.
    pub fn old_offset(&self, new: u32) -> u32 {
        follow(&self.runs, new, |run| (run.new, run.old))
    }
}

fn follow(runs: &[Run], offset: u32, from_to: impl Fn(&Run) -> (u32, u32)) -> u32 {
    let behind = runs.partition_point(|run| from_to(run).0 <= offset);
    match behind.checked_sub(1).map(|at| &runs[at]) {
        Some(run) => {
            let (from, to) = from_to(run);
            to + (offset - from).min(run.len)
        }
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_directions() {
        let mut map = OffsetMap::default();
        map.push(0, 0, 4);
        map.push(4, 4, 6);
        // Two bytes became five.
        map.push(12, 15, 5);
        assert_eq!(map.runs.len(), 2);
        for (old, new) in [(0, 0), (9, 9), (12, 15), (16, 19)] {
            assert_eq!(map.new_offset(old), new);
            assert_eq!(map.old_offset(new), old);
        }
        assert_eq!(map.new_offset(11), 10);
        assert_eq!(map.old_offset(14), 10);
    }
}
