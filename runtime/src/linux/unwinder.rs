//! The unwinder that is not there.

// The precompiled `alloc` refers to these two. Nothing unwinds here: panics end the process.

#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() -> ! {
    crate::message::die(
        crate::message::EXIT_TRAP,
        format_args!("internal error in the runtime: unwinding"),
    )
}
