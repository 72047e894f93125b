//! x86-64.

use core::arch::{asm, global_asm};

use super::Registers;

// The kernel enters with the argument block at rsp and everything else undefined. The outermost frame has a null frame
// pointer, which ends every walk.
global_asm!(
    ".globl _start",
    ".hidden _DYNAMIC",
    ".hidden __ehdr_start",
    "_start:",
    "xor %ebp, %ebp",
    "mov %rsp, %rdi",
    "lea __ehdr_start(%rip), %rsi",
    "lea _DYNAMIC(%rip), %rdx",
    "and $-16, %rsp",
    "call {start}",
    "ud2",
    start = sym crate::linux::start::start,
    options(att_syntax),
);

pub mod number {
    pub const READLINKAT: usize = 267;
    pub const WRITE: usize = 1;
    pub const MMAP: usize = 9;
    pub const MPROTECT: usize = 10;
    pub const MUNMAP: usize = 11;
    pub const RT_SIGACTION: usize = 13;
    pub const MREMAP: usize = 25;
    pub const GETPID: usize = 39;
    pub const KILL: usize = 62;
    pub const SIGALTSTACK: usize = 131;
    pub const EXIT_GROUP: usize = 231;

    #[cfg(feature = "full")]
    pub const PRCTL: usize = 157;
    #[cfg(feature = "full")]
    pub const DUP3: usize = 292;
    #[cfg(feature = "full")]
    pub const EXECVE: usize = 59;
    #[cfg(feature = "full")]
    pub const EXECVEAT: usize = 322;
    pub const WAIT4: usize = 61;
    pub const PRLIMIT64: usize = 302;
    /// `fork`, or `clone` as `fork` where there is no other, with its arguments.
    pub const FORK: (usize, [usize; 6]) = (57, [0; 6]);
}

/// The largest page of a kernel for this processor, which executables are laid out for.
pub const LARGEST_PAGE: usize = 4096;
/// The smallest page of a kernel for this processor.
pub const SMALLEST_PAGE: usize = 4096;

/// # Safety
/// As for the system call that is made.
#[inline(always)] // for `guard.rs`
pub unsafe fn system_call(number: usize, a: [usize; 6]) -> isize {
    let result: isize;
    // SAFETY: the kernel clobbers rcx and r11 and returns in rax; what else happens is the caller's contract.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") number as isize => result,
            in("rdi") a[0], in("rsi") a[1], in("rdx") a[2], in("r10") a[3], in("r8") a[4], in("r9") a[5],
            lateout("rcx") _, lateout("r11") _,
            options(nostack),
        );
    }
    result
}

/// The address of a label of this file. The compiler would take it from a table that has to be relocated first.
macro_rules! address {
    ($label:literal) => {{
        let address: usize;
        // SAFETY: computes an address.
        unsafe {
            asm!(concat!("lea ", $label, "(%rip), {}"), out(reg) address, options(att_syntax, pure, nomem, nostack, preserves_flags));
        }
        address
    }};
}

/// Calls `enter` with `argument` on the stack that ends at `top`, which is aligned to a page.
///
/// # Safety
/// Nothing else uses that stack.
pub unsafe fn on_stack(top: *mut u8, enter: unsafe extern "C" fn(*mut u8) -> !, argument: *mut u8) -> ! {
    // SAFETY: the caller's contract. The frame that is called has no caller: every walk ends there.
    unsafe {
        asm!(
            "mov rsp, {top}",
            "xor ebp, ebp",
            "call {enter}",
            "ud2",
            top = in(reg) top, enter = in(reg) enter, in("rdi") argument,
            options(noreturn),
        )
    }
}

/// The kernel has no default return from a handler: the flag that says so, and where handlers return to.
#[inline(always)] // for `guard.rs`
pub fn restorer() -> (usize, usize) {
    const SA_RESTORER: usize = 0x0400_0000;
    (SA_RESTORER, address!("nyash_signal_return"))
}

// libc would supply this.
global_asm!("nyash_signal_return:", "mov $15, %eax", "syscall", options(att_syntax));

// Linux enters handlers with an aligned stack. qemu-user does not before version 8, and a container for this processor on
// another one often runs in it: the first aligned move in the handler then faults, and so does the handler for that, for
// ever.
global_asm!(
    ".macro nyash_aligned handler",
    "push %rbp",
    "mov %rsp, %rbp",
    "and $-16, %rsp",
    "call \\handler",
    "mov %rbp, %rsp",
    "pop %rbp",
    "ret",
    ".endm",
    "nyash_signal_entry: nyash_aligned {on_signal}",
    "nyash_bus_entry: nyash_aligned {on_bus_error}",
    ".purgem nyash_aligned",
    on_signal = sym crate::linux::signals::on_signal,
    on_bus_error = sym crate::linux::guard::on_bus_error,
    options(att_syntax),
);

/// What the kernel is to call instead of `on_signal`.
pub fn signal_entry() -> usize {
    unsafe extern "C" {
        fn nyash_signal_entry();
    }
    nyash_signal_entry as *const () as usize
}

/// What the kernel is to call instead of `on_bus_error`.
#[inline(always)] // for `guard.rs`
pub fn bus_entry() -> usize {
    address!("nyash_bus_entry")
}

/// The start of the kernel's `struct ucontext`.
#[repr(C)]
pub struct Context {
    flags: usize,
    link: usize,
    stack: [usize; 3],
    registers: [usize; 23],
}

impl Context {
    pub fn registers(&self, _signal: i32, _address: usize) -> Registers {
        const RBP: usize = 10;
        const RSP: usize = 15;
        const RIP: usize = 16;
        let [pc, fp, sp] = [RIP, RBP, RSP].map(|register| self.registers[register]);
        Registers { pc, fp, sp }
    }
}
