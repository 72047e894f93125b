//! Traps that the hardware raises: the `wasmtime_init_traps` part of wasmtime's platform interface.

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
use core::ptr;
use core::sync::atomic::{AtomicUsize, Ordering};

use super::syscall;
use crate::message::{EXIT_TRAP, die};
use crate::{backtrace, trap};

/// Room for a signal frame and for a report. The system asks for 32 KiB at least.
const STACK: usize = 64 << 10;

#[repr(C, align(16))]
struct HandlerStack(UnsafeCell<[u8; STACK]>);

// SAFETY: only the kernel and handlers on the one thread use it.
unsafe impl Sync for HandlerStack {}

static HANDLER_STACK: HandlerStack = HandlerStack(UnsafeCell::new([0; STACK]));

/// wasmtime's handler, 0 before it has registered one.
static HANDLER: AtomicUsize = AtomicUsize::new(0);

type TrapHandler = extern "C" fn(ip: usize, fp: usize, has_faulting_addr: bool, faulting_addr: usize);

/// Takes over the signals that exhausted stacks and wasm traps raise.
///
/// The handlers have a stack of their own: they must run when the program's has no room left.
pub fn install() {
    let stack = libc::stack_t {
        ss_sp: HANDLER_STACK.0.get().cast(),
        ss_size: STACK,
        ss_flags: 0,
    };
    // SAFETY: all zeros is a structure of sigaction: no handler, no flags, nothing blocked.
    let mut action: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    action.sa_sigaction = on_signal as *const () as usize;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_NODEFER | libc::SA_ONSTACK;
    // SAFETY: the stack is a static used for nothing else; the handler is one for SA_SIGINFO.
    unsafe {
        libc::sigaltstack(&raw const stack, ptr::null_mut());
        for signal in [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE] {
            libc::sigaction(signal, &raw const action, ptr::null_mut());
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn wasmtime_init_traps(handler: TrapHandler) -> i32 {
    HANDLER.store(handler as usize, Ordering::Relaxed);
    0
}

/// Where the program was: program counter, frame pointer, stack pointer.
#[cfg(target_arch = "aarch64")]
fn registers(context: &libc::ucontext_t) -> [usize; 3] {
    // SAFETY: the kernel has put the machine context beside the rest on the handler's stack.
    let thread = unsafe { &(*context.uc_mcontext).__ss };
    [thread.__pc, thread.__fp, thread.__sp].map(|register| register as usize)
}

/// Where the program was: program counter, frame pointer, stack pointer.
#[cfg(target_arch = "x86_64")]
fn registers(context: &libc::ucontext_t) -> [usize; 3] {
    // SAFETY: the kernel has put the machine context beside the rest on the handler's stack.
    let thread = unsafe { &(*context.uc_mcontext).__ss };
    [thread.__rip, thread.__rbp, thread.__rsp].map(|register| register as usize)
}

unsafe extern "C" fn on_signal(signal: i32, info: &libc::siginfo_t, context: &libc::ucontext_t) {
    /// `si_code` of a signal that a process sent, `SI_USER` of <sys/signal.h>.
    const SENT: i32 = 0x10001;
    if info.si_code == SENT {
        // What would have happened without us happens.
        syscall::raise_with_default_action(signal);
        return;
    }
    let [pc, fp, sp] = registers(context);
    let address = info.si_addr as usize;
    // A guard page raises SIGBUS here, as any access that a mapping does not permit.
    let has_address = signal == libc::SIGSEGV || signal == libc::SIGBUS;
    backtrace::record_from_signal(pc, fp);
    let handler = HANDLER.load(Ordering::Relaxed);
    if handler != 0 {
        // SAFETY: only `wasmtime_init_traps` stores a handler. For a wasm trap it does not return.
        let handler: TrapHandler = unsafe { core::mem::transmute(handler) };
        handler(pc, fp, has_address, address);
    }
    if has_address && is_near(address, sp) {
        trap::report_and_exit("call stack exhausted");
    }
    // The kernel does not always say that a process sent the signal; then it says nothing at all. A fault of ours that it
    // says nothing about ends the process in the same way.
    if info.si_code == 0 {
        syscall::raise_with_default_action(signal);
        return;
    }
    die(
        EXIT_TRAP,
        format_args!("internal error in the runtime: signal {signal} at {address:#x}"),
    )
}

/// Whether an access at `address` comes from pushing a frame onto the stack that `sp` points into. A frame's first
/// touch can lie up to one frame below, and large frames are probed page by page.
fn is_near(address: usize, sp: usize) -> bool {
    address.wrapping_sub(sp.wrapping_sub(1 << 20)) < (1 << 20) + (64 << 10)
}
