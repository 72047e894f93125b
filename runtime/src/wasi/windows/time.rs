//! Clocks.

use windows_sys::Win32::Foundation::FILETIME;
use windows_sys::Win32::System::Performance::{QueryPerformanceCounter, QueryPerformanceFrequency};
use windows_sys::Win32::System::SystemInformation::GetSystemTimePreciseAsFileTime;

use super::super::call::Result;
use super::attributes::nanoseconds;
use crate::platform::start::Arguments;

const SECOND: u64 = 1_000_000_000;

/// A clock that a program can ask for.
#[derive(Clone, Copy)]
pub enum Clock {
    Realtime,
    Monotonic,
}

/// Nothing has to be made ready.
pub fn init_clocks(_: &Arguments) {}

/// The time in units of 100 ns since 1601.
pub fn filetime() -> i64 {
    let mut time = FILETIME::default();
    // SAFETY: writes the time.
    unsafe { GetSystemTimePreciseAsFileTime(&mut time) };
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
    }
}

pub fn resolution(clock: Clock) -> Result<u64> {
    Ok(match clock {
        Clock::Realtime => 100,
        Clock::Monotonic => (SECOND / frequency()).max(1),
    })
}
