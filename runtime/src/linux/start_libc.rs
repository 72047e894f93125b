//! The entry point of the runtime with a compiler, which needs std and so a libc: the libc starts itself and calls
//! `main`. What lies on the stack is the same as without.

use core::ffi::c_int;

/// What the kernel leaves on the initial stack.
#[derive(Clone, Copy)]
pub struct Arguments {
    /// Argument strings, NUL-terminated.
    pub argv: &'static [*const u8],
    /// Environment strings, NUL-terminated. Behind them the kernel has put a null and the auxiliary vector.
    pub envp: &'static [*const u8],
}

#[unsafe(no_mangle)]
extern "C" fn main(argc: c_int, argv: *const *const u8, envp: *const *const u8) -> c_int {
    let mut count = 0;
    // SAFETY: the libc hands on what the kernel left: two lists, each ended by a null, for the life of the process.
    let arguments = unsafe {
        while !(*envp.add(count)).is_null() {
            count += 1;
        }
        Arguments {
            argv: core::slice::from_raw_parts(argv, argc.max(0) as usize),
            envp: core::slice::from_raw_parts(envp, count),
        }
    };
    crate::program::run(arguments)
}
