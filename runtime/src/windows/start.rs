//! The entry point, and what the process was started with.

use core::sync::atomic::{AtomicPtr, Ordering};

use alloc::boxed::Box;
use alloc::vec::Vec;
use windows_sys::Win32::System::Environment::{GetCommandLineW, GetEnvironmentStringsW};

use super::{command_line, wide};

/// The loader calls this on the first thread when the image and the system's libraries are ready.
#[unsafe(no_mangle)]
extern "system" fn nyash_start() -> ! {
    crate::program::run(Arguments(()))
}

/// Where the executable is loaded.
pub fn base() -> *const u8 {
    unsafe extern "C" {
        /// The start of the file in memory: the linker's.
        static __ImageBase: u8;
    }
    &raw const __ImageBase
}

/// Command line and environment. They are read when they are first asked for.
#[derive(Clone, Copy)]
pub struct Arguments(());

impl Arguments {
    /// Argument 0, if there is one, and the others.
    pub fn words(&self) -> impl Iterator<Item = &'static [u8]> {
        static WORDS: Strings = Strings::new();
        WORDS.get(read_words)
    }

    /// The environment, entries `NAME=VALUE`.
    pub fn environment(&self) -> impl Iterator<Item = &'static [u8]> {
        static ENVIRONMENT: Strings = Strings::new();
        ENVIRONMENT.get(read_environment)
    }

    /// An address above every frame.
    pub fn stack_top(&self) -> usize {
        let top: usize;
        // SAFETY: reads `StackBase` of the thread's own information block.
        unsafe {
            core::arch::asm!("mov {}, gs:[8]", out(reg) top, options(nostack, pure, readonly, preserves_flags));
        }
        top
    }
}

/// Strings that are made once and kept for the life of the process.
struct Strings(AtomicPtr<Vec<Vec<u8>>>);

impl Strings {
    const fn new() -> Self {
        Strings(AtomicPtr::new(core::ptr::null_mut()))
    }

    fn get(&self, read: fn() -> Vec<Vec<u8>>) -> impl Iterator<Item = &'static [u8]> + use<> {
        let mut strings = self.0.load(Ordering::Relaxed);
        if strings.is_null() {
            strings = Box::leak(Box::new(read()));
            self.0.store(strings, Ordering::Relaxed);
        }
        // SAFETY: made from a box that was leaked; nobody changes it.
        let strings: &'static Vec<Vec<u8>> = unsafe { &*strings };
        strings.iter().map(Vec::as_slice)
    }
}

fn read_words() -> Vec<Vec<u8>> {
    // SAFETY: the command line ends with a zero and is not changed.
    let line = unsafe {
        let line = GetCommandLineW();
        core::slice::from_raw_parts(line, wide::length(line))
    };
    let words = command_line::split(line);
    words.iter().map(|word| to_bytes(word)).collect()
}

fn read_environment() -> Vec<Vec<u8>> {
    let mut entries = Vec::new();
    // SAFETY: entries that end with a zero, up to an empty one.
    unsafe {
        let mut next = GetEnvironmentStringsW().cast_const();
        while !next.is_null() && *next != 0 {
            let entry = core::slice::from_raw_parts(next, wide::length(next));
            // The working directories of drives are kept in variables like `=C:`, which C libraries hide.
            if entry[0] != u16::from(b'=') {
                entries.push(to_bytes(entry));
            }
            next = next.add(entry.len() + 1);
        }
    }
    entries
}

fn to_bytes(text: &[u16]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    wide::push_bytes(text, &mut bytes);
    bytes
}

/// Argument 0 as given, if it is readable.
pub fn program_name() -> Option<&'static str> {
    core::str::from_utf8(Arguments(()).words().next()?).ok()
}
