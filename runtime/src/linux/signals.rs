//! Traps that the hardware raises: the `wasmtime_init_traps` part of wasmtime's platform interface.

use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicUsize, Ordering};

use super::arch::{self, Context, Registers};
use super::core_dump;
use super::syscall::{self, SignalAction};
use crate::message::{EXIT_TRAP, die};
use crate::{backtrace, trap};

const SIGILL: i32 = 4;
const SIGFPE: i32 = 8;
const SIGSEGV: i32 = 11;

const SA_SIGINFO: usize = 4;
const SA_NODEFER: usize = 0x4000_0000;
const SA_ONSTACK: usize = 0x0800_0000;

/// Room for a signal frame with all of AVX-512 and AMX (about 11 KiB; other processors need less) and for a report.
const STACK: usize = 64 << 10;

#[repr(C, align(16))]
struct HandlerStack(UnsafeCell<[u8; STACK]>);

// SAFETY: only the kernel and handlers on the one thread use it.
unsafe impl Sync for HandlerStack {}

#[unsafe(link_section = ".bss.nyash_handler_stack")]
static HANDLER_STACK: HandlerStack = HandlerStack(UnsafeCell::new([0; STACK]));

/// wasmtime's handler, 0 before it has registered one.
static HANDLER: AtomicUsize = AtomicUsize::new(0);

type TrapHandler = extern "C" fn(ip: usize, fp: usize, has_faulting_addr: bool, faulting_addr: usize);

/// Takes over the signals that exhausted stacks and wasm traps raise. That of a cut file has its handler already
/// (`guard.rs`).
///
/// The handlers have a stack of their own: they must run when the program's has no room left.
pub fn install() {
    // SAFETY: the stack is a static used for nothing else; the handler is one for SA_SIGINFO.
    unsafe {
        let _ = syscall::set_signal_stack(HANDLER_STACK.0.get().cast(), STACK);
        let action = SignalAction::new(arch::signal_entry(), SA_SIGINFO | SA_NODEFER | SA_ONSTACK);
        for signal in [SIGSEGV, SIGILL, SIGFPE] {
            let _ = syscall::set_signal_action(signal, &action);
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn wasmtime_init_traps(handler: TrapHandler) -> i32 {
    HANDLER.store(handler as usize, Ordering::Relaxed);
    0
}

/// The start of the kernel's `siginfo_t`.
#[repr(C)]
pub struct SignalInfo {
    signal: i32,
    errno: i32,
    code: i32,
    address: usize,
}

impl SignalInfo {
    /// Sent by a process, not raised by an instruction.
    pub fn was_sent(&self) -> bool {
        self.code <= 0
    }
}

pub unsafe extern "C" fn on_signal(signal: i32, info: &SignalInfo, context: &Context) {
    let sent = info.was_sent();
    // A trap of s390x's compare-and-trap arrives with the code of a signal that a process has sent.
    let may_be_raised = cfg!(target_arch = "s390x") && signal == SIGFPE && info.code == 0;
    if sent && !may_be_raised {
        // What would have happened without us happens.
        syscall::raise_with_default_action(signal);
        return;
    }
    if core_dump::dies_here(signal) {
        return;
    }
    let Registers { pc, fp, sp } = context.registers(signal, info.address);
    let has_address = signal == SIGSEGV;
    backtrace::record_from_signal(pc, fp);
    let handler = HANDLER.load(Ordering::Relaxed);
    if handler != 0 {
        // SAFETY: only `wasmtime_init_traps` stores a handler. For a wasm trap it does not return.
        let handler: TrapHandler = unsafe { core::mem::transmute(handler) };
        handler(pc, fp, has_address, info.address);
    }
    if sent {
        syscall::raise_with_default_action(signal);
        return;
    }
    if signal == SIGSEGV && is_near(info.address, sp) {
        trap::report_and_exit("call stack exhausted");
    }
    die(
        EXIT_TRAP,
        format_args!("internal error in the runtime: signal {signal} at {:#x}", info.address),
    )
}

/// Whether an access at `address` comes from pushing a frame onto the stack that `sp` points into. A frame's first
/// touch can lie up to one frame below, and large frames are probed page by page.
fn is_near(address: usize, sp: usize) -> bool {
    address.wrapping_sub(sp.wrapping_sub(1 << 20)) < (1 << 20) + (64 << 10)
}
