//! Long runs of bytes: the string instructions, which every x86-64 of the last decade does in microcode at full width. What
//! they need to start is as long as half a kilobyte in vector registers.

use core::arch::asm;

/// What one move copies.
pub type Wide = core::arch::x86_64::__m128i;

/// The string instructions are slower up to here: 128 bytes take 9 ns in place of 3 on a Zen 4, 512 the same.
const SHORT: usize = 512;
const PAGE: usize = 4096;
/// Where the destination is this much or less above the source within their pages, Zen 3 and 4 take each byte for one that
/// is still to be written: ten times as long for 64 KiB. glibc knows it as well (its bug 30994).
const TOO_CLOSE: usize = 31;

/// Copies more than 32 bytes from the front.
///
/// # Safety
/// As memcpy, except that the destination may also overlap the source's start.
#[inline(always)]
pub unsafe fn copy(dest: *mut u8, src: *const u8, n: usize) {
    let above = (dest as usize).wrapping_sub(src as usize) % PAGE;
    // SAFETY: the caller's contract.
    unsafe {
        if n <= SHORT || matches!(above, 1..=TOO_CLOSE) {
            copy_in_blocks(dest, src, n);
        } else {
            asm!("rep movsb", inout("rdi") dest => _, inout("rsi") src => _, inout("rcx") n => _,
                options(nostack, preserves_flags));
        }
    }
}

/// # Safety
/// As [`copy`].
#[inline(always)]
unsafe fn copy_in_blocks(dest: *mut u8, src: *const u8, n: usize) {
    // In assembly, or the compiler makes a call of memcpy of it. The last bytes are read before anything is written: a
    // destination below the source overwrites them.
    // SAFETY: the caller's contract. The loop moves 32 bytes while more than 32 are left, so 1 to 32 stay.
    unsafe {
        asm!(
            "movups {e}, [{src} + {n} - 32]",
            "movups {f}, [{src} + {n} - 16]",
            "lea {end}, [{dest} + {n}]",
            "2:",
            "movups {a}, [{src}]",
            "movups {b}, [{src} + 16]",
            "add {src}, 32",
            "movups [{dest}], {a}",
            "movups [{dest} + 16], {b}",
            "add {dest}, 32",
            "sub {n}, 32",
            "cmp {n}, 32",
            "ja 2b",
            "movups [{end} - 32], {e}",
            "movups [{end} - 16], {f}",
            src = inout(reg) src => _,
            dest = inout(reg) dest => _,
            n = inout(reg) n => _,
            end = out(reg) _,
            a = out(xmm_reg) _, b = out(xmm_reg) _, e = out(xmm_reg) _, f = out(xmm_reg) _,
            options(nostack),
        );
    }
}

/// Fills at least 64 bytes.
///
/// # Safety
/// As memset.
#[inline(always)]
pub unsafe fn fill(dest: *mut u8, byte: u8, n: usize) {
    // SAFETY: the caller's contract. The blocks are as in `copy_in_blocks`.
    unsafe {
        if n <= SHORT {
            let word = u64::from(byte) * 0x0101_0101_0101_0101;
            asm!(
                "movq {a}, {word}",
                "punpcklqdq {a}, {a}",
                "lea {end}, [{dest} + {n}]",
                "2:",
                "movups [{dest}], {a}",
                "movups [{dest} + 16], {a}",
                "add {dest}, 32",
                "sub {n}, 32",
                "cmp {n}, 32",
                "ja 2b",
                "movups [{end} - 32], {a}",
                "movups [{end} - 16], {a}",
                dest = inout(reg) dest => _,
                n = inout(reg) n => _,
                word = in(reg) word,
                end = out(reg) _,
                a = out(xmm_reg) _,
                options(nostack),
            );
        } else {
            asm!("rep stosb", inout("rdi") dest => _, inout("rcx") n => _, in("al") byte,
                options(nostack, preserves_flags));
        }
    }
}
