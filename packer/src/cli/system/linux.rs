//! Linux: tracing, the page cache, the choice of a processor.

use std::collections::HashSet;
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};
use nix::sched::{CpuSet, sched_getcpu, sched_setaffinity};
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::usage::{Memory, Traced};

/// Keeps this thread, and what it starts, on the processor that it runs on. Nothing where that cannot be asked for.
pub fn stay_on_one_processor() -> Option<usize> {
    let processor = sched_getcpu().ok()?;
    let mut only = CpuSet::new();
    only.set(processor).ok()?;
    sched_setaffinity(Pid::from_raw(0), &only).ok()?;
    Some(processor)
}

/// Drops these files from the page cache or, with `all`, whatever the machine has cached. Whether it worked shows the run that
/// follows: a file that another process has mapped stays.
///
/// # Errors
/// A text for the user.
pub fn drop_files(files: &[PathBuf], all: bool) -> Result<(), String> {
    for path in files {
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let file = File::open(path).map_err(|error| failed(&error))?;
        // What is not yet on disk is not dropped.
        file.sync_all().map_err(|error| failed(&error))?;
        posix_fadvise(&file, 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED).map_err(|error| failed(&error))?;
    }
    if all {
        const DROP: &str = "/proc/sys/vm/drop_caches";
        std::fs::write(DROP, "3").map_err(|error| format!("{DROP}: {error}"))?;
    }
    Ok(())
}

/// Runs a program to its end and counts, by ptrace. The run is slow, so nothing is timed in it.
///
/// # Errors
/// A text for the user: tracing may be forbidden.
pub fn trace(mut command: Command, limit: Duration) -> Result<Traced, String> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // SAFETY: between fork and exec only a system call is made.
    unsafe { command.pre_exec(|| Ok(ptrace::traceme()?)) };
    let child = command
        .spawn()
        .map_err(|error| format!("this machine allows no ptrace: {error}"))?;
    let pid = Pid::from_raw(child.id().cast_signed());
    let (done, wait) = channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            if wait.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                // It is ours until the other end is dropped, which is when its end was seen.
                let _ = kill(pid, Signal::SIGKILL);
            }
        });
        let found = follow(pid);
        drop(done);
        found
    })
    .map_err(|error| format!("tracing it failed: {error}"))
}

fn follow(first: Pid) -> nix::Result<Traced> {
    let all = Some(WaitPidFlag::__WALL);
    // It stands still at the first instruction after exec.
    waitpid(first, all)?;
    ptrace::setoptions(
        first,
        Options::PTRACE_O_TRACESYSGOOD
            | Options::PTRACE_O_TRACEEXIT
            | Options::PTRACE_O_TRACEEXEC
            | Options::PTRACE_O_TRACECLONE
            | Options::PTRACE_O_TRACEFORK
            | Options::PTRACE_O_TRACEVFORK
            | Options::PTRACE_O_EXITKILL,
    )?;
    ptrace::syscall(first, None)?;
    let mut found = Traced {
        system_calls: 1,
        memory: None,
    };
    let mut known = HashSet::from([first]);
    let mut inside = HashSet::new();
    while !known.is_empty() {
        let status = waitpid(None, all)?;
        let Some(pid) = status.pid() else { continue };
        let signal = match status {
            WaitStatus::Exited(..) | WaitStatus::Signaled(..) => {
                known.remove(&pid);
                continue;
            }
            WaitStatus::PtraceSyscall(_) => {
                // Stops come in pairs: at the call, and when it returns.
                if !inside.remove(&pid) {
                    inside.insert(pid);
                    found.system_calls += 1;
                }
                None
            }
            WaitStatus::PtraceEvent(_, _, event) => {
                if event == ptrace::Event::PTRACE_EVENT_EXIT as i32 && pid == first {
                    found.memory = memory(pid);
                }
                None
            }
            // A new thread or process begins with a stop that is not meant for it.
            WaitStatus::Stopped(_, Signal::SIGSTOP) if known.insert(pid) => None,
            WaitStatus::Stopped(_, signal) => Some(signal),
            _ => None,
        };
        // One that was killed meanwhile is reported by the next wait.
        let _ = ptrace::syscall(pid, signal);
    }
    Ok(found)
}

/// Not of getrusage: that counts the pages that the process shared with this one before exec.
fn memory(pid: Pid) -> Option<Memory> {
    let sums = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let resident_bytes = field(&sums, "Rss:")?;
    Some(Memory {
        resident_bytes,
        private_bytes: field(&sums, "Anonymous:")?,
        // Counted in coarse steps, so that it may be behind.
        peak_bytes: field(&status, "VmHWM:")?.max(resident_bytes),
    })
}

/// A number of kilobytes behind a name, in bytes.
fn field(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        let text = "55-7f ---p 00000000 00:00 0 [rollup]\nRss:                 472 kB\nAnonymous:            60 kB\n";
        assert_eq!(field(text, "Rss:"), Some(472 * 1024));
        assert_eq!(field(text, "Pss:"), None);
    }
}
