//! Long runs of bytes: the string instructions, which every x86-64 of the last decade does in microcode at full width.

use core::arch::asm;

/// What one move copies.
pub type Wide = core::arch::x86_64::__m128i;

/// Copies from the front.
///
/// # Safety
/// As memcpy.
#[inline(always)]
pub unsafe fn copy(dest: *mut u8, src: *const u8, n: usize) {
    // SAFETY: the caller's contract.
    unsafe {
        asm!("rep movsb", inout("rdi") dest => _, inout("rsi") src => _, inout("rcx") n => _,
            options(nostack, preserves_flags));
    }
}

/// # Safety
/// As memset.
#[inline(always)]
pub unsafe fn fill(dest: *mut u8, byte: u8, n: usize) {
    // SAFETY: the caller's contract.
    unsafe {
        asm!("rep stosb", inout("rdi") dest => _, inout("rcx") n => _, in("al") byte,
            options(nostack, preserves_flags));
    }
}
