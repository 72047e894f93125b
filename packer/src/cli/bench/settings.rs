//! What a benchmark is asked for.

use std::time::Duration;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Runs of each program, or as many as fit into a few seconds.
    pub rounds: Option<usize>,
    /// A program that runs longer is ended, and the benchmark with it.
    pub time_limit: Duration,
    /// All processors instead of one. One gives steadier times, and slows down programs that start with several threads.
    pub all_processors: bool,
    /// What is dropped from the page cache for cold runs.
    pub cold: Cold,
    /// Programs that end with another status than 0 are measured as well.
    pub ignore_failure: bool,
}

/// What cold runs find in the page cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cold {
    /// There are none.
    Off,
    /// Everything but the files of the command line: executable, scripts.
    Files,
    /// Nothing: the caches of the whole machine are dropped, which needs root.
    Machine,
}
