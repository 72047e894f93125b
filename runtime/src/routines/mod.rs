//! The memory routines that the compiler calls and libc would supply.
//!
//! Sizes up to 32 bytes, which are most of the calls, take two overlapping moves; long ones do what is fast on the
//! processor (the files beside this one). Other processors get these routines from `compiler_builtins`.

use core::ffi::c_int;

#[cfg(target_arch = "aarch64")]
#[path = "aarch64.rs"]
mod memory;
#[cfg(target_arch = "x86_64")]
#[path = "x86_64.rs"]
mod memory;

use memory::Wide;

macro_rules! ends {
    ($ty:ty, $dest:ident, $src:ident, $n:ident) => {{
        let head = $src.cast::<$ty>().read_unaligned();
        let tail = $src.add($n - size_of::<$ty>()).cast::<$ty>().read_unaligned();
        $dest.cast::<$ty>().write_unaligned(head);
        $dest.add($n - size_of::<$ty>()).cast::<$ty>().write_unaligned(tail);
    }};
}

/// Copies up to 32 bytes. All reads come before the first write, so the ranges may overlap.
///
/// # Safety
/// As memmove.
#[inline(always)]
unsafe fn copy_short(dest: *mut u8, src: *const u8, n: usize) {
    // SAFETY: each arm touches only the first and last bytes of n.
    unsafe {
        match n {
            0 => {}
            1 => *dest = *src,
            2..=3 => ends!(u16, dest, src, n),
            4..=7 => ends!(u32, dest, src, n),
            8..=15 => ends!(u64, dest, src, n),
            _ => ends!(Wide, dest, src, n),
        }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(dest: *mut u8, src: *const u8, n: usize) -> *mut u8 {
    // SAFETY: memcpy's own contract.
    unsafe {
        if n <= 32 {
            copy_short(dest, src, n);
        } else {
            memory::copy(dest, src, n);
        }
    }
    dest
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memmove(dest: *mut u8, src: *const u8, n: usize) -> *mut u8 {
    // SAFETY: memmove's own contract.
    unsafe {
        if n <= 32 {
            copy_short(dest, src, n);
        } else if (dest as usize).wrapping_sub(src as usize) >= n {
            memcpy(dest, src, n);
        } else {
            // The destination overlaps the source's end: copy from the back, in blocks that are read before they
            // are written.
            let mut left = n;
            while left > 32 {
                left -= 32;
                copy_short(dest.add(left), src.add(left), 32);
            }
            copy_short(dest, src, left);
        }
    }
    dest
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memset(dest: *mut u8, byte: c_int, n: usize) -> *mut u8 {
    let byte = byte as u8;
    // SAFETY: memset's own contract; each arm writes only within n.
    unsafe {
        if n >= 64 {
            memory::fill(dest, byte, n);
        } else if n >= 8 {
            let word = u64::from(byte) * 0x0101_0101_0101_0101;
            let mut at = 0;
            while at + 8 <= n {
                dest.add(at).cast::<u64>().write_unaligned(word);
                at += 8;
            }
            dest.add(n - 8).cast::<u64>().write_unaligned(word);
        } else {
            for i in 0..n {
                // A volatile write, or the compiler turns the loop into a call of this very function.
                dest.add(i).write_volatile(byte);
            }
        }
    }
    dest
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(a: *const u8, b: *const u8, n: usize) -> c_int {
    // SAFETY: memcmp's own contract.
    unsafe {
        // In words from the front; the last word may overlap the one before it, whose bytes are then known equal.
        macro_rules! words {
            ($ty:ty) => {{
                let mut at = 0;
                loop {
                    let x = a.add(at).cast::<$ty>().read_unaligned();
                    let y = b.add(at).cast::<$ty>().read_unaligned();
                    if x != y {
                        return if <$ty>::from_be(x) < <$ty>::from_be(y) {
                            -1
                        } else {
                            1
                        };
                    }
                    let last = n - size_of::<$ty>();
                    if at == last {
                        return 0;
                    }
                    at = usize::min(at + size_of::<$ty>(), last);
                }
            }};
        }
        match n {
            0 => 0,
            1 => c_int::from(*a) - c_int::from(*b),
            2..=3 => words!(u16),
            4..=7 => words!(u32),
            _ => words!(u64),
        }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bcmp(a: *const u8, b: *const u8, n: usize) -> c_int {
    // SAFETY: bcmp's contract is memcmp's.
    unsafe { memcmp(a, b, n) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn strlen(text: *const u8) -> usize {
    let mut n = 0;
    // SAFETY: the text is NUL-terminated.
    while unsafe { text.add(n).read_volatile() } != 0 {
        n += 1;
    }
    n
}
