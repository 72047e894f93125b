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
    exp(x)
}
#[no_mangle]
pub extern "C" fn ny_pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}
/// Of zero and negative numbers there is none.
unsafe fn logarithm(x: f64, of: fn(f64) -> f64) -> f64 {
    if x <= 0.0 {
        raise(Kind::Invalid, b"Cannot take logarithm of non-positive number");
        return 0.0;
    }
    of(x)
}

#[no_mangle]
pub unsafe extern "C" fn ny_log(x: f64) -> f64 {
    logarithm(x, libm::log)
}
#[no_mangle]
pub unsafe extern "C" fn ny_log10(x: f64) -> f64 {
    logarithm(x, libm::log10)
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

/// e to the power of x, to half a unit in the last place and a little. The port in libm is off by a whole one as early
/// as exp(1), where programs print it next to `getE()`.
fn exp(x: f64) -> f64 {
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    if !(-708.0..=709.0).contains(&x) {
        // Near the ends of the range the result is halved and doubled, or not a number.
        return libm::exp(x);
    }
    let k = libm::rint(x * core::f64::consts::LOG2_E);
    let high = x - k * LN2_HIGH;
    let low = k * LN2_LOW;
    let r = high - low;
    let rest = (high - r) - low;
    // The series without its first two terms, which are added last and exactly.
    let mut p = 0.0;
    let mut n = 16.0;
    while n > 2.0 {
        p = (p + 1.0) * r / n;
        n -= 1.0;
    }
    let tail = (p + 1.0) * (r * r * 0.5);
    let sum = 1.0 + r;
    let lost = r - (sum - 1.0);
    let value = sum + (tail + lost + rest * (1.0 + r));
    f64::from_bits((value.to_bits() as i64 + ((k as i64) << 52)) as u64)
}

#[no_mangle]
pub extern "C" fn ny_asin(x: f64) -> f64 {
    libm::asin(x)
}
#[no_mangle]
pub extern "C" fn ny_acos(x: f64) -> f64 {
    libm::acos(x)
}
#[no_mangle]
pub extern "C" fn ny_atan(x: f64) -> f64 {
    libm::atan(x)
}
#[no_mangle]
pub extern "C" fn ny_atan2(y: f64, x: f64) -> f64 {
    libm::atan2(y, x)
}
#[no_mangle]
pub extern "C" fn ny_sinh(x: f64) -> f64 {
    libm::sinh(x)
}
#[no_mangle]
pub extern "C" fn ny_cosh(x: f64) -> f64 {
    libm::cosh(x)
}
#[no_mangle]
pub extern "C" fn ny_tanh(x: f64) -> f64 {
    libm::tanh(x)
}
#[no_mangle]
pub extern "C" fn ny_hypot(x: f64, y: f64) -> f64 {
    libm::hypot(x, y)
}
#[no_mangle]
pub extern "C" fn ny_cbrt(x: f64) -> f64 {
    libm::cbrt(x)
}
#[no_mangle]
pub unsafe extern "C" fn ny_log2(x: f64) -> f64 {
    logarithm(x, libm::log2)
}
/// -1, 0 or 1.
#[no_mangle]
pub extern "C" fn ny_sign(x: f64) -> i64 {
    (x > 0.0) as i64 - (x < 0.0) as i64
}
/// The greatest common divisor, never negative; that of nothing but zeros is 0.
#[no_mangle]
pub extern "C" fn ny_gcd(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a as i64
}
/// A number moved into a range.
#[no_mangle]
pub extern "C" fn ny_clamp(x: f64, low: f64, high: f64) -> f64 {
    if x < low {
        low
    } else if x > high {
        high
    } else {
        x
    }
}
#[no_mangle]
pub extern "C" fn ny_int_clamp(x: i64, low: i64, high: i64) -> i64 {
    if x < low {
        low
    } else if x > high {
        high
    } else {
        x
    }
}
/// A random number from 0 up to but not including 1.
#[no_mangle]
pub unsafe extern "C" fn ny_math_random() -> f64 {
    (crate::io::random() >> 11) as f64 / 9_007_199_254_740_992.0
}

#[no_mangle]
pub extern "C" fn ny_asinh(x: f64) -> f64 {
    libm::asinh(x)
}
#[no_mangle]
pub extern "C" fn ny_acosh(x: f64) -> f64 {
    libm::acosh(x)
}
#[no_mangle]
pub extern "C" fn ny_atanh(x: f64) -> f64 {
    libm::atanh(x)
}
#[no_mangle]
pub extern "C" fn ny_exp2(x: f64) -> f64 {
    libm::exp2(x)
}
#[no_mangle]
pub extern "C" fn ny_fmod(x: f64, y: f64) -> f64 {
    libm::fmod(x, y)
}
