//! What a benchmark found, as `--json` writes it.

use serde::Serialize;

use super::machine::Machine;
use super::statistics::{Ratio, Times};
use crate::cli::system::usage::Memory;

/// What was measured.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Where.
    pub machine: Machine,
    /// Runs of each program that count.
    pub rounds: usize,
    /// Runs of each before them.
    pub warm_up: usize,
    /// The processor that everything ran on, where one was chosen.
    pub processor: Option<usize>,
    /// Index of the program that ratios are to.
    pub reference: usize,
    /// In the order of the command line.
    pub programs: Vec<Measured>,
    /// What one should know to read the figures.
    pub notes: Vec<String>,
}

/// The figures of a program.
#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    /// As it was given.
    pub command: String,
    /// Whether it was made by nyash-pack.
    pub packed: bool,
    /// Size of the executable in bytes.
    pub file_bytes: u64,
    /// From spawn to exit.
    #[serde(flatten)]
    pub times: Times,
    /// To the reference.
    pub ratio: Ratio,
    /// Processor time in user and system mode, median, in nanoseconds.
    pub cpu_ns: Option<u64>,
    /// Page faults, median.
    pub page_faults: Option<u64>,
    /// System calls of the process and all that it starts, exec and exit among them.
    pub system_calls: Option<u64>,
    /// Memory when the process ends.
    #[serde(flatten)]
    pub memory: Option<Memory>,
    /// Runs that read their files from disk.
    pub cold: Option<ColdRuns>,
    /// What is not there, and why.
    pub left_out: Vec<LeftOut>,
    /// Every run in the order of rounds, in nanoseconds.
    pub times_ns: Vec<u64>,
}

/// Times of cold runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ColdRuns {
    /// How many.
    pub runs: usize,
    /// Median, in nanoseconds.
    pub median_ns: u64,
    /// The fastest.
    pub min_ns: u64,
    /// The slowest.
    pub max_ns: u64,
    /// Bytes read from disk, median.
    pub read_bytes: u64,
}

/// A figure that could not be measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Which.
    pub what: &'static str,
    /// Why.
    pub why: String,
}
