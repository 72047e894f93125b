//! Runs a module on this machine for its snapshot.

use core::time::Duration;
use std::io;
use std::process::{Child, ExitStatus};
use std::thread::sleep;

use super::error::Failure;
use crate::error::Result;
use crate::files::Bytes;
use crate::system::{self, InMemory};
use nyash_format::Target;

/// The status of a program that trapped (`runtime/src/message.rs`).
const TRAPPED: i32 = 134;
/// The signal to a program that has taken its time.
const SIGXCPU: i32 = 24;
/// The name of the program in its messages.
const NAME: &str = "preinit";

/// Whether this machine runs programs of a target.
///
/// # Errors
/// [`Failure::Machine`].
pub(super) fn possible() -> Result<()> {
    if Target::host() != Some(Target::X86_64Linux) {
        return Err(Failure::Machine.into());
    }
    Ok(())
}

/// The snapshot that a program writes, which may use so many seconds of a processor, and sleep as long.
///
/// # Errors
/// [`Failure`].
pub(super) fn run(program: &[u8], seconds: u64) -> Result<Bytes> {
    let failed = |error: io::Error| Failure::Start(error.to_string());
    let out = InMemory::new(NAME, &[]).map_err(failed)?;
    let program = InMemory::new(NAME, program).map_err(failed)?;
    let mut child = program.spawn(NAME, &out, seconds).map_err(failed)?;
    let status = wait(&mut child, Duration::from_secs(seconds)).map_err(failed)?;
    let status = status.ok_or(Failure::Waited(seconds))?;
    let snapshot = Bytes::of(out.file()).map_err(failed)?;
    check(status, seconds, !snapshot.bytes().is_empty())?;
    Ok(snapshot)
}

/// Waits for the end of the program; `None` if it had to be ended, because it has slept for too long.
fn wait(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let (mut waited, mut slept) = (Duration::ZERO, Duration::ZERO);
    while slept <= limit {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        // Its end is seen late by a fiftieth of the time that it took.
        let pause = (waited / 50).clamp(Duration::from_micros(50), Duration::from_millis(50));
        sleep(pause);
        waited += pause;
        // Not by the clock alone: one that computes beside many others is slow, and the system limits what it uses.
        if system::sleeps(child) {
            slept += pause;
        }
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}

/// `started` tells that the module was instantiated: something was written.
fn check(status: ExitStatus, seconds: u64, started: bool) -> Result<()> {
    if let Some(signal) = system::signal(status) {
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
