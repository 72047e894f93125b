//! Runs a module on this machine for its snapshot.

use std::fs::File;
use std::io::Write;
use std::process::{Child, Command, ExitStatus, Stdio};

use super::error::Failure;
use crate::error::Result;
use crate::files::Bytes;
use nyash_format::Target;

/// The status of a program that trapped (`runtime/src/message.rs`).
const TRAPPED: i32 = 134;
/// The signal to a program that has taken its time.
const SIGXCPU: i32 = 24;
/// The name of the program in its messages.
const NAME: &str = "preinit";

/// The snapshot that a program writes, which may take so many seconds of a processor.
///
/// # Errors
/// [`Failure`].
pub(super) fn run(program: &[u8], seconds: u64) -> Result<Bytes> {
    if Target::host() != Some(Target::X86_64Linux) {
        return Err(Failure::Machine.into());
    }
    let failed = |error: std::io::Error| Failure::Start(error.to_string());
    let out = in_memory(&[]).map_err(failed)?;
    let mut child = spawn(&in_memory(program).map_err(failed)?, &out).map_err(failed)?;
    let limited = limit(&child, seconds);
    if limited.is_err() {
        // It may have ended just now.
        let _ = child.kill();
    }
    let status = child.wait().map_err(failed)?;
    limited.map_err(failed)?;
    let snapshot = Bytes::of(&out).map_err(failed)?;
    check(status, seconds, !snapshot.bytes().is_empty())?;
    Ok(snapshot)
}

/// A file without a name.
#[cfg(target_os = "linux")]
fn in_memory(bytes: &[u8]) -> std::io::Result<File> {
    let mut file = File::from(rustix::fs::memfd_create(NAME, rustix::fs::MemfdFlags::CLOEXEC)?);
    file.write_all(bytes)?;
    Ok(file)
}

#[cfg(not(target_os = "linux"))]
fn in_memory(_: &[u8]) -> std::io::Result<File> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// Starts the program, with nothing of this process but standard error.
#[cfg(target_os = "linux")]
fn spawn(program: &File, out: &File) -> std::io::Result<Child> {
    use std::os::fd::AsRawFd;
    use std::os::unix::process::CommandExt;
    let mut command = Command::new(format!("/proc/self/fd/{}", program.as_raw_fd()));
    command.arg0(NAME).env_clear();
    command.stdin(Stdio::null()).stdout(out.try_clone()?).spawn()
}

#[cfg(not(target_os = "linux"))]
fn spawn(_: &File, _: &File) -> std::io::Result<Child> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// Limits what the program may take. It gets a signal then.
#[cfg(target_os = "linux")]
fn limit(child: &Child, seconds: u64) -> std::io::Result<()> {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    let time = Rlimit {
        current: Some(seconds),
        // For a program that goes on.
        maximum: Some(seconds + 1),
    };
    let no_core = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    for (resource, limit) in [(Resource::Core, no_core), (Resource::Cpu, time)] {
        match prlimit(Some(Pid::from_child(child)), resource, limit) {
            // It has ended already.
            Err(rustix::io::Errno::SRCH) | Ok(_) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn limit(_: &Child, _: u64) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// `started` tells that the module was instantiated: something was written.
fn check(status: ExitStatus, seconds: u64, started: bool) -> Result<()> {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return Err(match signal {
            SIGXCPU => Failure::TimedOut(seconds),
            signal => Failure::Killed(signal),
        }
        .into());
    }
    match status.code() {
        Some(0) if started => Ok(()),
        Some(TRAPPED) => Err(Failure::Trapped.into()),
        Some(status) if started => Err(Failure::Exited(status).into()),
        _ => Err(Failure::NotStarted.into()),
    }
}
