//! What a string is made of: lines, characters, code points, bytes; and numbers read from it.

use crate::array::{self, Array};
use crate::string::{bytes, find_bytes, make, Str};
use crate::value::*;

unsafe fn chars<'a>(s: *mut Str) -> core::str::Chars<'a> {
    core::str::from_utf8_unchecked(bytes(s)).chars()
}

/// The lines without their ends, `\n` or `\r\n`. What ends in a line end has no empty line behind it.
#[no_mangle]
pub unsafe extern "C" fn ny_str_lines(s: *mut Str) -> *mut Array {
    let a = array::ny_array_new(0);
    for line in core::str::from_utf8_unchecked(bytes(s)).lines() {
        array::push(a, Val::text(line.as_bytes()));
    }
    a
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_chars(s: *mut Str) -> *mut Array {
    let a = array::ny_array_new((*s).cps);
    for c in chars(s) {
        let mut b = [0; 4];
        array::push(a, Val::text(c.encode_utf8(&mut b).as_bytes()));
    }
    a
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_code_points(s: *mut Str) -> *mut Array {
    let a = array::ny_array_new((*s).cps);
    for c in chars(s) {
        array::push(a, Val::int(c as i64));
    }
    a
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_bytes(s: *mut Str) -> *mut Array {
    let a = array::ny_array_new((*s).len);
    for b in bytes(s) {
        array::push(a, Val::int(*b as i64));
    }
    a
}

/// The text of an array of code points; what is none becomes U+FFFD.
#[no_mangle]
pub unsafe extern "C" fn ny_from_code_points(a: *mut Array) -> *mut Str {
    let mut out = rust_alloc::vec::Vec::new();
    if a.is_null() {
        return make(b"");
    }
    for v in array::items(a) {
        let point = if v.tag == INT {
            u32::try_from(v.pay).unwrap_or(u32::MAX)
        } else {
            u32::MAX
        };
        let mut b = [0; 4];
        let c = char::from_u32(point).unwrap_or('\u{fffd}');
        out.extend_from_slice(c.encode_utf8(&mut b).as_bytes());
    }
    make(&out)
}

/// How often a part occurs, without overlaps; an empty part occurs around every character.
#[no_mangle]
pub unsafe extern "C" fn ny_str_count(s: *mut Str, part: *mut Str) -> i64 {
    let (h, n) = (bytes(s), bytes(part));
    if n.is_empty() {
        return (*s).cps as i64 + 1;
    }
    let (mut found, mut i) = (0, 0);
    while let Some(j) = find_bytes(h, n, i) {
        found += 1;
        i = j + n.len();
    }
    found
}

/// Without white space at the start (`side` 0) or at the end (1).
#[no_mangle]
pub unsafe extern "C" fn ny_str_trim_side(side: u32, s: *mut Str) -> *mut Str {
    let text = core::str::from_utf8_unchecked(bytes(s));
    let t = if side == 0 { text.trim_start() } else { text.trim_end() };
    if t.len() == text.len() {
        (*s).h.rc += 1;
        return s;
    }
    make(t.as_bytes())
}

unsafe fn no_number(s: *mut Str, what: &[u8]) -> *mut Inst {
    let text = Val::text(&[b"`", bytes(s), b"` is not ", what].concat());
    let r = crate::boxes::ny_err(text.tag, text.pay);
    text.release();
    r
}

/// `Ok` of the integer that the whole trimmed text is, in a base from 2 to 36, else `Err`.
#[no_mangle]
pub unsafe extern "C" fn ny_str_parse_int_radix(s: *mut Str, radix: i64) -> *mut Inst {
    let text = core::str::from_utf8_unchecked(bytes(s)).trim();
    if !(2..=36).contains(&radix) {
        return no_number(s, b"an integer: a base is from 2 to 36");
    }
    match i64::from_str_radix(text, radix as u32) {
        Ok(i) => crate::boxes::ny_ok(INT, i),
        Err(_) => no_number(s, b"an integer"),
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_parse_int(s: *mut Str) -> *mut Inst {
    ny_str_parse_int_radix(s, 10)
}

/// `Ok` of the number that the whole trimmed text is, else `Err`.
#[no_mangle]
pub unsafe extern "C" fn ny_str_parse_float(s: *mut Str) -> *mut Inst {
    let text = core::str::from_utf8_unchecked(bytes(s)).trim();
    // `inf` and `nan` are words, not numbers.
    let digits = text.bytes().any(|b| b.is_ascii_digit());
    match text.parse::<f64>() {
        Ok(f) if digits => crate::boxes::ny_ok(FLOAT, f.to_bits() as i64),
        _ => no_number(s, b"a number"),
    }
}
