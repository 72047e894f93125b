//! The console: UTF-8 bytes to it and from it, which themselves it takes and gives as UTF-16.

use core::cell::UnsafeCell;

use windows_sys::Win32::Foundation::{GetLastError, HANDLE};
use windows_sys::Win32::System::Console::{GetConsoleMode, ReadConsoleW, WriteConsoleW};

use super::wide;

/// Units handed to the console at once; it refuses very long texts.
const CHUNK: usize = 1024;
/// Units read at once.
const LINE: usize = 1024;
const CTRL_Z: u16 = 0x1a;

/// Bytes that wait for the rest of a character, or for the program to read them.
struct Waiting<const N: usize> {
    bytes: [u8; N],
    start: usize,
    end: usize,
}

impl<const N: usize> Waiting<N> {
    const fn new() -> Self {
        Waiting {
            bytes: [0; N],
            start: 0,
            end: 0,
        }
    }

    fn take(&mut self, buffer: &mut [u8]) -> usize {
        let waiting = &self.bytes[self.start..self.end];
        let len = waiting.len().min(buffer.len());
        buffer[..len].copy_from_slice(&waiting[..len]);
        self.start += len;
        len
    }
}

struct State {
    /// The start of a character that a write to standard output or error ended in.
    output: [Waiting<4>; 2],
    /// A line that was read, as bytes; a unit takes three at most.
    input: Waiting<{ 3 * LINE }>,
    /// The first half of a pair that a read ended in.
    half: Option<u16>,
}

struct Global(UnsafeCell<State>);

// SAFETY: the process has one thread.
unsafe impl Sync for Global {}

static STATE: Global = Global(UnsafeCell::new(State {
    output: [const { Waiting::new() }; 2],
    input: Waiting::new(),
    half: None,
}));

fn state() -> &'static mut State {
    // SAFETY: see `Global`; no reference outlives the function that asked for it, and none of those calls another.
    unsafe { &mut *STATE.0.get() }
}

/// Whether a handle is one of a console.
pub fn is_console(handle: HANDLE) -> bool {
    let mut mode = 0;
    // SAFETY: writes the mode.
    unsafe { GetConsoleMode(handle, &mut mode) != 0 }
}

/// Writes all of `bytes` to a console. A character that is not complete yet is kept for the next write to the same
/// `stream`, 1 or 2; bytes that are no UTF-8 show as U+FFFD.
///
/// # Errors
/// The system's error number.
pub fn write(handle: HANDLE, stream: u32, bytes: &[u8]) -> Result<(), u32> {
    let waiting = &mut state().output[usize::from(stream == 2)];
    let mut out = Units {
        handle,
        units: [0; CHUNK],
        used: 0,
    };
    for byte in bytes {
        waiting.bytes[waiting.end] = *byte;
        waiting.end += 1;
        loop {
            let pending = &waiting.bytes[..waiting.end];
            let (shown, used) = match core::str::from_utf8(pending) {
                Ok(text) => match text.chars().next() {
                    Some(character) => (character, character.len_utf8()),
                    None => break,
                },
                Err(error) => match error.error_len() {
                    // The rest is still to come.
                    None => break,
                    Some(bad) => (char::REPLACEMENT_CHARACTER, bad),
                },
            };
            out.put(shown)?;
            waiting.bytes.copy_within(used.., 0);
            waiting.end -= used;
        }
    }
    out.flush()
}

/// Units on their way to the console.
struct Units {
    handle: HANDLE,
    units: [u16; CHUNK],
    used: usize,
}

impl Units {
    fn put(&mut self, character: char) -> Result<(), u32> {
        if self.used + 2 > CHUNK {
            self.flush()?;
        }
        let encoded = character.encode_utf16(&mut self.units[self.used..]);
        self.used += encoded.len();
        Ok(())
    }

    fn flush(&mut self) -> Result<(), u32> {
        let mut rest = &self.units[..self.used];
        while !rest.is_empty() {
            let mut written = 0;
            let (at, len) = (rest.as_ptr(), rest.len() as u32);
            // SAFETY: `len` units are read, and the number written.
            let done = unsafe { WriteConsoleW(self.handle, at.cast(), len, &mut written, core::ptr::null()) };
            if done == 0 {
                // SAFETY: reads a number of this thread.
                return Err(unsafe { GetLastError() });
            }
            if written == 0 {
                break;
            }
            rest = &rest[(written as usize).min(rest.len())..];
        }
        self.used = 0;
        Ok(())
    }
}

/// Reads from a console, a line or what is left of one. 0 is its end: Ctrl-Z at the start of a line.
///
/// # Errors
/// The system's error number.
pub fn read(handle: HANDLE, buffer: &mut [u8]) -> Result<usize, u32> {
    let state = state();
    if buffer.is_empty() {
        return Ok(0);
    }
    while state.input.start == state.input.end {
        let mut units = [0_u16; LINE];
        let mut used = 0;
        if let Some(half) = state.half.take() {
            units[0] = half;
            used = 1;
        }
        let mut read = 0;
        let room = (LINE - used) as u32;
        // SAFETY: at most `room` units are written behind those in use, and their number.
        let done = unsafe {
            ReadConsoleW(
                handle,
                units[used..].as_mut_ptr().cast(),
                room,
                &mut read,
                core::ptr::null(),
            )
        };
        if done == 0 {
            // SAFETY: reads a number of this thread.
            return Err(unsafe { GetLastError() });
        }
        if read == 0 {
            // Interrupted: a handler of the program's or the system's decides what becomes of it.
            return Ok(0);
        }
        let mut units = &units[..used + read as usize];
        if units[0] == CTRL_Z {
            return Ok(0);
        }
        if let [rest @ .., half @ 0xd800..=0xdbff] = units {
            state.half = Some(*half);
            units = rest;
        }
        (state.input.start, state.input.end) = (0, 0);
        let input = &mut state.input;
        wide::encode(units, |bytes| {
            input.bytes[input.end..input.end + bytes.len()].copy_from_slice(bytes);
            input.end += bytes.len();
        });
    }
    Ok(state.input.take(buffer))
}

/// Bytes of a line that has been read from the console and not yet by the program.
pub fn waiting_input() -> u64 {
    let input = &state().input;
    (input.end - input.start) as u64
}
