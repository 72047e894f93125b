//! wasmtime's thread-local state. The program has one thread, so a static will do.

use core::sync::atomic::{AtomicPtr, Ordering};

static STATE: AtomicPtr<u8> = AtomicPtr::new(core::ptr::null_mut());

/// wasmtime asks for its state when it enters wasm and whenever a host function or builtin is about to raise a trap.
/// In the latter case the wasm frames are still on the stack: it is the only moment at which they can be recorded.
#[unsafe(no_mangle)]
extern "C" fn wasmtime_tls_get(_slot: usize) -> *mut u8 {
    crate::backtrace::record_from_host();
    STATE.load(Ordering::Relaxed)
}

#[unsafe(no_mangle)]
extern "C" fn wasmtime_tls_set(_slot: usize, state: *mut u8) {
    STATE.store(state, Ordering::Relaxed);
}
