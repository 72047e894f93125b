//! Ctrl-C and its like while a file is written: the temporary file goes away first.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::system;

/// Watches for signals that ask to stop, from its creation on.
pub struct Watch(Arc<AtomicBool>);

impl Watch {
    /// Starts watching. Without it, and before it, these signals end the process at once, as is right while nothing is
    /// written.
    pub fn start() -> Self {
        let asked = Arc::new(AtomicBool::new(false));
        system::stop_when_asked(&asked);
        Watch(asked)
    }

    /// Whether to stop.
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
