//! 64-bit ARM.

use core::arch::{asm, global_asm};

use super::Registers;

// The kernel enters with the argument block at sp and everything else undefined. The outermost frame has a null frame
// pointer, which ends every walk.
global_asm!(
    ".globl _start",
    ".hidden _DYNAMIC",
    ".hidden __ehdr_start",
    "_start:",
    "mov x29, xzr",
    "mov x30, xzr",
    "mov x0, sp",
    "adrp x1, __ehdr_start",
    "add x1, x1, :lo12:__ehdr_start",
    "adrp x2, _DYNAMIC",
    "add x2, x2, :lo12:_DYNAMIC",
    "and sp, x0, #-16",
    "bl {start}",
    "brk #1",
    start = sym crate::linux::start::start,
);

pub mod number {
    pub const READLINKAT: usize = 78;
    pub const WRITE: usize = 64;
    pub const EXIT_GROUP: usize = 94;
    pub const KILL: usize = 129;
    pub const SIGALTSTACK: usize = 132;
    pub const RT_SIGACTION: usize = 134;
    pub const GETPID: usize = 172;
    pub const MUNMAP: usize = 215;
    pub const MREMAP: usize = 216;
    pub const MMAP: usize = 222;
    pub const MPROTECT: usize = 226;

    #[cfg(feature = "full")]
    pub const PRCTL: usize = 167;
    #[cfg(feature = "full")]
    pub const DUP3: usize = 24;
    #[cfg(feature = "full")]
    pub const EXECVE: usize = 221;
    #[cfg(feature = "full")]
    pub const EXECVEAT: usize = 281;
    pub const WAIT4: usize = 260;
    pub const PRLIMIT64: usize = 261;
    /// `fork`, or `clone` as `fork` where there is no other, with its arguments.
    pub const FORK: (usize, [usize; 6]) = (220, [17, 0, 0, 0, 0, 0]);
}

/// The largest page of a kernel for this processor, which executables are laid out for: there are 4, 16 and 64 KiB.
pub const LARGEST_PAGE: usize = 64 << 10;
/// The smallest page of a kernel for this processor.
pub const SMALLEST_PAGE: usize = 4096;

/// # Safety
/// As for the system call that is made.
#[inline(always)] // for `guard.rs`
pub unsafe fn system_call(number: usize, a: [usize; 6]) -> isize {
    let result: isize;
    // SAFETY: the kernel changes x0 only; what else happens is the caller's contract.
    unsafe {
        asm!(
            "svc #0",
            in("x8") number,
            inlateout("x0") a[0] as isize => result,
            in("x1") a[1], in("x2") a[2], in("x3") a[3], in("x4") a[4], in("x5") a[5],
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
            "mov sp, {top}",
            "mov x29, xzr",
            "mov x30, xzr",
            "br {enter}",
            top = in(reg) top, enter = in(reg) enter, in("x0") argument,
            options(noreturn),
        )
    }
}

/// The start of the kernel's `struct ucontext` with its `struct sigcontext`.
#[repr(C)]
pub struct Context {
    flags: usize,
    link: usize,
    stack: [usize; 3],
    /// The mask, and room for larger ones.
    mask: [u64; 16],
    /// The kernel aligns what follows to 16 bytes.
    padding: usize,
    fault_address: usize,
    registers: [usize; 31],
    sp: usize,
    pc: usize,
}

impl Context {
    pub fn registers(&self, _signal: i32, _address: usize) -> Registers {
        Registers {
            pc: self.pc,
            fp: self.registers[29],
            sp: self.sp,
        }
    }
}
