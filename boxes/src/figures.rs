//! Numbers as text in other forms, and rounding to decimal places.

use crate::error::{raise, Kind};
use crate::string::{make, Str};
use rust_alloc::vec::Vec;

/// An integer in a base from 2 to 36, with small letters and a sign.
#[no_mangle]
pub unsafe extern "C" fn ny_int_radix(i: i64, radix: i64) -> *mut Str {
    if !(2..=36).contains(&radix) {
        raise(Kind::Invalid, b"toString() expects a base from 2 to 36");
        return make(b"");
    }
    let mut n = i.unsigned_abs();
    let mut digits: Vec<u8> = Vec::new();
    loop {
        digits.push(b"0123456789abcdefghijklmnopqrstuvwxyz"[(n % radix as u64) as usize]);
        n /= radix as u64;
        if n == 0 {
            break;
        }
    }
    if i < 0 {
        digits.push(b'-');
    }
    digits.reverse();
    make(&digits)
}

/// A number with so many decimal places, 100 at most.
#[no_mangle]
pub unsafe extern "C" fn ny_to_fixed(x: f64, places: i64) -> *mut Str {
    let places = places.clamp(0, 100) as usize;
    let mut out = rust_alloc::string::String::new();
    let _ = core::fmt::write(&mut out, format_args!("{x:.places$}"));
    make(out.as_bytes())
}

/// Rounded to so many decimal places; halves go away from zero. Negative places are those before the point.
#[no_mangle]
pub extern "C" fn ny_round_to(x: f64, places: i64) -> f64 {
    let power = libm::pow(10.0, places.clamp(-400, 400) as f64);
    let scaled = x * power;
    // Beyond this a float has no such places.
    if power == 0.0 {
        return 0.0 * x;
    }
    if !scaled.is_finite() || scaled.abs() > 4_503_599_627_370_496.0 {
        return x;
    }
    libm::round(scaled) / power
}
