//! MathBox and the number methods that need more than an instruction.

use crate::error::{raise, Kind};
use crate::value::*;

#[no_mangle]
pub extern "C" fn ny_sin(x: f64) -> f64 {
    libm::sin(x)
}
#[no_mangle]
pub extern "C" fn ny_cos(x: f64) -> f64 {
    libm::cos(x)
}
#[no_mangle]
pub extern "C" fn ny_tan(x: f64) -> f64 {
    libm::tan(x)
}
#[no_mangle]
pub extern "C" fn ny_exp(x: f64) -> f64 {
    libm::exp(x)
}
#[no_mangle]
pub extern "C" fn ny_pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}
#[no_mangle]
pub unsafe extern "C" fn ny_log(x: f64) -> f64 {
    if x <= 0.0 {
        raise(Kind::Invalid, b"Cannot take logarithm of non-positive number");
        return 0.0;
    }
    libm::log(x)
}
#[no_mangle]
pub unsafe extern "C" fn ny_log10(x: f64) -> f64 {
    if x <= 0.0 {
        raise(Kind::Invalid, b"Cannot take logarithm of non-positive number");
        return 0.0;
    }
    libm::log10(x)
}
#[no_mangle]
pub unsafe extern "C" fn ny_sqrt(x: f64) -> f64 {
    if x < 0.0 {
        raise(Kind::Invalid, b"Cannot take square root of negative number");
        return 0.0;
    }
    libm::sqrt(x)
}
#[no_mangle]
pub extern "C" fn ny_floor(x: f64) -> i64 {
    libm::floor(x) as i64
}
#[no_mangle]
pub extern "C" fn ny_ceil(x: f64) -> i64 {
    libm::ceil(x) as i64
}
/// Half away from zero.
#[no_mangle]
pub extern "C" fn ny_round(x: f64) -> i64 {
    libm::round(x) as i64
}
#[no_mangle]
pub extern "C" fn ny_trunc(x: f64) -> i64 {
    x as i64
}

unsafe fn numbers(what: &[u8]) -> i64 {
    let mut m = b"Error: ".to_vec();
    m.extend_from_slice(what);
    Val::text(&m).ret()
}

/// The smaller or larger of two numbers of the same kind; `which` is -1 or 1.
#[no_mangle]
pub unsafe extern "C" fn ny_min_max(which: i32, at: u32, ap: i64, bt: u32, bp: i64) -> i64 {
    let (a, b) = (Val::new(at, ap), Val::new(bt, bp));
    match (at, bt) {
        (INT, INT) => if (ap < bp) == (which < 0) { a } else { b }.ret(),
        (INT | FLOAT, INT | FLOAT) => {
            let (x, y) = (crate::number::as_f64(a), crate::number::as_f64(b));
            Val::float(if (x < y) == (which < 0) { x } else { y }).ret()
        }
        _ if which < 0 => numbers(b"min() requires numeric inputs"),
        _ => numbers(b"max() requires numeric inputs"),
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_abs(tag: u32, pay: i64) -> i64 {
    match tag {
        INT => Val::int(pay.wrapping_abs()).ret(),
        FLOAT => Val::float(Val::new(tag, pay).f64().abs()).ret(),
        _ => numbers(b"abs() requires numeric input"),
    }
}
