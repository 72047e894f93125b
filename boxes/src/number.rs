//! Operators on values whose kinds are not known when compiling, and the conversions between numbers and text.

use crate::error::{raise, Kind};
use crate::string::{bytes, Str};
use crate::value::*;
use rust_alloc::vec::Vec;

pub fn decimal(i: i64, buf: &mut [u8; 20]) -> &[u8] {
    let mut n = i.unsigned_abs();
    let mut at = 20;
    loop {
        at -= 1;
        buf[at] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            break;
        }
    }
    if i < 0 {
        at -= 1;
        buf[at] = b'-';
    }
    &buf[at..]
}

#[no_mangle]
pub unsafe extern "C" fn ny_int_text(i: i64) -> *mut Str {
    let mut b = [0; 20];
    crate::string::make(decimal(i, &mut b))
}

pub fn parse_int(s: &[u8]) -> Option<i64> {
    let (neg, digits) = match s.first() {
        Some(b'-') => (true, &s[1..]),
        Some(b'+') => (false, &s[1..]),
        _ => (false, s),
    };
    if digits.is_empty() {
        return None;
    }
    let mut n: i64 = 0;
    for &d in digits {
        if !d.is_ascii_digit() {
            return None;
        }
        let d = (d - b'0') as i64;
        n = n.checked_mul(10)?;
        n = if neg { n.checked_sub(d)? } else { n.checked_add(d)? };
    }
    Some(n)
}

pub fn as_f64(v: Val) -> f64 {
    if v.tag == INT {
        v.pay as f64
    } else {
        v.f64()
    }
}

fn numeric(v: Val) -> bool {
    v.tag == INT || v.tag == FLOAT
}

unsafe fn unsupported(what: &[u8], a: Val, b: Val) -> i64 {
    let mut m: Vec<u8> = what.to_vec();
    m.extend_from_slice(b" not supported between ");
    m.extend_from_slice(crate::text::type_name(a));
    m.extend_from_slice(b" and ");
    m.extend_from_slice(crate::text::type_name(b));
    raise(Kind::Invalid, &m);
    crate::error::about(&[a, b]);
    0
}

#[no_mangle]
pub unsafe extern "C" fn ny_add(at: u32, ap: i64, bt: u32, bp: i64) -> i64 {
    let (a, b) = (Val::new(at, ap), Val::new(bt, bp));
    if at == INT && bt == INT {
        return Val::int(ap.wrapping_add(bp)).ret();
    }
    if numeric(a) && numeric(b) {
        return Val::float(as_f64(a) + as_f64(b)).ret();
    }
    let new = ny_edition == SECOND;
    if (at == STR || bt == STR) && !(new && (a.is_nothing() || b.is_nothing())) {
        let mut out = Vec::new();
        crate::text::append(a, &mut out);
        crate::text::append(b, &mut out);
        return Val::text(&out).ret();
    }
    if at == BOOL && bt == BOOL && !new {
        return Val::int(ap + bp).ret();
    }
    unsupported(b"Addition", a, b)
}

/// `a + b` where `a` is given up, so that a string nobody else holds grows in place. When that is an error, `a` comes
/// back as it was.
#[no_mangle]
pub unsafe extern "C" fn ny_append(at: u32, ap: i64, bt: u32, bp: i64) -> i64 {
    let (a, b) = (Val::new(at, ap), Val::new(bt, bp));
    if at == STR && !(ny_edition == SECOND && b.is_nothing()) {
        return Val::str(crate::string::ny_str_append_val(a.ptr(), bt, bp)).ret();
    }
    let sum = ny_add(at, ap, bt, bp);
    if (*core::ptr::addr_of!(crate::error::ny_pending)).tag != 0 {
        return a.ret();
    }
    let tag = ny_tag;
    a.release();
    Val::new(tag, sum).ret()
}

#[no_mangle]
pub unsafe extern "C" fn ny_sub(at: u32, ap: i64, bt: u32, bp: i64) -> i64 {
    let (a, b) = (Val::new(at, ap), Val::new(bt, bp));
    if at == INT && bt == INT {
        return Val::int(ap.wrapping_sub(bp)).ret();
    }
    if numeric(a) && numeric(b) {
        return Val::float(as_f64(a) - as_f64(b)).ret();
    }
    unsupported(b"Subtraction", a, b)
}

#[no_mangle]
pub unsafe extern "C" fn ny_mul(at: u32, ap: i64, bt: u32, bp: i64) -> i64 {
    let (a, b) = (Val::new(at, ap), Val::new(bt, bp));
    if at == INT && bt == INT {
        return Val::int(ap.wrapping_mul(bp)).ret();
    }
    if numeric(a) && numeric(b) {
        return Val::float(as_f64(a) * as_f64(b)).ret();
    }
    if at == STR && bt == INT && ny_edition != SECOND {
        return Val::str(crate::string::ny_str_repeat(a.ptr(), bp)).ret();
    }
    unsupported(b"Multiplication", a, b)
}

#[no_mangle]
pub unsafe extern "C" fn ny_div(at: u32, ap: i64, bt: u32, bp: i64) -> i64 {
    let (a, b) = (Val::new(at, ap), Val::new(bt, bp));
    if numeric(a) && numeric(b) {
        if as_f64(b) == 0.0 {
            raise(Kind::Invalid, b"Division by zero");
            return 0;
        }
        if at == INT && bt == INT {
            return Val::int(ap.wrapping_div(bp)).ret();
        }
        return Val::float(as_f64(a) / as_f64(b)).ret();
    }
    unsupported(b"Division", a, b)
}

#[no_mangle]
pub unsafe extern "C" fn ny_mod(at: u32, ap: i64, bt: u32, bp: i64) -> i64 {
    let (a, b) = (Val::new(at, ap), Val::new(bt, bp));
    if numeric(a) && numeric(b) {
        if as_f64(b) == 0.0 {
            raise(Kind::Invalid, b"Modulo by zero");
            return 0;
        }
        if at == INT && bt == INT {
            return Val::int(ap.wrapping_rem(bp)).ret();
        }
        return Val::float(libm_fmod(as_f64(a), as_f64(b))).ret();
    }
    unsupported(b"Modulo", a, b)
}

fn libm_fmod(a: f64, b: f64) -> f64 {
    a % b
}

#[no_mangle]
pub unsafe extern "C" fn ny_neg(t: u32, p: i64) -> i64 {
    let v = Val::new(t, p);
    match t {
        INT => Val::int(p.wrapping_neg()).ret(),
        FLOAT => Val::float(-v.f64()).ret(),
        _ => {
            let mut m = b"Negation not supported for ".to_vec();
            m.extend_from_slice(crate::text::type_name(v));
            raise(Kind::Invalid, &m);
            0
        }
    }
}

/// `& | ^ << >>` on integers, numbered 0 to 4.
#[no_mangle]
pub unsafe extern "C" fn ny_bits(op: u32, at: u32, ap: i64, bt: u32, bp: i64) -> i64 {
    if at != INT || bt != INT {
        unsupported(b"Bit operation", Val::new(at, ap), Val::new(bt, bp));
        return 0;
    }
    match op {
        0 => ap & bp,
        1 => ap | bp,
        2 => ap ^ bp,
        3 => ap.wrapping_shl(bp as u32),
        _ => ap.wrapping_shr(bp as u32),
    }
}

pub unsafe fn equal(a: Val, b: Val) -> bool {
    let new = ny_edition == SECOND;
    match (a.tag, b.tag) {
        (INT, INT) | (BOOL, BOOL) => a.pay == b.pay,
        (STR, STR) => bytes(a.ptr()) == bytes(b.ptr()),
        (FLOAT, FLOAT) => a.f64() == b.f64(),
        (FLOAT, INT) => a.f64() == b.pay as f64,
        (INT, FLOAT) => new && a.pay as f64 == b.f64(),
        (OBJ, OBJ) => {
            if a.pay == b.pay {
                return true;
            }
            let (c, d) = (a.class(), b.class());
            if c != d {
                return false;
            }
            match c {
                class::ARRAY => {
                    let (x, y) = (crate::array::items(a.ptr()), crate::array::items(b.ptr()));
                    !new && x.len() == y.len() && x.iter().zip(y).all(|(p, q)| equal(*p, *q))
                }
                class::ERROR => equal(*slot(a.ptr(), 0), *slot(b.ptr(), 0)),
                class::REGEX | class::JSON | class::BUFFER => {
                    let (s, t) = (crate::text::text(a), crate::text::text(b));
                    let r = bytes(s) == bytes(t);
                    Val::str(s).release();
                    Val::str(t).release();
                    r
                }
                class::CONSOLE => true,
                // Variants of an enum are values.
                c if c >= FIRST_USER && is_variant(c) => {
                    (0..slot_count(c) as usize).all(|i| equal(*slot(a.ptr(), i), *slot(b.ptr(), i)))
                }
                _ => false,
            }
        }
        (s, t) if s <= NULL && t <= NULL => s == t || new,
        _ => false,
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_eq(at: u32, ap: i64, bt: u32, bp: i64) -> u32 {
    equal(Val::new(at, ap), Val::new(bt, bp)) as u32
}

/// Negative, zero or positive; 2 when the two have no order. Numbers compare as numbers, everything else by text in
/// the first edition; a mix is an error in the second.
#[no_mangle]
pub unsafe extern "C" fn ny_cmp(at: u32, ap: i64, bt: u32, bp: i64) -> i32 {
    use core::cmp::Ordering::*;
    let (a, b) = (Val::new(at, ap), Val::new(bt, bp));
    let order = if at == INT && bt == INT {
        ap.cmp(&bp)
    } else if numeric(a) && numeric(b) {
        match as_f64(a).partial_cmp(&as_f64(b)) {
            Some(o) => o,
            None => return 2,
        }
    } else if at == STR && bt == STR {
        bytes(a.ptr()).cmp(bytes(b.ptr()))
    } else if ny_edition == SECOND {
        unsupported(b"Comparison", a, b);
        return 0;
    } else {
        let (s, t) = (crate::text::text(a), crate::text::text(b));
        let o = bytes(s).cmp(bytes(t));
        Val::str(s).release();
        Val::str(t).release();
        o
    };
    match order {
        Less => -1,
        Equal => 0,
        Greater => 1,
    }
}

/// Whether a condition holds. In the 2026 edition null and boxes are no conditions.
#[no_mangle]
pub unsafe extern "C" fn ny_truthy(tag: u32, pay: i64) -> u32 {
    let v = Val::new(tag, pay);
    match tag {
        BOOL | INT => (pay != 0) as u32,
        FLOAT => (v.f64() != 0.0) as u32,
        STR => ((*v.ptr::<Str>()).len != 0) as u32,
        _ if ny_edition == SECOND => {
            let mut m = b"a condition must be a bool, number or string, not ".to_vec();
            m.extend_from_slice(crate::text::type_name(v));
            raise(Kind::Type, &m);
            0
        }
        OBJ => 1,
        _ => 0,
    }
}

/// An argument that must be an integer.
#[no_mangle]
pub unsafe extern "C" fn ny_want_int(tag: u32, pay: i64) -> i64 {
    match tag {
        INT | BOOL => pay,
        FLOAT => Val::new(tag, pay).f64() as i64,
        _ => {
            want(b"an integer", Val::new(tag, pay));
            0
        }
    }
}

/// An argument that must be a number.
#[no_mangle]
pub unsafe extern "C" fn ny_want_float(tag: u32, pay: i64) -> f64 {
    let v = Val::new(tag, pay);
    if numeric(v) {
        return as_f64(v);
    }
    want(b"a number", v);
    0.0
}

/// An argument that must be a string; borrowed like the argument itself.
#[no_mangle]
pub unsafe extern "C" fn ny_want_str(tag: u32, pay: i64) -> *mut Str {
    let v = Val::new(tag, pay);
    if tag == STR {
        return v.ptr();
    }
    want(b"a string", v);
    static mut EMPTY: *mut Str = core::ptr::null_mut();
    if EMPTY.is_null() {
        EMPTY = crate::string::make(b"");
        (*EMPTY).h.rc = IMMORTAL;
    }
    EMPTY
}

/// An argument that must be an object of a builtin class.
#[no_mangle]
pub unsafe extern "C" fn ny_want_obj(tag: u32, pay: i64, class: u32) -> *mut Obj {
    let v = Val::new(tag, pay);
    if tag == OBJ && v.class() == class as u16 {
        return v.ptr();
    }
    want(crate::text::class_name(class as u16), v);
    core::ptr::null_mut()
}

unsafe fn want(what: &[u8], v: Val) {
    let mut m = b"expected ".to_vec();
    m.extend_from_slice(what);
    m.extend_from_slice(b", got ");
    m.extend_from_slice(crate::text::type_name(v));
    raise(Kind::Type, &m);
}

/// `new IntegerBox(v)`.
#[no_mangle]
pub unsafe extern "C" fn ny_to_int(tag: u32, pay: i64) -> i64 {
    let v = Val::new(tag, pay);
    match tag {
        INT | BOOL => pay,
        FLOAT => v.f64() as i64,
        _ => {
            let s = crate::text::text(v);
            let r = parse_int(core::str::from_utf8_unchecked(bytes(s)).trim().as_bytes());
            if r.is_none() {
                cannot(s, b"integer");
            }
            Val::str(s).release();
            r.unwrap_or(0)
        }
    }
}

/// `new FloatBox(v)`.
#[no_mangle]
pub unsafe extern "C" fn ny_to_float(tag: u32, pay: i64) -> f64 {
    let v = Val::new(tag, pay);
    if numeric(v) {
        return as_f64(v);
    }
    let s = crate::text::text(v);
    let r = core::str::from_utf8_unchecked(bytes(s)).trim().parse::<f64>();
    if r.is_err() {
        cannot(s, b"float");
    }
    Val::str(s).release();
    r.unwrap_or(0.0)
}

/// `new BoolBox(v)`.
#[no_mangle]
pub unsafe extern "C" fn ny_to_bool(tag: u32, pay: i64) -> u32 {
    match tag {
        BOOL | INT => (pay != 0) as u32,
        _ => {
            let s = crate::text::text(Val::new(tag, pay));
            let b = bytes(s);
            let (t, f) = (b.eq_ignore_ascii_case(b"true"), b.eq_ignore_ascii_case(b"false"));
            if !t && !f {
                cannot(s, b"bool");
            }
            Val::str(s).release();
            t as u32
        }
    }
}

unsafe fn cannot(s: *mut Str, to: &[u8]) {
    let mut m = b"Cannot convert '".to_vec();
    m.extend_from_slice(bytes(s));
    m.extend_from_slice(b"' to ");
    m.extend_from_slice(to);
    raise(Kind::Invalid, &m);
}
