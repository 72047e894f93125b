//! The entry point: dyld has loaded and relocated everything when it calls `main`.

use core::ffi::c_int;

pub use crate::arguments::{Arguments, program_name};

/// Where the executable is loaded.
pub fn base() -> *const u8 {
    unsafe extern "C" {
        /// The start of the file in memory: the linker's.
        static _mh_execute_header: u8;
    }
    &raw const _mh_execute_header
}

#[unsafe(no_mangle)]
unsafe extern "C" fn main(argc: c_int, argv: *const *const u8, envp: *const *const u8) -> c_int {
    // SAFETY: dyld passes the kernel's arrays: argc strings, and strings up to a null. Nobody changes them: there is no
    // other code than ours, and none of it calls setenv.
    let arguments = unsafe {
        let mut count = 0;
        while !(*envp.add(count)).is_null() {
            count += 1;
        }
        Arguments::new(
            core::slice::from_raw_parts(argv, usize::try_from(argc).unwrap_or(0)),
            core::slice::from_raw_parts(envp, count),
        )
    };
    arguments.keep_name();
    crate::program::run(arguments)
}
