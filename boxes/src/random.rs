//! RandomBox: a 64-bit linear congruential generator. Slot 0 holds the state.

use crate::array::{self, items, items_mut, Array};
use crate::string::{make as text_of, Str};
use crate::value::*;

#[no_mangle]
pub unsafe extern "C" fn ny_make_random() -> *mut Inst {
    crate::text::ny_text_hook = Some(crate::text::rare);
    let r = make(class::RANDOM);
    *slot(r, 0) = Val::int(crate::io::clock(0) as i64);
    r
}

/// The same start, the same numbers.
#[no_mangle]
pub unsafe extern "C" fn ny_make_random_seeded(seed: i64) -> *mut Inst {
    let r = ny_make_random();
    (*slot(r, 0)).pay = seed;
    r
}

/// An integer from 0 up to but not including a limit; 0 for a limit below 1.
#[no_mangle]
pub unsafe extern "C" fn ny_random_below(r: *mut Inst, limit: i64) -> i64 {
    // The low bits of such a generator repeat soon.
    if limit < 1 {
        return 0;
    }
    (((next(r) as u128) * (limit as u128)) >> 64) as i64
}

/// A float of the normal distribution around 0 with the deviation 1.
#[no_mangle]
pub unsafe extern "C" fn ny_random_gauss(r: *mut Inst) -> f64 {
    let (u, v) = (1.0 - ny_random_float(r), ny_random_float(r));
    libm::sqrt(-2.0 * libm::log(u)) * libm::cos(2.0 * core::f64::consts::PI * v)
}

/// So many bytes as an array of integers.
#[no_mangle]
pub unsafe extern "C" fn ny_random_bytes(r: *mut Inst, n: i64) -> *mut Array {
    let a = array::ny_array_new(0);
    for _ in 0..n.clamp(0, 1 << 24) {
        array::push(a, Val::int((next(r) >> 56) as i64));
    }
    a
}

/// A UUID of version 4 (RFC 9562), from this generator.
#[no_mangle]
pub unsafe extern "C" fn ny_random_uuid(r: *mut Inst) -> *mut Str {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = rust_alloc::vec::Vec::new();
    for n in 0..36 {
        let digit = (next(r) >> 60) as usize;
        out.push(match n {
            8 | 13 | 18 | 23 => b'-',
            14 => b'4',
            19 => DIGITS[8 + digit % 4],
            _ => DIGITS[digit],
        });
    }
    text_of(&out)
}

unsafe fn next(r: *mut Inst) -> u64 {
    let s = &mut *slot(r, 0);
    let n = (s.pay as u64).wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    s.pay = n as i64;
    n
}

#[no_mangle]
pub unsafe extern "C" fn ny_random_seed(r: *mut Inst, seed: i64) -> *mut Str {
    (*slot(r, 0)).pay = seed;
    text_of(b"Seed set")
}

#[no_mangle]
pub unsafe extern "C" fn ny_random_float(r: *mut Inst) -> f64 {
    next(r) as f64 / 18_446_744_073_709_551_616.0
}

#[no_mangle]
pub unsafe extern "C" fn ny_random_int(r: *mut Inst, a: i64, b: i64) -> i64 {
    if a > b {
        return Val::text(b"Error: min must be <= max").ret();
    }
    let range = (b.wrapping_sub(a) as u64).wrapping_add(1);
    let n = next(r);
    Val::int(a.wrapping_add(if range == 0 { n } else { n % range } as i64)).ret()
}

#[no_mangle]
pub unsafe extern "C" fn ny_random_bool(r: *mut Inst) -> u32 {
    next(r).is_multiple_of(2) as u32
}

#[no_mangle]
pub unsafe extern "C" fn ny_random_choice(r: *mut Inst, a: *mut Array) -> i64 {
    if a.is_null() || (*a).len == 0 {
        return Val::NULL.ret();
    }
    items(a)[(next(r) % (*a).len as u64) as usize].retain().ret()
}

#[no_mangle]
pub unsafe extern "C" fn ny_random_shuffle(r: *mut Inst, a: *mut Array) -> *mut Array {
    if a.is_null() {
        return array::ny_array_new(0);
    }
    let out = array::ny_array_tail(a, 0);
    for i in (1..(*out).len as u64).rev() {
        let j = next(r) % (i + 1);
        items_mut(out).swap(i as usize, j as usize);
    }
    out
}

#[no_mangle]
pub unsafe extern "C" fn ny_random_string(r: *mut Inst, n: i64) -> *mut Str {
    const LETTERS: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut out = rust_alloc::vec::Vec::new();
    for _ in 0..n.clamp(0, 1 << 24) {
        out.push(LETTERS[(next(r) % 62) as usize]);
    }
    text_of(&out)
}

#[no_mangle]
pub unsafe extern "C" fn ny_random_probability(r: *mut Inst, p: f64) -> u32 {
    (ny_random_float(r) < p) as u32
}
