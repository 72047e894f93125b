//! Windows.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};

use super::usage::Used;

/// What can be read without an end that comes, and written without a trace.
pub const NOTHING: &str = "NUL";

/// Sets `asked` where Ctrl-C would have ended this process. A window that is closed ends it at once.
pub fn stop_when_asked(asked: &Arc<AtomicBool>) {
    for signal in [SIGINT, SIGTERM] {
        // When this fails Ctrl-C ends the process as before.
        let _ = signal_hook::flag::register(signal, Arc::clone(asked));
    }
}

/// There are no groups that could be ended.
pub fn in_own_group(_: &mut Command) {}

/// What a program started goes on when that is ended.
pub fn end_group(_: u32) {}

/// Not told.
pub fn used_by_children() -> Option<Used> {
    None
}
