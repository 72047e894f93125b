//! What a process of a Unix is started with.

use core::ffi::CStr;
use core::sync::atomic::{AtomicPtr, Ordering};

/// What the kernel leaves on the initial stack.
#[derive(Clone, Copy)]
pub struct Arguments {
    /// Argument strings, NUL-terminated.
    argv: &'static [*const u8],
    /// Environment strings, NUL-terminated. Behind them the kernel has put a null and the auxiliary vector.
    envp: &'static [*const u8],
}

impl Arguments {
    /// What the kernel left on the initial stack.
    ///
    /// # Safety
    /// The arrays hold C strings that nobody changes and that live as long as the process. On Linux a null pointer and
    /// the auxiliary vector follow the environment.
    pub unsafe fn new(argv: &'static [*const u8], envp: &'static [*const u8]) -> Self {
        Arguments { argv, envp }
    }

    /// Makes argument 0 the name for messages.
    pub fn keep_name(&self) {
        if let Some(name) = self.argv.first() {
            NAME.store(name.cast_mut(), Ordering::Relaxed);
        }
    }

    /// Argument 0, if there is one, and the others.
    pub fn words(&self) -> impl Iterator<Item = &'static [u8]> {
        c_strings(self.argv)
    }

    /// The environment, entries `NAME=VALUE`.
    pub fn environment(&self) -> impl Iterator<Item = &'static [u8]> {
        c_strings(self.envp)
    }

    /// The environment as the kernel laid it out.
    #[cfg(target_os = "linux")]
    pub fn envp(&self) -> &'static [*const u8] {
        self.envp
    }

    /// An address above every frame.
    pub fn stack_top(&self) -> usize {
        self.argv.as_ptr() as usize
    }
}

/// The strings of a C string array.
fn c_strings(pointers: &'static [*const u8]) -> impl Iterator<Item = &'static [u8]> {
    pointers.iter().map(|pointer| {
        // SAFETY: `Arguments::new` asks for it.
        unsafe { CStr::from_ptr(pointer.cast()) }.to_bytes()
    })
}

static NAME: AtomicPtr<u8> = AtomicPtr::new(core::ptr::null_mut());

/// Argument 0 as given, if it is readable.
pub fn program_name() -> Option<&'static str> {
    let name = NAME.load(Ordering::Relaxed);
    if name.is_null() {
        return None;
    }
    // SAFETY: set from argument 0 only, a C string that lives as long as the process.
    unsafe { CStr::from_ptr(name.cast()) }.to_str().ok()
}
