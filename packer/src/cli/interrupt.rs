//! Ctrl-C and its like while a file is written: the temporary file goes away first.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};

/// Watches for signals that ask to stop, from its creation on.
pub struct Watch(Arc<AtomicBool>);

impl Watch {
    /// Starts watching. Without it, and before it, these signals end the process at once, as is right while nothing is
    /// written.
    pub fn start() -> Self {
        let asked = Arc::new(AtomicBool::new(false));
        let ignored = ignored();
        for signal in [SIGINT, SIGTERM, SIGHUP]
            .into_iter()
            .filter(|signal| ignored >> (signal - 1) & 1 == 0)
        {
            // When this fails the signal ends the process as before.
            let _ = signal_hook::flag::register(signal, Arc::clone(&asked));
        }
        // With a handler, writing beyond a limit on file sizes is an error like any other and not the end.
        let _ = signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
        Watch(asked)
    }

    /// Whether to stop.
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The signals that this process was told to ignore, as by `nohup`: bit 0 is signal 1. None where the system does not
/// say.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}
