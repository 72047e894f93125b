//! What programs ask of texts besides searching and cutting: words, kinds of characters, other spellings, places.

use crate::array::{self, Array};
use crate::error::{raise, Kind};
use crate::string::{bytes, count, find_bytes, from_vec, make, Str};
use crate::value::*;
use rust_alloc::string::String;
use rust_alloc::vec::Vec;

unsafe fn text<'a>(s: *mut Str) -> &'a str {
    core::str::from_utf8_unchecked(bytes(s))
}

unsafe fn same(s: *mut Str) -> *mut Str {
    (*s).h.rc += 1;
    s
}

/// The parts between white space.
#[no_mangle]
pub unsafe extern "C" fn ny_str_words(s: *mut Str) -> *mut Array {
    let a = array::ny_array_new(0);
    for word in text(s).split_whitespace() {
        array::push(a, Val::text(word.as_bytes()));
    }
    a
}

/// At most `most` pieces between separators, the last one with what is left; all for less than 1.
#[no_mangle]
pub unsafe extern "C" fn ny_str_split_most(s: *mut Str, separator: *mut Str, most: i64) -> *mut Array {
    let (h, n) = (bytes(s), bytes(separator));
    if most < 1 || n.is_empty() {
        return crate::string::ny_str_split(s, separator);
    }
    let a = array::ny_array_new(0);
    let mut from = 0;
    while i64::from((*a).len) + 1 < most {
        let Some(at) = find_bytes(h, n, from) else { break };
        array::push(a, Val::text(&h[from..at]));
        from = at + n.len();
    }
    array::push(a, Val::text(&h[from..]));
    a
}

/// Whether there are characters and all are of a kind: 1 digits, 2 letters, 3 either, 6 white space. Of 4 and 5, capitals and
/// small letters, there must be one and none of the other. 0: whether all are white space, also none.
#[no_mangle]
pub unsafe extern "C" fn ny_str_all(kind: u32, s: *mut Str) -> u32 {
    let t = text(s);
    let all = |f: fn(char) -> bool| !t.is_empty() && t.chars().all(f);
    let holds = match kind {
        0 => t.chars().all(char::is_whitespace),
        1 => all(|c| c.is_ascii_digit()),
        2 => all(char::is_alphabetic),
        3 => all(char::is_alphanumeric),
        4 => t.chars().any(char::is_uppercase) && !t.chars().any(char::is_lowercase),
        5 => t.chars().any(char::is_lowercase) && !t.chars().any(char::is_uppercase),
        _ => all(char::is_whitespace),
    };
    holds as u32
}

/// Every word begins with a capital (`which` 0), or capitals become small letters and the other way round (1).
#[no_mangle]
pub unsafe extern "C" fn ny_str_respell(which: u32, s: *mut Str) -> *mut Str {
    let mut out = String::new();
    let mut inside = false;
    for c in text(s).chars() {
        let up = if which == 0 { !inside } else { c.is_lowercase() };
        if up {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        inside = c.is_alphanumeric() || (inside && c == '\'');
    }
    from_vec(out.into_bytes())
}

/// Without characters of a set at the start (`sides` 1), at the end (2) or both (3).
#[no_mangle]
pub unsafe extern "C" fn ny_str_trim_of(sides: u32, s: *mut Str, set: *mut Str) -> *mut Str {
    let (whole, set) = (text(s), text(set));
    let mut t = whole;
    if sides & 1 != 0 {
        t = t.trim_start_matches(|c| set.contains(c));
    }
    if sides & 2 != 0 {
        t = t.trim_end_matches(|c| set.contains(c));
    }
    if t.len() == whole.len() {
        return same(s);
    }
    make(t.as_bytes())
}

/// -1, 0 or 1: the order of code points.
#[no_mangle]
pub unsafe extern "C" fn ny_str_order(s: *mut Str, other: *mut Str) -> i64 {
    bytes(s).cmp(bytes(other)) as i64
}

/// Where a part begins, each time, without overlaps. An empty part begins nowhere.
#[no_mangle]
pub unsafe extern "C" fn ny_str_places(s: *mut Str, part: *mut Str) -> *mut Array {
    let (h, n) = (bytes(s), bytes(part));
    let a = array::ny_array_new(0);
    let (mut from, mut counted, mut characters) = (0, 0, 0);
    while let Some(at) = find_bytes(h, n, from).filter(|_| !n.is_empty()) {
        characters += count(&h[counted..at]);
        counted = at;
        array::push(a, Val::int(i64::from(characters)));
        from = at + n.len();
    }
    a
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_replace_first(s: *mut Str, part: *mut Str, by: *mut Str) -> *mut Str {
    let h = bytes(s);
    match find_bytes(h, bytes(part), 0) {
        Some(at) => from_vec([&h[..at], bytes(by), &h[at + bytes(part).len()..]].concat()),
        None => same(s),
    }
}

/// With a fill on both sides up to a width; where the sides differ the right one is longer.
#[no_mangle]
pub unsafe extern "C" fn ny_str_center(s: *mut Str, width: i64, fill: *mut Str) -> *mut Str {
    let missing = width.saturating_sub(i64::from((*s).cps));
    if missing <= 0 {
        return same(s);
    }
    let left = crate::string::ny_str_pad(0, s, i64::from((*s).cps) + missing / 2, fill);
    let out = crate::string::ny_str_pad(1, left, width, fill);
    ny_release(left as *mut Obj);
    out
}

/// The same with spaces.
#[no_mangle]
pub unsafe extern "C" fn ny_str_center_spaces(s: *mut Str, width: i64) -> *mut Str {
    let space = make(b" ");
    let out = ny_str_center(s, width, space);
    ny_release(space as *mut Obj);
    out
}

/// A number that depends on the text alone: FNV-1a of 64 bits.
#[no_mangle]
pub unsafe extern "C" fn ny_str_hash_code(s: *mut Str) -> i64 {
    let start = 0xcbf2_9ce4_8422_2325_u64;
    let step = |h: u64, b: &u8| (h ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes(s).iter().fold(start, step) as i64
}

/// Every `{}` becomes the text of the next value, `{{` and `}}` are braces. An error where there are not as many values as
/// places.
#[no_mangle]
pub unsafe extern "C" fn ny_str_format(s: *mut Str, values: *mut Array) -> *mut Str {
    let values: &[Val] = if values.is_null() { &[] } else { array::items(values) };
    let b = bytes(s);
    let mut out = Vec::new();
    let (mut i, mut used) = (0, 0);
    while i < b.len() {
        let pair = b.get(i..i + 2);
        match pair {
            Some(b"{}") => {
                if let Some(v) = values.get(used) {
                    crate::text::append(*v, &mut out);
                }
                used += 1;
                i += 2;
            }
            Some(b"{{" | b"}}") => {
                out.push(b[i]);
                i += 2;
            }
            _ => {
                out.push(b[i]);
                i += 1;
            }
        }
    }
    if used != values.len() {
        raise(Kind::Invalid, b"format() expects one value for each {} of the text");
    }
    from_vec(out)
}

/// -1, 0 or 1: the order of two numbers or two texts, an error for anything else.
#[no_mangle]
pub unsafe extern "C" fn ny_compare(at: u32, ap: i64, bt: u32, bp: i64) -> i64 {
    let order = crate::number::ny_cmp(at, ap, bt, bp);
    i64::from(if order == 2 { 0 } else { order.signum() })
}

/// The code point of the first character, -1 when there is none.
#[no_mangle]
pub unsafe extern "C" fn ny_str_code_first(s: *mut Str) -> i64 {
    text(s).chars().next().map_or(-1, |c| i64::from(c as u32))
}
