//! Linux, macOS and their like.

use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{Signal, killpg};
use nix::sys::time::TimeValLike;
use nix::unistd::Pid;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};

use super::usage::Used;

/// What can be read without an end that comes, and written without a trace.
pub const NOTHING: &str = "/dev/null";

/// Sets `asked` where a signal would have ended this process: Ctrl-C, a closed terminal, an ordinary kill.
pub fn stop_when_asked(asked: &Arc<AtomicBool>) {
    let ignored = ignored();
    for signal in [SIGINT, SIGTERM, SIGHUP]
        .into_iter()
        .filter(|signal| ignored >> (signal - 1) & 1 == 0)
    {
        // When this fails the signal ends the process as before.
        let _ = signal_hook::flag::register(signal, Arc::clone(asked));
    }
    // With a handler, writing beyond a limit on file sizes is an error like any other and not the end.
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
}

/// The signals that this process was told to ignore, as by `nohup`: bit 0 is signal 1. None where the system does not
/// say.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

/// What is started by this command is ended with all that it starts.
pub fn in_own_group(command: &mut Command) {
    command.process_group(0);
}

/// Ends what a program that was ended has left running.
pub fn end_group(leader: u32) {
    if let Ok(leader) = i32::try_from(leader) {
        // Nobody may be left, which is no failure.
        let _ = killpg(Pid::from_raw(leader), Signal::SIGKILL);
    }
}

/// What all children that have ended used.
pub fn used_by_children() -> Option<Used> {
    /// Of what the kernel counts as a block.
    const BLOCK: u64 = 512;
    let used = getrusage(UsageWho::RUSAGE_CHILDREN).ok()?;
    let count = |value: i64| u64::try_from(value).unwrap_or(0);
    Some(Used {
        cpu_nanoseconds: count((used.user_time() + used.system_time()).num_nanoseconds()),
        page_faults: count(used.minor_page_faults()) + count(used.major_page_faults()),
        read_bytes: count(used.block_reads()) * BLOCK,
    })
}
