//! Runs a module on this machine for its snapshot.

use std::process::ExitStatus;

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

/// The snapshot that a program writes, which may take so many seconds of a processor.
///
/// # Errors
/// [`Failure`].
pub(super) fn run(program: &[u8], seconds: u64) -> Result<Bytes> {
    if Target::host() != Some(Target::X86_64Linux) {
        return Err(Failure::Machine.into());
    }
    let failed = |error: std::io::Error| Failure::Start(error.to_string());
    let out = InMemory::new(NAME, &[]).map_err(failed)?;
    let program = InMemory::new(NAME, program).map_err(failed)?;
    let mut child = program.spawn(NAME, &out, seconds).map_err(failed)?;
    let status = child.wait().map_err(failed)?;
    let snapshot = Bytes::of(out.file()).map_err(failed)?;
    check(status, seconds, !snapshot.bytes().is_empty())?;
    Ok(snapshot)
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
