//! wasmtime's thread-local state. The program has one thread, so a static will do.

use core::mem::MaybeUninit;
use core::sync::atomic::{AtomicPtr, Ordering};

use windows_sys::Win32::System::Diagnostics::Debug::{
    CONTEXT, RtlCaptureContext, RtlLookupFunctionEntry, RtlVirtualUnwind, UNW_FLAG_NHANDLER,
};

use crate::backtrace;

static STATE: AtomicPtr<u8> = AtomicPtr::new(core::ptr::null_mut());

/// Host frames between a builtin that raises a trap and the wasm frame that called it.
const HOST_FRAMES: usize = 64;

/// wasmtime asks for its state when it enters wasm and whenever a host function or builtin is about to raise a trap.
/// In the latter case the wasm frames are still on the stack: it is the only moment at which they can be recorded.
#[unsafe(no_mangle)]
extern "C" fn wasmtime_tls_get(_slot: usize) -> *mut u8 {
    let state = STATE.load(Ordering::Relaxed);
    // Without a state no wasm has been entered.
    if !state.is_null() {
        record();
    }
    state
}

#[unsafe(no_mangle)]
extern "C" fn wasmtime_tls_set(_slot: usize, state: *mut u8) {
    STATE.store(state, Ordering::Relaxed);
}

/// Records the wasm frames below this one.
///
/// Frame pointers of compiled Rust are no chain on Windows: where they point is up to the unwind data of the
/// function. So the host's frames are unwound by that data; wasm code has none, and its frame pointers are a chain.
fn record() {
    let mut context = Context(MaybeUninit::zeroed());
    let context = context.0.as_mut_ptr();
    // SAFETY: the context is that of this function, and the unwinder's functions read the stack above it by the unwind
    // data of the image. They stop at code without unwind data, which is where wasm begins.
    unsafe {
        RtlCaptureContext(context);
        for _ in 0..HOST_FRAMES {
            let pc = (*context).Rip;
            let mut base = 0;
            let entry = RtlLookupFunctionEntry(pc, &mut base, core::ptr::null_mut());
            if entry.is_null() {
                backtrace::record_from_frame((*context).Rbp as usize);
                return;
            }
            let (mut data, mut frame) = (core::ptr::null_mut(), 0);
            RtlVirtualUnwind(
                UNW_FLAG_NHANDLER,
                base,
                pc,
                entry,
                context,
                &mut data,
                &mut frame,
                core::ptr::null_mut(),
            );
        }
    }
}

/// The alignment that the system's declaration of the structure does not ask for and its functions rely on.
#[repr(C, align(16))]
struct Context(MaybeUninit<CONTEXT>);
