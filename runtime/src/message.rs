//! What the runtime itself says, on standard error, before it gives up.

use core::fmt::{self, Write};
#[cfg(target_os = "linux")]
use core::sync::atomic::{AtomicU32, Ordering};

use crate::platform::{start, syscall};

/// Exit status when the program cannot be started: damaged file, wrong CPU, no address space.
pub const EXIT_UNUSABLE: i32 = 1;
/// Exit status when the arguments are not what a function takes that is called with them.
#[cfg(feature = "full")]
pub const EXIT_USAGE: i32 = 2;
/// Exit status after a trap: that of a native program that aborts.
pub const EXIT_TRAP: i32 = 134;

#[cfg(target_os = "linux")]
static CAPABILITIES: AtomicU32 = AtomicU32::new(0);

/// What the program was packed with, for those that report its end: a handler of signals has nothing else to ask.
#[cfg(target_os = "linux")]
pub fn set_capabilities(flags: u32) {
    CAPABILITIES.store(flags, Ordering::Relaxed);
}

/// Whether the program was packed with one of [`nyash_format::capability`].
#[cfg(target_os = "linux")]
pub fn has_capability(flag: u32) -> bool {
    CAPABILITIES.load(Ordering::Relaxed) & flag != 0
}

/// The program's name for messages: argument 0 as given.
pub fn name() -> &'static str {
    start::program_name().unwrap_or("program")
}

/// Standard error, collected in one buffer so that a message arrives in one piece.
pub struct Stderr {
    buffer: [u8; 1024],
    used: usize,
}

impl Stderr {
    /// An empty buffer.
    pub fn new() -> Self {
        Stderr {
            buffer: [0; 1024],
            used: 0,
        }
    }

    fn flush(&mut self) {
        let mut rest = &self.buffer[..self.used];
        while !rest.is_empty() {
            match syscall::write(2, rest) {
                Ok(n @ 1..) => rest = &rest[n..],
                _ => break,
            }
        }
        self.used = 0;
    }
}

impl Write for Stderr {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for part in text.as_bytes().chunks(self.buffer.len()) {
            if self.used + part.len() > self.buffer.len() {
                self.flush();
            }
            self.buffer[self.used..self.used + part.len()].copy_from_slice(part);
            self.used += part.len();
        }
        Ok(())
    }
}

impl Drop for Stderr {
    fn drop(&mut self) {
        self.flush();
    }
}

/// Prints `message` behind the program's name and ends the process with `status`.
pub fn die(status: i32, message: fmt::Arguments<'_>) -> ! {
    let mut out = Stderr::new();
    // Stderr never reports an error.
    let _ = writeln!(out, "{}: {message}", name());
    drop(out);
    syscall::exit(status)
}
