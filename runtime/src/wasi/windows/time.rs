//! Clocks.

use windows_sys::Win32::Foundation::FILETIME;
use windows_sys::Win32::System::Performance::{QueryPerformanceCounter, QueryPerformanceFrequency};
use windows_sys::Win32::System::SystemInformation::GetSystemTimePreciseAsFileTime;
use windows_sys::Win32::System::Threading::{GetCurrentProcess, GetCurrentThread, GetProcessTimes, GetThreadTimes};

use super::super::call::Result;
use super::attributes::nanoseconds;
use super::errno::Win32;
use crate::platform::start::Arguments;

const SECOND: u64 = 1_000_000_000;

/// A clock that a program can ask for.
#[derive(Clone, Copy)]
pub enum Clock {
    Realtime,
    Monotonic,
    /// Time that processors have spent on the process.
    Process,
    /// The same for its one thread.
    Thread,
}

/// Nothing has to be made ready.
pub fn init_clocks(_: &Arguments) {}

/// The time in units of 100 ns since 1601.
pub fn filetime() -> i64 {
    let mut time = FILETIME::default();
    // SAFETY: writes the time.
    unsafe { GetSystemTimePreciseAsFileTime(&mut time) };
    units(time)
}

/// Units of 100 ns.
fn units(time: FILETIME) -> i64 {
    (i64::from(time.dwHighDateTime) << 32) | i64::from(time.dwLowDateTime)
}

/// Ticks of the monotonic clock a second; never 0.
fn frequency() -> u64 {
    let mut frequency = 0;
    // SAFETY: writes the number.
    unsafe { QueryPerformanceFrequency(&mut frequency) };
    u64::try_from(frequency).unwrap_or(1).max(1)
}

pub fn now(clock: Clock) -> Result<u64> {
    match clock {
        Clock::Realtime => Ok(nanoseconds(filetime())),
        Clock::Monotonic => {
            let mut ticks = 0;
            // SAFETY: writes the number.
            unsafe { QueryPerformanceCounter(&mut ticks) };
            let (ticks, frequency) = (ticks as u64, frequency());
            Ok(ticks / frequency * SECOND + ticks % frequency * SECOND / frequency)
        }
        // SAFETY: the handle is that of this process, and the times are written.
        Clock::Process => spent(|[created, ended, kernel, user]| unsafe {
            GetProcessTimes(GetCurrentProcess(), created, ended, kernel, user)
        }),
        // SAFETY: as above, of this thread.
        Clock::Thread => spent(|[created, ended, kernel, user]| unsafe {
            GetThreadTimes(GetCurrentThread(), created, ended, kernel, user)
        }),
    }
}

/// Nanoseconds that the kernel and the program itself have taken.
fn spent(call: impl FnOnce([&mut FILETIME; 4]) -> i32) -> Result<u64> {
    let [mut created, mut ended, mut kernel, mut user] = [FILETIME::default(); 4];
    if call([&mut created, &mut ended, &mut kernel, &mut user]) == 0 {
        return Err(Win32::last().into());
    }
    Ok((units(kernel) + units(user)) as u64 * 100)
}

pub fn resolution(clock: Clock) -> Result<u64> {
    Ok(match clock {
        Clock::Realtime => 100,
        Clock::Monotonic => (SECOND / frequency()).max(1),
        // The system counts at the ticks of its clock, 64 a second.
        Clock::Process | Clock::Thread => SECOND / 64,
    })
}
