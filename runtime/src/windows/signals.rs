//! Traps that the hardware raises: the `wasmtime_init_traps` part of wasmtime's platform interface.

use core::sync::atomic::{AtomicUsize, Ordering};

use windows_sys::Win32::Foundation::{
    EXCEPTION_ACCESS_VIOLATION, EXCEPTION_ILLEGAL_INSTRUCTION, EXCEPTION_IN_PAGE_ERROR, EXCEPTION_INT_DIVIDE_BY_ZERO,
    EXCEPTION_INT_OVERFLOW, EXCEPTION_STACK_OVERFLOW,
};
use windows_sys::Win32::System::Diagnostics::Debug::{AddVectoredExceptionHandler, EXCEPTION_POINTERS};
use windows_sys::Win32::System::Threading::SetThreadStackGuarantee;

use crate::message::{EXIT_TRAP, EXIT_UNUSABLE, die};
use crate::{backtrace, trap};

use super::start;

// What a handler answers, from `excpt.h`.
const EXCEPTION_CONTINUE_SEARCH: i32 = 0;
const EXCEPTION_CONTINUE_EXECUTION: i32 = -1;

/// Room that is left for a report when the stack is exhausted.
const REPORT_STACK: u32 = 64 << 10;

/// wasmtime's handler, 0 before it has registered one.
static HANDLER: AtomicUsize = AtomicUsize::new(0);

type TrapHandler = extern "C" fn(ip: usize, fp: usize, has_faulting_addr: bool, faulting_addr: usize);

/// Takes over the exceptions that damaged files, exhausted stacks and wasm traps raise.
pub fn install() {
    let mut guarantee = REPORT_STACK;
    // SAFETY: the handler is one for the life of the process.
    unsafe {
        SetThreadStackGuarantee(&mut guarantee);
        AddVectoredExceptionHandler(1, Some(on_exception));
    }
}

#[unsafe(no_mangle)]
extern "C" fn wasmtime_init_traps(handler: TrapHandler) -> i32 {
    HANDLER.store(handler as usize, Ordering::Relaxed);
    0
}

/// Whether an address lies in the executable: the runtime or the compiled module. The system's own libraries raise and
/// handle exceptions, which are none of our business.
fn is_ours(pc: usize) -> bool {
    const SIZE_OF_IMAGE: usize = 24 + 56;
    let base = start::base();
    // SAFETY: the headers are part of the loaded image; offset 0x3c holds that of the PE header.
    let size = unsafe {
        let header = base.add(0x3c).cast::<u32>().read_unaligned() as usize;
        base.add(header + SIZE_OF_IMAGE).cast::<u32>().read_unaligned() as usize
    };
    pc.wrapping_sub(base as usize) < size
}

/// Lets the thread go on in [`on_trap`], on the stack of the code that was interrupted: a trap leaves by a jump, and
/// nothing of the system's dispatcher must be left behind then.
unsafe extern "system" fn on_exception(pointers: *mut EXCEPTION_POINTERS) -> i32 {
    // SAFETY: the system passes valid pointers.
    let (record, context) = unsafe { (&*(*pointers).ExceptionRecord, &mut *(*pointers).ContextRecord) };
    let code = record.ExceptionCode;
    let ours = matches!(
        code,
        EXCEPTION_ACCESS_VIOLATION
            | EXCEPTION_IN_PAGE_ERROR
            | EXCEPTION_ILLEGAL_INSTRUCTION
            | EXCEPTION_INT_DIVIDE_BY_ZERO
            | EXCEPTION_INT_OVERFLOW
            | EXCEPTION_STACK_OVERFLOW
    );
    let pc = context.Rip as usize;
    if !ours || !is_ours(pc) {
        return EXCEPTION_CONTINUE_SEARCH;
    }
    context.Rcx = context.Rip;
    context.Rdx = context.Rbp;
    context.R8 = u64::from(code as u32);
    context.R9 = record.ExceptionInformation[1] as u64;
    context.Rip = on_trap as *const () as u64;
    // As after a call: aligned but for the return address, which is not used. There is no red zone.
    context.Rsp = (context.Rsp & !15) - 8;
    EXCEPTION_CONTINUE_EXECUTION
}

extern "C" fn on_trap(pc: usize, fp: usize, code: u32, address: usize) -> ! {
    let code = code as i32;
    backtrace::record_from_signal(pc, fp);
    if code == EXCEPTION_IN_PAGE_ERROR {
        die(
            EXIT_UNUSABLE,
            format_args!("a page of the executable or of a mapped file cannot be read: is the disk still there?"),
        );
    }
    let handler = HANDLER.load(Ordering::Relaxed);
    if handler != 0 && code != EXCEPTION_STACK_OVERFLOW {
        // SAFETY: only `wasmtime_init_traps` stores a handler. For a wasm trap it does not return.
        let handler: TrapHandler = unsafe { core::mem::transmute(handler) };
        handler(pc, fp, code == EXCEPTION_ACCESS_VIOLATION, address);
    }
    if code == EXCEPTION_STACK_OVERFLOW {
        trap::report_and_exit("call stack exhausted");
    }
    die(
        EXIT_TRAP,
        format_args!("internal error in the runtime: exception {code:#x} at {address:#x}"),
    )
}
