//! IBM Z, the only big-endian system. `compiler_builtins` supplies memory routines.

use core::arch::{asm, global_asm};

use super::Registers;

// The kernel enters with the argument block at r15 and everything else undefined. A function saves registers in the 160
// bytes above its caller's stack pointer, of which the first word links to the next such area. Zero ends every walk.
global_asm!(
    ".globl _start",
    ".hidden _DYNAMIC",
    ".hidden __ehdr_start",
    "_start:",
    "lgr %r2, %r15",
    "larl %r3, __ehdr_start",
    "larl %r4, _DYNAMIC",
    "aghi %r15, -160",
    "xc 0(160,%r15), 0(%r15)",
    "brasl %r14, {start}",
    ".long 0",
    start = sym crate::linux::start::start,
);

pub mod number {
    pub const READLINKAT: usize = 298;
    pub const WRITE: usize = 4;
    pub const GETPID: usize = 20;
    pub const KILL: usize = 37;
    pub const MMAP: usize = 90;
    pub const MUNMAP: usize = 91;
    pub const MPROTECT: usize = 125;
    pub const MREMAP: usize = 163;
    pub const RT_SIGACTION: usize = 174;
    pub const SIGALTSTACK: usize = 186;
    pub const EXIT_GROUP: usize = 248;

    #[cfg(feature = "full")]
    pub const PRCTL: usize = 172;
    #[cfg(feature = "full")]
    pub const DUP3: usize = 326;
    #[cfg(feature = "full")]
    pub const EXECVE: usize = 11;
    #[cfg(feature = "full")]
    pub const EXECVEAT: usize = 354;
    pub const WAIT4: usize = 114;
    pub const PRLIMIT64: usize = 334;
    /// `fork`, or `clone` as `fork` where there is no other, with its arguments.
    pub const FORK: (usize, [usize; 6]) = (2, [0; 6]);
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
    // SAFETY: the kernel changes r2 only; what else happens is the caller's contract.
    unsafe {
        asm!(
            "svc 0",
            in("r1") number,
            inlateout("r2") a[0] as isize => result,
            in("r3") a[1], in("r4") a[2], in("r5") a[3], in("r6") a[4], in("r7") a[5],
            options(nostack),
        );
    }
    result
}

/// Calls `enter` with `argument` on the stack that ends at `top`, which is aligned to a page.
///
/// # Safety
/// Nothing else uses that stack.
pub unsafe fn on_stack(top: *mut u8, enter: unsafe extern "C" fn(*mut u8) -> !, argument: *mut u8) -> ! {
    // SAFETY: the caller's contract. The frame that is called has no caller: every walk ends there.
    unsafe {
        asm!(
            "lgr %r15, {top}",
            "aghi %r15, -160",
            "xc 0(160,%r15), 0(%r15)",
            "br {enter}",
            top = in(reg_addr) top, enter = in(reg_addr) enter, in("r2") argument,
            options(noreturn),
        )
    }
}

/// `mmap`, which takes its arguments in memory here.
///
/// # Safety
/// As for the system call.
pub unsafe fn map(a: [usize; 6]) -> isize {
    // SAFETY: the kernel reads the six words; the rest is the caller's contract.
    unsafe { system_call(number::MMAP, [a.as_ptr() as usize, 0, 0, 0, 0, 0]) }
}

/// The start of the kernel's `struct ucontext` with its registers.
#[repr(C)]
pub struct Context {
    flags: usize,
    link: usize,
    stack: [usize; 3],
    psw_mask: usize,
    psw_address: usize,
    registers: [usize; 16],
}

impl Context {
    pub fn registers(&self, signal: i32, address: usize) -> Registers {
        const SIGILL: i32 = 4;
        const SIGFPE: i32 = 8;
        const SIGSEGV: i32 = 11;
        // These two arrive with the address of the next instruction. The compiler notes such a trap at the last byte of
        // the one that raised it.
        let late = signal == SIGILL || signal == SIGFPE;
        let sp = self.registers[15];
        // A function has moved the stack pointer before it writes the link, which comes from the register with the old
        // one. Where the stack ends there is no link to read: endless recursion ended in a second fault in the handler.
        let no_link = signal == SIGSEGV && address / SMALLEST_PAGE == sp / SMALLEST_PAGE;
        Registers {
            pc: self.psw_address - usize::from(late),
            fp: match no_link {
                true => self.registers[1],
                // SAFETY: the first word above the stack pointer is the link to the caller's area, in our code and in
                // compiled code alike.
                false => unsafe { *(sp as *const usize) },
            },
            sp,
        }
    }
}
