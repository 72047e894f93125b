//! Where the pages of a compact image go: the value of the record `image_runs`.

use alloc::vec::Vec;

use crate::error::{FormatError, Part};

/// Length of one run in bytes.
const LEN: usize = 8;

/// A run of pages of initial memory. Runs follow each other in the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Where it goes: its distance from the first page of its memory's image, in [`ImageRuns::PAGE`] bytes. 0 for the first
    /// run of a memory.
    pub distance: u32,
    /// Its length in the same unit, not 0.
    pub count: u32,
}

/// The runs of all memories, in the order of the image. Empty if every image goes to its memory as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImageRuns<'a>(&'a [u8]);

impl<'a> ImageRuns<'a> {
    /// What distances and lengths count, in bytes. The pages of every target are multiples of it.
    pub const PAGE: u64 = 4096;

    /// Reads runs.
    ///
    /// # Errors
    /// [`FormatError::Field`] for a value that is empty or no whole number of runs, for an empty run, and for runs that
    /// overlap or are not in order.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FormatError> {
        let runs = ImageRuns(bytes);
        let mut least = None;
        for run in runs.iter() {
            let in_order = least.is_none_or(|least| run.distance == 0 || run.distance >= least);
            let first = least.is_some() || run.distance == 0;
            let end = run.distance.checked_add(run.count);
            match end.filter(|_| in_order && first && run.count > 0) {
                Some(end) => least = Some(end),
                None => return Err(INVALID),
            }
        }
        if bytes.is_empty() || !bytes.len().is_multiple_of(LEN) {
            return Err(INVALID);
        }
        Ok(runs)
    }

    /// The runs as bytes.
    pub fn to_bytes(runs: &[Run]) -> Vec<u8> {
        let run = |run: &Run| [run.distance.to_le_bytes(), run.count.to_le_bytes()].concat();
        runs.iter().flat_map(run).collect()
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The bytes that were read.
    pub fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// The runs in order.
    pub fn iter(self) -> impl Iterator<Item = Run> + 'a {
        let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte));
        self.0.chunks_exact(LEN).map(move |bytes| Run {
            distance: number(&bytes[..4]),
            count: number(&bytes[4..]),
        })
    }

    /// Length of all runs together in bytes: that of the image.
    pub fn image_len(self) -> u64 {
        self.iter().map(|run| u64::from(run.count) * Self::PAGE).sum()
    }
}

const INVALID: FormatError = FormatError::Field {
    part: Part::Metadata,
    field: "image runs record",
};
