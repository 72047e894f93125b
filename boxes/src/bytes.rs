//! BufferBox and StreamBox. Slot 0 holds the array of byte values, slot 1 of a stream its position.

use crate::array::{self, items, Array};
use crate::string::{bytes, Str};
use crate::value::*;

unsafe fn data(b: *mut Inst) -> *mut Array {
    (*slot(b, 0)).ptr()
}

unsafe fn holding(class: u16, a: *mut Array) -> *mut Inst {
    crate::text::ny_text_hook = Some(crate::text::rare);
    let b = make(class);
    *slot(b, 0) = Val::obj(a);
    b
}

#[no_mangle]
pub unsafe extern "C" fn ny_make_buffer() -> *mut Inst {
    holding(class::BUFFER, array::ny_array_new(0))
}

/// Appends the bytes that a value stands for: an array of integers or another buffer. Anything else is ignored.
unsafe fn add(to: *mut Array, tag: u32, pay: i64) {
    let v = Val::new(tag, pay);
    let from = match v.class() {
        class::ARRAY => v.ptr::<Array>(),
        class::BUFFER => data(v.ptr()),
        _ => return,
    };
    let n = (*from).len;
    for i in 0..n {
        let x = *(*from).data.add(i as usize);
        if x.tag == INT && (0..256).contains(&x.pay) {
            array::push(to, x);
        }
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_buffer_write(b: *mut Inst, tag: u32, pay: i64) -> i64 {
    add(data(b), tag, pay);
    (*data(b)).len as i64
}

#[no_mangle]
pub unsafe extern "C" fn ny_buffer_append(b: *mut Inst, tag: u32, pay: i64) -> i64 {
    ny_buffer_write(b, tag, pay)
}

#[no_mangle]
pub unsafe extern "C" fn ny_buffer_all(b: *mut Inst) -> *mut Array {
    array::ny_array_tail(data(b), 0)
}

/// Removes and returns the first bytes.
#[no_mangle]
pub unsafe extern "C" fn ny_buffer_read(b: *mut Inst, n: i64) -> *mut Array {
    let first = array::ny_array_slice(data(b), 0, n.max(0));
    for _ in 0..(*first).len {
        array::ny_array_remove(data(b), 0);
    }
    first
}

#[no_mangle]
pub unsafe extern "C" fn ny_buffer_slice(b: *mut Inst, from: i64, to: i64) -> *mut Inst {
    holding(class::BUFFER, array::ny_array_slice(data(b), from, to))
}

#[no_mangle]
pub unsafe extern "C" fn ny_buffer_clear(b: *mut Inst) {
    array::ny_array_clear(data(b));
}

#[no_mangle]
pub unsafe extern "C" fn ny_buffer_length(b: *mut Inst) -> i64 {
    (*data(b)).len as i64
}

#[no_mangle]
pub unsafe extern "C" fn ny_buffer_shared(b: *mut Inst, tag: u32, pay: i64) -> u32 {
    let v = Val::new(tag, pay);
    (v.class() == class::BUFFER && data(v.ptr()) == data(b)) as u32
}

/// Another buffer over the same bytes.
#[no_mangle]
pub unsafe extern "C" fn ny_buffer_share(b: *mut Inst, _: u32, _: i64) -> *mut Inst {
    holding(class::BUFFER, Val::obj(data(b)).retain().ptr())
}

#[no_mangle]
pub unsafe extern "C" fn ny_buffer_footprint(b: *mut Inst) -> i64 {
    (*data(b)).len as i64 + 40
}

#[no_mangle]
pub unsafe extern "C" fn ny_make_stream() -> *mut Inst {
    let s = holding(class::STREAM, array::ny_array_new(0));
    *slot(s, 1) = Val::int(0);
    s
}

#[no_mangle]
pub unsafe extern "C" fn ny_stream_write(s: *mut Inst, tag: u32, pay: i64) {
    if tag == STR {
        for b in bytes(Val::new(tag, pay).ptr::<Str>()) {
            array::push(data(s), Val::int(*b as i64));
        }
    } else {
        add(data(s), tag, pay);
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_stream_read(s: *mut Inst, n: i64) -> *mut Inst {
    let at = (*slot(s, 1)).pay;
    let end = (at + n.max(0)).min((*data(s)).len as i64);
    (*slot(s, 1)).pay = end;
    holding(class::BUFFER, array::ny_array_slice(data(s), at, end))
}

#[no_mangle]
pub unsafe extern "C" fn ny_stream_position(s: *mut Inst) -> i64 {
    (*slot(s, 1)).pay
}

#[no_mangle]
pub unsafe extern "C" fn ny_stream_length(s: *mut Inst) -> i64 {
    (*data(s)).len as i64
}

#[no_mangle]
pub unsafe extern "C" fn ny_stream_reset(s: *mut Inst) {
    (*slot(s, 1)).pay = 0;
}

/// The number of bytes, for the text forms.
/// The bytes as a text; what is not UTF-8 becomes U+FFFD.
#[no_mangle]
pub unsafe extern "C" fn ny_buffer_text(b: *mut Inst) -> *mut crate::string::Str {
    let bytes: rust_alloc::vec::Vec<u8> = crate::array::items(data(b)).iter().map(|v| v.pay as u8).collect();
    crate::string::lossy(&bytes).ptr()
}

/// The byte at an index, null when there is none.
#[no_mangle]
pub unsafe extern "C" fn ny_buffer_get(b: *mut Inst, i: i64) -> i64 {
    match usize::try_from(i)
        .ok()
        .and_then(|i| crate::array::items(data(b)).get(i))
    {
        Some(v) => v.ret(),
        None => Val::NULL.ret(),
    }
}

/// Whether there is such an index and the value is a byte; then it is replaced.
#[no_mangle]
pub unsafe extern "C" fn ny_buffer_set(b: *mut Inst, i: i64, value: i64) -> u32 {
    if i < 0 || i >= len(b) || !(0..256).contains(&value) {
        return 0;
    }
    crate::array::items_mut(data(b))[i as usize] = Val::int(value);
    1
}

pub unsafe fn len(b: *mut Inst) -> i64 {
    items(data(b)).len() as i64
}
