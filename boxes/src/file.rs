//! FileBox and PathBox. A file keeps its path in slot 0, its mode in slot 1 (null when it was made with a path), and for
//! `readLine` the text in slot 2 and the position in slot 3.

use crate::string::{bytes, make as text_of, Str};
use crate::value::*;
use rust_alloc::vec::Vec;

#[no_mangle]
pub unsafe extern "C" fn ny_make_file() -> *mut Inst {
    make(class::FILE)
}

/// A file with a path, open to read and to write.
#[no_mangle]
pub unsafe extern "C" fn ny_file_at(tag: u32, pay: i64) -> *mut Inst {
    let f = make(class::FILE);
    set_slot(f, 0, Val::str(crate::text::text(Val::new(tag, pay))));
    f
}

#[no_mangle]
pub unsafe extern "C" fn ny_make_path() -> *mut Inst {
    make(class::PATH)
}

#[no_mangle]
pub unsafe extern "C" fn ny_file_open(f: *mut Inst, pt: u32, pp: i64, mt: u32, mp: i64) -> i64 {
    set_slot(f, 0, Val::str(crate::text::text(Val::new(pt, pp))));
    set_slot(f, 1, Val::str(crate::text::text(Val::new(mt, mp))));
    forget_text(f);
    let mode = bytes((*slot(f, 1)).ptr());
    if mode.first() == Some(&b'r') {
        return crate::io::read_file(bytes((*slot(f, 0)).ptr())).is_some() as i64;
    }
    if mode.first() == Some(&b'w') {
        return crate::io::write_file(bytes((*slot(f, 0)).ptr()), b"", false) as i64;
    }
    1
}

#[no_mangle]
pub unsafe extern "C" fn ny_file_open_read(f: *mut Inst, pt: u32, pp: i64) -> i64 {
    let mode = Val::text(b"r");
    let r = ny_file_open(f, pt, pp, mode.tag, mode.pay);
    mode.release();
    r
}

/// `readLine` starts again.
unsafe fn forget_text(f: *mut Inst) {
    set_slot(f, 2, Val::NULL);
    set_slot(f, 3, Val::int(0));
}

unsafe fn content(f: *mut Inst) -> Option<Vec<u8>> {
    if (*slot(f, 0)).tag != STR {
        return None;
    }
    crate::io::read_file(bytes((*slot(f, 0)).ptr()))
}

/// The text of the file, null when it cannot be read.
#[no_mangle]
pub unsafe extern "C" fn ny_file_read(f: *mut Inst) -> i64 {
    match content(f) {
        Some(v) => crate::string::lossy(&v).ret(),
        None => Val::NULL.ret(),
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_file_bytes(f: *mut Inst) -> i64 {
    match content(f) {
        Some(v) => {
            let a = crate::array::ny_array_new(v.len() as u32);
            for b in v {
                crate::array::push(a, Val::int(b as i64));
            }
            Val::obj(a).ret()
        }
        None => Val::NULL.ret(),
    }
}

unsafe fn write(f: *mut Inst, tag: u32, pay: i64, append: bool) -> i64 {
    if (*slot(f, 0)).tag != STR {
        return Val::NULL.ret();
    }
    forget_text(f);
    let t = crate::text::text(Val::new(tag, pay));
    let n = bytes(t).len() as i64;
    let ok = crate::io::write_file(bytes((*slot(f, 0)).ptr()), bytes(t), append);
    Val::str(t).release();
    if ok { Val::int(n) } else { Val::NULL }.ret()
}

/// Adds text to a file that was opened, replaces that of one made with a path; the number of bytes, or null when it
/// cannot be written.
#[no_mangle]
pub unsafe extern "C" fn ny_file_write(f: *mut Inst, tag: u32, pay: i64) -> i64 {
    write(f, tag, pay, (*slot(f, 1)).tag == STR)
}

/// Adds text to the file; the number of bytes, or null when it cannot be written.
#[no_mangle]
pub unsafe extern "C" fn ny_file_append(f: *mut Inst, tag: u32, pay: i64) -> i64 {
    write(f, tag, pay, true)
}

/// Replaces the bytes of the file, an array of integers; the number of bytes, or null when it cannot be written.
#[no_mangle]
pub unsafe extern "C" fn ny_file_write_bytes(f: *mut Inst, a: *mut crate::array::Array) -> i64 {
    if (*slot(f, 0)).tag != STR || a.is_null() {
        return Val::NULL.ret();
    }
    forget_text(f);
    let data: Vec<u8> = crate::array::items(a).iter().map(|v| v.pay as u8).collect();
    let ok = crate::io::write_file(bytes((*slot(f, 0)).ptr()), &data, false);
    if ok { Val::int(data.len() as i64) } else { Val::NULL }.ret()
}

/// The path, empty when there is none.
#[no_mangle]
pub unsafe extern "C" fn ny_file_path(f: *mut Inst) -> *mut Str {
    let path = *slot(f, 0);
    if path.tag == STR {
        return path.retain().ptr();
    }
    text_of(b"")
}

/// The next line without its end, null behind the last.
#[no_mangle]
pub unsafe extern "C" fn ny_file_read_line(f: *mut Inst) -> i64 {
    if (*slot(f, 2)).tag != STR {
        match content(f) {
            Some(v) => {
                set_slot(f, 2, crate::string::lossy(&v));
                set_slot(f, 3, Val::int(0));
            }
            None => return Val::NULL.ret(),
        }
    }
    let text = bytes((*slot(f, 2)).ptr());
    let from = (*slot(f, 3)).pay as usize;
    if from >= text.len() {
        return Val::NULL.ret();
    }
    let end = text[from..]
        .iter()
        .position(|b| *b == b'\n')
        .map_or(text.len(), |n| from + n);
    (*slot(f, 3)).pay = end as i64 + 1;
    let line = &text[from..end];
    Val::text(line.strip_suffix(b"\r").unwrap_or(line)).ret()
}

/// Whether the file of this box can be read.
#[no_mangle]
pub unsafe extern "C" fn ny_file_exists_here(f: *mut Inst) -> u32 {
    content(f).is_some() as u32
}

#[no_mangle]
pub unsafe extern "C" fn ny_file_close(f: *mut Inst) {
    set_slot(f, 0, Val::NULL);
    forget_text(f);
}

#[no_mangle]
pub unsafe extern "C" fn ny_file_exists(_: *mut Inst, tag: u32, pay: i64) -> u32 {
    let t = crate::text::text(Val::new(tag, pay));
    let r = crate::io::read_file(bytes(t)).is_some();
    Val::str(t).release();
    r as u32
}

#[no_mangle]
pub unsafe extern "C" fn ny_path_join(_: *mut Inst, a: *mut Str, b: *mut Str) -> *mut Str {
    let (a, b) = (bytes(a), bytes(b));
    if a.is_empty() || b.first() == Some(&b'/') {
        return text_of(b);
    }
    let mut out = a.to_vec();
    if out.last() != Some(&b'/') {
        out.push(b'/');
    }
    out.extend_from_slice(b);
    text_of(&out)
}

#[no_mangle]
pub unsafe extern "C" fn ny_path_normalize(_: *mut Inst, p: *mut Str) -> *mut Str {
    let p = bytes(p);
    let absolute = p.first() == Some(&b'/');
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in p.split(|b| *b == b'/') {
        match part {
            b"" | b"." => {}
            b".." if parts.last().is_some_and(|l| *l != b"..") => {
                parts.pop();
            }
            b".." if absolute => {}
            _ => parts.push(part),
        }
    }
    let mut out = Vec::new();
    if absolute {
        out.push(b'/');
    }
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            out.push(b'/');
        }
        out.extend_from_slice(part);
    }
    if out.is_empty() {
        out.push(b'.');
    }
    text_of(&out)
}

fn cut(p: &[u8]) -> Option<usize> {
    p.iter().rposition(|b| *b == b'/')
}

#[no_mangle]
pub unsafe extern "C" fn ny_path_dirname(_: *mut Inst, p: *mut Str) -> *mut Str {
    let p = bytes(p);
    text_of(match cut(p) {
        Some(0) => b"/",
        Some(n) => &p[..n],
        None => b".",
    })
}

fn base(p: &[u8]) -> &[u8] {
    match cut(p) {
        Some(n) => &p[n + 1..],
        None => p,
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_path_basename(_: *mut Inst, p: *mut Str) -> *mut Str {
    text_of(base(bytes(p)))
}

#[no_mangle]
pub unsafe extern "C" fn ny_path_extname(_: *mut Inst, p: *mut Str) -> *mut Str {
    let b = base(bytes(p));
    text_of(match b.iter().rposition(|c| *c == b'.') {
        Some(n) if n > 0 => &b[n..],
        _ => b"",
    })
}

#[no_mangle]
pub unsafe extern "C" fn ny_path_is_abs(_: *mut Inst, p: *mut Str) -> u32 {
    (bytes(p).first() == Some(&b'/')) as u32
}
