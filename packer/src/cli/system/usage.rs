//! What programs used, as far as the system tells.

use serde::Serialize;

/// What all children that have ended used.
pub struct Used {
    /// Processor time in user and system mode.
    pub cpu_nanoseconds: u64,
    /// Page faults.
    pub page_faults: u64,
    /// What was read from disk.
    pub read_bytes: u64,
}

impl Used {
    /// What was used between two times.
    pub fn since(&self, before: &Self) -> Self {
        Used {
            cpu_nanoseconds: self.cpu_nanoseconds - before.cpu_nanoseconds,
            page_faults: self.page_faults - before.page_faults,
            read_bytes: self.read_bytes - before.read_bytes,
        }
    }
}

/// What a traced run did.
pub struct Traced {
    /// Of all its threads and processes, exec and exit among them.
    pub system_calls: u64,
    /// Of the first process.
    pub memory: Option<Memory>,
}

/// A process's memory when it ends, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Memory {
    /// All that is resident, shared pages of files too.
    pub resident_bytes: u64,
    /// What belongs to the process alone.
    pub private_bytes: u64,
    /// The largest resident size during the run, as the kernel counts it.
    pub peak_bytes: u64,
}
