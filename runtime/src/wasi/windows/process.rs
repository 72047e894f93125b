//! Randomness, signals, and what else concerns the process.

use core::ffi::CStr;

use alloc::vec::Vec;

use windows_sys::Win32::Foundation::STATUS_CONTROL_C_EXIT;
use windows_sys::Win32::System::LibraryLoader::{GetProcAddress, LOAD_LIBRARY_SEARCH_SYSTEM32, LoadLibraryExA};
use windows_sys::Win32::System::Threading::SwitchToThread;

use super::super::abi::{Errno, LAST_SIGNAL};
use super::super::call::Result;
use crate::platform::syscall;

/// Whether two names are those of one environment variable: case makes no difference on Windows.
pub fn same_variable(one: &[u8], other: &[u8]) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// The entry of a variable under the name that was packed: the system says `Path`, and a program that was given PATH asks
/// for that.
pub fn spelled(name: &[u8], entry: &'static [u8]) -> &'static [u8] {
    if entry.starts_with(name) {
        return entry;
    }
    let rest = &entry[name.len().min(entry.len())..];
    // It stays: a libc asks twice at its start and keeps the answer.
    Vec::leak([name, rest].concat())
}

/// Where randomness comes from, the best source first. Loaded only for programs that ask.
const SOURCES: [(&CStr, &CStr); 2] = [
    (c"bcryptprimitives.dll", c"ProcessPrng"),
    // RtlGenRandom. For systems that lack the other: Windows 7, wine 8.
    (c"advapi32.dll", c"SystemFunction036"),
];

pub fn random(buffer: &mut [u8]) -> Result {
    for (library, function) in SOURCES {
        // SAFETY: both texts end with a zero; the library stays loaded.
        let function = unsafe {
            let library = LoadLibraryExA(
                library.as_ptr().cast(),
                core::ptr::null_mut(),
                LOAD_LIBRARY_SEARCH_SYSTEM32,
            );
            if library.is_null() {
                continue;
            }
            GetProcAddress(library, function.as_ptr().cast())
        };
        let Some(function) = function else { continue };
        // SAFETY: both functions take a buffer and its length and return whether it is filled, as a BOOL or a BOOLEAN.
        let fill: extern "system" fn(*mut u8, usize) -> i32 = unsafe { core::mem::transmute(function) };
        // The length of the second one has 32 bits.
        if buffer
            .chunks_mut(1 << 30)
            .all(|part| fill(part.as_mut_ptr(), part.len()) & 0xff != 0)
        {
            return Ok(());
        }
    }
    Err(Errno::Io.into())
}

pub fn sched_yield() {
    // SAFETY: has no arguments.
    unsafe { SwitchToThread() };
}

/// The signals of WASI, in the order of their numbers there, as POSIX numbers them; 0 is no signal.
#[rustfmt::skip]
pub const SIGNALS: [i32; LAST_SIGNAL as usize + 1] = [
    0, /* hup */ 1, /* int */ 2, /* quit */ 3, /* ill */ 4, /* trap */ 5, /* abrt */ 6, /* bus */ 7, /* fpe */ 8,
    /* kill */ 9, /* usr1 */ 10, /* segv */ 11, /* usr2 */ 12, /* pipe */ 13, /* alrm */ 14, /* term */ 15,
    /* chld */ 17, /* cont */ 18, /* stop */ 19, /* tstp */ 20, /* ttin */ 21, /* ttou */ 22, /* urg */ 23,
    /* xcpu */ 24, /* xfsz */ 25, /* vtalrm */ 26, /* prof */ 27, /* winch */ 28, /* poll */ 29, /* pwr */ 30,
    /* sys */ 31,
];

/// None has a handler of the runtime's.
pub fn is_fault(_signal: i32) -> bool {
    false
}

/// Windows has no signals. Those that would end the process do, with the status that a shell would report, or that of
/// Ctrl-C; those that would be ignored are.
///
/// # Errors
/// `notsup` for those that would stop the process.
pub fn raise(signal: i32) -> Result {
    match signal {
        2 => syscall::exit(STATUS_CONTROL_C_EXIT),
        17 | 18 | 23 | 28 => Ok(()),
        19..=22 => Err(Errno::NotSupported.into()),
        signal => syscall::exit(128 + signal),
    }
}
