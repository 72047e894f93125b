//! Calls that only macOS has. `stand_in.rs` offers the same on Linux.

use rustix::fd::AsRawFd;
use rustix::io::Errno as System;

use super::super::abi::{Errno, LAST_SIGNAL};
use super::super::call::Result;
use super::super::unix::{Clock, FdRef, nanoseconds};
use crate::arguments::Arguments;

/// The signals of WASI, in the order of their numbers there; 0 is no signal. macOS has not got the last but one
/// (`pwr`), and its signal for polling is `io`.
#[rustfmt::skip]
pub const SIGNALS: [i32; LAST_SIGNAL as usize + 1] = [
    0, libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGILL, libc::SIGTRAP, libc::SIGABRT, libc::SIGBUS,
    libc::SIGFPE, libc::SIGKILL, libc::SIGUSR1, libc::SIGSEGV, libc::SIGUSR2, libc::SIGPIPE, libc::SIGALRM,
    libc::SIGTERM, libc::SIGCHLD, libc::SIGCONT, libc::SIGSTOP, libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU,
    libc::SIGURG, libc::SIGXCPU, libc::SIGXFSZ, libc::SIGVTALRM, libc::SIGPROF, libc::SIGWINCH, libc::SIGIO,
    /* pwr */ 0, libc::SIGSYS,
];

/// Whether the runtime has a handler of its own for a signal: those are for faults of the program.
pub fn is_fault(signal: i32) -> bool {
    matches!(signal, libc::SIGILL | libc::SIGBUS | libc::SIGFPE | libc::SIGSEGV)
}

/// Writes the file through to the medium.
pub fn full_sync(fd: FdRef<'_>) -> core::result::Result<(), System> {
    rustix::fs::fcntl_fullfsync(fd)
}

/// Asks for a part of a file to be read in advance. It is no loss if that does not happen.
pub fn read_ahead(fd: FdRef<'_>, offset: u64, len: u64) {
    let advice = libc::radvisory {
        ra_offset: offset as libc::off_t,
        ra_count: i32::try_from(len).unwrap_or(i32::MAX),
    };
    // SAFETY: the call reads the structure, which outlives it.
    unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_RDADVISE, &raw const advice) };
}

/// Clocks need no preparation here.
pub fn init_clocks(_: &Arguments) {}

/// The system's number of a clock. CLOCK_MONOTONIC has microseconds only and is moved together with the calendar's, so
/// the monotonic clock is one that stands still only while the machine sleeps.
fn id(clock: Clock) -> libc::clockid_t {
    match clock {
        Clock::Realtime => libc::CLOCK_REALTIME,
        Clock::Monotonic => libc::CLOCK_UPTIME_RAW,
        Clock::Process => libc::CLOCK_PROCESS_CPUTIME_ID,
        Clock::Thread => libc::CLOCK_THREAD_CPUTIME_ID,
    }
}

/// Nanoseconds of a clock; of the calendar's since 1970.
pub fn now(clock: Clock) -> Result<u64> {
    // SAFETY: writes the structure.
    read(|time| unsafe { libc::clock_gettime(id(clock), time) })
}

/// Nanoseconds between two values of a clock.
pub fn resolution(clock: Clock) -> Result<u64> {
    // SAFETY: writes the structure.
    read(|time| unsafe { libc::clock_getres(id(clock), time) })
}

fn read(call: impl FnOnce(*mut libc::timespec) -> i32) -> Result<u64> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    if call(&raw mut time) != 0 {
        return Err(Errno::Invalid.into());
    }
    nanoseconds(time.tv_sec, time.tv_nsec as u64)
}

/// Fills a buffer from the system's generator, which never fails.
pub fn random(buffer: &mut [u8]) -> Result {
    // SAFETY: writes the buffer.
    unsafe { libc::arc4random_buf(buffer.as_mut_ptr().cast(), buffer.len()) };
    Ok(())
}
