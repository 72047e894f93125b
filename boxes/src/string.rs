//! Strings: UTF-8 bytes and the number of code points. A string whose two lengths are equal is ASCII and can be
//! indexed directly.

use crate::alloc::{alloc, free, usable};
use crate::array::{self, Array};
use crate::value::*;
use rust_alloc::vec::Vec;

#[repr(C)]
pub struct Str {
    pub h: Obj,
    pub len: u32,
    pub cps: u32,
    pub cap: u32,
    /// 0 until somebody needs it.
    pub hash: u32,
    pub data: [u8; 0],
}

const HEAD: u32 = 24;

pub fn size_for(cap: u32) -> u32 {
    HEAD + cap
}

pub unsafe fn bytes<'a>(s: *const Str) -> &'a [u8] {
    core::slice::from_raw_parts((*s).data.as_ptr(), (*s).len as usize)
}

pub fn count(b: &[u8]) -> u32 {
    b.iter().filter(|&&b| b & 0xc0 != 0x80).count() as u32
}

/// A string of `len` bytes whose content the caller fills in.
pub unsafe fn raw(len: u32) -> *mut Str {
    if len > 0x7000_0000 {
        crate::error::out_of_memory();
    }
    let size = usable(HEAD + len);
    let s = alloc(size) as *mut Str;
    (*s).h = Obj {
        rc: 1,
        class: class::STR,
        flags: 0,
    };
    (*s).len = len;
    (*s).cps = len;
    (*s).cap = size - HEAD;
    (*s).hash = 0;
    s
}

pub unsafe fn at(s: *mut Str) -> *mut u8 {
    (*s).data.as_mut_ptr()
}

pub unsafe fn make(b: &[u8]) -> *mut Str {
    let s = raw(b.len() as u32);
    core::ptr::copy_nonoverlapping(b.as_ptr(), at(s), b.len());
    (*s).cps = count(b);
    s
}

/// Text that came from outside: what is not UTF-8 becomes U+FFFD.
pub unsafe fn lossy(b: &[u8]) -> Val {
    match core::str::from_utf8(b) {
        Ok(_) => Val::text(b),
        Err(_) => Val::text(rust_alloc::string::String::from_utf8_lossy(b).as_bytes()),
    }
}

static mut CHARS: [*mut Str; 128] = [core::ptr::null_mut(); 128];

/// The one-character string of an ASCII character, made once.
unsafe fn ascii(c: u8) -> *mut Str {
    let p = CHARS[c as usize & 127];
    if p.is_null() {
        let s = make(&[c]);
        (*s).h.rc = IMMORTAL;
        CHARS[c as usize & 127] = s;
        return s;
    }
    (*p).h.rc += 1;
    p
}

unsafe fn piece(s: *mut Str, from: usize, to: usize, cps: u32) -> *mut Str {
    let b = bytes(s);
    if to - from == 1 {
        return ascii(b[from]);
    }
    let r = raw((to - from) as u32);
    core::ptr::copy_nonoverlapping(b.as_ptr().add(from), at(r), to - from);
    (*r).cps = cps;
    r
}

/// Byte offset of a code point.
unsafe fn offset(s: *mut Str, cp: u32) -> usize {
    if (*s).len == (*s).cps {
        return cp.min((*s).len) as usize;
    }
    let b = bytes(s);
    let mut left = cp;
    for (i, &c) in b.iter().enumerate() {
        if c & 0xc0 != 0x80 {
            if left == 0 {
                return i;
            }
            left -= 1;
        }
    }
    b.len()
}

/// Code points before a byte offset.
unsafe fn index(s: *mut Str, offset: usize) -> i64 {
    if (*s).len == (*s).cps {
        offset as i64
    } else {
        count(&bytes(s)[..offset]) as i64
    }
}

pub fn find_bytes(h: &[u8], n: &[u8], from: usize) -> Option<usize> {
    if n.is_empty() {
        return (from <= h.len()).then_some(from);
    }
    let last = h.len().checked_sub(n.len())?;
    let first = n[0];
    let mut i = from;
    while i <= last {
        if h[i] == first && &h[i..i + n.len()] == n {
            return Some(i);
        }
        i += 1;
    }
    None
}

fn rfind_bytes(h: &[u8], n: &[u8], end: usize) -> Option<usize> {
    let mut i = end.min(h.len().checked_sub(n.len())?);
    loop {
        if &h[i..i + n.len()] == n {
            return Some(i);
        }
        i = i.checked_sub(1)?;
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_concat(a: *mut Str, b: *mut Str) -> *mut Str {
    let r = raw((*a).len + (*b).len);
    core::ptr::copy_nonoverlapping((*a).data.as_ptr(), at(r), (*a).len as usize);
    core::ptr::copy_nonoverlapping((*b).data.as_ptr(), at(r).add((*a).len as usize), (*b).len as usize);
    (*r).cps = (*a).cps + (*b).cps;
    r
}

/// `a + b` where the caller gives up `a`: extends it in place when nobody else holds it, so that building a string
/// in a loop is linear.
#[no_mangle]
pub unsafe extern "C" fn ny_str_append(a: *mut Str, b: *mut Str) -> *mut Str {
    append(a, bytes(b), (*b).cps)
}

/// `a + i` for an integer, without a string for the integer.
#[no_mangle]
pub unsafe extern "C" fn ny_str_append_int(a: *mut Str, i: i64) -> *mut Str {
    let mut buf = [0u8; 20];
    let d = crate::number::decimal(i, &mut buf);
    append(a, d, d.len() as u32)
}

/// `a + v` for any value; `a` is given up.
#[no_mangle]
pub unsafe extern "C" fn ny_str_append_val(a: *mut Str, tag: u32, pay: i64) -> *mut Str {
    let t = crate::text::text(Val::new(tag, pay));
    let r = ny_str_append(a, t);
    Val::str(t).release();
    r
}

unsafe fn append(a: *mut Str, b: &[u8], cps: u32) -> *mut Str {
    let (len, add) = ((*a).len, b.len() as u32);
    let total = len as u64 + add as u64;
    if total > 0x7000_0000 {
        crate::error::out_of_memory();
    }
    let total = total as u32;
    if (*a).h.rc == 1 && (*a).h.flags & HAS_WEAK == 0 {
        if total <= (*a).cap {
            core::ptr::copy(b.as_ptr(), at(a).add(len as usize), add as usize);
            (*a).len = total;
            (*a).cps += cps;
            (*a).hash = 0;
            return a;
        }
        let r = raw(total.max(len.saturating_mul(2).min(0x7000_0000)));
        core::ptr::copy_nonoverlapping(at(a), at(r), len as usize);
        core::ptr::copy_nonoverlapping(b.as_ptr(), at(r).add(len as usize), add as usize);
        (*r).len = total;
        (*r).cps = (*a).cps + cps;
        free(a as *mut u8, size_for((*a).cap));
        return r;
    }
    let r = raw(total);
    core::ptr::copy_nonoverlapping(at(a), at(r), len as usize);
    core::ptr::copy_nonoverlapping(b.as_ptr(), at(r).add(len as usize), add as usize);
    (*r).cps = (*a).cps + cps;
    (*a).h.rc -= 1;
    r
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_eq(a: *mut Str, b: *mut Str) -> u32 {
    (a == b || bytes(a) == bytes(b)) as u32
}

/// Negative, zero or positive, in byte order, which is code point order.
#[no_mangle]
pub unsafe extern "C" fn ny_str_cmp(a: *mut Str, b: *mut Str) -> i32 {
    match bytes(a).cmp(bytes(b)) {
        core::cmp::Ordering::Less => -1,
        core::cmp::Ordering::Equal => 0,
        core::cmp::Ordering::Greater => 1,
    }
}

fn clamp(i: i64, max: u32) -> u32 {
    // A negative index counts as beyond the end, as in the first edition's interpreter.
    if i < 0 || i > max as i64 {
        max
    } else {
        i as u32
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_substring(s: *mut Str, a: i64, b: i64) -> *mut Str {
    let n = (*s).cps;
    let (a, b) = if ny_edition == SECOND {
        (a.clamp(0, n as i64) as u32, b.clamp(0, n as i64) as u32)
    } else {
        (clamp(a, n), clamp(b, n))
    };
    if a >= b {
        return make(b"");
    }
    if a == 0 && b == n {
        (*s).h.rc += 1;
        return s;
    }
    let from = offset(s, a);
    let to = if (*s).len == n {
        b as usize
    } else {
        let rest = &bytes(s)[from..];
        let mut left = b - a;
        let mut end = rest.len();
        for (i, &c) in rest.iter().enumerate() {
            if c & 0xc0 != 0x80 {
                if left == 0 {
                    end = i;
                    break;
                }
                left -= 1;
            }
        }
        from + end
    };
    piece(s, from, to, b - a)
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_tail(s: *mut Str, a: i64) -> *mut Str {
    ny_str_substring(s, a, (*s).cps as i64)
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_get(s: *mut Str, i: i64) -> i64 {
    if i < 0 || i >= (*s).cps as i64 {
        return Val::void().ret();
    }
    Val::str(ny_str_substring(s, i, i + 1)).ret()
}

/// The character at an index, empty when there is none.
#[no_mangle]
pub unsafe extern "C" fn ny_str_char_at(s: *mut Str, i: i64) -> *mut Str {
    if i < 0 || i >= (*s).cps as i64 {
        return make(b"");
    }
    ny_str_substring(s, i, i + 1)
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_code_at(s: *mut Str, i: i64) -> i64 {
    if i < 0 || i >= (*s).cps as i64 {
        return -1;
    }
    let rest = &bytes(s)[offset(s, i as u32)..];
    match core::str::from_utf8_unchecked(rest).chars().next() {
        Some(c) => c as i64,
        None => -1,
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_find(s: *mut Str, n: *mut Str) -> i64 {
    match find_bytes(bytes(s), bytes(n), 0) {
        Some(i) => index(s, i),
        None => -1,
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_find_from(s: *mut Str, n: *mut Str, from: i64) -> i64 {
    if from > (*s).cps as i64 {
        return -1;
    }
    match find_bytes(bytes(s), bytes(n), offset(s, from.max(0) as u32)) {
        Some(i) => index(s, i),
        None => -1,
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_last(s: *mut Str, n: *mut Str) -> i64 {
    match rfind_bytes(bytes(s), bytes(n), usize::MAX) {
        Some(i) => index(s, i),
        None => -1,
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_last_from(s: *mut Str, n: *mut Str, from: i64) -> i64 {
    if from < 0 {
        return -1;
    }
    match rfind_bytes(bytes(s), bytes(n), offset(s, from.min(u32::MAX as i64) as u32)) {
        Some(i) => index(s, i),
        None => -1,
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_contains(s: *mut Str, n: *mut Str) -> u32 {
    find_bytes(bytes(s), bytes(n), 0).is_some() as u32
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_starts(s: *mut Str, n: *mut Str) -> u32 {
    bytes(s).starts_with(bytes(n)) as u32
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_ends(s: *mut Str, n: *mut Str) -> u32 {
    bytes(s).ends_with(bytes(n)) as u32
}

pub unsafe fn from_vec(v: Vec<u8>) -> *mut Str {
    make(&v)
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_replace(s: *mut Str, a: *mut Str, b: *mut Str) -> *mut Str {
    let (h, n, r) = (bytes(s), bytes(a), bytes(b));
    let mut v = Vec::with_capacity(h.len());
    if n.is_empty() {
        v.extend_from_slice(r);
        for c in core::str::from_utf8_unchecked(h).chars() {
            let mut b = [0; 4];
            v.extend_from_slice(c.encode_utf8(&mut b).as_bytes());
            v.extend_from_slice(r);
        }
        return from_vec(v);
    }
    let mut i = 0;
    while let Some(j) = find_bytes(h, n, i) {
        v.extend_from_slice(&h[i..j]);
        v.extend_from_slice(r);
        i = j + n.len();
    }
    v.extend_from_slice(&h[i..]);
    from_vec(v)
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_split(s: *mut Str, sep: *mut Str) -> *mut Array {
    let a = array::ny_array_new(0);
    let (h, n) = (bytes(s), bytes(sep));
    if n.is_empty() {
        array::push(a, Val::text(b""));
        for c in core::str::from_utf8_unchecked(h).chars() {
            let mut b = [0; 4];
            array::push(a, Val::text(c.encode_utf8(&mut b).as_bytes()));
        }
        array::push(a, Val::text(b""));
        return a;
    }
    let mut i = 0;
    while let Some(j) = find_bytes(h, n, i) {
        array::push(a, Val::text(&h[i..j]));
        i = j + n.len();
    }
    array::push(a, Val::text(&h[i..]));
    a
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_trim(s: *mut Str) -> *mut Str {
    let b = bytes(s);
    let t = core::str::from_utf8_unchecked(b).trim();
    if t.len() == b.len() {
        (*s).h.rc += 1;
        return s;
    }
    make(t.as_bytes())
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_upper(s: *mut Str) -> *mut Str {
    change_case(s, true)
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_lower(s: *mut Str) -> *mut Str {
    change_case(s, false)
}

unsafe fn change_case(s: *mut Str, up: bool) -> *mut Str {
    let b = bytes(s);
    let mut v = Vec::with_capacity(b.len());
    for c in core::str::from_utf8_unchecked(b).chars() {
        let mut buf = [0; 4];
        if up {
            for c in c.to_uppercase() {
                v.extend_from_slice(c.encode_utf8(&mut buf).as_bytes());
            }
        } else {
            for c in c.to_lowercase() {
                v.extend_from_slice(c.encode_utf8(&mut buf).as_bytes());
            }
        }
    }
    from_vec(v)
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_repeat(s: *mut Str, n: i64) -> *mut Str {
    let b = bytes(s);
    if n <= 0 || b.is_empty() {
        return make(b"");
    }
    if n as u64 > 0x7000_0000 / b.len() as u64 {
        crate::error::out_of_memory();
    }
    let r = raw(b.len() as u32 * n as u32);
    for i in 0..n as usize {
        core::ptr::copy_nonoverlapping(b.as_ptr(), at(r).add(i * b.len()), b.len());
    }
    (*r).cps = (*s).cps * n as u32;
    r
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_reverse(s: *mut Str) -> *mut Str {
    let mut v = Vec::new();
    for c in core::str::from_utf8_unchecked(bytes(s)).chars().rev() {
        let mut buf = [0; 4];
        v.extend_from_slice(c.encode_utf8(&mut buf).as_bytes());
    }
    from_vec(v)
}

/// The leading integer of the trimmed text, 0 when there is none.
#[no_mangle]
pub unsafe extern "C" fn ny_str_to_int(s: *mut Str) -> i64 {
    crate::number::parse_int(core::str::from_utf8_unchecked(bytes(s)).trim().as_bytes()).unwrap_or(0)
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_to_float(s: *mut Str) -> f64 {
    core::str::from_utf8_unchecked(bytes(s)).trim().parse().unwrap_or(0.0)
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_is_digit(s: *mut Str) -> u32 {
    (bytes(s).len() == 1 && bytes(s)[0].is_ascii_digit()) as u32
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_is_hex(s: *mut Str) -> u32 {
    (bytes(s).len() == 1 && bytes(s)[0].is_ascii_hexdigit()) as u32
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_is_alpha(s: *mut Str) -> u32 {
    let b = bytes(s);
    (b.len() == 1 && (b[0].is_ascii_alphabetic() || b[0] == b'_')) as u32
}

#[no_mangle]
pub unsafe extern "C" fn ny_chr(i: i64) -> *mut Str {
    let mut b = [0; 4];
    let c = char::from_u32(i as u32).unwrap_or('\u{fffd}');
    make(c.encode_utf8(&mut b).as_bytes())
}

/// The string with the characters of `fill`, again and again, before it (`side` 0) or behind it (1), so that it has
/// `width` characters. An empty `fill` adds nothing.
unsafe fn pad(side: u32, s: *mut Str, width: i64, fill: &[u8]) -> *mut Str {
    let missing = width.saturating_sub((*s).cps as i64).max(0) as u64;
    if missing == 0 || fill.is_empty() {
        (*s).h.rc += 1;
        return s;
    }
    if missing > 0x7000_0000 / 4 {
        crate::error::out_of_memory();
    }
    let mut padding = Vec::new();
    let fill = core::str::from_utf8_unchecked(fill);
    for c in fill.chars().cycle().take(missing as usize) {
        let mut b = [0; 4];
        padding.extend_from_slice(c.encode_utf8(&mut b).as_bytes());
    }
    if side == 0 {
        padding.extend_from_slice(bytes(s));
        return from_vec(padding);
    }
    let mut out = bytes(s).to_vec();
    out.append(&mut padding);
    from_vec(out)
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_pad(side: u32, s: *mut Str, width: i64, fill: *mut Str) -> *mut Str {
    pad(side, s, width, bytes(fill))
}

#[no_mangle]
pub unsafe extern "C" fn ny_str_pad_spaces(side: u32, s: *mut Str, width: i64) -> *mut Str {
    pad(side, s, width, b" ")
}
