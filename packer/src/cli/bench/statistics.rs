//! From times to figures. No IO.

use serde::Serialize;

/// A tenth of the rounds each is large enough for a median, and nine of them show how it moves.
const BATCHES: usize = 9;
/// Runs in a batch, at least: with fewer, the spread of the ratio is that of single runs.
const FEWEST_IN_BATCH: usize = 5;
/// A run that takes this many times the median was disturbed by something else.
const OUTLIER: u64 = 3;

/// Times of a program in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Times {
    /// The fastest run.
    pub min_ns: u64,
    /// A tenth of the runs is faster.
    pub p10_ns: u64,
    /// Half of the runs are faster.
    pub median_ns: u64,
    /// A tenth of the runs is slower.
    pub p90_ns: u64,
    /// The slowest run.
    pub max_ns: u64,
    /// Runs.
    pub runs: usize,
    /// Runs that took three times the median and more.
    pub outliers: usize,
}

impl Times {
    /// The figures of at least one time.
    pub fn of(times: &[u64]) -> Self {
        let mut sorted = times.to_vec();
        sorted.sort_unstable();
        let at = |tenths: usize| sorted.get(sorted.len() * tenths / 10).copied().unwrap_or(0);
        let median_ns = at(5);
        Times {
            min_ns: at(0),
            p10_ns: at(1),
            median_ns,
            p90_ns: at(9),
            max_ns: sorted.last().copied().unwrap_or(0),
            runs: times.len(),
            outliers: sorted
                .iter()
                .filter(|time| **time >= median_ns.saturating_mul(OUTLIER))
                .count(),
        }
    }

    /// A warning where the times are too unsteady to be believed.
    pub(super) fn note(&self, command: &str) -> Option<String> {
        let wide = self.p90_ns > self.p10_ns.saturating_mul(2);
        let many = self.outliers * 20 > self.runs;
        let why = match (wide, many) {
            (_, true) => format!(
                "{} of {} runs took {OUTLIER} times the median and more",
                self.outliers, self.runs
            ),
            (true, false) => "the slowest tenth took twice as long as the fastest".to_owned(),
            (false, false) => return None,
        };
        Some(format!(
            "{command}: {why}; is this machine busy? More --rounds may help"
        ))
    }
}

/// A program's median to that of the reference in the same rounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Ratio {
    /// The median over the batches.
    pub ratio: f64,
    /// The smallest of the batches.
    pub low: f64,
    /// The largest of the batches.
    pub high: f64,
}

impl Ratio {
    /// The ratio of two programs that ran in the same rounds: for each batch of rounds that of the medians.
    pub fn of(times: &[u64], reference: &[u64]) -> Self {
        let batches = (times.len() / FEWEST_IN_BATCH).clamp(1, BATCHES);
        let len = (times.len() / batches).max(1);
        let mut ratios: Vec<f64> = times
            .chunks(len)
            .zip(reference.chunks(len))
            .take(batches)
            .map(|(times, reference)| median(times) as f64 / median(reference).max(1) as f64)
            .collect();
        ratios.sort_by(f64::total_cmp);
        Ratio {
            ratio: ratios.get(ratios.len() / 2).copied().unwrap_or(1.0),
            low: ratios.first().copied().unwrap_or(1.0),
            high: ratios.last().copied().unwrap_or(1.0),
        }
    }
}

/// The upper of the middle values; 0 of nothing.
pub(super) fn median(values: &[u64]) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_times() {
        let times: Vec<u64> = (1..=100).rev().collect();
        let figures = Times::of(&times);
        assert_eq!(
            (
                figures.min_ns,
                figures.p10_ns,
                figures.median_ns,
                figures.p90_ns,
                figures.max_ns
            ),
            (1, 11, 51, 91, 100)
        );
        assert_eq!(figures.outliers, 0);
        assert!(figures.note("x").is_some_and(|note| note.contains("twice as long")));
        assert_eq!(Times::of(&[7; 20]).note("x"), None);
    }

    #[test]
    fn a_ratio_is_taken_batch_by_batch() {
        // A machine that gets slower by half disturbs both programs, and not their ratio.
        let slow: Vec<u64> = (0..90).map(|i| 200 + 100 * (i / 45)).collect();
        let fast: Vec<u64> = slow.iter().map(|time| time / 2).collect();
        let ratio = Ratio::of(&slow, &fast);
        assert_eq!((ratio.low, ratio.ratio, ratio.high), (2.0, 2.0, 2.0));
        assert_eq!(Ratio::of(&[30], &[10]).ratio, 3.0);
    }

    #[test]
    fn disturbed_runs_are_counted() {
        let mut times = vec![10; 90];
        times.extend([30; 10]);
        let figures = Times::of(&times);
        assert_eq!(figures.outliers, 10);
        assert!(figures.note("x").is_some_and(|note| note.contains("10 of 100 runs")));
    }
}
