//! Long runs of bytes: 64 at a time through four vector registers, the rest in moves that overlap.

use core::arch::asm;

/// What one move copies.
pub type Wide = core::arch::aarch64::uint8x16_t;

/// Copies at least 32 bytes from the front.
///
/// # Safety
/// As memcpy, except that the destination may also overlap the source's start.
#[inline(always)]
pub unsafe fn copy(dest: *mut u8, src: *const u8, n: usize) {
    // The last bytes are read before anything is written: a destination below the source overwrites them.
    // SAFETY: the caller's contract. The loop moves whole blocks of 64 while more than 64 are left, so 1 to 64 stay;
    // those are copied as two halves that both lie inside n ≥ 64, or, of shorter runs, as the first and last 32.
    unsafe {
        asm!(
            "add {src_end}, {src}, {n}",
            "add {dest_end}, {dest}, {n}",
            "ldp {e:q}, {f:q}, [{src_end}, #-32]",
            "subs {n}, {n}, #64",
            "b.ls 3f",
            "ldp {g:q}, {h:q}, [{src_end}, #-64]",
            "2:",
            "ldp {a:q}, {b:q}, [{src}], #32",
            "ldp {c:q}, {d:q}, [{src}], #32",
            "subs {n}, {n}, #64",
            "stp {a:q}, {b:q}, [{dest}], #32",
            "stp {c:q}, {d:q}, [{dest}], #32",
            "b.hi 2b",
            "stp {g:q}, {h:q}, [{dest_end}, #-64]",
            "b 4f",
            "3:",
            "ldp {a:q}, {b:q}, [{src}]",
            "stp {a:q}, {b:q}, [{dest}]",
            "4:",
            "stp {e:q}, {f:q}, [{dest_end}, #-32]",
            src = inout(reg) src => _,
            dest = inout(reg) dest => _,
            n = inout(reg) n => _,
            src_end = out(reg) _,
            dest_end = out(reg) _,
            a = out(vreg) _, b = out(vreg) _, c = out(vreg) _, d = out(vreg) _,
            e = out(vreg) _, f = out(vreg) _, g = out(vreg) _, h = out(vreg) _,
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
    // SAFETY: the caller's contract. Blocks of 64 while more than 64 are left, then the last 64.
    unsafe {
        asm!(
            "dup {a:v}.16b, {byte:w}",
            "add {end}, {dest}, {n}",
            "subs {n}, {n}, #64",
            "b.ls 3f",
            "2:",
            "stp {a:q}, {a:q}, [{dest}], #32",
            "stp {a:q}, {a:q}, [{dest}], #32",
            "subs {n}, {n}, #64",
            "b.hi 2b",
            "3:",
            "stp {a:q}, {a:q}, [{end}, #-64]",
            "stp {a:q}, {a:q}, [{end}, #-32]",
            dest = inout(reg) dest => _,
            n = inout(reg) n => _,
            end = out(reg) _,
            byte = in(reg) u32::from(byte),
            a = out(vreg) _,
            options(nostack),
        );
    }
}
