//! Frames of the stack as each processor links them: where the caller's frame is and where the call returns to.
//!
//! A *frame pointer* is what the chain is made of. On s390x, which has none, it is the caller's stack pointer: the word
//! there links to the next, and the registers are saved above it.

#[cfg(not(target_arch = "s390x"))]
use core::arch::asm;

/// Bytes at and above a frame pointer that [`caller`] reads.
pub const READ_ABOVE: usize = if cfg!(target_arch = "s390x") { 120 } else { 16 };

/// The frame pointer of the function that this is inlined into.
#[inline(always)]
pub fn current() -> usize {
    let fp: usize;
    // SAFETY: reads a register.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        asm!("mov {}, rbp", out(reg) fp, options(nomem, nostack, preserves_flags));
    }
    // SAFETY: as above.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        asm!("mov {}, x29", out(reg) fp, options(nomem, nostack, preserves_flags));
    }
    // SAFETY: as above.
    #[cfg(target_arch = "riscv64")]
    unsafe {
        asm!("mv {}, s0", out(reg) fp, options(nomem, nostack, preserves_flags));
    }
    // SAFETY: reads the link to the caller's area, which every function of ours keeps.
    #[cfg(target_arch = "s390x")]
    unsafe {
        core::arch::asm!("lg {}, 0(%r15)", out(reg) fp, options(readonly, nostack, preserves_flags));
    }
    fp
}

/// The caller's frame pointer, and the address that the frame at `fp` returns to. `compiled` says whether the frame is
/// one of compiled wasm; the rest is ours.
///
/// # Safety
/// `fp` points to a frame that is still active.
pub unsafe fn caller(fp: usize, compiled: bool) -> (usize, usize) {
    let words = fp as *const usize;
    // On RISC-V the compilers disagree: LLVM's frame pointer points above the pair that Cranelift's points to.
    let words = if cfg!(target_arch = "riscv64") && !compiled {
        words.wrapping_sub(2)
    } else {
        words
    };
    let return_address = if cfg!(target_arch = "s390x") { 14 } else { 1 };
    // SAFETY: the caller's contract.
    unsafe { (*words, *words.add(return_address)) }
}
